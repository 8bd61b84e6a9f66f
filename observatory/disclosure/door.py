"""The one disclosure door: Raw in, Safe out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from observatory.analysis.raw import RawAnalysis, RawSignal, RawTopic
from observatory.disclosure.cells import safe_tables
from observatory.disclosure.phrases import PHRASES_SHOWN, Vocabulary, name_topic, safe_phrases
from observatory.disclosure.products import SafeAnalysis, SafeSignal, SafeTable
from observatory.disclosure.rules import Rules
from observatory.disclosure.standing import safe_standing
from observatory.disclosure.topics import SafeTopic, safe_changes, safe_quality

EXPLAINED_SHARE = 0.4
"""A topic of which no code takes this share may be a candidate modus operandi."""

LASTING = frozenset({"level_shift", "new", "vanishing", "drift"})
"""Kinds of signal that are about all that came since, and not about one month."""


@dataclass(frozen=True)
class Door:
    """Passes one run's findings to one audience.

    Attributes:
        rules: thresholds of the audience, from the signed policy.
        vocabulary: tells whether a phrase (text, language) has allowed words only.
        names: modus operandi names by code, to call a topic that may show no phrase.
    """

    rules: Rules
    vocabulary: Vocabulary
    names: Mapping[str, str]

    def pass_through(self, raw: RawAnalysis) -> SafeAnalysis:
        """Return what the audience may see of a run."""
        topics = tuple(self._topic(t) for t in raw.topics if self.rules.allows(t.count))
        shown_topics = tuple(topic.id for topic in topics)
        tables, suppressed = safe_tables(raw.tables, self.rules)
        codes = tuple(
            (code, self.rules.rounded(count.reports))
            for code, count in sorted(raw.codes.items())
            if self.rules.allows(count, code)
        )
        return SafeAnalysis(
            reports={
                name: self.rules.rounded(count.reports)
                for name, count in raw.base.items()
                if self._base_allows(count.reports)
            },
            topics=topics,
            modus_operandi=codes,
            signals=tuple(filter(None, (self._signal(one, tables) for one in raw.signals))),
            tables=tuple(_with_shown_topics(table, shown_topics) for table in tables),
            disclosure={
                "audience": self.rules.audience,
                "k": self.rules.k,
                "weeks": self.rules.weeks,
                "dominance": self.rules.dominance,
                "base": self.rules.base,
                "suppressed": suppressed,
            },
            manifest=raw.manifest,
            standing=None if raw.standing is None else safe_standing(raw.standing, self.rules),
            changes=safe_changes(raw.changes, shown_topics, self.rules),
        )

    def _base_allows(self, reports: int) -> bool:
        # Base totals say how much was read, not what anybody said: k alone applies.
        return reports >= self.rules.k

    def _topic(self, topic: RawTopic) -> SafeTopic:
        phrases = safe_phrases(topic, self.rules, self.vocabulary)
        size = self.rules.rounded(
            topic.count.reports
        )  # a share of exact counts would undo rounding
        codes = tuple(
            (code, round(min(self.rules.rounded(count.reports) / size, 1.0), 2))
            for code, count in sorted(topic.codes.items(), key=lambda c: (-c[1].reports, c[0]))
            if self.rules.allows(count, code)
        )
        nearest = self.names.get(codes[0][0]) if codes else None
        return SafeTopic(
            id=topic.id,
            label=name_topic(topic, phrases, nearest),
            phrases=tuple(phrase.text for phrase in phrases[:PHRASES_SHOWN]),
            reports=size,
            codes=codes,
            candidate=_unexplained(topic),
            quality=safe_quality(topic.quality),
        )

    def _signal(self, signal: RawSignal, tables: Sequence[SafeTable]) -> SafeSignal | None:
        """Show a signal with its figure, without it, or not at all.

        A count that may be shown is, unless a table keeps it back beside a small one. A lasting
        change whose month is not shown shows without a figure when all the reports since then may
        be shown; a fall, which leaves few reports behind, when what was expected was itself at
        least k. A single month's rise without a figure does not show.
        """
        levels = tuple(part.partition(":")[2] for part in signal.series.split("|"))
        shown = self.rules.allows(signal.count, *levels) and not _kept_back(signal, tables)
        falling = signal.observed < signal.expected
        lasting = signal.kind in LASTING and (
            self.rules.allows(signal.since, *levels)
            or (falling and signal.expected >= self.rules.threshold(*levels))
        )
        if not shown and not lasting:
            return None
        expected = _outward(signal.expected, up=not falling)
        return SafeSignal(
            series=signal.series,
            period=signal.period,
            kind=signal.kind,
            direction="down" if falling else "up",
            observed=self.rules.rounded(signal.observed) if shown else None,
            expected=expected,
            upper=max(expected, _outward(signal.upper, up=True)),
            q=_six_figures(signal.q),
        )


def _kept_back(signal: RawSignal, tables: Sequence[SafeTable]) -> bool:
    """Tell whether a listed table holds a signal's count and does not show it."""
    at = {"month": signal.period}
    if signal.series != "all":
        at |= dict(part.split(":", 1) for part in signal.series.split("|"))
    return any(
        table.count(*(at[name] for name in table.dimensions)) is None
        for table in tables
        if set(table.dimensions) == at.keys()
        and all(at[name] in table.levels[name] for name in table.dimensions)
    )


def _unexplained(topic: RawTopic) -> bool:
    """Tell whether no code explains a topic: "other" is the commonest of what its reports tell.

    A topic of reports that all went as it should has few of either, and is no practice.
    """
    most = max((count.reports for count in topic.codes.values()), default=0)
    return most < EXPLAINED_SHARE * topic.count.reports and most < topic.other.reports


def _with_shown_topics(table: SafeTable, shown: tuple[str, ...]) -> SafeTable:
    """Name only topics that may be shown: that a smaller one exists is itself a count below k."""
    if "topic" not in table.dimensions:
        return table
    position = table.dimensions.index("topic")
    return SafeTable(
        table.id,
        table.dimensions,
        {**table.levels, "topic": shown},
        tuple(cell for cell in table.cells if cell.key[position] in shown),
    )


def _outward(value: float, *, up: bool) -> float:
    """Round a fitted value to one decimal away from what it bounds."""
    return (math.ceil(value * 10) if up else math.floor(value * 10)) / 10


def _six_figures(value: float) -> float:
    return float(f"{value:.6g}")
