"""Stored Safe products: one folder a run, one file an audience; nothing in them is secret.

Whoever can write files on the machine can edit them. So they are read by their SHA-256, which the
audit log names, and by nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from observatory import durable
from observatory.disclosure.products import SafeAnalysis
from observatory.disclosure.rules import Audience
from observatory.errors import IntegrityError, ResourceError

Stamp = tuple[int, int, int, int]
"""Inode, size, and times of change of a file: another stamp, another reading."""


class Products:
    """The Safe products of every run of an instance."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, tuple[Path, Stamp, SafeAnalysis]] = {}

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

    def of(self, audience: Audience, sha256: str) -> SafeAnalysis:
        """Return the products for an audience that have a hash, whichever run's folder holds them.

        What was read once is given again while its file has not been touched: it has that hash,
        whatever became of the file.

        Args:
            audience: whose.
            sha256: hexadecimal, as the audit log names it (:func:`digest_of`).

        Raises:
            IntegrityError: what is stored is something else.
            ResourceError: nothing is stored, or it cannot be read.
        """
        known = self._read.get(sha256)
        if known is not None and _stamp(known[0]) == known[1]:
            return known[2]
        path, data = self._find(audience, sha256)
        try:
            analysis = SafeAnalysis.from_json(json.loads(data))
        except (ValueError, KeyError, TypeError) as error:
            raise _unreadable(audience) from error
        stamp = _stamp(path)
        if stamp is not None:
            self._read = {sha256: (path, stamp, analysis)}  # one is enough, and memory is finite
        return analysis

    def _find(self, audience: Audience, sha256: str) -> tuple[Path, bytes]:
        """Return the file with a hash, the newest run's first, and its bytes."""
        there = False
        # A run that lost power at the very end left its products under their draft's name.
        drafts = self._folder.glob(f".{'[0-9]' * 6}.part")
        for run in (*reversed(self._runs()), *drafts):
            path = run / f"{audience}.json"
            try:
                data = path.read_bytes()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _unreadable(audience) from error
            there = True
            if hashlib.sha256(data).hexdigest() == sha256:
                return path, data
        if not there:
            raise _unreadable(audience)
        raise IntegrityError(
            f"The stored products for {audience} are not those that the audit log names: they were "
            "altered, or others put in their place. Nothing of them is shown. Put the instance's "
            "products folder back from a backup, or run the analysis again; record what happened."
        )

    def _runs(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]" * 6)) if self._folder.is_dir() else []


def _stamp(path: Path) -> Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _unreadable(audience: Audience) -> ResourceError:
    return ResourceError(
        f"The products of the last run for {audience} cannot be read. "
        "Put the instance's products folder back, or run the analysis again."
    )


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


def digest_of(analysis: SafeAnalysis) -> str:
    """Return the SHA-256 of products as they are stored, hexadecimal."""
    return hashlib.sha256(canonical(analysis).encode()).hexdigest()
