"""Junk set aside, against labels by hand: python benchmarks/junk.py  (prints Markdown).

Real titles (``../shared/data/bribe_titles``, left out where they are not here) and made-up texts
in six languages; both are explained in ``tests/nlp/labels``. Texts at odd places were held out: no
weight or bound was chosen by them. A filter learns, without
labels, from all texts of its channel, as it does in an analysis. Of a channel of one text it learns
nothing: "alone" is the made-up texts judged so.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.stats import binomtest

from nlp import JunkFilter, formulas, identifiers, languages
from nlp.embedding import default
from nlp.tokens import calm
from observatory.catalogue import load

ROOT = Path(__file__).parents[1]
REGISTER = ROOT / "../shared/data/bribe_titles/reports.csv"
LABELS = ROOT / "tests/nlp/labels"
JUNK, COMPLAINT = "junk", "complaint"


@dataclass(frozen=True)
class Channel:
    """Texts, what each is by hand ("junk", "complaint", "unclear"), its place and its language."""

    texts: Sequence[str]
    labels: NDArray[np.str_]
    places: NDArray[np.int64]
    tags: NDArray[np.str_]


def titles() -> Channel:
    """Read the real titles; the place is the number of the row."""
    with REGISTER.open(encoding="utf-8", newline="") as file:
        texts = [row["title"] for row in csv.DictReader(file)]
    lines = (LABELS / "bribe_titles_junk.txt").read_text(encoding="utf-8").splitlines()
    labels = np.array([line.split()[1] for line in lines if not line.startswith("#")])
    return Channel(texts, labels, np.arange(len(texts)), np.full(len(texts), "en"))


def made_up() -> Channel:
    """Read the made-up texts; the place is that in the list of junk or complaints of a language."""
    table = yaml.safe_load((LABELS / "made_up_junk.yaml").read_text(encoding="utf-8"))
    rows = [
        (text, label, place, tag)
        for tag, found in table.items()
        for label, texts in (
            (JUNK, [text for kind in found["junk"].values() for text in kind]),
            (COMPLAINT, found["complaints"]),
        )
        for place, text in enumerate(texts)
    ]
    texts, labels, places, tags = zip(*rows, strict=True)
    return Channel(texts, np.array(labels), np.array(places), np.array(tags))


def set_aside(channel: Channel, *, alone: bool = False) -> NDArray[np.bool_]:
    """Judge each text as an analysis does; ``alone``: by a filter that saw no other text."""
    texts = [identifiers.scrub(text).text for text in channel.texts]
    vectors = default().embed(formulas.strip([calm(text) for text in texts]))
    tags = languages.detect(texts)
    definitions = [mo.definition for mo in load().modus_operandi.values()]
    judge = JunkFilter(definitions, default())
    if alone:
        judge.fit([])
    else:
        judge.fit(texts, embeddings=vectors, languages=tags)
    return judge.predict(texts, embeddings=vectors, languages=tags)


def share(hits: int, total: int) -> str:
    """Return hits of total as a share with 95% limits (Wilson, JASA 22, 1927)."""
    if not total:
        return ""
    low, high = binomtest(hits, total).proportion_ci(0.95, "wilson")
    return f"{hits:,} of {total:,}: {hits / total:.3f} ({low:.3f} to {high:.3f})"


def row(name: str, labels: NDArray[np.str_], found: NDArray[np.bool_]) -> str:
    """Return a line of the table; texts that are unclear count nowhere."""
    junk, real = labels == JUNK, labels == COMPLAINT
    caught, lost = int(found[junk].sum()), int(found[real].sum())
    cells = (
        share(caught, int(junk.sum())),
        share(caught, caught + lost),
        share(int(real.sum()) - lost, int(real.sum())),
    )
    return f"| {name} | {' | '.join(cells)} |"


def lines() -> Iterator[str]:
    """Give the table line by line."""
    yield "| texts | recall of junk | precision of junk | complaints kept |\n|---|---|---|---|"
    if REGISTER.is_file():
        real = titles()
        found = set_aside(real)
        yield row("real titles, all", real.labels, found)
        for name, parity in (("development", 0), ("held out", 1)):
            half = real.places % 2 == parity
            yield row(f"real titles, {name}", real.labels[half], found[half])
    made = made_up()
    for how, alone in (("together", False), ("alone", True)):
        found = set_aside(made, alone=alone)
        for name, parity in (("development", 0), ("held out", 1)):
            half = made.places % 2 == parity
            yield row(f"made up, {how}, {name}", made.labels[half], found[half])
        for tag in dict.fromkeys(made.tags.tolist()):
            held = (made.tags == tag) & (made.places % 2 == 1)
            yield row(f"made up, {how}, held out, {tag}", made.labels[held], found[held])


def main() -> None:
    """Print the table."""
    for line in lines():
        print(line)


if __name__ == "__main__":
    main()
