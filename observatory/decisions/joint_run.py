"""Opening a run: custodians of both sides bring their shares, the machine reads, the door shows."""

from __future__ import annotations

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from crypto.envelope import seal_blob
from nlp.embedding import Embedder
from nlp.phrases import allowed
from observatory import stopping
from observatory.analysis import opening, state
from observatory.analysis.opening import SealedSet
from observatory.analysis.reading import Progress
from observatory.analysis.run import Findings, run
from observatory.audit import Kind
from observatory.decisions import agreement, heads, memory, token_epochs
from observatory.decisions.quorum import Brought, open_key, present
from observatory.decisions.turn import turn
from observatory.decisions.upkeep import check_log, check_resealed, keep_up
from observatory.disclosure import Door, SafeAnalysis
from observatory.disclosure.rules import Audience
from observatory.disclosure.storage import digest_of
from observatory.instance import Instance, today

AUDIENCES: tuple[Audience, ...] = ("members", "public")


@dataclass(frozen=True)
class JointRun:
    """What a run made: Safe products by audience, stored in ``folder``."""

    products: Mapping[Audience, SafeAnalysis]
    folder: Path
    waiting: bool


def analyse(
    instance: Instance,
    sheets: Sequence[Brought],
    embedder: Embedder,
    progress: Progress,
    *,
    refit: bool = False,
) -> JointRun:
    """Analyse all reports of closed weeks and store what may be shown.

    Args:
        instance: an opened instance; its policy was verified when it was opened.
        sheets: share files of both sides, or sheets that were read already.
        embedder: turns text into vectors.
        progress: told how far the work is.
        refit: find topics anew; those that are still there keep their numbers.

    Raises:
        NotAllowedError: one side is missing, both have not decided the catalogue, or this is an
            intake host.
        BadInputError: a share file cannot be used.
        IntegrityError: a set is not that of its root, the signers were exchanged, or a proposal or
            an approval was altered.
        ResourceError: the database or the disk failed, or another run is under way; the products
            of the last run stand.
    """
    instance.refuse_on_intake_host("A run")
    with turn(instance):
        return _analyse(instance, sheets, embedder, progress, refit=refit)


def _analyse(
    instance: Instance,
    sheets: Sequence[Brought],
    embedder: Embedder,
    progress: Progress,
    *,
    refit: bool,
) -> JointRun:
    check_log(instance)
    check_resealed(instance)
    agreement.check_docket(instance)
    instance.catalogue, instance.offices  # noqa: B018  # what is damaged is found before the work
    agreement.check_catalogue(instance)
    epochs = token_epochs.installed(instance)
    decision = agreement.opening(instance)
    private = open_key(instance, sheets)
    progress("opening", 0, 1)
    keep_up(instance)
    known = opening.open_state(instance.vault.state(), private)
    prior = state.read(memory.checked(instance, private, known))
    opened = opening.open_reports(
        (
            SealedSet(one.source, one.week, one.month, instance.vault.envelopes_of(one))
            for one in instance.vault.sets()
        ),
        private,
        today(),
    )
    _log_catalogue(instance)
    agreement.record_opening(
        instance,
        decision,
        {
            "custodians": present(sheets),
            "policy": instance.policy.fingerprint,
            "data_hash": opening.data_hash(opened),
        },
    )
    findings = run(
        opened,
        instance.catalogue,
        instance.offices,
        embedder=embedder,
        prior=prior,
        today=today(),
        progress=progress,
        epochs=epochs,
        refit=refit,
    )
    progress("passing the disclosure door", 0, 1)
    products = _through_the_door(instance, findings)
    progress("sealing the state", 0, 1)
    made = {str(audience): digest_of(safe) for audience, safe in products.items()}
    remembered = {memory.PART: memory.made(instance, private, findings.state, made)}
    parts = {
        name: seal_blob(instance.public_key, name, data)
        for name, data in {**findings.state, **remembered}.items()
    }
    stopping.check()
    closed = {"key": instance.public_key.id.hex(), **made}
    # Only a power cut fits between the two: the products then keep their draft's name until the
    # next run, and are found under it, since the log has their hash.
    with stopping.whole(), instance.products.storing(dict(products)) as folder:
        instance.vault.replace_state(parts, closed)
    return JointRun(products, folder, waiting=opened.waiting > 0)


def _log_catalogue(instance: Instance) -> None:
    """Log the catalogue that this run reads by, unless the last one read by the same."""
    logged = [
        entry.facts["catalogue"]
        for entry in instance.audit.entries()
        if entry.kind is Kind.CATALOGUE_CHANGED
    ]
    version = instance.catalogue.version
    if logged[-1:] != [version]:
        instance.audit.record(Kind.CATALOGUE_CHANGED, {"catalogue": version})


def _through_the_door(instance: Instance, findings: Findings) -> dict[Audience, SafeAnalysis]:
    catalogue = instance.catalogue
    own_words = catalogue.words | {
        word.casefold() for office in instance.offices for word in office.name.split()
    }
    manifest = {
        **findings.raw.manifest,
        "policy": instance.policy.fingerprint,
        "code_version": importlib.metadata.version("joint-integrity-observatory"),
        "made_up": instance.made_up,
        "run": {
            "at": datetime.now(UTC).date().isoformat(),
            "processor": platform.machine(),
            "audit": heads.to_json(instance),
        },
    }
    raw = replace(findings.raw, manifest=manifest)
    names = {code: mo.name for code, mo in catalogue.modus_operandi.items()}
    return {
        audience: Door(
            instance.policy.disclosure(audience),
            lambda phrase, language: allowed(phrase, language, own_words),
            names,
        ).pass_through(raw)
        for audience in AUDIENCES
    }
