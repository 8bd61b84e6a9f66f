"""What members said of topics, learnt: reports like those of a confirmed topic share its code.

A member who reads a topic may confirm that it is a practice of the catalogue. The reports of the
topic are then examples, and a multinomial logistic regression on their vectors, with the reports of
all other topics as "none of these", tells which new reports are like them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.float64]

TRUST, FROM = 0.25, 2.0
"""What a confirmed topic's word weighs, and below which log odds (1 in 8) it speaks against a code.

Chosen on made-up reports. Topics are about more than one thing: at full weight precision falls.
"""

_EDGE = 1e-4
MOST = 20_000
_CLASSES = 2


class ConfirmedClassifier:
    """Learns codes from topics that members linked to them; says nothing where none is linked.

    Args:
        codes: the m columns, in order.
        confirmed: code by topic. A code that is no column is left out: the catalogue dropped it.
    """

    def __init__(self, codes: Sequence[str], confirmed: Mapping[str, str]) -> None:
        self.codes = tuple(codes)
        self.confirmed = dict(confirmed)

    def fit(
        self, vectors: NDArray[np.float32], topics: Sequence[str], chances: Chances
    ) -> ConfirmedClassifier:
        """Learn from reports that have a topic; the order of the reports changes nothing.

        Args:
            vectors: (n, d), quantised.
            topics: topic of each report, "" for none.
            chances: (n, m), of each code, before anything was confirmed.
        """
        from sklearn.linear_model import LogisticRegression
        from threadpoolctl import threadpool_limits

        self.model_: Any = None
        column = {code: place for place, code in enumerate(self.codes)}
        linked = {t: column[c] for t, c in self.confirmed.items() if c in column}
        labels = np.array([linked.get(topic, len(self.codes)) for topic in topics], np.int64)
        rows = np.flatnonzero([bool(topic) for topic in topics])
        if len(set(labels[rows].tolist())) < _CLASSES:
            return self
        self.coverage_ = _coverage(labels[rows], chances[rows])
        rows = rows[np.lexsort((labels[rows], *vectors[rows].T[::-1]))]
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST)).astype(np.int64)]
        with threadpool_limits(1):
            self.model_ = LogisticRegression(C=10, max_iter=300).fit(vectors[rows], labels[rows])
        return self

    def predict_proba(self, vectors: NDArray[np.float32]) -> Chances:
        """Return the chance of each code, (n, m); 0 for codes that no topic was linked to."""
        found = np.zeros((len(vectors), len(self.codes) + 1))
        if self.model_ is not None and len(vectors):
            found[:, self.model_.classes_] = self.model_.predict_proba(vectors)
        return found[:, :-1]

    def blend(self, chances: Chances, vectors: NDArray[np.float32]) -> Chances:
        """Return chances (n, m) as members' confirmations move them.

        Likeness raises a code. Unlikeness lowers it only as far as the topics confirmed hold the
        reports of the code: where they hold a tenth of them, it says next to nothing.
        """
        if self.model_ is None:
            return chances
        witness = _log_odds(self.predict_proba(vectors)) + FROM
        moved = _log_odds(chances) + TRUST * np.where(witness > 0, 1, self.coverage_) * witness
        return np.asarray(np.where(self.coverage_ > 0, 1 / (1 + np.exp(-moved)), chances))


def _coverage(labels: NDArray[np.int64], chances: Chances) -> Chances:
    """Return the share of each code's expected reports that lie in topics linked to it, (m,)."""
    columns = np.arange(chances.shape[1])
    inside = np.where(labels[:, None] == columns, chances, 0.0).sum(axis=0)
    share = inside / np.maximum(chances.sum(axis=0), _EDGE)
    return np.asarray(np.round(share, 9))  # the order of additions decides nothing


def _log_odds(chances: Chances) -> Chances:
    kept = np.clip(chances, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(kept / (1 - kept)))
