"""A run over a small corpus: the same whatever the order, the salts and the seals."""

import hashlib
import json
import random
import shutil
from datetime import timedelta
from importlib.resources import files

import pytest
from decided import decide
from shorter_retention import keep_only
from taught_once import taught_once

from nlp.embedding import default
from observatory.acts.act import What
from observatory.audit import Kind
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.decisions import joint_run
from observatory.demo.corpus import make_corpus
from observatory.errors import IntegrityError, NotAllowedError
from observatory.instance import CATALOGUE, Instance, today

THIS_WEEK = periods.week_of(today())


@pytest.fixture(scope="module", autouse=True)
def _taught_once():
    with taught_once():
        yield


@pytest.fixture(scope="module")
def corpus():
    return make_corpus(size=400, months=24).reports


@pytest.fixture(scope="module")
def settled():
    """Enough reports for topics that are frozen."""
    return make_corpus(size=660, months=24).reports


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


def run(instance, quorum, *, refit=False):
    opened = Instance.open(instance.folder)
    return joint_run.analyse(opened, quorum, default(), lambda *_: None, refit=refit)


def remembered(instance, private):
    """Return the state that the last run left, opened and known to be its own."""
    from observatory.analysis import opening
    from observatory.decisions import memory

    return memory.checked(instance, private, opening.open_state(instance.vault.state(), private))


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
        plain_sheets=True,
    )
    other.instance.vault.add_set(sealed(other.instance, corpus, 2), THIS_WEEK)
    second = run(other.instance, other.custodians).products["members"]
    assert comparable(first) == comparable(second)
    assert first.manifest["data_hash"] != second.manifest["data_hash"]
    assert len(first.topics) > 2


def test_old_reports_keep_topic_and_codes_when_new_ones_come(founded, quorum, settled):
    from observatory.analysis import state, topics
    from observatory.decisions.quorum import open_key

    instance = founded.instance
    envelopes = sealed(instance, settled, 1)
    instance.vault.add_set(envelopes[:-60], THIS_WEEK)
    run(instance, quorum)
    private = open_key(instance, quorum)
    before = state.read(remembered(instance, private))
    assert before.model["sizes"].sum() >= topics.YOUNG
    instance.vault.add_set(envelopes[-60:], THIS_WEEK)
    shown = run(instance, quorum).products["members"]
    after = state.read(remembered(instance, private))
    kept = [leaf for leaf in before.topics if leaf in after.topics]
    assert len(kept) > 0.97 * len(before.topics)
    assert all(before.topics[leaf] == after.topics[leaf] for leaf in kept)
    assert all(before.codes[leaf] == after.codes[leaf] for leaf in kept)
    assert len(after.topics) > len(before.topics)
    # Nothing came since: a run that is repeated shows the same.
    again = run(instance, quorum).products["members"]
    assert comparable(again) == comparable(shown)
    assert again.manifest["data_hash"] == shown.manifest["data_hash"]
    # Topics are found anew: what is told of it names no topic that nobody has seen.
    anew = run(instance, quorum, refit=True).products["members"]
    seen = {topic.id for topic in again.topics}
    now = {topic.id for topic in anew.topics}
    assert {change.kind for change in again.changes} <= {"born"}
    assert now & seen
    assert all(set(change.before) <= seen and set(change.after) <= now for change in anew.changes)
    assert all(0 <= topic.quality.stability <= 1 for topic in anew.topics)
    languages = anew.table("topic_language")
    for topic in anew.topics:
        told = [n for _, n in languages.series("language", topic=topic.id) if n is not None]
        assert 0 < sum(told) <= topic.reports


def test_counts_outlive_the_reports_that_retention_removes(founded, quorum, settled):
    instance = founded.instance
    week = periods.week_of(today() - timedelta(days=200))
    instance.vault.add_set(sealed(instance, settled, 1), week)
    before = run(instance, quorum).products["members"]
    month = periods.month_of_week(week)
    instance = keep_only(instance, founded.shares, 3)
    after = run(instance, quorum).products["members"]
    assert instance.vault.sets() == []
    assert set(instance.vault.state()) == {"memory", "topics", f"tallies/{month}"}
    assert after.reports == before.reports
    assert after.tables == before.tables
    assert after.signals == before.signals
    assert after.modus_operandi == before.modus_operandi
    assert {topic.id: topic.reports for topic in after.topics} == {
        topic.id: topic.reports for topic in before.topics
    }
    assert after.manifest["data_hash"] != before.manifest["data_hash"]


