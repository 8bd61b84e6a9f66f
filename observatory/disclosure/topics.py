"""What may be seen of topics: their words, how good they are, and what became of them in a run.

A change is shown without figures, and only if it names no topic but such as are shown now, or
could be shown as they were; and only if the reports that it concerns may be counted. So neither a
small topic nor a small move shows through it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from observatory.analysis.raw import RawChange, RawQuality
from observatory.disclosure.rules import Rules


@dataclass(frozen=True)
class SafeQuality:
    """How good a topic is, to one decimal.

    Attributes:
        coherence: how much oftener than by chance its telling words meet in one report, -1 to 1.
        separation: 0 for the same as its nearest topic, 1 for nothing in common, up to 2.
        stability: mean Jaccard coefficient with the topic most like it when a fifth of all reports
            is left out and topics are found anew, 0 to 1; None where it was not measured.
        poor: True where it is not found again; judged before rounding.
    """

    coherence: float
    separation: float
    stability: float | None
    poor: bool

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form; a stability that was not measured is absent."""
        measured = {} if self.stability is None else {"stability": self.stability}
        return {
            "coherence": self.coherence,
            "separation": self.separation,
            **measured,
            "poor": self.poor,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeQuality:
        """Read the JSON form."""
        return cls(data["coherence"], data["separation"], data.get("stability"), data["poor"])


@dataclass(frozen=True)
class SafeTopic:
    """An emergent cluster of reports, described only by words that several reports share.

    Attributes:
        id: stable name, such as ``T0001``.
        label: one to three allowed phrases, or the nearest modus operandi's name.
        phrases: allowed phrases, best first; may be empty.
        reports: distinct reports.
        codes: (modus operandi code, share of the topic's reports) where that count may be shown.
        candidate: True where no code of the catalogue explains the topic.
        quality: None where it was not measured.
    """

    id: str
    label: str
    phrases: tuple[str, ...]
    reports: int
    codes: tuple[tuple[str, float], ...]
    candidate: bool = False
    quality: SafeQuality | None = None

    @property
    def poor(self) -> bool:
        """True where the topic is not found again: nothing should be built on it."""
        return self.quality is not None and self.quality.poor

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "id": self.id,
            "label": self.label,
            "phrases": list(self.phrases),
            "reports": self.reports,
            "codes": [{"code": code, "share": share} for code, share in self.codes],
            "candidate": self.candidate,
            **({} if self.quality is None else {"quality": self.quality.to_json()}),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeTopic:
        """Read the JSON form."""
        return cls(
            data["id"],
            data["label"],
            tuple(data["phrases"]),
            data["reports"],
            tuple((entry["code"], entry["share"]) for entry in data["codes"]),
            data["candidate"],
            SafeQuality.from_json(data["quality"]) if "quality" in data else None,
        )


@dataclass(frozen=True)
class SafeChange:
    """What became of topics in a run; no figures.

    Attributes:
        kind: born, split, merged, died or moved (some of its reports went to other topics).
        before: ids of the topics that were.
        after: ids of the topics that are.
    """

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {"kind": self.kind, "before": list(self.before), "after": list(self.after)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> SafeChange:
        """Read the JSON form."""
        return cls(data["kind"], tuple(data["before"]), tuple(data["after"]))


def safe_quality(quality: RawQuality | None) -> SafeQuality | None:
    """Return the measures of a topic that is shown, to one decimal."""
    if quality is None:
        return None
    return SafeQuality(
        coherence=_tenth(quality.coherence),
        separation=_tenth(quality.separation),
        stability=None if quality.stability is None else _tenth(quality.stability),
        poor=quality.poor,
    )


def safe_changes(
    changes: Iterable[RawChange], shown: Collection[str], rules: Rules
) -> tuple[SafeChange, ...]:
    """Return the changes that may be told, in a fixed order.

    Args:
        changes: of a run.
        shown: ids of the topics that are shown.
        rules: of the audience.
    """
    told = (
        SafeChange(change.kind, tuple(change.before), change.after)
        for change in changes
        if rules.allows(change.count)
        and all(topic in shown for topic in change.after)
        and all(topic in shown or rules.allows(had) for topic, had in change.before.items())
    )
    return tuple(sorted(told, key=lambda one: (one.kind, one.before, one.after)))


def _tenth(value: float) -> float:
    return round(value, 1) + 0.0  # no -0.0
