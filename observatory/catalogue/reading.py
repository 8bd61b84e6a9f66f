"""Reading of the shipped or an instance's own catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

MODUS_OPERANDI = "modus_operandi.yaml"
MEASURES = "measures.yaml"
EXAMPLES = "examples.yaml"


class CatalogueError(Exception):
    """The catalogue cannot be read; the message says which entry and what to do."""


@dataclass(frozen=True)
class ModusOperandi:
    """A known way in which corruption is done.

    Attributes:
        cues: hints in words, by language tag; a cue is never proof.
        examples: made-up sentences that teach the machine what the practice sounds like.
        direction: extortive, collusive, internal or private-to-private.
        measures: ids of counter-measures.
    """

    code: str
    group: str
    name: str
    definition: str
    stages: tuple[str, ...]
    direction: str
    cues: Mapping[str, tuple[str, ...]]
    examples: tuple[str, ...]
    arusha_factors: tuple[int, ...]
    measures: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Measure:
    """A known anti-corruption measure and what is known of its effect."""

    id: str
    name: str
    description: str
    arusha_factors: tuple[int, ...]
    targets: tuple[str, ...]
    displacement_watch: tuple[str, ...]
    first_effect_months: tuple[int, int]
    effect_on_reporting: str
    indicators: tuple[str, ...]
    evidence: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """The modus operandi and measures that a run reads by.

    Attributes:
        version: first 12 hexadecimal digits of the SHA-256 of its files.
        background: made-up sentences about no practice of the catalogue.
        weak_cues: cues, by language tag, that score only beside another cue of the same code.
        sources: title, address and how far each source was read, by its key.
    """

    modus_operandi: Mapping[str, ModusOperandi]
    measures: Mapping[str, Measure]
    background: tuple[str, ...]
    weak_cues: Mapping[str, frozenset[str]]
    groups: Mapping[str, str]
    directions: Mapping[str, str]
    arusha_factors: Mapping[int, str]
    sources: Mapping[str, Mapping[str, str]]
    version: str

    @cached_property
    def words(self) -> frozenset[str]:
        """Return every lower-case word of names, definitions and cues: the catalogue's own."""
        texts = [text for mo in self.modus_operandi.values() for text in (mo.name, mo.definition)]
        texts += [
            cue for mo in self.modus_operandi.values() for cues in mo.cues.values() for cue in cues
        ]
        return frozenset(
            word.strip(".,;:()'\"").casefold() for text in texts for word in text.split()
        )


def load(folder: Path | None = None) -> Catalogue:
    """Read the catalogue from ``folder``, or the shipped one.

    Raises:
        CatalogueError: a file is missing, is not YAML, or an entry lacks a field.
    """
    where = folder or files(__package__)
    try:
        names = (MODUS_OPERANDI, MEASURES, EXAMPLES)
        texts = [(where / name).read_text("utf-8") for name in names]
        practice, response, told = (yaml.safe_load(text) for text in texts)
    except (OSError, yaml.YAMLError) as error:
        raise CatalogueError(f"The catalogue cannot be read: {error}") from error
    try:
        return Catalogue(
            modus_operandi={
                entry["code"]: _modus_operandi(entry, _sentences(told["examples"][entry["code"]]))
                for entry in practice["modus_operandi"]
            },
            background=(*_sentences(told["other"]), *_sentences(told["fine"])),
            measures={e["id"]: _measure(e) for e in response["measures"]},
            weak_cues={tag: frozenset(cues) for tag, cues in practice["weak_cues"].items()},
            groups=practice["groups"],
            directions=practice["directions"],
            arusha_factors=practice["arusha_factors"],
            sources={**response["sources"], **practice["sources"]},
            version=hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12],
        )
    except (KeyError, TypeError) as error:
        raise CatalogueError(f"An entry of the catalogue lacks the field {error}") from error


def _sentences(by_language: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(text for tag in sorted(by_language) for text in by_language[tag])


def _modus_operandi(entry: Mapping[str, Any], examples: tuple[str, ...]) -> ModusOperandi:
    return ModusOperandi(
        code=entry["code"],
        group=entry["group"],
        name=entry["name"],
        definition=entry["definition"],
        stages=tuple(entry["process_stages"]),
        direction=entry["direction"],
        cues={tag: tuple(cues) for tag, cues in entry["cues"].items()},
        examples=examples,
        arusha_factors=tuple(entry["arusha_factors"]),
        measures=tuple(c["measure"] for c in entry["counter_measures"] if "measure" in c),
        sources=tuple(entry["sources"]),
    )


def _measure(entry: Mapping[str, Any]) -> Measure:
    lead = entry["lead_time_months"]
    return Measure(
        id=entry["id"],
        name=entry["name"],
        description=entry["description"],
        arusha_factors=tuple(entry["arusha_factors"]),
        targets=tuple(entry["targets_mo"]),
        displacement_watch=tuple(entry["displacement_watch"]),
        first_effect_months=(lead["first_effect_min"], lead["first_effect_max"]),
        effect_on_reporting=entry["effect_on_reporting"],
        indicators=tuple(entry["indicators"]),
        evidence=tuple(entry["evidence"]),
        sources=tuple(entry["sources"]),
    )