def test_a_run_is_refused_on_another_set_or_policy_than_the_log_names(founded, quorum, corpus):
    from sqlalchemy import text

    instance = founded.instance
    instance.vault.add_set(sealed(instance, corpus[:3], 1), THIS_WEEK)
    with instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM envelope WHERE bucket = 3"))
    with pytest.raises(IntegrityError, match="not the one that was closed"):
        run(instance, quorum)
    with instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM weekly_set"))
    with pytest.raises(IntegrityError, match="does not hold the sets"):
        run(instance, quorum)


def test_a_state_that_nobodys_run_left_is_refused(founded, quorum, corpus):
    """Anyone can seal to the public key; only a run can vouch for what it leaves to the next."""
    from crypto.envelope import seal_blob
    from observatory.analysis import tallies

    instance = founded.instance
    instance.vault.add_set(sealed(instance, corpus[:40], 1), THIS_WEEK)
    run(instance, quorum)
    left = instance.vault.state()
    planted = tallies.pack(tallies.Tallies({}, {"received": 160, "usable": 160}))
    part = seal_blob(instance.public_key, "tallies/2026-04", planted)
    for parts, said in (
        ({**left, "tallies/2026-04": part}, "put into"),
        ({**left, "topics": left["memory"]}, "does not open"),
        ({name: data for name, data in left.items() if name != "topics"}, "is gone"),
        ({name: data for name, data in left.items() if name != "memory"}, "not what a run left"),
        ({}, "is gone"),
    ):
        instance.vault.replace_state(parts)
        with pytest.raises(IntegrityError, match=said):
            run(instance, quorum)
    instance.vault.replace_state(left)
    assert run(instance, quorum).products


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (Kind.SET_REMOVED, {"month": "2001-01"}),
        (Kind.SET_RESEALED, {"root": "00" * 32, "key": "00" * 8}),
    ],
)
def test_an_entry_that_removes_or_exchanges_a_set_against_the_policy_is_refused(
    founded, quorum, corpus, kind, facts
):
    instance = founded.instance
    instance.vault.add_set(sealed(instance, corpus[:3], 1), THIS_WEEK)
    [kept] = instance.vault.sets()
    instance.audit.record(kind, {"set": kept.id.hex(), **facts})
    with pytest.raises(IntegrityError, match="no policy of both sides allows"):
        run(instance, quorum)


def test_an_emptied_log_is_refused(founded, quorum):
    from sqlalchemy import text

    with founded.instance.vault.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry"))
    with pytest.raises(IntegrityError, match="does not begin with the founding"):
        run(founded.instance, quorum)


def test_every_opening_is_logged_with_who_was_there(founded, quorum):
    run(founded.instance, quorum)
    entries = Instance.open(founded.instance.folder).audit.entries()
    assert entries[-1].kind is Kind.RUN_CLOSED
    [entry] = [one for one in entries if one.kind is Kind.RUN_OPENED]
    assert entry.facts["custodians"] == ["business-1", "business-3", "customs-1", "customs-3"]


def test_a_run_by_another_catalogue_is_decided_by_both_and_logged_once(instance, quorum, chairs):
    def logged():
        entries = Instance.open(instance.folder).audit.entries()
        return [e.facts["catalogue"] for e in entries if e.kind is Kind.CATALOGUE_CHANGED]

    shipped = instance.catalogue.version
    for _ in range(2):
        run(instance, quorum)
    assert logged() == [shipped]
    own = instance.folder / CATALOGUE
    shutil.copytree(str(files("observatory.catalogue")), own)
    with (own / "measures.yaml").open("a") as text:
        text.write("# checked\n")
    with pytest.raises(NotAllowedError, match="observatory catalogue propose"):
        run(instance, quorum)
    version = Instance.open(instance.folder).catalogue.version
    decide(instance, What.CATALOGUE, {"catalogue": version}, list(chairs.values()))
    run(instance, quorum)
    assert logged() == [shipped, version]
    with (own / "measures.yaml").open("a") as text:
        text.write("# and changed after that\n")
    with pytest.raises(NotAllowedError, match="have not decided"):
        run(instance, quorum)


def test_an_empty_observatory_runs(instance, quorum):
    done = run(instance, quorum)
    assert done.products["members"].topics == ()
    assert done.products["members"].reports == {}
