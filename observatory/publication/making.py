"""Making of a document from an instance's last run."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observatory.audit import Kind
from observatory.catalogue import CatalogueError
from observatory.decisions.agreement import check_catalogue
from observatory.decisions.signed_matters import MANIFEST as WHAT
from observatory.decisions.upkeep import check_log
from observatory.errors import BadInputError, ResourceError, UsageError
from observatory.instance import CATALOGUE, Instance
from observatory.publication.documents import evidence
from observatory.publication.documents.source import Source
from observatory.publication.documents.systemic import systemic
from observatory.publication.forms import FORMS
from observatory.publication.writing import check_place, manifest, write

if TYPE_CHECKING:
    from observatory.disclosure import SafeAnalysis
    from observatory.disclosure.rules import Audience
    from observatory.progress import Report

DOCUMENTS = {"systemic": systemic}


def silent(_stage: str, _done: int, _total: int) -> None:
    """Show no progress."""


def make(
    instance: Instance,
    kind: str,
    out: Path,
    *,
    audience: Audience = "members",
    form: str | None = None,
    progress: Report = silent,
) -> list[Path]:
    """Make a document of the last run and its manifest.

    It is logged before it is written: none leaves that the audit log does not name. One for the
    public is put on the docket too, where both sides see that it waits for their signers.

    Args:
        instance: the observatory.
        kind: which document; only ``systemic`` exists.
        out: its file; replaced whole.
        audience: whose disclosure rules apply.
        form: pdf, xlsx, csv or json; by default what the name of ``out`` ends in, else pdf.
        progress: told each stage.

    Returns:
        The files written, the document first.

    Raises:
        UsageError: this version has no such document, or ``out`` lies inside the instance.
        BadInputError: nothing has been analysed yet, the catalogue cannot be read, or a signed
            document stands at ``out``.
        NotAllowedError: both sides have not decided on the catalogue.
        IntegrityError: products, policy, roll or log are not what they were.
        ResourceError: a file cannot be read or written; nothing is left half done.
    """
    if kind not in DOCUMENTS:
        raise UsageError(f"The {kind} report is not offered by this version; systemic is.")
    instance.refuse_inside(out)
    check_place(out)
    made, signed = draw_up(instance, kind, audience, form or _form_of(out), progress)
    written = write(out, made, signed)
    if audience == "public":
        with suppress(BadInputError, ResourceError):  # it is full, say; the files are enough
            instance.docket.put(WHAT, signed)
    return written


def draw_up(
    instance: Instance,
    kind: str,
    audience: Audience,
    form: str,
    progress: Report = silent,
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Make a document of the last run in memory, and log it.

    Args:
        instance: the observatory.
        kind: one of ``DOCUMENTS``.
        audience: whose disclosure rules apply.
        form: one of ``FORMS``.
        progress: told each stage.

    Returns:
        Contents by suffix, ``""`` being the document, and what signers sign for it.

    Raises:
        BadInputError: nothing has been analysed yet, or the catalogue cannot be read.
        NotAllowedError: both sides have not decided on the catalogue.
        IntegrityError: products, policy, roll or log are not what they were.
        ResourceError: a file or the database cannot be used.
    """
    check_log(instance)
    check_catalogue(instance)
    progress("reading the last run", 0, 1)
    source = source_of(instance, audience)
    progress("drawing up the report", 0, 1)
    document = DOCUMENTS[kind](source)
    progress("typesetting" if form == "pdf" else "writing", 0, 1)
    made = FORMS[form](document, source)
    facts = {"document": kind, "audience": audience, "sha256": sha256(made[""]).hexdigest()}
    instance.audit.record(Kind.DOCUMENT_MADE, facts)
    return made, manifest(form, made, document, source)


def source_of(instance: Instance, audience: Audience) -> Source:
    """Return what documents of an instance's last run are drawn from.

    Raises:
        BadInputError: nothing has been analysed yet, or the catalogue cannot be read.
        IntegrityError: the stored products are not those that the audit log names, or the roll is
            not what both sides approved.
        ResourceError: the stored products cannot be read.
    """
    analysis = instance.latest(audience)
    if analysis is None:
        raise BadInputError(
            "No analysis has been run yet, so there is nothing to report. Run first: "
            "observatory analyse --shares FILE ..."
        )
    return drawn_from(instance, analysis)


def drawn_from(instance: Instance, analysis: SafeAnalysis) -> Source:
    """Return what documents of these products are drawn from; errors as :func:`source_of`."""
    own, roll = instance.folder / CATALOGUE, instance.roll
    try:
        return Source(
            analysis=analysis,
            catalogue=instance.catalogue,
            offices=instance.offices,
            policy=instance.policy.fingerprint,
            observatory=instance.config.observatory_name,
            studies=evidence.read(own if own.is_dir() else None),
            roll=roll.digest if roll.people else "",
            people=roll.people,
        )
    except CatalogueError as error:
        raise BadInputError(f"{error}. Correct the catalogue and try again.") from error


def _form_of(out: Path) -> str:
    suffix = out.suffix.lower().removeprefix(".")
    return suffix if suffix in FORMS else "pdf"
