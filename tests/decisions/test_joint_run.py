"""A run over a small corpus: the same whatever the order, the salts and the seals."""

import hashlib
import json
import random

import pytest

from nlp.embedding import UniversalSentenceEncoder
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.decisions import joint_run
from observatory.demo.corpus import make_corpus
from observatory.instance import Instance, today

THIS_WEEK = periods.week_of(today())


@pytest.fixture(scope="module")
def corpus():
    return make_corpus(size=900, months=24).reports


def sealed(instance, reports, order):
    numbered = list(enumerate(reports))
    random.Random(order).shuffle(numbered)
    return [
        instance.seal(
            Complaint(report.narrative, report.facets),
            week=report.week,
            source="import:demo",
            once=hashlib.sha256(str(number).encode()).digest(),
        )
        for number, report in numbered
    ]


def run(instance, quorum):
    opened = Instance.open(instance.folder)
    return joint_run.analyse(opened, quorum, UniversalSentenceEncoder(), lambda *_: None)


def comparable(products):
    body = products.to_json()
    body["manifest"] = {
        name: value
        for name, value in body["manifest"].items()
        if name not in ("run", "data_hash", "policy")
    }
    return json.dumps(body, sort_keys=True)


def test_order_salts_and_seals_change_nothing(founded, quorum, corpus, tmp_path):
    founded.instance.vault.add_set(sealed(founded.instance, corpus, 1), THIS_WEEK)
    first = run(founded.instance, quorum).products["members"]
    from observatory.decisions.founding import found

    other = found(
        tmp_path / "other",
        tmp_path / "other-shares",
        {"customs": (2, 3), "business": (2, 3)},
        lambda _: "another passphrase",
    )
    other.instance.vault.add_set(sealed(other.instance, corpus, 2), THIS_WEEK)
    second = run(other.instance, other.custodians).products["members"]
    assert comparable(first) == comparable(second)
    assert first.manifest["data_hash"] != second.manifest["data_hash"]
    assert len(first.topics) > 5


def test_old_reports_keep_topic_and_codes_when_new_ones_come(founded, quorum, corpus):
    from observatory.analysis import opening, state
    from observatory.decisions.quorum import open_key

    instance = founded.instance
    envelopes = sealed(instance, corpus, 1)
    instance.vault.add_set(envelopes[:-60], THIS_WEEK)
    run(instance, quorum)
    private = open_key(instance, quorum)
    before = state.read(opening.open_state(instance.vault.state(), private))
    instance.vault.add_set(envelopes[-60:], THIS_WEEK)
    run(instance, quorum)
    after = state.read(opening.open_state(instance.vault.state(), private))
    kept = [leaf for leaf in before.topics if leaf in after.topics]
    assert len(kept) > 0.97 * len(before.topics)
    assert all(before.topics[leaf] == after.topics[leaf] for leaf in kept)
    assert all(before.codes[leaf] == after.codes[leaf] for leaf in kept)
    assert len(after.topics) > len(before.topics)


def test_an_empty_observatory_runs(instance, quorum):
    done = run(instance, quorum)
    assert done.products["members"].topics == ()
    assert done.products["members"].reports == {}
