"""Measures that the catalogue proposes for the practices behind the findings; none is adopted."""

from __future__ import annotations

from observatory.catalogue import Measure
from observatory.publication.documents.evidence import STRENGTHS, strongest
from observatory.publication.documents.source import Entry, Source

MOST = 8
LARGEST_OF_EACH = 2


def recommendations(source: Source, findings: list[Entry]) -> list[Entry]:
    """Return up to eight proposals, those that fit the practices in focus best first."""
    focus = _focus(source, findings)
    scored = []
    for measure in source.catalogue.measures.values():
        fit = {code: weight * _fit(source, code, measure) for code, weight in focus.items()}
        met = [code for code, value in fit.items() if value]
        if any(_named(source, code, measure) for code in met):
            strength = strongest(source.studies[s] for s in measure.evidence if s in source.studies)
            rank = STRENGTHS.index(strength) if strength else len(STRENGTHS)
            scored.append((-sum(fit.values()), rank, measure.id, measure, met, strength))
    return [
        _proposal(source, number, measure, met, strength)
        for number, (*_, measure, met, strength) in enumerate(sorted(scored, key=_key)[:MOST], 1)
    ]


def _key(scored: tuple[int, int, str, Measure, list[str], str | None]) -> tuple[int, int, str]:
    return scored[:3]


def _fit(source: Source, code: str, measure: Measure) -> int:
    """Return 2 where the practice's own entry names the measure, 1 where the measure names it."""
    return 2 if _named(source, code, measure) else int(code in measure.targets)


def _named(source: Source, code: str, measure: Measure) -> bool:
    return measure.id in source.catalogue.modus_operandi[code].measures


def _focus(source: Source, findings: list[Entry]) -> dict[str, int]:
    """Return the codes behind the findings (weight 3) and the most reported of each direction."""
    codes = {code: 3 for finding in findings for code in finding["codes"]}
    for direction in source.text["directions"]:
        for code in source.largest(direction)[:LARGEST_OF_EACH]:
            codes.setdefault(code, 1)
    return codes


def _proposal(
    source: Source, number: int, measure: Measure, met: list[str], strength: str | None
) -> Entry:
    low, high = measure.first_effect_months
    named = source.names.practice
    return {
        "id": f"R{number}",
        "measure": measure.id,
        "name": measure.name,
        "description": measure.description,
        "answers": [{"code": code, "label": named(code)} for code in sorted(met)],
        "arusha_factors": [source.catalogue.arusha_factors[n] for n in measure.arusha_factors],
        "evidence": {
            "strength": strength or "no study in the catalogue",
            "studies": [
                {
                    "id": study.id,
                    "name": study.name,
                    "effect": study.effect,
                    "caveat": study.caveat,
                    "strength": study.strength,
                }
                for study in (source.studies[s] for s in measure.evidence if s in source.studies)
            ],
        },
        "lead_time_months": {"from": low, "to": high},
        "displacement_watch": [
            {"code": code, "label": named(code)} for code in measure.displacement_watch
        ],
        "effect_on_reporting": measure.effect_on_reporting,
        "indicators": list(measure.indicators),
        "owner": "to be settled by both sides",
        "date": "open",
        "standing": "proposed by the catalogue; not adopted",
    }
