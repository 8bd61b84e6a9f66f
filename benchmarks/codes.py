"""Codes against labels: python benchmarks/codes.py (the real titles need ../shared/data).

Reports are read, deduplicated and coded as a run does it. Made-up corpora have an answer key;
548 real titles are labelled by hand (tests/nlp/labels/README.md).
"""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp import duplicates
from nlp.embedding import default
from observatory.analysis import coding, reading
from observatory.analysis import topics as grouping
from observatory.analysis.coding import Coding
from observatory.analysis.opening import Report
from observatory.analysis.reading import Reading
from observatory.analysis.state import State
from observatory.catalogue import load
from observatory.complaint import periods
from observatory.demo.corpus import make_corpus

ROOT = Path(__file__).parents[1]
TITLES = ROOT / "../shared/data/bribe_titles/reports.csv"
LABELS = ROOT / "tests/nlp/labels/bribe_titles_codes.csv"
EMBEDDER = default()
CATALOGUE = load()
CODES = tuple(CATALOGUE.modus_operandi)
COLUMN = {code: column for column, code in enumerate(CODES)}

MADE_UP = ((501, 600), (502, 2_000), (503, 6_000))  # seed and size; tuning saw none of these seeds
EARLIER = 0.7  # share of the weeks whose topics members confirm
CLEAR = 0.5  # of a topic's reports tell of the code that members confirm
BINS = (0.0, 0.02, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)

Truth = NDArray[np.bool_]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Corpus:
    """What was read of a corpus.

    Attributes:
        usable: what a run would code.
        rows: (n,) the row of the corpus that each usable report is.
        first: by row of the corpus, the row it counts as: its own, or that of its like.
        truth: bool (all rows, m); empty for the titles, whose labels stand in a file.
    """

    usable: Reading
    rows: Rows
    first: Rows
    truth: Truth


def _read(reports: Sequence[Report], truth: Truth) -> Corpus:
    everything = reading.read(reports, CATALOGUE, EMBEDDER, {}, lambda *_: None)
    first = duplicates.find(everything.texts).group
    rows = np.flatnonzero((first == np.arange(len(first))) & ~everything.junk)
    return Corpus(everything.select(rows), rows, first, truth)


def made_up(seed: int, size: int) -> Corpus:
    """Read a made-up corpus and its answer key."""
    made = [report for report in make_corpus(seed, size=size).reports if not report.junk]
    truth = np.zeros((len(made), len(CODES)), bool)
    for row, one in enumerate(made):
        truth[row, [COLUMN[code] for code in one.truth]] = True
    return _read(
        [_report(n, one.narrative, one.week, one.facets) for n, one in enumerate(made)], truth
    )


def titles() -> Corpus:
    """Read the real titles, as examples/bribe_titles.yaml passes them on."""
    with TITLES.open(encoding="utf-8", newline="") as file:
        texts = [row["title"] for row in csv.DictReader(file)]
    reports = [_report(n, text, "2020-W01", {}) for n, text in enumerate(texts)]
    return _read(reports, np.zeros((0, len(CODES)), bool))


def _report(number: int, text: str, week: str, facets: dict[str, str]) -> Report:
    leaf = number.to_bytes(32, "big")
    return Report(leaf, text, facets, week, "import:demo", periods.month_of_week(week))


def labelled(
    real: Corpus, *, samples: Collection[str], fields: Collection[str]
) -> tuple[Rows, Truth]:
    """Return the labelled titles' usable rows (-1: set aside as junk) and their codes.

    Args:
        real: the titles.
        samples: of the labels' file.
        fields: where a code counts; elsewhere it is none.
    """
    place = {int(row): n for n, row in enumerate(real.rows)}
    rows, truth = [], []
    with LABELS.open(encoding="utf-8", newline="") as file:
        for label in csv.DictReader(file):
            if label["sample"] in samples:
                told = label["codes"].split() if label["field"] in fields else []
                rows.append(place.get(int(real.first[int(label["row"])]), -1))
                truth.append([code in told for code in CODES])
    return np.array(rows, np.int64), np.array(truth, bool)


def given(coded: Coding, rows: Rows) -> Truth:
    """Return which codes the rows were given; a report that was set aside has none."""
    found = [coded.codes[row] if row >= 0 else () for row in rows]
    return np.array([[code in one for code in CODES] for one in found], bool)


def wilson(hits: int, total: int) -> str:
    """Return a share and its 95% limits (Wilson, JASA 22, 1927)."""
    if not total:
        return ""
    z, share = 1.96, hits / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + (z / total / 2) ** 2)
    low, high = max(middle - half, 0.0), min(middle + half, 1.0)
    return f"{share:.2f} ({low:.2f} to {high:.2f})"


def _mean(hits: NDArray[np.int64], totals: NDArray[np.int64]) -> str:
    kept = totals > 0
    return f"{(hits[kept] / totals[kept]).mean():.2f} ({kept.sum()})" if kept.any() else ""


def overall(name: str, truth: Truth, found: Truth) -> str:
    """Return a line: micro with limits, macro with the number of codes it is a mean of."""
    hits, told, said = (truth & found).sum(0), truth.sum(0), found.sum(0)
    without = ~truth.any(axis=1)
    cells = (
        name,
        f"{len(truth):,}",
        str(told.sum()),
        str(said.sum()),
        wilson(int(hits.sum()), int(said.sum())),
        wilson(int(hits.sum()), int(told.sum())),
        _mean(hits, said),
        _mean(hits, told),
        wilson(int((without & ~found.any(axis=1)).sum()), int(without.sum())),
    )
    return f"| {' | '.join(cells)} |"


