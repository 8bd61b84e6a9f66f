"""Chances that mean what they say, from scores that only put texts in order.

Of the texts of which "70%" is said, seven in ten should tell of the code. A logistic of a score's
log odds does this with two numbers (Platt, Advances in Large Margin Classifiers, 1999), too few to
learn one corpus by heart; they are fitted on other texts than they are judged on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Chances = NDArray[np.float64]

_EDGE = 1e-5  # scores are kept this far from 0 and 1, where log odds have no end


@dataclass(frozen=True)
class Calibration:
    """A logistic in the log odds of a score; the identity as it stands.

    Attributes:
        slope: under 1 where scores are too sure of themselves.
        offset: what is added to the log odds.
    """

    slope: float = 1.0
    offset: float = 0.0

    @classmethod
    def fit(cls, scores: NDArray[Any], truth: NDArray[np.bool_]) -> Calibration:
        """Learn from scores in 0..1 and whether each was right, of one shape and in any order.

        Raises:
            ValueError: all are right or none is, and nothing can be learnt.
        """
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=np.inf, solver="newton-cholesky")
        model.fit(_log_odds(np.asarray(scores)).reshape(-1, 1), np.asarray(truth).ravel())
        return cls(float(model.coef_[0, 0]), float(model.intercept_[0]))

    def chances(self, scores: NDArray[Any]) -> Chances:
        """Return the chance that goes with each score, in the shape of the scores."""
        return np.asarray(1 / (1 + np.exp(-self.slope * _log_odds(scores) - self.offset)))


def _log_odds(scores: NDArray[Any]) -> Chances:
    kept = np.clip(np.asarray(scores, dtype=np.float64), _EDGE, 1 - _EDGE)
    return np.asarray(np.log(kept / (1 - kept)))
