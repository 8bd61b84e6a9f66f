"""Safe products of realistic size, made up: 43 codes, 36 months, 12 offices, 20 topics, 8 signals.

The tables pass the real door, so that what is absent is absent for the real reasons.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import numpy as np

from observatory import catalogue
from observatory.analysis.counts import NOT_SAID
from observatory.analysis.cuts import CUTS, MULTIPLE, levels
from observatory.analysis.months import months_between
from observatory.analysis.raw import RawCount, RawTable
from observatory.complaint.facets import FACETS
from observatory.complaint.offices import ELSEWHERE, Office
from observatory.disclosure import (
    Rules,
    SafeAnalysis,
    SafeChange,
    SafeQuality,
    SafeSignal,
    SafeTopic,
)
from observatory.disclosure.cells import safe_table

CANARY = "#strong[pay] *now* _x_ $1$ <b> `c` @ref // é"
NAMES = (
    "North seaport", "South container port", "Old harbour", "Airport cargo", "Plain airport",
    "East dry port", "Clearance centre", "Free zone", "Hill road border", "Pass road border",
    "River crossing", "Rail terminal",
)  # fmt: skip
OFFICES = tuple(Office(f"OFF{n:02}", name, "REGION") for n, name in enumerate(NAMES, 1))
SHARE = {"extortive": 300, "collusive": 70, "internal": 60, "private-to-private": 110}
MONTHS = months_between("2023-01", "2025-12")
QUARTER = {m: f"{m[:4]}-Q{(int(m[5:]) + 2) // 3}" for m in MONTHS}


@lru_cache(maxsize=2)
def made_up(audience: str = "members") -> SafeAnalysis:
    """Return Safe products; equal for equal arguments."""
    rng = np.random.default_rng(7)
    known = catalogue.load()
    columns = _reports(rng, known)
    rules = Rules(audience, k=5 if audience == "members" else 10)
    topics = [f"T{n:04}" for n in range(1, 21)]
    fixed = levels(
        months=MONTHS,
        codes=tuple(known.modus_operandi),
        offices=[office.code for office in OFFICES],
        topics=topics,
        languages=("ar", "en", "es", "fr", "ru"),
        rest={
            "office": (ELSEWHERE, NOT_SAID),
            **{facet.code: (NOT_SAID,) for facet in FACETS if facet.kind == "choice"},
        },
    )
    tables, hidden = [], 0
    for cut in CUTS:
        table, withheld = safe_table(_count(columns, cut, fixed), rules)
        tables.append(table)
        hidden += withheld
    total = len(columns["mo"])
    codes = Counter(columns["mo"].tolist())
    return SafeAnalysis(
        reports={"received": total + 421, "usable": total, "duplicate": 162, "junk": 259},
        topics=_topics(columns, topics, rules.k),
        modus_operandi=tuple(
            (c, n) for c, n in sorted(codes.items()) if n >= rules.threshold(c) and c != "other"
        ),
        signals=_signals(),
        changes=(
            SafeChange("split", ("T0001",), ("T0001", "T0019")),
            SafeChange("died", ("T0021",), ()),
        ),
        tables=tuple(tables),
        disclosure={
            "audience": audience,
            "k": rules.k,
            "weeks": 3,
            "dominance": 0.6,
            "suppressed": hidden,
        },
        manifest={
            "catalogue": known.version,
            "data_hash": "ab" * 32,
            "code_version": "0.1.0",
            "periods": {"first": MONTHS[0], "last": MONTHS[-1]},
            "sources": ["demo", "form"],
            "made_up": True,
            "run": {
                "at": "2026-01-05T09:00:00Z",
                "audit": {"size": 412, "root": "ef" * 32, "signed": 400},
            },
        },
    )


def _reports(rng, known):
    """Return one column a dimension; a report has one code here, which is enough for documents."""
    codes = list(known.modus_operandi)
    weights = np.array(
        [SHARE[known.modus_operandi[c].direction] / (1 + n % 7) for n, c in enumerate(codes)]
    )
    weights[codes.index("MO08")] = 4
    size = 5700
    mo = rng.choice([*codes, "other"], size, p=_norm([*weights, weights.sum() / 25]))
    month = rng.choice(MONTHS, size, p=_norm(1 + 0.3 * np.sin(np.arange(36) / 2)))
    office = rng.choice(
        [*(o.code for o in OFFICES), NOT_SAID],
        size,
        p=_norm([17, 14, 6, 9, 8, 11, 10, 6, 12, 10, 2, 6, 8]),
    )
    inside = np.array([c in codes and known.modus_operandi[c].direction == "internal" for c in mo])
    by = np.where(rng.random(size) < np.where(inside, 0.3, 0.85), "business", "customs")
    about = np.where(rng.random(size) < 0.8, "customs", "business")
    stage = np.array(
        [
            rng.choice([*known.modus_operandi[c].stages, NOT_SAID])
            if c in known.modus_operandi
            else NOT_SAID
            for c in mo
        ]
    )
    numbers = {c: 1 + n % 18 for n, c in enumerate(codes)}
    return {
        "mo": mo,
        "month": month,
        "quarter": np.array([QUARTER[m] for m in month]),
        "office": office,
        "reporter_side": np.where(rng.random(size) < 0.06, NOT_SAID, by),
        "subject_side": np.where(rng.random(size) < 0.05, NOT_SAID, about),
        "stage": stage,
        "topic": np.array([f"T{numbers.get(c, 19):04}" for c in mo]),
        "language": rng.choice(
            ["en", "fr", "es", "ru", "ar"], size, p=[0.5, 0.24, 0.23, 0.0294, 0.0006]
        ),
        "asked": rng.choice(["money", "goods", "favour", "other", NOT_SAID], size),
        "outcome": rng.choice(["paid", "refused", "not_known", NOT_SAID], size),
        "experience": rng.choice(["problem", "went_as_it_should"], size, p=[0.97, 0.03]),
    }


def _norm(weights):
    array = np.asarray(weights, float)
    return array / array.sum()


def _count(columns, cut, fixed):
    keys = zip(*(columns[d].tolist() for d in cut.dimensions), strict=True)
    cells = {key: RawCount(n, 10, max(1, n // 5)) for key, n in Counter(keys).items()}
    kept = {d: fixed[d] for d in cut.dimensions}
    cells = {
        k: c for k, c in cells.items() if all(x in kept[d] for x, d in zip(k, kept, strict=True))
    }
    return RawTable(cut.id, cut.dimensions, kept, cells, frozenset(cut.dimensions) - MULTIPLE)


def _topics(columns, ids, k):
    pairs = Counter(zip(columns["topic"].tolist(), columns["mo"].tolist(), strict=True))
    sizes = Counter(columns["topic"].tolist())
    phrases = {
        "T0001": ("cash for release stamp", CANARY, "file sent to the back"),
        "T0002": ("платёж за печать", "دفع نقدا", "=SUM(A1:A9)"),
        "T0019": ("five stars before stamp", "rate us on the tablet", "bonus for top score"),
    }
    return tuple(
        SafeTopic(
            id=topic,
            label=" · ".join(
                phrases.get(topic, (f"slow release {topic[-2:]}", "came back later"))[:2]
            ),
            phrases=phrases.get(
                topic, (f"slow release {topic[-2:]}", "came back later", "no receipt")
            ),
            reports=sizes[topic],
            codes=tuple(
                (mo, round(n / sizes[topic], 2))
                for (t, mo), n in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
                if t == topic and n >= k and mo != "other"
            ),
            candidate=topic == "T0019",
            quality=SafeQuality(0.2, 0.6, 0.4 if topic == "T0004" else 0.8, poor=topic == "T0004"),
        )
        for topic in ids
        if sizes[topic] >= k
    )


def _signals():
    row = SafeSignal
    return (
        row("all", "2025-06", "rise", "up", 301, 170.2, 214.0, 0.001),
        row("all", "2025-07", "rise", "up", 288, 171.0, 215.4, 0.003),
        row("mo:MO01|office:OFF10", "2025-03", "rise", "up", 11, 2.4, 7.1, 0.0004),
        row("mo:MO01|office:OFF10", "2025-05", "rise", "up", 12, 2.5, 7.3, 0.0002),
        row("mo:MO04|office:OFF01", "2024-07", "level_shift", "down", None, 12.1, 18.0, 0.008),
        row("mo:MO04|office:OFF02", "2024-08", "level_shift", "up", 12, 6.1, 10.9, 0.011),
        row("mo:MO05", "2025-09", "rise", "up", 31, 14.6, 25.3, 0.02),
        row("topic:T0019", "2024-08", "new", "up", 9, 0.2, 2.0, 0.00001),
    )
