"""A cut along one dimension as rows with a bar each: the chart is its own table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.figures.names import NOT_SAID, OTHER_CODE, Names, count, least

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from observatory.disclosure import SafeAnalysis

WIDTH = 100
NO_REGION = "Elsewhere, or not said"
RANKED_BY_NAME = "In the order of regions and names, which is no ranking."


@dataclass(frozen=True)
class Bar:
    """One row.

    Attributes:
        level: its code.
        label: its name.
        said: its count in words.
        share: percent of ``whole``, or "" where it has none.
        width: length of the bar, 0 to ``WIDTH``.
        few: True where the count is under the threshold; all such bars are of one length.
        group: heading that the row stands under, or "".
        link: address of its own page, or "".
    """

    level: str
    label: str
    said: str
    share: str
    width: int
    few: bool
    group: str = ""
    link: str = ""


@dataclass(frozen=True)
class Bars:
    """A chart that is a table: the question it answers, what is counted, its rows."""

    title: str
    description: str
    head: str
    rows: tuple[Bar, ...]
    hidden: int = 0


def cut(
    analysis: SafeAnalysis,
    names: Names,
    table_id: str,
    along: str,
    *,
    title: str,
    whole: int | None,
    **fixed: str,
) -> Bars | None:
    """Return one line of a table as bars, in the table's own order, or None if it is not listed.

    The order never follows the counts: without a denominator no place may be ranked.

    Args:
        analysis: the Safe products.
        names: labels.
        table_id: the cut.
        along: dimension of the rows.
        title: the question that the chart answers.
        whole: reports that a share is of; None for no shares.
        fixed: levels of the other dimensions.
    """
    try:
        table = analysis.table(table_id)
    except KeyError:
        return None
    cells = list(table.series(along, **fixed))
    if along == "office":
        cells = _by_region(cells, names)
    return _bars(
        (
            (level, names.label(along, level), reports, least(analysis, level, *fixed.values()))
            for level, reports in cells
        ),
        title=title,
        head=HEADS.get(along, along.replace("_", " ").capitalize()),
        whole=whole,
        groups=_groups(cells, names) if along == "office" else {},
    )


def shares(codes: Iterable[tuple[str, float]], names: Names, *, title: str) -> Bars | None:
    """Return the modus operandi that a topic's reports name, as bars of their share, or None.

    Args:
        codes: (code, share of the topic's reports), the largest first.
        names: labels.
        title: the question that the chart answers.
    """
    rows = tuple(
        Bar(
            level=code,
            label=names.practice(code),
            said="",
            share=f"{round(WIDTH * share)}%",
            width=round(WIDTH * share),
            few=False,
            link="" if code == OTHER_CODE else f"/modus-operandi/{code}",
        )
        for code, share in codes
    )
    said = "Share of its reports; a full bar would be all of them. One can name up to three."
    return Bars(title, said, HEADS["mo"], rows) if rows else None


HEADS = {
    "mo": "Modus operandi",
    "office": "Office or place",
    "stage": "Step of the process",
    "reporter_side": "Side of the reporter",
    "subject_side": "Side that the report is about",
    "outcome": "What happened",
    "asked": "What was asked for",
    "language": "Language",
    "topic": "Topic",
}


def _bars(
    cells: Iterable[tuple[str, str, int | None, int]],
    *,
    title: str,
    head: str,
    whole: int | None,
    groups: dict[str, str],
) -> Bars:
    found = list(cells)
    top = max([reports for _, _, reports, _ in found if reports is not None], default=0)
    rows = tuple(
        Bar(
            level,
            label,
            count(reports, threshold),
            _share(reports, whole),
            _width(threshold if reports is None else reports, top),
            few=reports is None,
            group=groups.get(level, ""),
        )
        for level, label, reports, threshold in found
    )
    described = _description(rows, found)
    description = RANKED_BY_NAME if groups and not all(row.few for row in rows) else described
    return Bars(title, description, head, rows)


def _width(reports: int, top: int) -> int:
    return min(WIDTH, round(WIDTH * reports / top)) if top else 0


def _share(reports: int | None, whole: int | None) -> str:
    if reports is None or not whole:
        return ""
    return f"{round(100 * reports / whole)}%"


def _description(rows: Sequence[Bar], cells: Sequence[tuple[str, str, int | None, int]]) -> str:
    said = [
        (reports, label)
        for level, label, reports, _ in cells
        if reports is not None and level != NOT_SAID
    ]
    few = sum(row.few for row in rows)
    if few == len(rows):
        return "No row has enough reports to be shown."
    parts = [f"Most reports: {max(said)[1]}."] if said else []
    if few:
        parts.append(f"{few} of {len(rows)} rows {'has' if few == 1 else 'have'} too few to show.")
    return " ".join(parts)


def _regions(names: Names) -> dict[str, str]:
    return {office.code: office.region for office in names.offices if office.region}


def _groups(cells: Sequence[tuple[str, int | None]], names: Names) -> dict[str, str]:
    regions = _regions(names)
    return {level: regions.get(level, NO_REGION) for level, _ in cells} if regions else {}


def _by_region(
    cells: Sequence[tuple[str, int | None]], names: Names
) -> list[tuple[str, int | None]]:
    regions = _regions(names)
    last = "\uffff"

    def place(cell: tuple[str, int | None]) -> tuple[bool, str, str]:
        level = cell[0]
        return level == NOT_SAID, regions.get(level, last), names.label("office", level)

    return sorted(cells, key=place)
