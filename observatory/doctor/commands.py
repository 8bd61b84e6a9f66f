"""The command ``doctor``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from observatory.doctor.findings import Finding, Level
from observatory.errors import Exit, UsageError

_MARKS = {Level.FINE: "fine", Level.WARNING: "warn", Level.FAILURE: "FAIL"}


@click.command()
@click.option(
    "--look-in",
    "places",
    type=click.Path(path_type=Path, file_okay=False),
    multiple=True,
    help="Also look here for share and signers' files; repeat for each folder.",
)
@click.option(
    "--remote",
    "url",
    metavar="URL",
    help="Compare what reporters are given at this address with what both sides signed, and look "
    "at nothing else.",
)
@click.option(
    "--list",
    "list_file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="With --remote: the signed list of hashes; by default the one that is installed here.",
)
@click.pass_obj
def doctor(folder: Path, places: tuple[Path, ...], url: str | None, list_file: Path | None) -> None:
    """Look for what would undo the promises on this machine, and say what to change.

    With --remote, look at a server from outside: for that the folder needs no more than
    policy.json. Ends with exit code 5 if a promise is broken; warnings do not count.
    """
    if url is not None:
        tell(_remote(folder, url, list_file))
        return
    from observatory.doctor import database, machine, promises
    from observatory.instance import Instance
    from observatory.vault import room

    instance = Instance.open(folder)
    reserve = instance.config.reserve_megabytes * room.MEGABYTE
    kept_free = room.needed(reserve, room.of_open_weeks(instance.vault.engine))
    beside = folder.with_name(f"{folder.name}-shares")
    looked_in = (beside, folder, folder.parent / "shares", Path.cwd(), *places)
    tell(
        [
            *machine.examine(folder, kept_free),
            *database.examine(instance.vault.engine),
            *promises.examine(instance, tuple(dict.fromkeys(p.resolve() for p in looked_in))),
        ]
    )


def _remote(folder: Path, url: str, list_file: Path | None) -> list[Finding]:
    from observatory import assets, policy
    from observatory.assets import listing
    from observatory.decisions import signed_file
    from observatory.doctor.remote import check_remote

    rules = policy.read(folder / policy.FILE_NAME)
    rules.verify()
    click.echo(f"Root of the policy, to be compared with a custodian's sheet: {rules.root}")
    own = list_file or folder / assets.LIST
    if not own.exists():
        raise UsageError("No signed list of hashes is here. Give it: --list FILE.")
    signed = signed_file.read(own, listing.WHAT)
    return check_remote(url, signed, rules)


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
