"""Topics against labelled sets: ``python -m benchmarks.topics ../shared/data``.

Prints, for each set, the number of topics, NMI and ARI against the labels (told nothing), and the
seconds that clustering took, embedding left out.
"""

import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from nlp import TopicModel
from nlp.embedding import UniversalSentenceEncoder
from nlp.formulas import strip
from nlp.identifiers import scrub


def sets(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
    """Name, texts and labels of each set that is there."""
    titles = folder / "stackoverflow_titles"
    if titles.is_dir():
        texts = (titles / "title_StackOverflow.txt").read_text(encoding="utf-8").splitlines()
        yield "stackoverflow", texts, (titles / "label_StackOverflow.txt").read_text().split()
    for name, file, text, label in (
        ("bribe titles / department", "bribe_titles/reports.csv", "title", "department"),
        ("consumer complaints / issue", "consumer_complaints/narratives.csv", "narrative", "issue"),
    ):
        path = folder / file
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as source:
                rows = list(csv.DictReader(source))
            yield name, [scrub(row[text]).text for row in rows], [row[label] for row in rows]


def main() -> None:
    """Fit and print."""
    embedder = UniversalSentenceEncoder()
    for name, texts, labels in sets(Path(sys.argv[1])):
        vectors = embedder.embed(strip(texts))
        start = time.perf_counter()
        model = TopicModel().fit(texts, embeddings=vectors)
        seconds = time.perf_counter() - start
        known = np.flatnonzero(model.labels_ >= 0)
        truth, found = [labels[i] for i in known], model.labels_[known]
        print(
            f"{name}: {len(texts)} texts, {len(model.sizes_)} topics at {model.resolution_:.2f}, "
            f"NMI {normalized_mutual_info_score(truth, found):.3f}, "
            f"ARI {adjusted_rand_score(truth, found):.3f}, {seconds:.0f} s"
        )


if __name__ == "__main__":
    main()
