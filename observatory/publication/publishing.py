"""Publishing: a document leaves for good when signers of both sides have signed its manifest.

What is published is checked from the evidence, each time: the document's bytes against its
manifest, the manifest against the signatures, the audit log and the stored products, the signers
against the policy and the roll in force. Nothing on the machine but these is believed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from observatory import durable
from observatory.audit import Kind
from observatory.database.engine import exclusive
from observatory.database.faults import reason
from observatory.decisions import signed_file
from observatory.decisions.agreement import check_docket
from observatory.decisions.signed_file import SignedFile
from observatory.decisions.signed_matters import MANIFEST as WHAT
from observatory.decisions.upkeep import check_log
from observatory.disclosure import SafeAnalysis
from observatory.errors import BadInputError, IntegrityError, NotAllowedError, ResourceError
from observatory.instance import PUBLISHED, Instance
from observatory.publication.documents.recusals import covered, recusals
from observatory.publication.documents.source import fingerprint_of
from observatory.publication.making import drawn_from
from observatory.publication.signers import valid, weigh
from observatory.publication.writing import MANIFEST


@dataclass(frozen=True)
class Published:
    """A document that was published.

    Attributes:
        folder: where it is kept.
        sha256: its hash, hexadecimal.
        audience: whose disclosure rules it keeps.
        approved: who signed it, as the log names them.
    """

    folder: Path
    sha256: str
    audience: str
    approved: tuple[str, ...]


def publish(instance: Instance, document: Path, manifest: Path | None = None) -> Published:
    """Publish a document: keep it with its signatures, and log it.

    Args:
        instance: the observatory that it was made by.
        document: its file; companions lie beside it.
        manifest: its manifest, beside it by default.

    Raises:
        NotAllowedError: a side's signature is missing, a signer may not approve this, rules or
            interests changed since it was made, or it was withdrawn or published already.
        IntegrityError: document, manifest, signatures, products, policy, roll, docket or log are
            not what they were.
        BadInputError: a file is missing, or is no document's manifest.
        ResourceError: disk or database refuse; it is not published.
    """
    instance.refuse_on_intake_host("Publishing")
    check_log(instance)
    check_docket(instance)
    given = signed_file.read(manifest or document.with_name(document.name + MANIFEST), WHAT)
    signatures = valid(instance, given)
    contents = _contents(document, given)
    _check_made(instance, given)
    analysis = _products(instance, given)
    _check_rules(instance, given, analysis)
    signed = weigh(instance, signatures, {"offices": covered(analysis), "firms": []})
    facts = given.signed["document"]
    folder = instance.folder / PUBLISHED / facts["sha256"]
    _refuse_withdrawn(instance, given)
    _refuse_again(instance, facts["sha256"])
    _keep(folder, facts, contents, SignedFile(given.signed, [one.record for one in signed]))
    approved = tuple(one.who for one in signed)
    _log(instance, facts, approved)
    return Published(folder, facts["sha256"], facts["audience"], approved)


def _contents(document: Path, given: SignedFile) -> Mapping[str, bytes]:
    """Return the document and its companions by suffix, once they are what the manifest names.

    Raises:
        BadInputError: a file is missing, or the manifest is none of this version.
        IntegrityError: one was altered, or is another document's.
    """
    try:
        hashes = {"": given.signed["document"]["sha256"]}
        hashes |= {one["suffix"]: one["sha256"] for one in given.signed["companions"]}
        given.signed["recusals"]["sides"], given.signed["policy"]  # read further down
        names = {"kind", "schema", "audience", "format", "sha256", "bytes"}
        if given.signed["document"].keys() != names or not all(map(_plain, hashes)):
            raise KeyError("document")
    except (KeyError, TypeError, AttributeError) as error:
        raise BadInputError(
            "This is not the manifest of a document of this version. Make the document again "
            "(observatory report)."
        ) from error
    found = {}
    for suffix, sha256 in hashes.items():
        path = document.with_name(document.name + suffix)
        try:
            found[suffix] = path.read_bytes()
        except OSError as error:
            raise BadInputError(f"{path} cannot be opened: {error.strerror}.") from error
        if hashlib.sha256(found[suffix]).hexdigest() != sha256:
            raise IntegrityError(
                f"{path} is not the document that its manifest names: it was altered, or is "
                "another. It is not published. Give the file as `observatory report` wrote it."
            )
    return found


def _plain(suffix: str) -> bool:
    return "/" not in suffix and suffix != MANIFEST


def _check_made(instance: Instance, given: SignedFile) -> None:
    """Return only if the log says that this document was made here, for this audience."""
    about = given.signed["document"]
    facts = {"document": about["kind"], "audience": about["audience"], "sha256": about["sha256"]}
    if not any(
        entry.kind is Kind.DOCUMENT_MADE and entry.facts == facts
        for entry in instance.audit.entries()
    ):
        raise IntegrityError(
            "The audit log names no such document: it was not made by this observatory, or for "
            "another audience. It is not published."
        )


def _products(instance: Instance, given: SignedFile) -> SafeAnalysis:
    """Return the products that a document was made of: those of a run that the log names.

    Raises:
        IntegrityError: no run left them, or they were altered.
    """
    audience, wanted = given.signed["document"]["audience"], given.signed.get("products_sha256")
    for entry in reversed(instance.audit.entries()):
        if entry.kind is not Kind.RUN_CLOSED:
            continue
        analysis = instance.products.of(audience, str(entry.facts[audience]))
        if fingerprint_of(analysis) == wanted and analysis.disclosure["audience"] == audience:
            return analysis
    raise IntegrityError(
        f"No run left the products for {audience} that the manifest names. It is not published."
    )


def _check_rules(instance: Instance, given: SignedFile, analysis: SafeAnalysis) -> None:
    """Return only if rules and interests are those that the document was made by.

    Raises:
        NotAllowedError: they changed since; the document is to be made again.
    """
    rules = instance.policy.disclosure(given.signed["document"]["audience"])
    now = (rules.k, rules.weeks, rules.dominance)
    then = tuple(analysis.disclosure[name] for name in ("k", "weeks", "dominance"))
    if given.signed["policy"] != instance.policy.fingerprint or now != then:
        raise NotAllowedError(
            "The policy changed since this document was made. Run the analysis again if the "
            "disclosure rules changed, make the document again, and have it signed."
        )
    apart = recusals(drawn_from(instance, analysis))["sides"]
    if given.signed["recusals"]["sides"] != apart:
        raise NotAllowedError(
            "The roll changed since this document was made: others take no part in approving it "
            "than it says. Make it again (observatory report), and have it signed."
        )


def _refuse_withdrawn(instance: Instance, given: SignedFile) -> None:
    """Return only if nobody took the document off the docket."""
    for entry in instance.audit.entries():
        if entry.kind is Kind.ACT_WITHDRAWN and entry.facts["act"] == given.digest:
            raise NotAllowedError(
                f"This document was withdrawn on {entry.day}. Make another (observatory report)."
            )


def _refuse_again(instance: Instance, sha256: str) -> None:
    """Return only if a document was not published yet."""
    for entry in instance.audit.entries():
        if entry.kind is Kind.DOCUMENT_PUBLISHED and entry.facts["sha256"] == sha256:
            raise NotAllowedError(f"This document was published on {entry.day} already.")


def _keep(
    folder: Path, about: Mapping[str, Any], contents: Mapping[str, bytes], manifest: SignedFile
) -> None:
    """Keep a document with its companions and the signatures that count."""
    name = f"{about['kind']}.{about['format']}"
    files = {**contents, MANIFEST: manifest.to_bytes()}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        durable.write_together({folder / (name + suffix): data for suffix, data in files.items()})
        for place in (folder.parent, folder.parent.parent):
            durable.sync_folder(place)
    except OSError as error:
        raise ResourceError(
            f"{folder} cannot be written: {error.strerror}. The document is not published."
        ) from error


def _log(instance: Instance, about: Mapping[str, Any], approved: tuple[str, ...]) -> None:
    facts = {
        "document": about["kind"],
        "audience": about["audience"],
        "sha256": about["sha256"],
        "approved": list(approved),
    }
    try:
        with instance.vault.engine.begin() as connection:
            exclusive(connection)
            _refuse_again(instance, about["sha256"])  # another command may have been faster
            instance.audit.append(connection, Kind.DOCUMENT_PUBLISHED, facts)
    except SQLAlchemyError as error:
        raise ResourceError(
            f"The audit log cannot be written; the document is not published. {reason(error)}"
        ) from error
