"""Which embedder a run reads with, and what becomes of a state that another one made."""

import hashlib
import sys

import pytest
from taught_once import taught_once

from nlp.embedding import named
from observatory.analysis import opening, state
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.decisions import joint_run, memory, reader
from observatory.decisions.quorum import open_key
from observatory.demo.corpus import make_corpus
from observatory.errors import NotAllowedError, ResourceError
from observatory.instance import Instance, today

PLUGGED = """
import hashlib
import numpy as np

class Ours:
    name = "ours-1"
    dimensions = 16

    def embed(self, texts, progress=None):
        digests = [hashlib.sha256(word.encode()).digest() for word in texts]
        found = np.frombuffer(b"".join(d[:16] for d in digests), np.uint8).reshape(-1, 16) - 127.5
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
"""


@pytest.fixture
def _plugged(tmp_path, monkeypatch):
    """A package with an embedder of its own, installed as pip would leave it."""
    folder = tmp_path / "packages"
    about = folder / "plugged-1.0.dist-info"
    about.mkdir(parents=True)
    (folder / "plugged.py").write_text(PLUGGED)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[nlp.embedders]\nours = plugged:Ours\n")
    named.cache_clear()
    monkeypatch.syspath_prepend(folder)
    yield
    named.cache_clear()
    sys.modules.pop("plugged", None)


def choose(command, sign, path, name):
    said = command("policy", "propose", "--embedder", name, path)
    sign(path)
    command("policy", "install", path)
    return said


@pytest.fixture(scope="module", autouse=True)
def _taught_once():
    with taught_once():
        yield


def kept(instance, quorum):
    private = open_key(instance, quorum)
    parts = opening.open_state(instance.vault.state(), private)
    return state.read(memory.checked(instance, private, parts))


def run(instance, quorum):
    opened = Instance.open(instance.folder)
    done = joint_run.analyse(opened, quorum, reader.of(opened.policy), lambda *_: None)
    return done.products["members"], kept(opened, quorum)


@pytest.mark.usefixtures("_plugged")
def test_another_embedder_reads_everything_again(founded, quorum, command, sign, tmp_path):
    instance = founded.instance
    envelopes = [
        instance.seal(
            Complaint(report.narrative, report.facets),
            week=report.week,
            source="import:demo",
            once=hashlib.sha256(str(number).encode()).digest(),
        )
        for number, report in enumerate(make_corpus(size=90, months=12, planted=False).reports)
    ]
    instance.vault.add_set(envelopes, periods.week_of(today()))
    first, before = run(instance, quorum)
    assert first.manifest["embedder"] == before.embedder == "use-multilingual-3"
    said = choose(command, sign, tmp_path / "proposal.json", "ours")
    assert "Embedder: use -> ours" in " ".join(said.split())
    second, after = run(instance, quorum)
    assert second.manifest["embedder"] == after.embedder == "ours-1"
    assert {vector.shape for vector in before.vectors.values()} == {(512,)}
    assert {vector.shape for vector in after.vectors.values()} == {(16,)}
    assert second.manifest["data_hash"] == first.manifest["data_hash"]
    assert second.reports["received"] == first.reports["received"]


def test_a_run_with_an_embedder_that_is_not_here_opens_nothing(
    founded, quorum, command, sign, tmp_path
):
    choose(command, sign, tmp_path / "proposal.json", "word2vec")
    before = [entry.kind for entry in founded.instance.audit.entries()]
    given = [option for sheet in quorum for option in ("--shares", sheet)]
    with pytest.raises(ResourceError, match="No embedder is named 'word2vec'"):
        command("analyse", *given)
    instance = Instance.open(founded.instance.folder)
    assert [entry.kind for entry in instance.audit.entries()] == before


@pytest.mark.parametrize("name", ["", "../x", "two words", "x" * 65])
def test_no_policy_names_what_can_be_no_embedder(command, tmp_path, name):
    with pytest.raises(NotAllowedError, match="'embedder' is the name of none"):
        command("policy", "propose", "--embedder", name, tmp_path / "proposal.json")
