"""The command ``publish``."""

from __future__ import annotations

from pathlib import Path

import click

READABLE = click.Path(path_type=Path, dir_okay=False)


@click.command("publish")
@click.argument("document", type=READABLE)
@click.option(
    "--manifest",
    type=READABLE,
    help="The signed manifest; DOCUMENT.manifest.json by default.",
)
@click.pass_obj
def publish(folder: Path, document: Path, manifest: Path | None) -> None:
    """Publish DOCUMENT, whose manifest a signer of each side has signed.

    It is kept in the observatory's folder, with its signatures, and the audit log names it. A
    signer who has declared an interest in an office that it covers takes no part.
    """
    from observatory.instance import Instance
    from observatory.publication import publishing

    done = publishing.publish(Instance.open(folder), document, manifest)
    click.echo(f"Published for {done.audience}, SHA-256 {done.sha256}.")
    click.echo(f"Signed by {', '.join(done.approved)}.")
    click.echo(f"It is kept in {done.folder}.")
