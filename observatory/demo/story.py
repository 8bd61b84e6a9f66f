"""The demo as a story: found, seal, analyse, publish, and tell which planted facts were found."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

from crypto.envelope import Envelope
from observatory.complaint import periods
from observatory.complaint.offices import Office
from observatory.complaint.plaintext import Complaint
from observatory.decisions import joint_run
from observatory.decisions.founding import Founded, found
from observatory.demo.corpus import Corpus, make_corpus
from observatory.demo.recovery import recover
from observatory.instance import Instance, today
from observatory.publication import making

SOURCE = "import:demo"
Progress = Callable[[str, int, int], None]


def tell(folder: Path, progress: Progress) -> Iterator[str]:
    """Make a made-up observatory in ``folder`` and yield the story line by line.

    Args:
        folder: gets ``instance``, ``shares``, ``answer_key.json`` and the systemic report.
        progress: told how far each stage is.
    """
    corpus = make_corpus()
    yield (
        f"A made-up world: {len(corpus.reports)} invented reports "
        f"from {len(corpus.offices)} offices."
    )
    made = found_for(folder, corpus)
    yield f"Founded {made.instance.folder}; share and signer files are in {made.shares}."
    links = " and ".join(path.name for path in made.links)
    yield f"The chair of either side enrols a passkey by the link in {links}."
    sealed = seal_corpus(made.instance, corpus, progress)
    (folder / "answer_key.json").write_text(json.dumps(corpus.answer_key, indent=1) + "\n", "utf-8")
    yield f"Sealed {sealed} reports."
    from nlp.embedding import UniversalSentenceEncoder

    quorum = [
        path for path in made.custodians if path.stem.endswith(("custodian-1", "custodian-2"))
    ]
    run = joint_run.analyse(made.instance, quorum, UniversalSentenceEncoder(), progress)
    products = run.products["members"]
    yield (
        f"Two custodians of each side opened a run: {len(products.topics)} topics, "
        f"{len(products.signals)} signals."
    )
    for fact in recover(corpus.answer_key, products):
        yield f"{'  found  ' if fact.found else '  MISSED '} {fact.sentence}"
    document = folder / "systemic-report.pdf"
    making.make(made.instance, "systemic", document)
    yield f"The systemic report: {document}"


def found_for(folder: Path, corpus: Corpus) -> Founded:
    """Found a made-up observatory with the offices of a corpus."""
    offices = [
        Office(o.code, o.name, o.region, o.population["customs"], o.population["business"])
        for o in corpus.offices
    ]
    return found(
        folder / "instance",
        folder / "shares",
        {"customs": (2, 3), "business": (2, 3)},
        # Nobody signs anything later in a demo; what is not kept cannot be misused.
        lambda _: secrets.token_urlsafe(18),
        register=offices,
        made_up=True,
    )


def seal_corpus(instance: Instance, corpus: Corpus, progress: Progress) -> int:
    """Seal a corpus as an import does, each report in its own week.

    Returns:
        How many were sealed.
    """

    def envelopes() -> Iterator[Envelope]:
        for number, report in enumerate(corpus.reports):
            progress("sealing", number, len(corpus.reports))
            once = hashlib.sha256(f"{SOURCE}|{number}".encode()).digest()
            yield instance.seal(
                Complaint(report.narrative, report.facets),
                week=report.week,
                source=SOURCE,
                once=once,
            )

    return instance.vault.add_set(envelopes(), periods.week_of(today()))
