"""Tables as they are printed: rows of words, the absent said in one way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from observatory.figures.names import count, period
from observatory.publication.documents.source import Entry

COLUMNS = 9


def printed_tables(document: Entry) -> list[Entry]:
    """Return the tables of the annex: title, header, rows and a key of short column names."""
    tables = [*_months(document)]
    for group in document["trends"]["groups"]:
        tables += _trends(group)
    return tables


def brief(entry: Mapping[str, Any]) -> str:
    """Return a count, or ``< 5`` for what is not shown."""
    if "reports" in entry:
        return count(entry["reports"], 0)
    return f"< {entry['fewer_than']}"


def _months(document: Entry) -> list[Entry]:
    """Return all reports: months down, years across."""
    found = document["trends"]["all"]
    if not found or found["along"] != "month" or not found["points"]:
        return []
    by = {point["period"]: brief(point) for point in found["points"]}
    years = sorted({at[:4] for at in by})
    return [
        {
            "title": "Usable reports by month",
            "header": ["Month", *years],
            "rows": [
                [
                    period(f"{years[0]}-{month:02}").split()[0],
                    *(by.get(f"{year}-{month:02}", "") for year in years),
                ]
                for month in range(1, 13)
            ],
            "key": "",
        }
    ]


def _trends(group: Entry) -> list[Entry]:
    """Return the series drawn for one direction: periods down, practices across."""
    panels = [p for p in group["panels"] if p["along"] == "month"][:COLUMNS]
    if not panels:
        return []
    codes = [panel["series"].partition(":")[2] for panel in panels]
    names = (f"{c} {p['title']}" for c, p in zip(codes, panels, strict=True))
    return [
        {
            "title": f"{group['title']} by month",
            "header": ["Month", *codes],
            "rows": [
                [period(at["period"]), *(brief(panel["points"][row]) for panel in panels)]
                for row, at in enumerate(panels[0]["points"])
            ],
            "key": "; ".join(names) + ".",
        }
    ]
