"""What the words of topics say, measured alike for all contestants of topics.py."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.topics import quality


@dataclass(frozen=True)
class Wording:
    """The telling words of texts, and the language of each."""

    words: list[Counter[str]]
    languages: list[str]

    @classmethod
    def of(cls, folder: Path) -> Wording:
        """Read what ``clustering.py embed`` wrote."""
        rows, languages = json.loads((folder / "words.json").read_text(encoding="utf-8"))
        return cls([Counter(row) for row in rows], languages)

    def coherence(self, labels: NDArray[np.int64]) -> float:
        """Mean NPMI of the ten telling words of each topic; outliers are no topic."""
        topics, numbered = _numbered(labels)
        return float(quality.coherence(self.words, self.languages, numbered, topics).mean())

    def diversity(self, labels: NDArray[np.int64]) -> float:
        """Share of distinct words among the ten telling words of all topics."""
        topics, numbered = _numbered(labels)
        holders: dict[str, dict[str, set[int]]] = {tag: {} for tag in self.languages}
        for row, (words, tag) in enumerate(zip(self.words, self.languages, strict=True)):
            for word in words:
                holders[tag].setdefault(word, set()).add(row)
        tags = np.array(self.languages)
        told: list[str] = []
        for topic in range(topics):
            rows = np.flatnonzero(numbered == topic)
            tag = Counter(tags[rows].tolist()).most_common(1)[0][0]
            members = set(rows[tags[rows] == tag].tolist())
            told += quality.telling(self.words, members, holders[tag])
        return len(set(told)) / max(len(told), 1)


def _numbered(labels: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """Labels without gaps, -1 kept, and how many topics there are."""
    names, places = np.unique(labels[labels >= 0], return_inverse=True)
    numbered = np.full(len(labels), -1, np.int64)
    numbered[labels >= 0] = places
    return len(names), numbered
