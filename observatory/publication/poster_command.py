"""The command ``poster``."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--address", metavar="URL", required=True, help="Of the form, as people type it.")
@click.option("--onion", metavar="ADDRESS", help="Of the form as an onion service, shown as well.")
@click.option("--language", default="en", show_default=True, help="en, fr, es, pt, ar or ru.")
@click.pass_obj
def poster(folder: Path, out: Path, address: str, onion: str | None, language: str) -> None:
    """Make a poster of one page with the form's address and a QR code of it, as PDF.

    Where DIR is an observatory, the poster bears its name.
    """
    from observatory import config, durable
    from observatory.publication.poster import pdf

    settings = folder / config.FILE_NAME
    name = config.read(settings).observatory_name if settings.exists() else ""
    own = "" if name == config.Config().observatory_name else name
    durable.write(out, pdf(address, language=language, onion=onion, name=own))
    click.echo(f"Wrote {out}")
