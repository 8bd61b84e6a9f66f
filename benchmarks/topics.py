"""Topics against labelled sets and against peers: python benchmarks/topics.py [RUNS].

Needs ../shared/data, and ``make peers`` for BERTopic, which has an environment of its own
(.venv-peers, or the interpreter named by PEERS_PYTHON). All contestants get the same vectors, or
the same words; only clustering is timed. Each runs with RUNS seeds (5; fewer on the large set), and
its row shows the median of each figure, with the range where there is one.
"""

from __future__ import annotations

import itertools
import statistics
import sys
from collections.abc import Iterable

import numpy as np
from constancy import constancy, table
from contest import NAMES, Clustering, Labels, contest, prepared
from labelled import LANGUAGES, LabelledSet, in_one_language, same_sentences
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from wording import Wording

STEADY_ON = ("bribe titles", "StackOverflow")


def against_labels(one: LabelledSet, found: dict[str, list[Clustering]]) -> None:
    """Print how far topics agree with the classes of a set."""
    print(f"\n**{one.name}**: {len(one.texts):,} texts, {len(set(one.truth))} classes.\n")
    print(
        "| | runs | NMI = V-measure | ARI | homogeneity / completeness | without outliers "
        "| topics | outliers |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, runs in found.items():
        every = [run.agreement(one.truth, without_outliers=False) for run in runs]
        inside = [run.agreement(one.truth, without_outliers=True) for run in runs]
        parts = [run.v_measure(one.truth) for run in runs]
        cells = (
            NAMES[name],
            f"{len(runs)}",
            _spread(nmi for nmi, _ in every),
            _spread(ari for _, ari in every),
            _pair(parts),
            _pair(inside),
            _spread((run.topics for run in runs), ".0f"),
            _spread((run.outliers for run in runs), ".0%"),
        )
        print(f"| {' | '.join(cells)} |")


def words_and_cost(wording: Wording, found: dict[str, list[Clustering]]) -> None:
    """Print what the words of the topics say, and what finding them takes."""
    print("\n| | coherence | diversity | time | processor time | memory |")
    print("|---|--:|--:|--:|--:|--:|")
    own = found["ours"][0]
    for name, runs in found.items():
        first = runs[0]
        cells = (
            NAMES[name],
            _spread(wording.coherence(run.labels) for run in runs),
            _spread((wording.diversity(run.labels) for run in runs), ".2f"),
            f"{first.seconds:.1f} s, {first.seconds / own.seconds:.2g} x ours",
            f"{first.processor:.1f} s, {first.processor / own.processor:.2g} x ours",
            f"{first.peak:,.0f} MiB",
        )
        print(f"| {' | '.join(cells)} |")


def _spread(values: Iterable[float], form: str = ".3f") -> str:
    """Median, and the range unless it is too small to print."""
    every = list(values)
    low, high = f"{min(every):{form}}", f"{max(every):{form}}"
    middle = f"{statistics.median(every):{form}}"
    return middle if low == high else f"{middle} ({low} to {high})"


def _pair(pairs: list[tuple[float, float]]) -> str:
    first, second = (statistics.median(pair[i] for pair in pairs) for i in (0, 1))
    return f"{first:.3f} / {second:.3f}"


def across_languages(one: LabelledSet, found: dict[str, list[Clustering]]) -> None:
    """Print how far translations of a sentence share a topic."""
    print("\n| | same topic | by chance | ARI between languages | NMI to the 7 subjects |")
    print("|---|--:|--:|--:|---|")
    for name, runs in found.items():
        labels = runs[0].labels.reshape(len(LANGUAGES), -1)
        truth = np.array(one.truth).reshape(len(LANGUAGES), -1)
        pairs = list(itertools.combinations(range(len(LANGUAGES)), 2))
        same = [float(((labels[a] == labels[b]) & (labels[a] >= 0)).mean()) for a, b in pairs]
        chance = [_by_chance(labels[a], labels[b]) for a, b in pairs]
        rand = [float(adjusted_rand_score(labels[a], labels[b])) for a, b in pairs]
        nmi = [
            f"{tag} {normalized_mutual_info_score(t, f):.3f}"
            for tag, t, f in zip(LANGUAGES, truth, labels, strict=True)
        ]
        cells = (
            NAMES[name],
            f"{np.mean(same):.1%} ({min(same):.1%} to {max(same):.1%})",
            f"{np.mean(chance):.1%}",
            f"{np.mean(rand):.3f} ({min(rand):.3f} to {max(rand):.3f})",
            ", ".join(nmi),
        )
        print(f"| {' | '.join(cells)} |")
    print("\nMeans over the six pairs of languages, and the range. An outlier shares no topic.")


def _by_chance(a: Labels, b: Labels) -> float:
    """Share of pairs in one topic if the topics of two languages had nothing to do with another."""
    most = int(max(a.max(), b.max())) + 1
    first, second = (np.bincount(x[x >= 0], minlength=most) / len(x) for x in (a, b))
    return float(first @ second)


def main(runs: int) -> None:
    """Print all tables."""
    steady: list[str] = []
    sentences = same_sentences()
    for one in (sentences, *in_one_language()):
        with prepared(one) as folder:
            found = contest(folder, len(one.texts), runs)
            against_labels(one, found)
            words_and_cost(Wording.of(folder), found)
            if one is sentences:
                across_languages(one, found)
            if one.name.startswith(STEADY_ON):
                steady += constancy(one.name.partition(",")[0], folder)
        sys.stdout.flush()
    table(steady)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
