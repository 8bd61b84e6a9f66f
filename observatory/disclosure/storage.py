"""Stored Safe products: one folder a run, one file an audience; nothing in them is secret."""

from __future__ import annotations

import json
import os
from pathlib import Path

from observatory.disclosure.products import SafeAnalysis
from observatory.disclosure.rules import Audience
from observatory.errors import ResourceError


class Products:
    """The Safe products of every run of an instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def store(self, products: dict[Audience, SafeAnalysis]) -> Path:
        """Store a run's products, whole or not at all.

        Returns:
            The folder of the run.

        Raises:
            ResourceError: the disk refuses; nothing is left half written.
        """
        runs = self._runs()
        number = int(runs[-1].name) + 1 if runs else 1
        final = self._folder / f"{number:06d}"
        draft = self._folder / f".{final.name}.part"
        try:
            draft.mkdir(parents=True, exist_ok=True)
            for audience, analysis in products.items():
                with (draft / f"{audience}.json").open("w", encoding="utf-8") as file:
                    file.write(canonical(analysis))
                    file.flush()
                    os.fsync(file.fileno())
            draft.rename(final)
        except OSError as error:
            raise ResourceError(
                f"The run's products cannot be written to {self._folder}: {error.strerror}. "
                "Free space or grant the right, then run again; no report was changed."
            ) from error
        return final

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


def canonical(analysis: SafeAnalysis) -> str:
    """Return the JSON text of products: keys sorted, the same bytes for the same products."""
    return json.dumps(analysis.to_json(), sort_keys=True, ensure_ascii=False, indent=1) + "\n"
