"""With and without unproven reports, in words: the same wherever it is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from observatory.analysis.raw import FEWEST_MONTHS
from observatory.figures.names import count, least, period
from observatory.figures.sentences import KINDS, link_of, series_name

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis, SafeComparison
    from observatory.figures.names import Names

MEANING = (
    "Some reports bear a token that proves that a trader, or an official, sent them, and nothing "
    "more. A report without one is unproven, which is no mark against it: most people have no "
    "token, and a proven report can be mistaken too."
)
READING = (
    "Fewer reports show less: a change that is seen only with unproven reports may be one that the "
    "proven ones are too few to show, or that holders of tokens do not meet, or that somebody who "
    "sends many reports has made. It is a reason to look before anything is made of it."
)
UNTOLD = (
    "Of changes that are not listed here it cannot be told: too few proven, or too few unproven, "
    "reports of them came to show either, or nothing changed."
)
VERDICTS = (
    ((True, True), "Seen with and without unproven reports"),
    ((True, False), "Seen only with unproven reports"),
    ((False, True), "Seen only without unproven reports"),
)


@dataclass(frozen=True)
class Change:
    """A change that was looked for twice.

    Attributes:
        name: what was watched.
        link: address of the page about it, or "".
        said: kind, direction and period in words.
    """

    name: str
    link: str
    said: str


@dataclass(frozen=True)
class WithAndWithout:
    """What is told of unproven reports.

    Attributes:
        over: which months were looked at.
        too_short: that these are too few for any signal, or "".
        verdicts: (heading, changes), those without a change left out.
        months: (month, all, proven, unproven reports), as they are said.
        meaning: what a token is, and that a report without one is not a false one.
        reading: how to read a difference, or "" where nothing is listed.
        untold: what follows from not being listed, or "" where nothing could be.
    """

    over: str
    too_short: str
    verdicts: tuple[tuple[str, tuple[Change, ...]], ...]
    months: tuple[tuple[str, str, str, str], ...]
    meaning: str = MEANING
    reading: str = ""
    untold: str = ""


def with_and_without(analysis: SafeAnalysis, names: Names) -> WithAndWithout | None:
    """Return what leaving unproven reports out changes, or None where no tokens count."""
    found = analysis.standing
    if found is None:
        return None
    number = len(found.months)
    first, last = period(found.months[0]), period(found.months[-1])
    over = f"{first} to {last}" if number > 1 else first
    too_short = (
        f"No change can be looked for yet: that needs {FEWEST_MONTHS} months of tokens at least, "
        f"and {'this is one' if number == 1 else f'these are {number}'}."
        if number < FEWEST_MONTHS
        else ""
    )
    verdicts = []
    for verdict, heading in VERDICTS:
        changes = tuple(
            _change(one, names)
            for one in found.signals
            if (one.with_unproven, one.without_unproven) == verdict
        )
        if changes:
            verdicts.append((heading, changes))
    return WithAndWithout(
        over,
        too_short,
        tuple(verdicts),
        _months(analysis, found.months),
        reading=READING if verdicts else "",
        untold="" if too_short else UNTOLD,
    )


def _change(one: SafeComparison, names: Names) -> Change:
    way = "more" if one.direction == "up" else "fewer"
    when = period(one.period)
    said = f"{KINDS.get(one.kind, one.kind)}, {way} reports than the past explains, {when}"
    return Change(series_name(one.series, names), link_of(one.series), said)


def _months(
    analysis: SafeAnalysis, months: tuple[str, ...]
) -> tuple[tuple[str, str, str, str], ...]:
    whole, parts = analysis.table("month"), analysis.table("standing_month")
    threshold = least(analysis)
    return tuple(
        (
            period(month),
            count(whole.count(month), threshold),
            count(parts.count("proven", month), threshold),
            count(parts.count("unproven", month), threshold),
        )
        for month in months
    )
