"""What the analysis found of the facts that were planted in the made-up corpus.

The answer key is held against Safe products only: what a member could see.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from observatory.analysis.months import quarter_of_month
from observatory.demo import planted
from observatory.disclosure import SafeAnalysis, SafeSignal
from observatory.figures.names import period

LATE_MONTHS = 3
"""A change counts as found when it is dated within so many months of the true date."""

UP, DOWN = "up", "down"


@dataclass(frozen=True)
class Recovery:
    """One planted fact, whether it was found, and a sentence that says so."""

    fact: str
    found: bool
    sentence: str


def recover(answer_key: Mapping[str, Any], products: SafeAnalysis) -> list[Recovery]:
    """Hold every planted fact of an answer key against the products."""
    checks = {
        planted.SPEED_MONEY: _speed_money,
        planted.NEW_MODUS: _new_modus,
        planted.MEASURE: _measure,
        planted.CAMPAIGN: _campaign,
        planted.FLOOD: _flood,
        planted.RARE_NAME: _rare_name,
    }
    return [checks[name](fact, products) for name, fact in answer_key["facts"].items()]


def _speed_money(fact: Mapping[str, Any], products: SafeAnalysis) -> Recovery:
    signal = _first(_near(products, fact["series"], fact["first_period"]), UP)
    return Recovery(
        planted.SPEED_MONEY,
        signal is not None,
        f"Speed money at one office rose from {_since(fact)}: {_told(signal, products)}.",
    )


def _new_modus(fact: Mapping[str, Any], products: SafeAnalysis) -> Recovery:
    for topic in products.topics:
        near = _near(products, f"topic:{topic.id}", fact["first_period"])
        signal = _first(near, UP)
        if signal is not None and topic.candidate:
            return Recovery(
                planted.NEW_MODUS,
                found=True,
                sentence=f"A practice that the catalogue does not hold began in {_since(fact)}: "
                f"topic {topic.id} ({topic.label}), {_told(signal, products)}.",
            )
    return Recovery(
        planted.NEW_MODUS,
        found=False,
        sentence=f"A practice that the catalogue does not hold began in {_since(fact)}: "
        f"{_told(None, products)}.",
    )


def _measure(fact: Mapping[str, Any], products: SafeAnalysis) -> Recovery:
    moved = fact["displacement"]
    fall = _first(_near(products, fact["series"], fact["first_period"]), DOWN)
    ratio, low, high = _ratio(moved["series"], fact["first_period"], products)
    return Recovery(
        planted.MEASURE,
        fall is not None and low > 1,
        f"A measure of {_since(fact)} cut invented charges at one office: "
        f"{_told(fall, products)}. They moved to a neighbour: {ratio:.2f} times as many a quarter "
        f"after it as before (95% interval {low:.2f} to {high:.2f}, of shown quarters, counts "
        f"taken as Poisson).",
    )


def _ratio(series: str, month: str, products: SafeAnalysis) -> tuple[float, float, float]:
    """Return the ratio of mean shown quarterly counts after and before, with a 95% interval.

    The interval is Wald's on the log scale, for two Poisson totals over their numbers of quarters.
    """
    levels = dict(part.split(":") for part in series.split("|"))
    changed = quarter_of_month(month)
    cells = [
        (quarter, count)
        for quarter, count in products.table("mo_office_quarter").series("quarter", **levels)
        if count is not None
    ]
    before = [count for quarter, count in cells if quarter < changed]
    after = [count for quarter, count in cells if quarter >= changed]
    if not before or not after:
        return math.nan, 0.0, math.inf
    ratio = (sum(after) / len(after)) / (sum(before) / len(before))
    spread = 1.96 * math.sqrt(1 / sum(after) + 1 / sum(before))
    return ratio, ratio * math.exp(-spread), ratio * math.exp(spread)


def _campaign(fact: Mapping[str, Any], products: SafeAnalysis) -> Recovery:
    signal = _first(
        (s for s in products.signals if s.series == "all" and s.period in fact["periods"]), UP
    )
    return Recovery(
        planted.CAMPAIGN,
        signal is not None,
        f"A campaign lifted all reporting in {' and '.join(map(period, fact['periods']))}: "
        f"{_told(signal, products)}.",
    )


def _flood(fact: Mapping[str, Any], products: SafeAnalysis) -> Recovery:
    dropped = products.reports.get("duplicate", 0)
    taken_in = any(
        s.series == fact["series"] and s.period == fact["first_period"] for s in products.signals
    )
    return Recovery(
        planted.FLOOD,
        dropped >= fact["reports"] - 1 and not taken_in,
        f"A ring sent {fact['reports']} near-duplicates in one week: "
        f"{dropped} duplicates were set aside, and they made no signal.",
    )


def _rare_name(fact: Mapping[str, Any], products: SafeAnalysis) -> Recovery:
    shown = json.dumps(products.to_json(), ensure_ascii=False).casefold()
    hidden = not any(part.casefold() in shown for part in fact["name"].split())
    return Recovery(
        planted.RARE_NAME,
        hidden,
        f"One name stands in {fact['reports']} reports; it is shown nowhere.",
    )


def _near(products: SafeAnalysis, series: str, month: str) -> Iterator[SafeSignal]:
    """Yield the signals of a series that are dated about a month."""
    true = pd.Period(month, "M").ordinal
    for signal in products.signals:
        late = pd.Period(signal.period, "M").ordinal - true
        if signal.series == series and -LATE_MONTHS <= late <= LATE_MONTHS:
            yield signal


def _first(signals: Iterator[SafeSignal], direction: str) -> SafeSignal | None:
    return next((signal for signal in signals if signal.direction == direction), None)


def _told(signal: SafeSignal | None, products: SafeAnalysis) -> str:
    if signal is None:
        return "not found"
    seen = signal.observed if signal.observed is not None else f"fewer than {products.k}"
    # A change of level is dated by the analysis, which can err by a month or two.
    return (
        f"found, dated {period(signal.period)} ({seen} reports, {signal.expected:g} expected in "
        "that month)"
    )


def _since(fact: Mapping[str, Any]) -> str:
    return period(str(fact["first_period"]))
