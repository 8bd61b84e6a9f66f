"""A measure in force: what was done against which practices, where, from when, and by whom.

It is registered before its effect is looked at, by both sides, so that nobody chooses the place or
the day by the result.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

INSTRUMENTS = (
    "memorandum of understanding",
    "code of conduct",
    "automation",
    "rotation",
    "pay",
    "one-stop post",
    "secondment",
    "joint training",
    "other",
)
MOST_WORDS = 500

_ID = re.compile(r"[a-z0-9][a-z0-9-]{2,39}")
_NEEDED = frozenset({"id", "title", "instrument", "begins", "by", "codes"})
_ALLOWED = _NEEDED | {"measure", "ends", "offices", "parties", "note"}


class MeasureError(ValueError):
    """A measure that cannot be registered; the sentence says why."""


@dataclass(frozen=True)
class Registered:
    """One measure in force.

    Attributes:
        id: short name, such as ``rotation-north-2026``.
        title: what it is.
        instrument: one of ``INSTRUMENTS``.
        begins: first day, YYYY-MM-DD.
        by: who carries it out.
        codes: modus operandi that it is meant to change.
        measure: the catalogue's measure that it is an instance of, or empty.
        ends: last day, or empty.
        offices: codes of offices where it applies; empty for everywhere.
        parties: firms and bodies that take part in it.
        note: anything else.
    """

    id: str
    title: str
    instrument: str
    begins: str
    by: str
    codes: tuple[str, ...]
    measure: str = ""
    ends: str = ""
    offices: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the entry as an act carries it; what is empty is left out."""
        body: dict[str, Any] = {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }
        return {name: value for name, value in body.items() if value}


def read(
    body: Any,
    *,
    codes: Collection[str],
    measures: Collection[str],
    offices: Collection[str],
) -> Registered:
    """Read an entry.

    Args:
        body: names and values, as YAML or JSON gives them; days may be dates.
        codes: modus operandi of the catalogue.
        measures: measures of the catalogue.
        offices: codes of the register of offices.

    Raises:
        MeasureError: says what cannot be.
    """
    if not isinstance(body, dict) or not _NEEDED <= body.keys() <= _ALLOWED:
        raise MeasureError(
            f"it needs {', '.join(sorted(_NEEDED))}, and may have "
            f"{', '.join(sorted(_ALLOWED - _NEEDED))}; nothing else"
        )
    parts: dict[str, Any] = {
        name: tuple(_texts(name, value)) if isinstance(value, list) else _text(name, value)
        for name, value in body.items()
    }
    found = Registered(**parts)
    _check(found)
    for what, given, known in (
        ("modus operandi", found.codes, codes),
        ("measure", (found.measure,) if found.measure else (), measures),
        ("office", found.offices, offices),
    ):
        unknown = [one for one in given if one not in known]
        if unknown:
            raise MeasureError(f"there is no {what} {', '.join(unknown)}")
    return found


def _texts(name: str, values: list[Any]) -> list[str]:
    return sorted({_text(name, value) for value in values})


def _text(name: str, value: Any) -> str:
    text = value.isoformat() if type(value) is date else value
    if not isinstance(text, str) or text != text.strip() or not 1 <= len(text) <= MOST_WORDS:
        raise MeasureError(f"{name} is a text of at most {MOST_WORDS} characters")
    if not text.isprintable():
        raise MeasureError(f"{name} has characters that no text has")
    return text


def _check(found: Registered) -> None:
    lists = {"codes", "offices", "parties"}
    for name, value in vars(found).items():
        if isinstance(value, tuple) != (name in lists):
            raise MeasureError(f"{name} is {'a list' if name in lists else 'one text'}")
    if not _ID.fullmatch(found.id):
        raise MeasureError("the id has 3 to 40 small letters, digits and hyphens")
    if found.instrument not in INSTRUMENTS:
        raise MeasureError(f"the instrument is one of: {', '.join(INSTRUMENTS)}")
    if not found.codes:
        raise MeasureError("it names no modus operandi")
    try:
        first = date.fromisoformat(found.begins)
        last = date.fromisoformat(found.ends) if found.ends else first
    except ValueError as error:
        raise MeasureError("days are YYYY-MM-DD") from error
    if last < first:
        raise MeasureError("it ends before it begins")
