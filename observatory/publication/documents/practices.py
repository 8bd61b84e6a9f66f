"""Trends, sheets of single modus operandi, topics and signals."""

from __future__ import annotations

from observatory.figures.names import NOT_SAID, least, period
from observatory.figures.sentences import sentence, series_name
from observatory.figures.standing import with_and_without
from observatory.figures.topics import again
from observatory.publication.documents.episodes import episodes, told
from observatory.publication.documents.source import FEWEST_KS, Entry, Source, parts, shown

CHARTED = 9
FEWEST_SHOWN = 6
"""A series with fewer shown periods is told in words, not drawn."""

SHEETS = {"extortive": 5, "collusive": 3, "internal": 2, "private-to-private": 2}
MOST_SHEETS = 14
PHRASES = 6


def trends(source: Source) -> Entry:
    """Return all reports, then the practices of each direction apart."""
    return {"all": panel(source, "all", "All usable reports"), "groups": _groups(source)}


def _groups(source: Source) -> list[Entry]:
    groups = []
    for direction, words in source.text["directions"].items():
        known = [c for c in source.catalogue.modus_operandi if source.direction(c) == direction]
        drawn = []
        for code in source.largest(direction):
            found = panel(source, f"mo:{code}", source.names.practice(code))
            if found and len(list(shown(found["points"]))) >= FEWEST_SHOWN:
                drawn.append(found)
        groups.append(
            {
                "direction": direction,
                **words,
                "panels": drawn[:CHARTED],
                "totals": sorted(
                    (source.practice(code) for code in known),
                    key=lambda e: (-e.get("reports", 0), e["code"]),
                ),
            }
        )
    return groups


def panel(source: Source, series: str, title: str) -> Entry | None:
    """Return one series over time with its signals, or None where no cut of it is listed.

    The finest cut in which enough periods are shown is taken: months, else quarters.
    """
    fallback = None
    for table_id, along, fixed in _cuts(series):
        table = source.table(table_id)
        if table is None:
            continue
        points = [
            {"period": at} | source.counted(reports, *fixed.values())
            for at, reports in table.series(along, **fixed)
        ]
        found: Entry = {
            "series": series,
            "title": title,
            "along": along,
            "points": points,
            "marks": _marks(source, series) if along == "month" else [],
        }
        found["description"] = _describe(found)
        if sum("reports" in point for point in points) >= FEWEST_SHOWN:
            return found
        fallback = fallback or found
    return fallback


def _cuts(series: str) -> list[tuple[str, str, dict[str, str]]]:
    """Return the cuts that hold a series, finest first."""
    name, _, level = series.partition(":")
    if not level:
        return [("month", "month", {})]
    return [
        (f"{name}_month", "month", {name: level}),
        (f"{name}_quarter", "quarter", {name: level}),
    ]


def _marks(source: Source, series: str) -> list[Entry]:
    return [
        {
            "period": signal.period,
            "direction": signal.direction,
            "expected": signal.expected,
            "upper": signal.upper,
        }
        for signal in source.analysis.signals
        if signal.series == series
    ]


def _describe(found: Entry) -> str:
    points = found["points"]
    seen = list(shown(points))
    unit = found["along"]
    if not seen:
        return f"{found['title']}: no {unit} has enough reports to be shown."
    most = max(seen, key=lambda point: point["reports"])
    said = (
        f"{found['title']}, reports by {unit} from {period(points[0]['period'])} to "
        f"{period(points[-1]['period'])}. Most: {most['reports']} in {period(most['period'])}."
    )
    few = len(points) - len(seen)
    if few:
        said += f" {few} of {len(points)} {unit}s have too few reports to be shown."
    if found["marks"]:
        said += f" Signals in {', '.join(period(mark['period']) for mark in found['marks'])}."
    return said


