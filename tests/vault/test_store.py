"""The vault over real SQLite and real PostgreSQL."""

import os
import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto.envelope import BUCKETS, OVERHEAD, Envelope
from observatory.database import engine as database
from observatory.errors import BadInputError, ResourceError
from observatory.vault import Vault, VaultError


def envelope(fill=b"x", bucket=1):
    return Envelope(b"k" * 8, bucket, 2026 * 4, fill * (BUCKETS[bucket] + OVERHEAD))


@pytest.fixture
def engine(database_url, tmp_path):
    engine = database.open_engine(database_url, tmp_path)
    database.migrate(engine)
    yield engine
    engine.dispose()


def test_envelopes_come_back_as_they_went_in(engine):
    vault = Vault(engine)
    sealed = [envelope(os.urandom(1), bucket) for bucket in (1, 2, 3) for _ in range(3)]
    assert vault.add(sealed) == 9
    assert len(vault) == 9
    assert sorted(e.to_bytes() for e in vault.envelopes()) == sorted(e.to_bytes() for e in sealed)


def test_reading_order_tells_no_arrival_order(engine):
    vault = Vault(engine)
    sealed = [envelope(bytes([number])) for number in range(64)]
    for one in sealed:
        vault.add([one])
    assert [e.body for e in vault.envelopes()] != [e.body for e in sealed]


def test_a_failing_source_stores_nothing(engine):
    vault = Vault(engine)

    def failing():
        for number in range(1200):
            yield envelope(bytes([number % 256]))
        raise BadInputError("the file ended in the middle")

    with pytest.raises(BadInputError):
        vault.add(failing())
    assert len(vault) == 0


def test_state_is_replaced_as_a_whole(engine):
    vault = Vault(engine)
    assert vault.state() == {}
    vault.replace_state({"2024-01": b"a", "topics": b"b"})
    vault.replace_state({"topics": b"c"})
    assert vault.state() == {"topics": b"c"}


def test_migrating_twice_changes_nothing_and_a_newer_database_is_refused(engine):
    database.migrate(engine)
    database.check_version(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(BadInputError, match="schema 9999"):
        database.check_version(engine)


def test_an_empty_database_is_no_observatory(database_url, tmp_path):
    with pytest.raises(BadInputError, match="holds no observatory"):
        database.check_version(database.open_engine(database_url, tmp_path))


@pytest.mark.parametrize("url", ["not a url", "oracle:///x", "postgresql+nothing://x/y"])
def test_a_url_that_cannot_be_used_is_bad_input(url, tmp_path):
    with pytest.raises(BadInputError, match="database_url"):
        database.open_engine(url, tmp_path)


def test_a_database_that_is_away_is_a_missing_resource(tmp_path):
    away = database.open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path)
    with pytest.raises(ResourceError, match="cannot be opened"):
        database.check_version(away)
    with pytest.raises(VaultError, match="Nothing was stored"):
        Vault(away).add([envelope()])


def test_clear_columns_are_key_bucket_and_quarter_and_no_row_number(tmp_path):
    engine = database.open_engine("sqlite:///o.db", tmp_path)
    database.migrate(engine)
    with sqlite3.connect(tmp_path / "o.db") as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(envelope)")]
        assert columns == ["id", "key_id", "bucket", "quarter", "body"]
        with pytest.raises(sqlite3.OperationalError, match="no such column"):
            connection.execute("SELECT rowid FROM envelope")
    with engine.connect() as connection:
        for pragma, value in (("synchronous", 2), ("secure_delete", 1), ("journal_mode", "wal")):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


@given(st.lists(st.sampled_from([1, 2, 3]), max_size=8))
def test_the_vault_counts_what_it_holds(tmp_path_factory, buckets):
    engine = database.open_engine("sqlite:///o.db", tmp_path_factory.mktemp("vault"))
    database.migrate(engine)
    vault = Vault(engine)
    vault.add(envelope(bucket=bucket) for bucket in buckets)
    assert sorted(e.bucket for e in vault.envelopes()) == sorted(buckets)
    engine.dispose()
