"""The command ``doctor``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from observatory.doctor.findings import Finding, Level
from observatory.errors import Exit

_MARKS = {Level.FINE: "fine", Level.WARNING: "warn", Level.FAILURE: "FAIL"}


@click.command()
@click.option(
    "--look-in",
    "places",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="Also look here for share and signers' files; repeat for each folder.",
)
@click.pass_obj
def doctor(folder: Path, places: tuple[Path, ...]) -> None:
    """Look for what would undo the promises on this machine, and say what to change.

    Ends with exit code 5 if a promise is broken; warnings do not count.
    """
    from observatory.doctor import database, machine, promises
    from observatory.instance import Instance

    instance = Instance.open(folder)
    beside = folder.with_name(f"{folder.name}-shares")
    looked_in = (beside, folder, folder.parent / "shares", Path.cwd(), *places)
    tell(
        [
            *machine.examine(folder),
            *database.examine(instance.vault.engine),
            *promises.examine(instance, tuple(dict.fromkeys(p.resolve() for p in looked_in))),
        ]
    )


def tell(findings: Iterable[Finding]) -> None:
    """Print findings, the worst last, and end with exit code 5 if one is a failure."""
    worst = Level.FINE
    for finding in sorted(findings, key=lambda one: one.level):
        click.echo(f"{_MARKS[finding.level]}  {finding.about}: {finding.says}")
        if finding.do:
            click.echo(f"      Do: {finding.do}")
        worst = max(worst, finding.level)
    if worst is Level.FAILURE:
        sys.exit(Exit.INTEGRITY)
