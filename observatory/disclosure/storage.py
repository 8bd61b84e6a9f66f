"""Stored Safe products: one folder a run, one file an audience; nothing in them is secret."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from observatory import durable
from observatory.disclosure.products import SafeAnalysis
from observatory.disclosure.rules import Audience
from observatory.errors import ResourceError


class Products:
    """The Safe products of every run of an instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, products: dict[Audience, SafeAnalysis]) -> Path:
        """Store a run's products, whole or not at all; as :meth:`storing` with nothing else."""
        with self.storing(products) as folder:
            return folder

    @contextmanager
    def storing(self, products: dict[Audience, SafeAnalysis]) -> Iterator[Path]:
        """Store a run's products, whole or not at all, together with what the body stores.

        They are on the disk before the body begins and get their name when it ends well.

        Yields:
            The folder that the run will have.

        Raises:
            ResourceError: the disk refuses; nothing is left half written.
        """
        for left in self._folder.glob(".[0-9]*.part"):  # by a run that was killed
            shutil.rmtree(left, ignore_errors=True)
        runs = self._runs()
        final = self._folder / f"{int(runs[-1].name) + 1 if runs else 1:06d}"
        draft = self._folder / f".{final.name}.part"
        try:
            with self._refusals():
                _write(draft, products)
            yield final
            with self._refusals():
                draft.rename(final)
                durable.sync_folder(self._folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ResourceError(
                f"The run's products cannot be written to {self._folder}: {error.strerror}. "
                "Free space or grant the right, then run again; no report was changed."
            ) from error

    def latest(self, audience: Audience = "members") -> SafeAnalysis | None:
        """Return the newest products for an audience, or None before the first run."""
        runs = self._runs()
        if not runs:
            return None
        return SafeAnalysis.from_json(
            json.loads((runs[-1] / f"{audience}.json").read_text("utf-8"))
        )

    def _runs(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]" * 6)) if self._folder.is_dir() else []


def _write(folder: Path, products: Mapping[Audience, SafeAnalysis]) -> None:
    folder.mkdir(parents=True)
    for audience, analysis in products.items():
        with (folder / f"{audience}.json").open("xb") as file:
            file.write(canonical(analysis).encode())
            file.flush()
            os.fsync(file.fileno())
    durable.sync_folder(folder)


def canonical(analysis: SafeAnalysis) -> str:
    """Return the JSON text of products: keys sorted, the same bytes for the same products."""
    return json.dumps(analysis.to_json(), sort_keys=True, ensure_ascii=False, indent=1) + "\n"
