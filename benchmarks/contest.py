"""Running the contestants of topics.py, each method in a process of its own (clustering.py)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from labelled import LabelledSet
from numpy.typing import NDArray
from sklearn.metrics import (
    adjusted_rand_score,
    homogeneity_completeness_v_measure,
    normalized_mutual_info_score,
)

Labels = NDArray[np.int64]

ROOT = Path(__file__).parents[1]
PEERS = os.environ.get("PEERS_PYTHON", str(ROOT / ".venv-peers/bin/python"))
NAMES = {
    "ours": "this product",
    "bertopic-10": "BERTopic, default",
    "bertopic-20": "BERTopic, min_topic_size 20",
    "bertopic-50": "BERTopic, min_topic_size 50",
    "bertopic-all": "BERTopic, default, reduce_outliers",
    "k-means": "k-means, told K",
    "lda": "LDA, told K",
    "nmf": "NMF, told K",
}
METHODS = ("ours", "bertopic", "k-means", "lda", "nmf")
# Above this many texts all run only twice, BERTopic once.
LARGE, RUNS_ON_LARGE, RUNS_OF_BERTOPIC = 10_000, 2, 1


@dataclass(frozen=True)
class Clustering:
    """What one run of a contestant gave; label -1 is an outlier."""

    labels: Labels
    seconds: float
    processor: float
    peak: float

    @property
    def topics(self) -> int:
        """Topics, outliers not counted."""
        return len(set(self.labels.tolist()) - {-1})

    @property
    def outliers(self) -> float:
        """Share of texts without a topic."""
        return float((self.labels < 0).mean())

    def agreement(self, truth: list[str], *, without_outliers: bool) -> tuple[float, float]:
        """NMI and ARI against the truth; outliers count as one more topic or are left out."""
        rows = np.flatnonzero((self.labels >= 0) | (not without_outliers))
        known, found = [truth[row] for row in rows], self.labels[rows]
        return (
            float(normalized_mutual_info_score(known, found)),
            float(adjusted_rand_score(known, found)),
        )

    def v_measure(self, truth: list[str]) -> tuple[float, float]:
        """Homogeneity and completeness, whose harmonic mean is the V-measure."""
        homogeneity, completeness, _ = homogeneity_completeness_v_measure(truth, self.labels)
        return float(homogeneity), float(completeness)


@contextmanager
def prepared(one: LabelledSet) -> Iterator[Path]:
    """A folder with texts, their vectors and words, for the time of a contest."""
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "texts.json").write_text(json.dumps(one.texts), encoding="utf-8")
        (folder / "classes.txt").write_text(str(len(set(one.truth))))
        run("embed", folder)
        yield folder


def contest(folder: Path, texts: int, runs: int) -> dict[str, list[Clustering]]:
    """Let every contestant cluster a set ``runs`` times, with seeds from 0.

    The first run of each is alone, and its times and memory count; the others, which are not timed,
    go two methods at a time.
    """
    results = [result for method in METHODS for result in run(method, folder)]
    with ThreadPoolExecutor(2) as two:
        # The slowest goes first, beside all others.
        order = sorted(METHODS, key=lambda method: method != "bertopic")
        seeds = {method: range(1, _runs(method, texts, runs)) for method in order}
        more = two.map(lambda m: run(m, folder, *seeds[m]) if seeds[m] else [], order)
        results += [result for every in more for result in every]
    return {name: [result[name] for result in results if name in result] for name in NAMES}


def _runs(method: str, texts: int, runs: int) -> int:
    if texts <= LARGE:
        return runs
    return min(runs, RUNS_OF_BERTOPIC if method == "bertopic" else RUNS_ON_LARGE)


def run(method: str, folder: Path, *seeds: int) -> list[dict[str, Clustering]]:
    """Run one method with each seed, or with 0; return what its contestants gave."""
    foreign = method.startswith("bertopic")
    # Each interpreter finds its own packages: what this one was told would confuse the other.
    environment = {k: v for k, v in os.environ.items() if not foreign or k != "PYTHONPATH"}
    command = [
        PEERS if foreign else sys.executable,
        str(ROOT / "benchmarks/clustering.py"),
        method,
        str(folder),
        *map(str, seeds or (0,)),
    ]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return [
        {
            name: Clustering(np.array(labels, np.int64), seconds, processor, told["peak"])
            for name, (labels, seconds, processor) in found.items()
        }
        for found in told["found"]
    ]
