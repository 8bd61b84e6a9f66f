"""The commands ``backup`` and ``restore``."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("out", type=FILE)
@click.option("--keys", "key_file", type=FILE, required=True, help="Where the key file goes.")
@click.pass_obj
def backup(folder: Path, out: Path, key_file: Path) -> None:
    """Write a backup of all closed weeks to OUT, and its key file.

    Keep the key file apart from the backup, and replace the one before: what retention removed
    can then no longer be read in any older backup.
    """
    from observatory.backup.making import make
    from observatory.instance import Instance

    digest = make(Instance.open(folder), out, key_file)
    click.echo(f"Wrote {out}, SHA-256 {digest}.")
    click.echo(f"Its keys are in {key_file}: keep it elsewhere, and destroy the one before.")
    click.echo("The week that is not over is in no backup.")


@click.command()
@click.argument("source", type=FILE)
@click.option("--keys", "key_file", type=FILE, required=True, help="The key file.")
@click.option("--database", "database_url", help="SQLAlchemy URL of another, empty database.")
@click.pass_obj
def restore(folder: Path, source: Path, key_file: Path, database_url: str | None) -> None:
    """Restore a backup into a new instance; a used one is refused."""
    from observatory.backup.restoring import restore as put_back
    from observatory.instance import Instance

    left_out = put_back(source, key_file, folder, database_url)
    sets = Instance.open(folder).vault.sets()
    click.echo(f"Restored {folder}: {len(sets)} sets, and the log is whole.")
    if left_out:
        click.echo(f"{left_out} sets are past retention: their keys were destroyed.")
