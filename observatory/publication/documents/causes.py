"""Systemic problems, read through the ten factors of the Revised Arusha Declaration.

No share of reports is given by factor: that would add up code rows, in which one report can stand
three times. What is given is which practices point to a factor, and how many of them are shown.
"""

from __future__ import annotations

from observatory.figures.names import count, period
from observatory.figures.sentences import series_name
from observatory.publication.documents.episodes import Episode, episodes
from observatory.publication.documents.source import Entry, Source, lower, shown

NAMED = 4
SIGNALS_TOLD = 3


def causes(source: Source) -> list[Entry]:
    """Return one entry a factor, in the Declaration's order."""
    every = episodes(source)
    return [
        _factor(source, number, name, every)
        for number, name in source.catalogue.arusha_factors.items()
    ]


def _factor(source: Source, number: int, name: str, every: list[Episode]) -> Entry:
    linked = [
        code
        for code, known in source.catalogue.modus_operandi.items()
        if number in known.arusha_factors
    ]
    counted = {code: source.analysis.code_count(code) for code in linked}
    seen = [code for code in linked if counted[code] is not None]
    words = source.text["factors"][number]
    return {
        "number": number,
        "name": name,
        "question": words["question"],
        "linked": len(linked),
        "shown": len(seen),
        "practices": [
            {"direction": direction, "entries": [source.practice(c) for c in codes[:NAMED]]}
            for direction in source.text["directions"]
            if (codes := [c for c in source.largest(direction) if c in linked])
        ],
        "evidence_for": _speaks_for(source, seen, every),
        "evidence_against": [*_speaks_against(source, linked, seen, every), words["against"]],
        "settle": words["settle"],
    }


def _speaks_for(source: Source, seen: list[str], every: list[Episode]) -> list[str]:
    said = []
    steps = _leading_steps(source, seen)
    if steps:
        said.append(f"Steps named most: {steps}.")
    rising = [e for e in every if e.levels.get("mo") in seen and e.direction == "up"]
    said += [f"Signal: {_brief(source, e)}." for e in rising[:SIGNALS_TOLD]]
    return said or ["Nothing in the reports beyond the counts above."]


def _speaks_against(
    source: Source, linked: list[str], seen: list[str], every: list[Episode]
) -> list[str]:
    said = []
    unseen = len(linked) - len(seen)
    if unseen:
        said.append(
            f"{unseen} of the {len(linked)} practices linked to this factor have too few reports "
            "to be shown."
        )
    falling = [e for e in every if e.levels.get("mo") in seen and e.direction == "down"]
    said += [f"Signal: {_brief(source, e)}." for e in falling[:SIGNALS_TOLD]]
    return said


def _brief(source: Source, episode: Episode) -> str:
    verb = "rose" if episode.direction == "up" else "fell"
    name = lower(series_name(episode.series, source.names))
    return f"{name} {verb} in {period(episode.first)}"


def _leading_steps(source: Source, codes: list[str]) -> str:
    """Return, for the most reported practice of each direction, the step named most."""
    said: dict[str, None] = {}
    for direction in source.text["directions"]:
        code = next((c for c in source.largest(direction) if c in codes), None)
        if code is None:
            continue
        steps = [
            e
            for e in shown(source.line("mo_stage", "stage", None, mo=code))
            if e["code"] != "not_said"
        ]
        if steps:
            top = max(steps, key=lambda e: (e["reports"], e["code"]))
            said[f"{lower(top['label'])} ({code}, {count(top['reports'], 0)} reports)"] = None
    return "; ".join(said)
