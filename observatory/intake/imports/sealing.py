"""Sealing a register: one file, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from crypto.envelope import Envelope
from observatory import stopping
from observatory.complaint import periods
from observatory.instance import Instance, today
from observatory.intake.imports import register
from observatory.intake.imports.mapping import RegisterMapping
from observatory.intake.imports.register import Refusal


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    sealed: int
    refusals: tuple[Refusal, ...]
    offices_added: int


def seal_register(
    instance: Instance,
    path: Path,
    mapping: RegisterMapping | None,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Seal the good rows of a register and list the bad ones.

    Nothing derived from a row is kept outside its seal: a repeated import is told from a new one
    only inside a run, by the sealed import id.

    Raises:
        BadInputError: the file as a whole cannot be read; nothing was sealed.
        ResourceError: the disk or the vault refused; nothing was sealed.
    """
    refusals: list[Refusal] = []
    added = 0

    def envelopes() -> Iterator[Envelope]:
        nonlocal added
        for number, row in enumerate(register.read(path, mapping, today()), start=1):
            progress(number)
            if isinstance(row, Refusal):
                refusals.append(row)
            else:
                yield instance.seal(row.complaint, week=row.week, source=source, once=row.once)
        # Inside the vault's transaction, so that of two imports neither undoes the other's, and
        # that without the offices there are no reports. An office without reports harms nobody.
        added = instance.add_offices(mapping.offices) if mapping else 0
        stopping.check()

    source = f"import:{mapping.source if mapping else register.source_name(path)}"
    sealed = instance.vault.add_set(envelopes(), periods.week_of(today()))
    return Imported(sealed, tuple(refusals), added)
