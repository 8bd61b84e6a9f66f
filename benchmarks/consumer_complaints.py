"""Long narratives: import, analyse and report the consumer complaints, timed; topics by issue.

python benchmarks/consumer_complaints.py  (needs ../shared/data; prints Markdown for RESULTS.md)

The issue that each complainant chose is no part of the import. How well topics follow it is set
beside k-means that is told the number of issues, and beside the ceiling: logistic regressions that
are taught the issues and predict each fifth of the reports from the others.
"""

from __future__ import annotations

import csv
import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from bribe_titles import ROOT, timed
from numpy.typing import NDArray
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    adjusted_mutual_info_score,
    adjusted_rand_score,
    completeness_score,
    homogeneity_score,
    normalized_mutual_info_score,
)
from sklearn.model_selection import KFold, cross_val_predict

from nlp import duplicates
from nlp.embedding import UniversalSentenceEncoder
from nlp.topics.distinct import distinguishing
from observatory.analysis import coding, reading
from observatory.analysis import topics as grouping
from observatory.analysis.opening import Report
from observatory.analysis.precedence import precedence
from observatory.analysis.reading import Reading
from observatory.analysis.state import State
from observatory.catalogue import load
from observatory.intake.imports import mapping, register
from observatory.intake.imports.register import ImportedRow

REGISTER = ROOT / "../shared/data/consumer_complaints/narratives.csv"
MAPPING = ROOT / "examples/consumer_complaints.yaml"
Labels = Sequence[str] | NDArray[Any]


def commands() -> dict[str, str]:
    """Run the commands in a new observatory, print their times; return the labels shown by id."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shares = [
            f"instance-shares/{side}-custodian-{number}.txt"
            for side in ("customs", "business")
            for number in (1, 2)
        ]
        times = {
            "init": timed("init", cwd=place),
            "import": timed("import", str(REGISTER), "--map", str(MAPPING), cwd=place),
            "analyse": timed("analyse", "--shares", *shares, "--json", "out.json", cwd=place),
            "report systemic": timed("report", "systemic", "report.pdf", cwd=place),
        }
        products = json.loads((place / "out.json").read_text())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| step | seconds |\n|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.1f} |")
    print(f"\nPeak memory of the largest process: {peak:.0f} MiB. {products['reports']}\n")
    shown = " ".join(p for topic in products["topics"] for p in [topic["label"], *topic["phrases"]])
    print(f"Masked runs in labels and phrases shown: {shown.lower().count('xx')}.\n")
    return {topic["id"]: topic["label"] for topic in products["topics"]}


def read() -> tuple[Reading, list[str], NDArray[np.int64], float]:
    """Return the usable reports, their issues and topics as a run has them, and texts a second."""
    with REGISTER.open(encoding="utf-8", newline="") as file:
        issues = {row["narrative"].strip(): row["issue"] for row in csv.DictReader(file)}
    rules = mapping.read(MAPPING)
    rows = register.read(REGISTER, rules, datetime.now(UTC).date())
    reports = [
        Report(row.once, row.complaint.narrative, row.complaint.facets, row.week, "import", "")
        for row in rows
        if isinstance(row, ImportedRow)
    ]
    catalogue, embedder = load(), UniversalSentenceEncoder()
    embedder.embed(["warm"])
    began = time.perf_counter()
    everything = reading.read(reports, catalogue, embedder, {}, lambda *_: None)
    speed = len(reports) / (time.perf_counter() - began)
    ranks = precedence(reports, [False] * len(reports), everything.junk)
    first = duplicates.find(everything.texts, precedence=ranks).first
    usable = everything.select(np.flatnonzero(first & ~everything.junk))
    codes = coding.assign(usable, catalogue, embedder, {})
    topics = grouping.identify(usable, codes, State())
    known = [issues.get(report.narrative, "") for report in usable.reports]
    return usable, known, topics.numbers, speed


def row(name: str, issues: Labels, found: Labels) -> None:
    """Print one row of the table of agreement."""
    print(
        f"| {name} | {len(set(found))} | {normalized_mutual_info_score(issues, found):.3f} "
        f"| {adjusted_mutual_info_score(issues, found):.3f} "
        f"| {adjusted_rand_score(issues, found):.3f} | {homogeneity_score(issues, found):.3f} "
        f"| {completeness_score(issues, found):.3f} | {purity(issues, found):.3f} |"
    )


def purity(issues: Labels, found: Labels) -> float:
    """Return the share of reports that have the commonest issue of their group."""
    pairs = Counter(zip(found, issues, strict=True))
    best: Counter[Any] = Counter()
    for (group, _), count in pairs.items():
        best[group] = max(best[group], count)
    return best.total() / len(issues)


def agreement(usable: Reading, issues: list[str], topics: NDArray[np.int64]) -> None:
    """Print how topics, baselines and ceilings agree with the issues."""
    centred = usable.vectors - usable.vectors.mean(axis=0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    words = TfidfVectorizer(
        analyzer=lambda text: distinguishing(text, "en"), min_df=3, sublinear_tf=True
    ).fit_transform(usable.matter)
    told = KMeans(len(set(issues)), n_init=3, random_state=0).fit_predict(centred)
    shuffled = np.random.default_rng(0).permutation(topics)
    folds = KFold(5, shuffle=True, random_state=0)

    def taught(features: Any) -> Any:
        learner = LogisticRegression(C=10, max_iter=200)
        return cross_val_predict(learner, features, issues, cv=folds)

    print("| grouping | groups | NMI | AMI | ARI | homogeneity | completeness | purity |")
    print("|---|---|---|---|---|---|---|---|")
    row("topics of the run, told nothing", issues, topics)
    row("the same topics, dealt out at random", issues, shuffled)
    row("k-means on the vectors, told the number of issues", issues, told)
    row("taught the issues, by vectors", issues, taught(centred))
    row("taught the issues, by words", issues, taught(words))
    row("taught the issues, by both", issues, taught(sparse.hstack([centred, words]).tocsr()))


def listing(issues: list[str], topics: NDArray[np.int64], labels: dict[str, str]) -> None:
    """Print each topic as it is shown, with its commonest issues."""
    print("\n| topic | reports | label | commonest issues |\n|---|---|---|---|")
    for topic, size in sorted(Counter(topics.tolist()).items()):
        own = Counter(issue for issue, t in zip(issues, topics, strict=True) if t == topic)
        top = "; ".join(f"{issue} {count / size:.0%}" for issue, count in own.most_common(2))
        shown = labels.get(grouping.name(topic), "not shown")
        print(f"| {grouping.name(topic)} | {size} | {shown} | {top} |")


def main() -> None:
    """Print times, agreement and topics, as Markdown."""
    labels = commands()
    usable, issues, topics, speed = read()
    print(f"Scrubbing, embedding and judging: {speed:.0f} narratives a second.\n")
    agreement(usable, issues, topics)
    listing(issues, topics, labels)


if __name__ == "__main__":
    main()
