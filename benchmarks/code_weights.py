"""Learn what each kind of evidence for a code weighs: python benchmarks/code_weights.py.

Prints the constants of ``observatory/analysis/coding.py`` and ``nlp/exemplars.py``. Seven weights
by the likelihood of a softmax over the codes and "none of them", then the two numbers of the
calibration, on a made-up corpus and on the subject sample of the labelled titles, which count
twice. ``benchmarks/codes.py`` judges them on other seeds and on the random sample.
"""

from __future__ import annotations

import codes as judging
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from nlp.calibration import Calibration
from nlp.codes import CodeScorer
from nlp.exemplars import ExemplarClassifier
from nlp.tokens import folded
from observatory.analysis import coding
from observatory.analysis.reading import Reading, definitions
from observatory.catalogue import Catalogue, load

SEED, SIZE = 10, 2_000
REAL_COUNTS = 2
RIDGE = 1e-3
START = (0.6, 0.6, 0.3, 1.0, 1.0, 0.0, 0.0)

Evidence = NDArray[np.float64]


def evidence(usable: Reading, catalogue: Catalogue) -> Evidence:
    """Return the logarithms that the weights multiply, (n, m + 1, 7)."""
    known, matter = definitions(catalogue), usable.matter
    sounds = ExemplarClassifier(known, catalogue.background, judging.EMBEDDER).fit()
    cues = CodeScorer(known, judging.EMBEDDER).score(
        matter, embeddings=usable.vectors, languages=usable.languages
    )
    floor = np.log(np.hstack([cues, np.zeros((len(cues), 1))]) + coding.CUE_FLOOR)
    # Facets weigh in units of log 4, the odds they had before they were learnt.
    facets = coding.by_facets(usable.reports, catalogue, unlikely=0.25)
    none = np.zeros_like(floor)
    none[:, -1] = 1
    words = np.log([max(len(folded(text)), 1) for text in matter])
    more = [floor, np.log(facets), none, none * words[:, None]]
    return np.concatenate([sounds.views(matter, usable.vectors), np.stack(more, 2)], 2)


def softmax(logits: Evidence) -> Evidence:
    """Return probabilities along the last axis."""
    grown = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=1, keepdims=True))


def learn(seen: Evidence, truth: NDArray[np.bool_]) -> Evidence:
    """Return the weights under which the true codes are likeliest; several share a report."""
    wanted = np.hstack([truth, ~truth.any(axis=1, keepdims=True)]).astype(float)
    wanted /= wanted.sum(axis=1, keepdims=True)

    def loss(weights: Evidence) -> tuple[float, Evidence]:
        given = softmax(seen @ weights)
        slope = np.einsum("nm,nmk->k", given - wanted, seen) / len(seen)
        missed = -(wanted * np.log(np.maximum(given, 1e-12))).sum() / len(seen)
        return float(missed + RIDGE * weights @ weights), slope + 2 * RIDGE * weights

    return np.asarray(minimize(loss, np.array(START), jac=True, method="BFGS").x)


def main() -> None:
    """Learn and print."""
    catalogue = load()
    made, real = judging.made_up(SEED, SIZE), judging.titles()
    rows, told = judging.labelled(real, samples=("subject",), fields=("trade",))
    seen, truth = evidence(made.usable, catalogue), made.truth[made.rows]
    seen_real = evidence(real.usable, catalogue)
    weights = learn(
        np.concatenate([seen] + [seen_real[rows]] * REAL_COUNTS),
        np.concatenate([truth] + [told] * REAL_COUNTS),
    )
    print("WEIGHTS", np.round(weights[:3], 2), "CUES", round(weights[3], 2))
    print("UNLIKELY", round(0.25 ** weights[4], 3))
    print("NONE, NONE_BY_WORD", np.round(weights[5:], 2))
    scores = []
    for usable, logs in ((made.usable, seen), (real.usable, seen_real)):
        own = softmax(logs @ np.round(weights, 2))
        scores.append(((own + coding.heard(own, usable.vectors)) / 2)[:, :-1])
    print(
        Calibration.fit(
            np.concatenate([scores[0]] + [scores[1][rows]] * REAL_COUNTS),
            np.concatenate([truth] + [told] * REAL_COUNTS),
        )
    )


if __name__ == "__main__":
    main()
