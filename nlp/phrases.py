"""Readable phrases that tell what a topic is about, and the allow-list that they must pass.

Ranking is class-based TF-IDF (Grootendorst 2022) over word n-grams: a phrase is good that many
reports of a topic have and few of the others. Phrases come with the reports that hold them,
because the disclosure door, not this module, decides what may be shown.
"""

import gzip
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlp.languages import Language, of
from nlp.tokens import fold, segments, stem

LONGEST = 4
_COVERED = 0.04
_MOST_TOKENS = 400  # of a text: the gist of a long one comes early, and time stays linear


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase as people write it.

    Attributes:
        text: the commonest way of writing it, in lower case.
        language: tag of the language it was found in.
        documents: indices of the texts of the topic that hold it.
        score: rank within the topic, higher is better.
    """

    text: str
    language: str
    documents: frozenset[int]
    score: float

    @property
    def reports(self) -> int:
        """How many texts of the topic hold it."""
        return len(self.documents)


Key = tuple[str, ...]


def describe(
    texts: Sequence[str],
    labels: Sequence[int] | NDArray[np.int64],
    languages: Sequence[str],
    *,
    embeddings: NDArray[np.float32] | None = None,
    most: int = 30,
    minimum_documents: int = 3,
) -> dict[int, list[Phrase]]:
    """Phrases of each topic, best first.

    Args:
        texts: scrubbed texts.
        labels: topic of each; texts with a negative label are left out.
        languages: tag of each.
        embeddings: accepted for the sake of one signature; words decide.
        most: phrases a topic at most.
        minimum_documents: texts of the topic a phrase must be in; never under 2.

    Returns:
        For each topic its phrases; none is a fragment of a better one, none is made of stop
        words and words that all complaints share, none holds a number or a placeholder.
    """
    del embeddings
    minimum = max(2, minimum_documents)
    index = _Index()
    for i, (text, label, tag) in enumerate(
        zip(texts, np.asarray(labels).tolist(), languages, strict=True)
    ):
        if label >= 0:
            index.add(i, text, int(label), tag)
    return {topic: _ranked(index, topic, most, minimum) for topic in sorted(index.sizes)}


class Naming(Protocol):
    """A phrase that can name a topic: its words, how well it sets the topic apart, its reports."""

    @property
    def text(self) -> str:
        """The words."""

    @property
    def score(self) -> float:
        """Rank of the phrase in its topic."""

    @property
    def reports(self) -> int:
        """Reports of the topic that hold it."""


def label(phrases: Sequence[Naming], most: int = 3, *, reports: int = 0) -> str:
    """A name for a topic: its best one to three phrases that say different things.

    Args:
        phrases: of :func:`describe`, perhaps fewer after the disclosure door.
        most: phrases joined at most.
        reports: size of the topic; a phrase in under 4% of them does not name it.

    Returns:
        Phrases joined by " · ", or "" where none names the topic.
    """
    chosen: list[Naming] = []
    for phrase in phrases:
        words = {stem(fold(word)) for word in phrase.text.split()}
        if any(words & {stem(fold(word)) for word in other.text.split()} for other in chosen):
            continue
        if chosen and phrase.score < 0.25 * chosen[0].score:
            break
        if reports and phrase.reports < _COVERED * reports:
            continue
        chosen.append(phrase)
        if len(chosen) == most:
            break
    return " · ".join(phrase.text for phrase in chosen)


class _Index:
    """Which texts hold which n-grams, by topic."""

    def __init__(self) -> None:
        self.holders: dict[int, dict[Key, set[int]]] = defaultdict(lambda: defaultdict(set))
        self.wordings: dict[int, dict[Key, set[int]]] = defaultdict(lambda: defaultdict(set))
        self._wording: dict[str, int] = {}
        self.everywhere: Counter[Key] = Counter()
        self.surfaces: dict[Key, Counter[tuple[str, str]]] = defaultdict(Counter)
        self.sizes: Counter[int] = Counter()

    def add(self, i: int, text: str, topic: int, tag: str) -> None:
        """Count one text."""
        self.sizes[topic] += 1
        seen: set[Key] = set()
        wording = self._wording.setdefault(" ".join(text.casefold().split()), i)
        for key, surface in _ngrams(text, of(tag)):
            if key not in seen:
                seen.add(key)
                self.holders[topic][key].add(i)
                self.wordings[topic][key].add(wording)
                self.everywhere[key] += 1
            self.surfaces[key][(surface, tag)] += 1

    @property
    def total(self) -> int:
        return sum(self.sizes.values())


def _ngrams(text: str, language: Language) -> Iterator[tuple[Key, str]]:
    """Candidate phrases of a text: (stems, surface)."""
    left = _MOST_TOKENS
    for run in segments(text):
        row = run[:left]
        left -= len(row)
        folds = [fold(word) for word in row]
        for start in range(len(row)):
            if not _may_stand_at_edge(folds[start], language):
                continue
            for size in range(1, LONGEST + 1):
                if start + size > len(row):
                    break
                if not folds[start + size - 1][0].isalpha():
                    break  # a number ends every longer phrase too
                if not _may_stand_at_edge(folds[start + size - 1], language):
                    continue
                part = folds[start : start + size]
                if _says_something(part, language):
                    yield tuple(stem(w) for w in part), " ".join(row[start : start + size]).lower()
        if left <= 0:
            return


def _may_stand_at_edge(word: str, language: Language) -> bool:
    return len(word) > 1 and word[0].isalpha() and word not in language.stop


def _says_something(part: Sequence[str], language: Language) -> bool:
    """At least one word that complaints do not share, and no stop word twice over."""
    content = [word for word in part if word not in language.stop]
    telling = [word for word in content if word not in language.shared]
    return bool(telling) and len(part) - len(content) <= 1 and any(len(w) > 2 for w in telling)


def _ranked(index: _Index, topic: int, most: int, minimum: int) -> list[Phrase]:
    """Phrases of a topic by score, fragments dropped."""
    scored = []
    for key, holders in index.holders[topic].items():
        # texts with the same wording count once: a copied line is one voice
        if len(index.wordings[topic][key]) >= minimum:
            scored.append((_score(index, topic, key, len(holders)), key))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    chosen: list[tuple[float, Key]] = []
    for score, key in scored:
        if len(chosen) >= most:
            break
        if not any(_overlaps(index, topic, key, other) for _, other in chosen):
            chosen.append((score, key))
    return [_phrase(index, topic, key, score) for score, key in chosen]


def _score(index: _Index, topic: int, key: Key, holders: int) -> float:
    """Share of the topic's texts, weighed by how far it exceeds the share elsewhere.

    Class-based TF-IDF with a log-odds weight (Monroe, Colaresi and Quinn 2008, smoothed by one
    half); two and three words read best.
    """
    size, total = index.sizes[topic], index.total
    elsewhere = index.everywhere[key] - holders
    rate = (holders + 0.5) / (size + 1)
    other = (elsewhere + 0.5) / (total - size + 1)
    lift = math.log(rate / other) if len(index.sizes) > 1 else 1.0
    reads = {1: 1.0, 2: 1.5, 3: 1.5, 4: 1.3}[len(key)]
    return math.sqrt(rate) * max(lift, 0.0) * reads


def _overlaps(index: _Index, topic: int, key: Key, other: Key) -> bool:
    """Whether one of two phrases is a part of the other, or the same words in another order."""
    short, long = (key, other) if len(key) <= len(other) else (other, key)
    if set(short) == set(long):
        return True
    inside = any(long[i : i + len(short)] == short for i in range(len(long) - len(short) + 1))
    if not inside:
        return False
    holders = index.holders[topic]
    return key is short or len(holders[long]) < 2 * len(holders[short])


def _phrase(index: _Index, topic: int, key: Key, score: float) -> Phrase:
    surface, tag = min(index.surfaces[key].items(), key=lambda item: (-item[1], item[0]))[0]
    return Phrase(surface, tag, frozenset(index.holders[topic][key]), score)


@lru_cache(maxsize=16)
def allow_list(tag: str) -> frozenset[str] | None:
    """Folded words of a language that may be shown; None where there is no list."""
    source = files("nlp").joinpath("allowlists", f"{tag}.txt.gz")
    if not tag.isalpha() or not source.is_file():
        return None
    return frozenset(gzip.decompress(source.read_bytes()).decode("utf-8").split())


def allowed(phrase: str, language: str, extra: Iterable[str] = frozenset()) -> bool:
    """Whether every word of a phrase may be shown: no list, no phrase.

    Args:
        phrase: text to be shown.
        language: its tag; a language without a list allows nothing.
        extra: further allowed words, e.g. of the catalogue and of office names.
    """
    known = allow_list(language)
    if known is None:
        return False
    row = phrase.replace("-", " ").split()
    more = _folded(frozenset(extra))
    return bool(row) and all(_is_allowed(word, known, more) for word in row)


@lru_cache(maxsize=16)
def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(fold, words))


def _is_allowed(word: str, known: frozenset[str], more: frozenset[str]) -> bool:
    folded = fold(word.strip(".,;:!?()\"'“”«»·"))
    if folded in known or folded in more:
        return True
    article, _, rest = folded.partition("'")  # l'agent, d'argent
    return len(article) <= 2 and bool(rest) and rest in known
