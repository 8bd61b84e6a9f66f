"""The commands ``intake-host`` and ``batch``."""

from __future__ import annotations

from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("intake-host")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
def intake_host(folder: Path, out: Path) -> None:
    """Write to OUT the folder of an intake host, to be carried there.

    It can seal and keep reports, and open none. There: `observatory --instance OUT serve --role
    intake`, and `batch export` to bring closed weeks here.
    """
    from observatory.batches.exporting import make_intake_host
    from observatory.instance import Instance

    make_intake_host(Instance.open(folder), out)
    click.echo(f"Wrote {out}. Carry it to the intake host; it holds no share and no report.")


@click.group()
def batch() -> None:
    """Carry closed weeks from an intake host to the analysis host, without a network."""


@batch.command("export")
@click.argument("out", type=FILE)
@click.option("--again", type=click.IntRange(1), help="Write this batch once more.")
@click.pass_obj
def export(folder: Path, out: Path, again: int | None) -> None:
    """Write the weeks that were closed since the last batch to OUT, signed by this host."""
    from observatory.batches import exporting
    from observatory.batches.host import in_groups
    from observatory.instance import Instance

    done = exporting.export(Instance.open(folder), out, again=again)
    click.echo(f"Wrote batch {done.number} with {done.sets} sets to {out}, SHA-256 {done.sha256}.")
    click.echo(f"This host: {in_groups(done.fingerprint)}")


@batch.command("import")
@click.argument("source", type=FILE)
@click.option("--host", "expected", help="Fingerprint of the host; needed for its first batch.")
@click.option(
    "--unreadable",
    is_flag=True,
    help="Take it although some reports are sealed to a key that is not held here: they are lost.",
)
@click.pass_obj
def import_batch(folder: Path, source: Path, expected: str | None, *, unreadable: bool) -> None:
    """Take the sets of a batch, each once; a batch that was altered is refused."""
    from observatory.batches.importing import take
    from observatory.instance import Instance

    taken = take(Instance.open(folder), source, expected, unreadable=unreadable)
    if taken.sets:
        click.echo(f"Took batch {taken.number}: {taken.new} of {taken.sets} sets were new.")
    else:
        click.echo(f"Batch {taken.number} was taken before, or is empty; nothing changed.")
    if taken.unreadable:
        click.echo(f"{taken.unreadable} sets hold reports that nobody can read any more.")
