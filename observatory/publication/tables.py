"""Tables as they are printed: rows of words, the absent said in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observatory.figures.names import count, period
from observatory.publication.documents.source import Entry

MONTHS = tuple(f"{month:02}" for month in range(1, 13))
PARTS: Mapping[str, Mapping[str, str]] = {
    "month": {month: period(f"2000-{month}")[:3] for month in MONTHS},
    "quarter": {
        f"Q{number}": f"{period(f'2000-{first:02}')[:3]} to {period(f'2000-{first + 2:02}')[:3]}"
        for number, first in enumerate((1, 4, 7, 10), start=1)
    },
}
"""Columns of a year's row, by what the series runs along."""


def printed_tables(document: Entry) -> list[Entry]:
    """Return the tables behind the charts, in the charts' order: a row a year, a block a series."""
    tables = []
    everything = document["trends"]["all"]
    if everything:
        tables += _tables("All usable reports", [everything])
    for group in document["trends"]["groups"]:
        tables += _tables(group["title"], group["panels"])
    return tables


def brief(entry: Mapping[str, Any]) -> str:
    """Return a count, or ``< 5`` for what is not shown."""
    return count(entry["reports"], 0) if "reports" in entry else f"< {entry['fewer_than']}"


def _tables(title: str, panels: list[Entry]) -> list[Entry]:
    made = []
    for along, parts in PARTS.items():
        found = [panel for panel in panels if panel["along"] == along]
        if found:
            made.append(
                {
                    "title": f"{title} by {along}",
                    "header": ["Year", *parts.values()],
                    "series": [
                        {"title": _named(panel), "rows": _rows(panel, parts)} for panel in found
                    ],
                }
            )
    return made


def _named(panel: Entry) -> str:
    code = panel["series"].partition(":")[2]
    return f"{code}  {panel['title']}" if code else str(panel["title"])


def _rows(panel: Entry, parts: Mapping[str, str]) -> list[list[str]]:
    by = {point["period"]: brief(point) for point in panel["points"]}
    return [
        [year, *(by.get(f"{year}-{part}", "") for part in parts)]
        for year in sorted({at[:4] for at in by})
    ]
