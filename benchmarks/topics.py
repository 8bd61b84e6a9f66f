"""Topics against labelled sets and against peers: python benchmarks/topics.py [RUNS].

Needs ../shared/data, and ``make peers`` for BERTopic, which has an environment of its own
(.venv-peers, or the interpreter named by PEERS_PYTHON). All contestants get the same vectors and
run one after the other; only clustering is timed. BERTopic draws another result each time, so it
runs RUNS times (3), and its row shows the median of each figure.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from nlp.identifiers import scrub

ROOT = Path(__file__).parents[1]
DATA = ROOT / "../shared/data"
PEERS = os.environ.get("PEERS_PYTHON", str(ROOT / ".venv-peers/bin/python"))
LANGUAGES = {"en": "eng_Latn", "fr": "fra_Latn", "es": "spa_Latn", "pt": "por_Latn"}
METHODS = {"ours": "this product", "bertopic": "BERTopic, default", "k-means": "k-means, told K"}


@dataclass(frozen=True)
class LabelledSet:
    """Texts and their true classes."""

    name: str
    texts: list[str]
    truth: list[str]


@dataclass(frozen=True)
class Clustering:
    """What one run of a contestant gave; label -1 is an outlier."""

    labels: NDArray[np.int64]
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


def labelled_sets() -> Iterator[LabelledSet]:
    """Read the sets of short and long texts in one language."""
    titles = DATA / "stackoverflow_titles"
    texts = (titles / "title_StackOverflow.txt").read_text(encoding="utf-8").splitlines()
    truth = (titles / "label_StackOverflow.txt").read_text().split()
    yield LabelledSet("StackOverflow titles", texts, truth)
    for name, file, text, label in (
        ("bribe titles, by department", "bribe_titles/reports.csv", "title", "department"),
        (
            "consumer complaints, by issue",
            "consumer_complaints/narratives.csv",
            "narrative",
            "issue",
        ),
    ):
        with (DATA / file).open(encoding="utf-8", newline="") as source:
            rows = list(csv.DictReader(source))
        yield LabelledSet(
            name, [scrub(row[text]).text for row in rows], [row[label] for row in rows]
        )


def same_sentences() -> LabelledSet:
    """Read sib200: the same sentences in each language, in the same order, language by language."""
    texts, truth = [], []
    for language in LANGUAGES.values():
        rows = []
        for part in ("train", "dev", "test"):
            path = DATA / "sib200" / language / f"{part}.tsv"
            with path.open(encoding="utf-8", newline="") as source:
                rows += list(csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE))
        rows.sort(key=lambda row: int(row["index_id"]))
        texts += [row["text"] for row in rows]
        truth += [row["category"] for row in rows]
    return LabelledSet("sib200, four languages", texts, truth)


def contest(one: LabelledSet, runs: int) -> dict[str, list[Clustering]]:
    """Let every contestant cluster a set: once, or ``runs`` times where chance has a part."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "texts.json").write_text(json.dumps(one.texts), encoding="utf-8")
        (folder / "classes.txt").write_text(str(len(set(one.truth))))
        _run("embed", folder)
        return {
            method: [_run(method, folder) for _ in range(runs if method == "bertopic" else 1)]
            for method in METHODS
        }


def _run(method: str, folder: Path) -> Clustering:
    interpreter = PEERS if method == "bertopic" else sys.executable
    # Each interpreter finds its own packages: what this one was told would confuse the other.
    environment = {k: v for k, v in os.environ.items() if method != "bertopic" or k != "PYTHONPATH"}
    command = [interpreter, str(ROOT / "benchmarks/clustering.py"), method, str(folder)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    )
    found = json.loads(done.stdout.splitlines()[-1])
    labels = np.array(found["labels"], np.int64)
    return Clustering(labels, found["seconds"], found["processor"], found["peak"])


def against_labels(one: LabelledSet, found: dict[str, list[Clustering]]) -> None:
    """Print a table of one set."""
    print(f"\n**{one.name}**: {len(one.texts):,} texts, {len(set(one.truth))} classes.\n")
    print("| | NMI | ARI | without outliers | topics | outliers | time | processor time | memory |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|")
    own = found["ours"][0]
    for method, runs in found.items():
        every = [run.agreement(one.truth, without_outliers=False) for run in runs]
        inside = [run.agreement(one.truth, without_outliers=True) for run in runs]
        nmi, ari = _middle(every)
        nmi_inside, ari_inside = _middle(inside)
        seconds = statistics.median(run.seconds for run in runs)
        processor = statistics.median(run.processor for run in runs)
        peak = statistics.median(run.peak for run in runs)
        cells = (
            METHODS[method],
            f"{nmi:.3f}",
            f"{ari:.3f}",
            f"{nmi_inside:.3f} / {ari_inside:.3f}",
            f"{statistics.median(run.topics for run in runs):.0f}",
            f"{statistics.median(run.outliers for run in runs):.0%}",
            f"{seconds:.1f} s, {seconds / own.seconds:.2g} x ours",
            f"{processor:.1f} s, {processor / own.processor:.2g} x ours",
            f"{peak:,.0f} MiB",
        )
        print(f"| {' | '.join(cells)} |")


def _middle(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def across_languages(one: LabelledSet, found: dict[str, list[Clustering]]) -> None:
    """Print how far translations of a sentence share a topic."""
    print("\n| | same topic | by chance | ARI between languages | NMI to the 7 subjects |")
    print("|---|--:|--:|--:|---|")
    for method, runs in found.items():
        labels = runs[0].labels.reshape(len(LANGUAGES), -1)
        truth = np.array(one.truth).reshape(len(LANGUAGES), -1)
        pairs = list(itertools.combinations(range(len(LANGUAGES)), 2))
        same = [float(((labels[a] == labels[b]) & (labels[a] >= 0)).mean()) for a, b in pairs]
        chance = [_by_chance(labels[a], labels[b]) for a, b in pairs]
        rand = [float(adjusted_rand_score(labels[a], labels[b])) for a, b in pairs]
        nmi = [
            f"{name} {normalized_mutual_info_score(t, f):.3f}"
            for name, t, f in zip(LANGUAGES, truth, labels, strict=True)
        ]
        cells = (
            METHODS[method],
            f"{np.mean(same):.1%} ({min(same):.1%} to {max(same):.1%})",
            f"{np.mean(chance):.1%}",
            f"{np.mean(rand):.3f} ({min(rand):.3f} to {max(rand):.3f})",
            ", ".join(nmi),
        )
        print(f"| {' | '.join(cells)} |")
    print("\nMeans over the six pairs of languages, and the range. An outlier shares no topic.")


def _by_chance(a: NDArray[np.int64], b: NDArray[np.int64]) -> float:
    """Share of pairs in one topic if the topics of two languages had nothing to do with another."""
    most = int(max(a.max(), b.max())) + 1
    first, second = (np.bincount(x[x >= 0], minlength=most) / len(x) for x in (a, b))
    return float(first @ second)


def main(runs: int) -> None:
    """Print all tables."""
    for one in labelled_sets():
        against_labels(one, contest(one, runs))
    sentences = same_sentences()
    found = contest(sentences, runs)
    against_labels(sentences, found)
    across_languages(sentences, found)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
