"""What a run keeps for the next: vectors, topic assignments and topics, one part a month.

Parts exist as bytes in memory only; the caller seals them before they touch a disk.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from observatory.analysis.opening import Report
from observatory.analysis.tallies import Tallies, pack, unpack

TOPICS = "topics"
MEAN = "mean:"
TALLIES = "tallies/"
MODEL = ("centroids", "coherence", "ids", "reach", "resolution", "sizes", "stability")
"""What ``TopicModel.state`` holds beside the means."""


@dataclass(frozen=True)
class State:
    """The state of an earlier run.

    Attributes:
        vectors: quantised vector by leaf.
        topics: topic number by leaf; 0 for none.
        codes: codes by leaf, given by ``catalogue``.
        model: the frozen topics, as ``TopicModel.state`` gives them.
        embedder: name of the embedder that made the vectors.
        tallies: tallies by month of keeping, those of removed months included.
        confirmed: code by topic id, where members confirmed that a topic is a known practice.
    """

    vectors: Mapping[bytes, NDArray[np.float32]] = field(default_factory=dict, repr=False)
    topics: Mapping[bytes, int] = field(default_factory=dict, repr=False)
    model: Mapping[str, Any] | None = field(default=None, repr=False)
    embedder: str = ""
    codes: Mapping[bytes, tuple[str, ...]] = field(default_factory=dict, repr=False)
    catalogue: str = ""
    tallies: Mapping[str, Tallies] = field(default_factory=dict, repr=False)
    confirmed: Mapping[str, str] = field(default_factory=dict)


def write(
    reports: Sequence[Report],
    vectors: NDArray[np.float32],
    topics: NDArray[np.int64],
    codes: Sequence[tuple[str, ...]],
    model: Mapping[str, Any],
    *,
    embedder: str,
    catalogue: str,
    tallies: Mapping[str, Tallies],
) -> dict[str, bytes]:
    """Return the state's parts: two per month of keeping, and one of topics.

    A month's part of vectors and assignments goes with its reports; its tallies stay.

    Args:
        reports: in the run's order, n of them.
        vectors: float32 (n, d), quantised.
        topics: int64 (n,), topic numbers from 1; 0 for none.
        codes: codes of each report.
        model: the frozen topics, as ``TopicModel.state`` gives them.
        embedder: name of the embedder.
        catalogue: version of the catalogue that gave the codes.
        tallies: tallies by month of keeping.
    """
    months = np.array([report.kept for report in reports])
    leaves = np.frombuffer(b"".join(r.leaf for r in reports), np.uint8).reshape(-1, 32)
    joined = np.array([",".join(given) for given in codes], dtype=np.str_)
    parts = {}
    for month in sorted(set(months.tolist())):
        rows = months == month
        parts[month] = _pack(
            leaves=leaves[rows], vectors=vectors[rows], topics=topics[rows], codes=joined[rows]
        )
    parts.update({f"{TALLIES}{month}": pack(counted) for month, counted in tallies.items()})
    means = {f"{MEAN}{tag}": mean for tag, mean in model["means"].items()}
    parts[TOPICS] = _pack(
        **{name: np.asarray(model[name]) for name in MODEL},
        embedder=np.array(embedder),
        catalogue=np.array(catalogue),
        **means,
    )
    return parts


def read(parts: Mapping[str, bytes]) -> State:
    """Read the opened parts of a state; no parts give an empty state."""
    if TOPICS not in parts:
        return State()
    vectors: dict[bytes, NDArray[np.float32]] = {}
    topics: dict[bytes, int] = {}
    codes: dict[bytes, tuple[str, ...]] = {}
    counted: dict[str, Tallies] = {}
    for name, data in parts.items():
        if name == TOPICS:
            continue
        if name.startswith(TALLIES):
            counted[name.removeprefix(TALLIES)] = unpack(data)
            continue
        part = _unpack(data)
        for row, leaf in enumerate(map(np.ndarray.tobytes, part["leaves"])):
            vectors[leaf] = part["vectors"][row]
            topics[leaf] = int(part["topics"][row])
            codes[leaf] = tuple(filter(None, str(part["codes"][row]).split(",")))
    frozen = _unpack(parts[TOPICS])
    model = {
        **{name: frozen[name] for name in MODEL},
        "means": {
            key.removeprefix(MEAN): mean for key, mean in frozen.items() if key.startswith(MEAN)
        },
    }
    return State(
        vectors,
        topics,
        model,
        str(frozen["embedder"]),
        codes,
        str(frozen["catalogue"]),
        counted,
    )


def _pack(**arrays: NDArray[Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _unpack(data: bytes) -> dict[str, NDArray[Any]]:
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return dict(arrays)
