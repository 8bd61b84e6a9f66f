"""The command ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from observatory import progress

if TYPE_CHECKING:
    from observatory.disclosure.rules import Audience


@click.command("report")
@click.argument("kind", type=click.Choice(("systemic", "trend", "impact", "relations", "workshop")))
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--audience",
    type=click.Choice(("members", "public")),
    default="members",
    show_default=True,
    help="Whose disclosure rules apply.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("pdf", "xlsx", "csv", "json")),
    help="By default what the name of OUT ends in, else pdf.",
)
@click.pass_obj
def report(folder: Path, kind: str, out: Path, audience: Audience, form: str | None) -> None:
    """Make a document of the last analysis run, with a manifest beside it for joint signing."""
    from observatory.instance import Instance
    from observatory.publication.making import make

    with progress.shown() as shown:
        written = make(
            Instance.open(folder), kind, out, audience=audience, form=form, progress=shown
        )
    for path in written:
        click.echo(f"Wrote {path}")
