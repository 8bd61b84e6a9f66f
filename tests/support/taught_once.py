"""What a catalogue teaches is learnt once a process: learning it takes longer than a small run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from nlp.exemplars import ExemplarClassifier

_learnt: dict[tuple[Any, ...], dict[str, Any]] = {}


@contextmanager
def taught_once() -> Iterator[None]:
    """Within, a classifier taught the same sentences by the same embedder is not taught again.

    It rests on nothing else, and nothing that it answers changes it.
    """
    fit = ExemplarClassifier.fit

    def fit_once(self: ExemplarClassifier) -> ExemplarClassifier:
        lessons, labels = self._lessons()
        key = (self.embedder.name, tuple(lessons), labels.tobytes())
        if key not in _learnt:
            fit(self)
            _learnt[key] = {k: v for k, v in vars(self).items() if k not in _GIVEN}
        vars(self).update(_learnt[key])
        return self

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ExemplarClassifier, "fit", fit_once)
        yield


_GIVEN = {"definitions", "background", "embedder"}