def by_code(truth: Truth, found: Truth) -> Iterator[str]:
    """Yield a line for each code that is told or given."""
    for column, code in enumerate(CODES):
        told, said = int(truth[:, column].sum()), int(found[:, column].sum())
        if told or said:
            hits = int((truth[:, column] & found[:, column]).sum())
            yield f"| {code} | {told} | {said} | {wilson(hits, said)} | {wilson(hits, told)} |"


def reliability(chances: NDArray[np.float64], truth: Truth) -> list[tuple[str, str, str]]:
    """Return, by bin of the chance said: pairs of report and code, mean chance, share true."""
    cells = []
    for low, high in itertools.pairwise(BINS):
        inside = (chances >= low) & ((chances < high) | (high == BINS[-1]))
        number = int(inside.sum())
        said = f"{chances[inside].mean():.3f}" if number else ""
        cells.append((f"{number:,}", said, wilson(int(truth[inside].sum()), number)))
    return cells


def confirmed(corpus: Corpus) -> Iterator[str]:
    """Yield lines on the later weeks' reports, without and with what members confirmed before."""
    usable = corpus.usable
    order = sorted(range(len(usable.reports)), key=lambda row: usable.reports[row].week)
    early = np.array(sorted(order[: round(EARLIER * len(order))]), np.int64)
    late = np.setdiff1d(np.arange(len(order)), early)
    truth = corpus.truth[corpus.rows]
    earlier = usable.select(early)
    before = coding.assign(earlier, CATALOGUE, EMBEDDER, {})
    topics = grouping.identify(earlier, before, State()).names()
    links = {}
    for topic in sorted(set(topics)):
        share = truth[early[[name == topic for name in topics]]].mean(axis=0)
        if share.max() >= CLEAR:
            links[topic] = CODES[int(share.argmax())]
    said = coding.Confirmed(
        links, {r.leaf: name for r, name in zip(earlier.reports, topics, strict=True)}
    )
    for number, one in ((0, coding.NOTHING_CONFIRMED), (len(links), said)):
        coded = coding.assign(usable, CATALOGUE, EMBEDDER, {}, one)
        name = f"{number} of {len(set(topics))} topics confirmed, later reports"
        yield overall(name, truth[late], given(coded, late))


def _columns(*names: str) -> None:
    print(f"\n| {' | '.join(names)} |\n|---" + "|--:" * (len(names) - 1) + "|")


WHOLE = ("", "reports", "codes told", "given", "precision", "recall")
MACRO = ("macro precision (codes)", "macro recall (codes)", "rightly none of those without")
READINGS = {
    "trade": ("trade",),
    "trade or tax": ("trade", "tax"),
    "wide": ("trade", "tax", "elsewhere"),
}
SAMPLES = {"random sample": ("random", "both"), "subject sample": ("subject",)}


def main() -> None:
    """Measure and print."""
    corpora = {f"made-up, seed {s}": made_up(s, n) for s, n in MADE_UP}
    coded = {n: coding.assign(c.usable, CATALOGUE, EMBEDDER, {}) for n, c in corpora.items()}
    truths = {name: corpus.truth[corpus.rows] for name, corpus in corpora.items()}
    founds = {n: given(c, np.arange(len(c.codes))) for n, c in coded.items()}
    truth, found = (np.concatenate(list(one.values())) for one in (truths, founds))
    _columns(*WHOLE, *MACRO)
    for name in corpora:
        print(overall(name, truths[name], founds[name]))
    print(overall("made-up, all", truth, found))
    real = titles() if TITLES.is_file() else None
    judged = {}
    if real is not None:
        coded_real = coding.assign(real.usable, CATALOGUE, EMBEDDER, {})
        for sample, kinds in SAMPLES.items():
            for name, fields in READINGS.items():
                rows, told = labelled(real, samples=kinds, fields=fields)
                judged[f"{sample}, {name}"] = rows, told
                print(overall(f"titles, {sample}, {name}", told, given(coded_real, rows)))
    _columns("made-up, all: chance said", "pairs", "mean said", "true")
    calibrated = np.concatenate([one.chances for one in coded.values()])
    _bins(calibrated, truth)
    if real is not None:
        rows, told = judged["random sample, trade"]
        kept = rows >= 0
        _columns("titles, random sample, trade: chance said", "pairs", "mean said", "true")
        _bins(coded_real.chances[rows[kept]], told[kept])
    _columns(*WHOLE, *MACRO)
    for line in confirmed(corpora["made-up, seed 502"]):
        print(line)
    _columns("made-up, all", "told", "given", "precision", "recall")
    print(*by_code(truth, found), sep="\n")
    if real is not None:
        for name in ("subject sample, trade", "random sample, wide"):
            rows, told = judged[name]
            _columns(f"titles, {name}", "told", "given", "precision", "recall")
            print(*by_code(told, given(coded_real, rows)), sep="\n")


def _bins(chances: NDArray[np.float64], truth: Truth) -> None:
    names = [f"{low:g} to {high:g}" for low, high in itertools.pairwise(BINS)]
    for name, cells in zip(names, reliability(chances, truth), strict=True):
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
