"""The command ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from observatory import progress
from observatory.errors import BadInputError, ResourceError, UsageError

if TYPE_CHECKING:
    from observatory.disclosure.rules import Audience
    from observatory.instance import Instance
    from observatory.publication.documents.source import Source

KINDS = ("systemic", "trend", "impact", "relations", "workshop")
OFFERED = ("systemic",)
FORMATS = ("pdf", "xlsx", "csv", "json")


@click.command("report")
@click.argument("kind", type=click.Choice(KINDS))
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
    type=click.Choice(FORMATS),
    help="By default what the name of OUT ends in, else pdf.",
)
@click.pass_obj
def report(folder: Path, kind: str, out: Path, audience: Audience, form: str | None) -> None:
    """Make a document of the last analysis run, with a manifest beside it for joint signing."""
    from observatory.instance import Instance
    from observatory.publication.documents.systemic import systemic
    from observatory.publication.forms import FORMS
    from observatory.publication.writing import write

    if kind not in OFFERED:
        raise UsageError(f"The {kind} report is not offered by this version; systemic is.")
    form = form or _form_of(out)
    with progress.shown() as shown:
        shown("reading the last run", 0, 1)
        source = source_of(Instance.open(folder), audience)
        shown("drawing up the report", 0, 1)
        document = systemic(source)
        shown("typesetting" if form == "pdf" else "writing", 0, 1)
        written = write(out, form, FORMS[form](document, source), document, source)
    for path in written:
        click.echo(f"Wrote {path}")


def source_of(instance: Instance, audience: Audience) -> Source:
    """Return what documents of an instance's last run are drawn from.

    Raises:
        BadInputError: nothing has been analysed yet.
        ResourceError: the stored products cannot be read.
    """
    from observatory.catalogue import CatalogueError
    from observatory.instance import CATALOGUE
    from observatory.publication.documents import evidence
    from observatory.publication.documents.source import Source

    try:
        analysis = instance.products.latest(audience)
    except OSError as error:
        raise ResourceError(
            f"The products of the last run for {audience} cannot be read: {error.strerror}. "
            "Put the instance's products folder back, or run the analysis again."
        ) from error
    if analysis is None:
        raise BadInputError(
            "No analysis has been run yet, so there is nothing to report. Run first: "
            "observatory analyse --shares FILE ..."
        )
    own = instance.folder / CATALOGUE
    try:
        studies = evidence.read(own if own.is_dir() else None)
        return Source(
            analysis=analysis,
            catalogue=instance.catalogue,
            offices=instance.offices,
            policy=instance.policy.fingerprint,
            observatory=instance.config.observatory_name,
            studies=studies,
        )
    except CatalogueError as error:
        raise BadInputError(f"{error}. Correct the catalogue and try again.") from error


def _form_of(out: Path) -> str:
    suffix = out.suffix.lower().removeprefix(".")
    return suffix if suffix in FORMATS else "pdf"