def sheets(source: Source) -> list[Entry]:
    """Return a sheet for the most reported practices of each direction and for those signalled."""
    counted = dict(source.analysis.modus_operandi)
    wanted = [
        code
        for direction, number in SHEETS.items()
        for code in source.largest(direction)[:number]
        if counted[code] >= FEWEST_KS * source.analysis.k
    ]
    wanted += [c for c in sorted(source.signalled()) if c in counted and c not in wanted]
    chosen = sorted(wanted[:MOST_SHEETS])
    order = list(source.text["directions"])
    return [
        _sheet(source, code)
        for code in sorted(chosen, key=lambda c: (order.index(source.direction(c)), c))
    ]


def _sheet(source: Source, code: str) -> Entry:
    known = source.catalogue.modus_operandi[code]
    total = source.analysis.code_count(code)
    return source.practice(code) | {
        "group": source.catalogue.groups[known.group],
        "direction": known.direction,
        "definition": known.definition,
        "trend": panel(source, f"mo:{code}", known.name),
        "stages": _most(source.line("mo_stage", "stage", total, mo=code)),
        "offices": source.line("mo_office", "office", total, mo=code),
        "by": source.line("mo_reporter_side", "reporter_side", total, mo=code),
        "about": source.line("mo_subject_side", "subject_side", total, mo=code),
        "outcome": _most(source.line("mo_outcome", "outcome", total, mo=code)),
        "topics": _nearest(source, code),
        "signals": [
            f"{series_name(episode.series, source.names)}. {told(source, episode)}"
            for episode in episodes(source)
            if episode.levels.get("mo") == code
        ],
        "measures": [
            {"id": measure, "name": source.catalogue.measures[measure].name}
            for measure in known.measures
            if measure in source.catalogue.measures
        ],
        "arusha_factors": [source.catalogue.arusha_factors[n] for n in known.arusha_factors],
    }


def _most(entries: list[Entry], number: int = 5) -> list[Entry]:
    """Return the shown entries, largest first, "not said" last: of steps, never of offices."""
    ordered = sorted(
        shown(entries), key=lambda e: (e["code"] == NOT_SAID, -e["reports"], e["code"])
    )
    return ordered[:number]


def _nearest(source: Source, code: str) -> list[Entry]:
    """Return the topics in which a code leads, with their phrases."""
    near = [t for t in source.analysis.topics if t.codes and t.codes[0][0] == code]
    return [
        {"id": t.id, "reports": t.reports, "phrases": list(t.phrases[:PHRASES])}
        for t in sorted(near, key=lambda t: (-t.reports, t.id))[:2]
    ]


def topics(source: Source) -> list[Entry]:
    """Return every topic, largest first, candidates and poor ones marked."""
    return [
        {
            "id": topic.id,
            "label": topic.label,
            "phrases": list(topic.phrases),
            "reports": topic.reports,
            "codes": [
                {"code": code, "label": source.names.practice(code), "share": share}
                for code, share in topic.codes
            ],
            "candidate": topic.candidate,
            "poor": topic.poor,
            "found_again": again(topic.quality),
        }
        for topic in sorted(source.analysis.topics, key=lambda t: (-t.reports, t.id))
    ]


def signals(source: Source) -> list[Entry]:
    """Return every signal with its sentence, by series and time."""
    return [
        signal.to_json()
        | {
            "name": series_name(signal.series, source.names),
            "sentence": sentence(signal, source.analysis, source.names),
        }
        | (
            {"fewer_than": least(source.analysis, *parts(signal.series).values())}
            if signal.observed is None
            else {}
        )
        for signal in sorted(source.analysis.signals, key=lambda s: (s.series, s.period))
    ]


def unproven(source: Source) -> Entry | None:
    """Return what leaving unproven reports out changes, in words; None where no tokens count."""
    found = with_and_without(source.analysis, source.names)
    if found is None:
        return None
    return {
        "meaning": found.meaning,
        "over": found.over,
        "too_short": found.too_short,
        "verdicts": [
            {
                "heading": heading,
                "changes": [{"name": one.name, "said": one.said} for one in changes],
            }
            for heading, changes in found.verdicts
        ],
        "reading": found.reading,
        "untold": found.untold,
        "months": [
            {"month": month, "all": every, "proven": proven, "unproven": rest}
            for month, every, proven, rest in found.months
        ],
    }
