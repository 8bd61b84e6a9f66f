"""What the words say of a partition: whether its topics are worth their number.

Topics are cut on vectors; the words of the texts are the second witness. A partition is good if
knowing a text's topic makes its words likely, by more than naming the topic costs:

    log p(words | topics) + LABEL_WEIGHT * log p(topics)

The first term is the Dirichlet compound multinomial around the words of all texts (Madsen, Kauchak
and Elkan 2005), which by itself pays for every further topic; the second is the marginal
likelihood of the labels. Two topics are joined where that raises the sum, the test of Bayesian
hierarchical clustering (Heller and Ghahramani 2005). With a label weight of 1 the sum would be the
evidence of a mixture that knows words only. But the vectors help to tell the topic too, so naming
it costs less than that: :data:`LABEL_WEIGHT` stands for how much less.

Each language is a corpus of its own: translations would otherwise be counted as so much
independent evidence for the finest cut.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.topics.centroids import sums, unit_rows

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]

# Of .5, .65 and .8 this one gives the number of topics nearest to that of the classes over sets of
# 7 broad and of 77 fine ones, and of long and short texts (benchmarks/topics.py).
LABEL_WEIGHT = 0.65
# Cosine of the centred centroids under which two topics are not even considered for joining.
LEAST_ALIKE = 0.3
# Telling words of a text that count as so many witnesses; the words of a long text repeat one
# another, so evidence does not grow with its length.
_WITNESSES = 20.0
_FEWEST = 50  # texts from which a language has words enough to be a witness
_CONCENTRATIONS = (10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)


@dataclass(frozen=True)
class _Corpus:
    """The texts of one language.

    Attributes:
        rows: which texts they are.
        words: scipy CSR matrix (len(rows), words) of ones.
        common: share of each word in all of them.
    """

    rows: Labels
    words: Any
    common: NDArray[np.float64]


class Evidence:
    """The words of texts, ready to judge partitions of them.

    Args:
        words: the telling words of each text; a word that one text only has says nothing.
        languages: tag of each text.
    """

    def __init__(self, words: Sequence[Collection[str]], languages: Sequence[str]) -> None:
        tags = np.array(languages)
        witnesses = [t for t in sorted(set(languages)) if (tags == t).sum() >= _FEWEST]
        parts = [np.flatnonzero(tags == tag) for tag in witnesses] or [np.arange(len(words))]
        self._corpora = [c for rows in parts if (c := _corpus(words, rows)) is not None]
        self._texts = sum(len(corpus.rows) for corpus in self._corpora)
        length = sum(corpus.words.nnz for corpus in self._corpora) / max(self._texts, 1)
        self._label_weight = LABEL_WEIGHT * max(1.0, length / _WITNESSES)

    def score(self, labels: Labels) -> float:
        """Evidence for a partition, a text; higher is better, and 0 where there are no words.

        Rounded, so that the last bits of a sum, which differ between machines, decide nothing.
        """
        if not self._corpora:
            return 0.0
        labels = np.unique(labels, return_inverse=True)[1]
        found: float = self._likelihood(labels, self.concentration(labels))
        found += self._label_weight * sum(_of_labels(labels[c.rows]) for c in self._corpora)
        return round(found / self._texts, 6)

    def by_text(self, labels: Labels) -> NDArray[np.float64]:
        """What each text adds, its words and topic foretold from all other texts, (texts,).

        Summed over texts this is the leave-one-out cousin of :meth:`score`; its spread tells how
        sure a difference between two partitions is.
        """
        labels = np.unique(labels, return_inverse=True)[1]
        concentration = self.concentration(labels)
        parts = [np.zeros(0)]
        for corpus in self._corpora:
            own, entries = labels[corpus.rows], corpus.words.tocoo()
            counts = _by_topic(corpus, labels)
            seen = np.asarray(counts[own[entries.row], entries.col]).ravel() - 1
            total = np.asarray(counts.sum(axis=1)).ravel()[own] - np.bincount(
                entries.row, minlength=len(own)
            )
            chance = (seen + concentration * corpus.common[entries.col]) / (
                total[entries.row] + concentration
            )
            words = np.bincount(entries.row, weights=np.log(chance), minlength=len(own))
            sizes = np.bincount(own)
            parts.append(words + self._label_weight * np.log(sizes[own] / len(own)))
        return np.concatenate(parts)

    def concentration(self, labels: Labels) -> float:
        """How closely topics follow the words of all texts: the likeliest of a grid."""
        found = [(self._likelihood(labels, c), c) for c in _CONCENTRATIONS]
        return float(max(found)[1])

    def _likelihood(self, labels: Labels, concentration: float) -> float:
        total = 0.0
        for corpus in self._corpora:
            counts = _by_topic(corpus, labels)
            prior = concentration * corpus.common[counts.indices]
            total += float(_rise(prior, counts.data).sum())
            total -= float(_rise(np.array(concentration), np.asarray(counts.sum(axis=1))).sum())
        return total

    def join(self, labels: Labels, vectors: Vectors) -> Labels:
        """Join topics that say the same, nearest centroids first, while the evidence rises.

        Cost: topics squared for the centroids at each join, and each near pair judged once.

        Args:
            labels: (n,) topics.
            vectors: (n, d) quantised rows in which they were cut.
        """
        labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
        topics = _Topics(self._corpora, labels, self.concentration(labels), self._label_weight)
        sizes = np.bincount(labels).astype(np.float64)
        overall = vectors.sum(axis=0, dtype=np.float64) / max(len(vectors), 1)
        total = sums(vectors, labels) - sizes[:, None] * overall
        target = np.arange(len(sizes))
        while len(alive := np.unique(target)) > 2:
            pair = topics.first_to_join(alive, unit_rows(total[alive]))
            if pair is None:
                break
            keep, gone = pair
            total[keep] += total[gone]
            topics.join(keep, gone)
            target[target == gone] = keep
        return np.asarray(target[labels], dtype=np.int64)


class _Topics:
    """Word counts of topics while they are being joined."""

    def __init__(
        self,
        corpora: Sequence[_Corpus],
        labels: Labels,
        concentration: float,
        label_weight: float,
    ) -> None:
        self._concentration = concentration
        self._label_weight = label_weight
        self._priors = [concentration * corpus.common for corpus in corpora]
        self._words = [_by_topic(c, labels).toarray().astype(np.float32) for c in corpora]
        most = int(labels.max(initial=-1)) + 1
        self._texts = [np.bincount(labels[c.rows], minlength=most) for c in corpora]
        self._own = np.array([self._worth((topic,)) for topic in range(most)])
        self._refused: set[tuple[int, int]] = set()

    def first_to_join(self, alive: Labels, centroids: Vectors) -> tuple[int, int] | None:
        """The nearest two topics that are better joined; the lower number first."""
        cosine = np.triu(centroids @ centroids.T, 1)
        near = np.flatnonzero(cosine.ravel() >= LEAST_ALIKE)
        for place in near[np.argsort(-cosine.ravel()[near], kind="stable")]:
            i, j = divmod(int(place), len(alive))
            pair = int(alive[i]), int(alive[j])
            if pair in self._refused:
                continue
            if self._worth(pair) > self._own[pair[0]] + self._own[pair[1]]:
                return pair
            self._refused.add(pair)
        return None

    def join(self, keep: int, gone: int) -> None:
        """Add the words and texts of one topic to another."""
        for words, texts in zip(self._words, self._texts, strict=True):
            words[keep] += words[gone]
            texts[keep] += texts[gone]
        self._own[keep] = self._worth((keep,))
        self._refused = {pair for pair in self._refused if keep not in pair}

    def _worth(self, topics: tuple[int, ...]) -> float:
        """Evidence of these topics as one, but for a constant."""
        from scipy.special import gammaln

        total = 0.0
        for words, prior, texts in zip(self._words, self._priors, self._texts, strict=True):
            counts = words[list(topics)].sum(axis=0, dtype=np.float64)
            held = np.flatnonzero(counts)
            total += float(_rise(prior[held], counts[held]).sum())
            total -= float(_rise(np.array(self._concentration), counts.sum()))
            total += self._label_weight * float(gammaln(texts[list(topics)].sum() + 1))
        return total


def _corpus(words: Sequence[Collection[str]], rows: Labels) -> _Corpus | None:
    """Words of some texts as a matrix; None where they share none."""
    from scipy import sparse

    spread = Counter(word for row in rows for word in words[row])
    column = {w: i for i, w in enumerate(sorted(w for w, texts in spread.items() if texts > 1))}
    if not column:
        return None
    held = [sorted(column[word] for word in words[row] if word in column) for row in rows]
    ends = np.cumsum([0, *map(len, held)])
    flat = np.array([i for row in held for i in row], dtype=np.int64)
    matrix = sparse.csr_matrix((np.ones(len(flat)), flat, ends), shape=(len(rows), len(column)))
    common = np.asarray(matrix.sum(axis=0)).ravel()
    return _Corpus(rows, matrix, common / common.sum())


def _by_topic(corpus: _Corpus, labels: Labels) -> Any:
    """How many texts of each topic have each word, (topics, words) CSR."""
    from scipy import sparse

    own = labels[corpus.rows]
    shape = (int(labels.max(initial=-1)) + 1, len(own))
    member = sparse.csr_matrix((np.ones(len(own)), (own, np.arange(len(own)))), shape=shape)
    return (member @ corpus.words).tocsr()


def _rise(start: NDArray[np.float64], counts: Any) -> NDArray[np.float64]:
    """Logarithm of the rising factorial: log Gamma(start + count) - log Gamma(start)."""
    from scipy.special import gammaln

    return np.asarray(gammaln(start + counts) - gammaln(start))


def _of_labels(labels: Labels) -> float:
    """Log marginal likelihood of labels whose topics are all equally likely beforehand."""
    from scipy.special import gammaln

    sizes = np.bincount(labels)
    sizes = sizes[sizes > 0]
    arranged = gammaln(sizes + 1).sum() - gammaln(len(labels) + 1)
    shared = gammaln(len(labels) + len(sizes)) - gammaln(len(labels) + 1) - gammaln(len(sizes))
    return float(arranged - shared)
