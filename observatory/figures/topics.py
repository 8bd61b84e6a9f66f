"""What is said of topics: how sure each one is, and what became of them in a run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from observatory.disclosure import SafeAnalysis, SafeChange, SafeQuality
    from observatory.figures.names import Names

POOR = "A poor topic: do not build on it."
POOR_BECAUSE = (
    "When a fifth of all reports is left out, it is mostly not found again. Its reports may have "
    "little in common but that they are unlike the others."
)
NOTHING_CHANGED = (
    "No change that may be shown. From the second run on topics stay as they are: new reports "
    "join them, and one opens only for reports that lie near none. When topics are found anew, as "
    "each run does while they are few, what became of each would stand here."
)
READ_ANEW = (
    "Months before this run are counted by the topics of now, as far as their reports are still "
    "kept. A step in the course that falls together with a change of topics says nothing of "
    "conduct."
)

_ORDER = ("split", "merged", "died", "born", "moved")


@dataclass(frozen=True)
class Part:
    """A piece of a sentence; ``topic`` is the id of the topic that it names and that has a page."""

    text: str
    topic: str = ""


def changes(
    analysis: SafeAnalysis, names: Names, topic: str | None = None
) -> tuple[tuple[SafeChange, tuple[Part, ...]], ...]:
    """Return what became of topics in a run, each change with its sentence.

    Args:
        analysis: the Safe products.
        names: titles of the topics.
        topic: only changes that name this one.
    """
    found = (one for one in analysis.changes if topic is None or topic in (*one.before, *one.after))
    ordered = sorted(found, key=lambda one: _ORDER.index(one.kind))
    return tuple((change, _sentence(change, names)) for change in ordered)


def plain(sentence: Iterable[Part]) -> str:
    """Return a sentence as plain text."""
    return "".join(part.text for part in sentence)


def _sentence(change: SafeChange, names: Names) -> tuple[Part, ...]:
    before, after = (tuple(_listed(ids, names)) for ids in (change.before, change.after))
    if change.kind == "born":
        return (*after, Part(" is new."))
    if change.kind == "split":
        return (*before, Part(" has split: its reports now make up "), *after, Part("."))
    if change.kind == "merged":
        return (*before, Part(" have become one: "), *after, Part("."))
    if change.kind == "died":
        gone = " and ".join(change.before)
        return (Part(f"{gone} is no topic any more: its reports have none in common."),)
    return (Part("Some reports of "), *before, Part(" have gone to other topics."))


def _listed(ids: tuple[str, ...], names: Names) -> Iterable[Part]:
    for place, topic in enumerate(ids):
        if place:
            yield Part(" and " if place == len(ids) - 1 else ", ")
        title = names.topics.get(topic)
        if title is None:
            yield Part(f"{topic} (no longer a topic)")
        else:
            yield Part(f"“{title}” ({topic})", topic)


def measures(quality: SafeQuality | None) -> tuple[tuple[str, str], ...]:
    """Return (what is measured, how it came out) for a topic, in plain words."""
    if quality is None:
        return ()
    return (
        ("Found again", _found_again(quality)),
        ("Apart from others", _apart(quality.separation)),
        ("Words that meet", _meet(quality.coherence)),
    )


def again(quality: SafeQuality | None) -> str:
    """Return how far a topic is found again, as ``8 in 10``."""
    if quality is None or quality.stability is None:
        return "not measured"
    return f"{round(10 * quality.stability)} in 10"


def _found_again(quality: SafeQuality) -> str:
    if quality.stability is None:
        return "Not measured: too few reports were there when it was found."
    return (
        f"{again(quality)}, when a fifth of the reports is left out and topics are found anew: "
        "so many of the reports in it, or in the topic that is then most like it, are in both."
    )


def _apart(separation: float) -> str:
    if separation < 0.3:
        said = "It lies close to another topic: read both."
    elif separation < 0.7:
        said = "It has a neighbour that is somewhat like it."
    else:
        said = "It stands well apart."
    return (
        f"{separation:.1f}, where 0 is the same as its nearest topic and 1 has nothing in common "
        f"with it. {said}"
    )


def _meet(coherence: float) -> str:
    return (
        f"{coherence:.1f}, where 1 means that its telling words always stand together in one "
        "report, 0 that they meet by chance, and less that they avoid each other."
    )
