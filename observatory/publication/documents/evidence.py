"""The catalogue's studies: what is known of the effects of measures, and how well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from observatory.catalogue import reading
from observatory.catalogue.reading import CatalogueError

STRENGTHS = ("high", "moderate", "low")


@dataclass(frozen=True)
class Study:
    """One study.

    Attributes:
        strength: high, moderate or low, by its design.
    """

    id: str
    name: str
    setting: str
    design: str
    effect: str
    caveat: str
    strength: str


def read(folder: Path | None = None) -> Mapping[str, Study]:
    """Read the studies of an instance's own catalogue folder, or of the shipped one.

    Raises:
        CatalogueError: the file cannot be read, or a study lacks a field.
    """
    where = folder or files(reading.__package__ or "observatory.catalogue")
    try:
        found = yaml.safe_load((where / reading.MEASURES).read_text("utf-8"))["studies"]
        return {
            entry["id"]: Study(**{name: str(entry[name]) for name in Study.__dataclass_fields__})
            for entry in found
        }
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise CatalogueError(f"The catalogue's studies cannot be read: {error}") from error


def strongest(studies: Iterable[Study]) -> str | None:
    """Return the best strength among studies, or None where there is no study."""
    found = {study.strength for study in studies}
    return next((strength for strength in STRENGTHS if strength in found), None)
