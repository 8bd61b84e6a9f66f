"""The audit log over both databases: it grows, and every other change is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from crypto import merkle
from crypto.signing import SigningKey
from observatory.audit import AuditError, AuditLog, Entry, Head, Kind
from observatory.audit.signed_heads import SignedHead, Signers
from observatory.database import engine as database


@pytest.fixture
def engine(database_url, tmp_path):
    engine = database.open_engine(database_url, tmp_path)
    database.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def log(engine):
    log = AuditLog(engine)
    for number in range(1, 8):
        log.record(Kind.POLICY_INSTALLED, {"policy": f"{number:064x}", "version": number})
    return log


@pytest.fixture(scope="session")
def keys():
    return {
        side: SigningKey.create(side, 1, "a long passphrase") for side in ("customs", "business")
    }


SECOND = "(SELECT {} FROM audit_entry WHERE number = 2)"


def signers_of(keys):
    signers = {side: [key.signer.public_key] for side, key in keys.items()}
    return [Signers(signers)]


def signed(head, keys, sides=("customs", "business")):
    return SignedHead(head, [keys[side].sign(head.to_json()) for side in sides])


def test_entries_come_back_and_the_head_is_their_tree(log):
    entries = log.entries()
    assert [entry.facts["version"] for entry in entries] == list(range(1, 8))
    assert log.head() == Head(7, merkle.root([entry.to_bytes() for entry in entries]))


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        (f"UPDATE audit_entry SET entry = {SECOND.format('entry')} WHERE number = 5", 5),
        (f"UPDATE audit_entry SET root = {SECOND.format('root')} WHERE number = 6", 6),
        ("DELETE FROM audit_entry WHERE number = 3", 3),
    ],
)
def test_the_first_bad_entry_is_named(log, engine, tampering, named):
    with engine.begin() as connection:
        connection.execute(text(tampering))
    with pytest.raises(AuditError, match=f"entry {named} "):
        log.entries()


def test_pages_read_the_log_anew_when_somebody_else_wrote_into_it(log, engine):
    seen = log.seen()
    assert (seen.entries, log.seen() is seen) == (log.entries(), True)
    AuditLog(engine).record(Kind.POLICY_INSTALLED, {"policy": "8" * 64, "version": 8})
    assert [entry.facts["version"] for entry in log.seen().entries] == list(range(1, 9))
    assert log.last(Kind.POLICY_INSTALLED) == log.entries()[-1]
    assert log.last(Kind.FOUNDED) is None


def test_a_log_that_was_cut_or_whose_end_was_edited_is_checked_again_for_pages(log, engine):
    log.seen()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry WHERE number = 7"))
    assert len(log.seen().entries) == 6
    with engine.begin() as connection:
        edit = f"UPDATE audit_entry SET root = {SECOND.format('root')} WHERE number = 6"
        connection.execute(text(edit))
    with pytest.raises(AuditError, match="entry 6 "):
        log.seen()


def test_an_empty_log_has_an_end_too(engine):
    log = AuditLog(engine)
    assert (log.seen().entries, log.seen() is log.seen()) == ([], True)
    log.record(Kind.POLICY_INSTALLED, {"policy": "1" * 64, "version": 1})
    assert len(log.seen().entries) == 1


def rewrite(engine, entries):
    """Replace the log as a skilled administrator would, with roots that fit."""
    tree = merkle.GrowingTree()
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry"))
        for number, entry in enumerate(entries, start=1):
            tree.append(entry)
            connection.execute(
                text("INSERT INTO audit_entry (number, entry, root) VALUES (:n, :e, :r)"),
                {"n": number, "e": entry, "r": tree.root},
            )


def test_a_skilful_change_is_found_between_signed_heads_and_named_by_a_copy(log, engine, keys):
    entries = log.encoded()
    for size in (2, 4, 7):
        head = Head(size, merkle.root(entries[:size]))
        log.install(signed(head, keys), signers_of(keys))
    forged = Entry(
        Kind.POLICY_INSTALLED, "2026-01-01", {"policy": "f" * 64, "version": 3}
    ).to_bytes()
    rewrite(engine, [*entries[:2], forged, *entries[3:]])
    with pytest.raises(AuditError, match="between 3 and 4"):
        log.check([], signers_of(keys))
    with pytest.raises(AuditError, match="entry 3 is not that of the copy"):
        log.compare(entries)


def test_a_rollback_is_found_by_a_head_that_somebody_kept(log, engine, keys):
    kept = signed(log.head(), keys)
    rewrite(engine, log.encoded()[:4])
    log.check([], signers_of(keys))
    with pytest.raises(AuditError, match=r"rolled back.*Entry 5"):
        log.check([kept], signers_of(keys))


@pytest.mark.parametrize("sides", [(), ("customs",), ("business",), ("customs", "customs")])
def test_a_head_counts_only_with_both_signatures(log, keys, sides):
    with pytest.raises(AuditError, match="not signed by both sides"):
        log.install(signed(log.head(), keys, sides), signers_of(keys))
    assert log.signed_heads() == []


def test_a_signature_of_another_head_does_not_count(log, keys):
    other = signed(Head(3, b"x" * 32), keys)
    with pytest.raises(AuditError, match="not signed by both"):
        log.install(SignedHead(log.head(), other.signatures), signers_of(keys))


def test_signers_of_an_earlier_policy_sign_nothing_that_came_after_it(log, keys):
    before = [Signers(one.keys, last=6) for one in signers_of(keys)]
    log.install(signed(Head(6, merkle.root(log.encoded()[:6])), keys), before)
    with pytest.raises(AuditError, match="head of 7 entries is not signed"):
        log.install(signed(log.head(), keys), before)


def test_a_signed_head_survives_its_file(log, keys):
    head = signed(log.head(), keys)
    log.install(head, signers_of(keys))
    assert SignedHead.from_bytes(head.to_bytes()) == log.signed_heads()[0]


def test_the_log_goes_on_after_a_head(log, keys):
    log.install(signed(log.head(), keys), signers_of(keys))
    log.record(Kind.BACKUP_MADE, {"sha256": "0" * 64})
    log.check([], signers_of(keys))


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_a_growing_tree_has_the_root_of_rfc_9162_at_every_size(entries):
    tree = merkle.GrowingTree()
    assert tree.root == merkle.root([])
    for size, entry in enumerate(entries, start=1):
        tree.append(entry)
        assert tree.size == size
        assert tree.root == merkle.root(entries[:size])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_entry_are_refused(data):
    with pytest.raises(ValueError, match=r"entry|canonical|Expecting|utf|kind|Kind|Invalid"):
        Entry.from_bytes(data)


def test_an_entry_has_the_facts_of_its_kind_and_no_others():
    with pytest.raises(ValueError, match="sha256"):
        Entry(Kind.BACKUP_MADE, "2026-01-01", {"sha256": "0" * 64, "name": "somebody"})
