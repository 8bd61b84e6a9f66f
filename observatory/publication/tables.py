"""Tables as they are printed: rows of words, the absent said in one way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from observatory.figures.names import count, period
from observatory.publication.documents.source import Entry

MONTHS = tuple(f"{month:02}" for month in range(1, 13))
HEADER = ["Reports", "Year", *(period(f"2000-{month}")[:3] for month in MONTHS)]


def printed_tables(document: Entry) -> list[Entry]:
    """Return the tables behind the charts: a row a series and year, a column a month."""
    tables = []
    everything = document["trends"]["all"]
    if everything:
        tables.append(_table("All usable reports by month", [(everything["title"], everything)]))
    for group in document["trends"]["groups"]:
        panels = [(p["series"].partition(":")[2], p) for p in group["panels"]]
        tables.append(_table(f"{group['title']} by month", panels))
    return [table for table in tables if table["rows"]]


def brief(entry: Mapping[str, Any]) -> str:
    """Return a count, or ``< 5`` for what is not shown."""
    return count(entry["reports"], 0) if "reports" in entry else f"< {entry['fewer_than']}"


def _table(title: str, series: list[tuple[str, Entry]]) -> Entry:
    rows = [
        row for name, found in series if found["along"] == "month" for row in _rows(name, found)
    ]
    names = [f"{name} {found['title']}" for name, found in series if name != found["title"]]
    return {"title": title, "header": HEADER, "rows": rows, "key": "; ".join(names)}


def _rows(name: str, found: Entry) -> Iterator[list[str]]:
    by = {point["period"]: brief(point) for point in found["points"]}
    for year in sorted({at[:4] for at in by}):
        yield [name, year, *(by.get(f"{year}-{month}", "") for month in MONTHS)]
