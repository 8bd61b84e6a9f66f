"""The vault over real SQLite and real PostgreSQL: what it takes, keeps and refuses."""

import os
import sqlite3

import pytest
from sqlalchemy import text
from vault_envelopes import WEEK, envelope, reports_of

from observatory.database import engine as database
from observatory.errors import BadInputError, IntegrityError, ResourceError
from observatory.vault import Vault, VaultError


def test_an_import_comes_back_as_it_went_in(vault, private):
    sealed = [envelope(private.public, bucket) for bucket in (1, 2, 3) for _ in range(3)]
    assert vault.add_set(sealed, WEEK) == 9
    [kept] = vault.sets()
    assert (kept.source, kept.week, kept.month) == ("import", WEEK, "2026-10")
    held = {e.to_bytes() for e in vault.envelopes_of(kept)}
    assert held >= {e.to_bytes() for e in sealed}


def test_an_import_of_nothing_is_no_set(vault):
    assert vault.add_set([], WEEK) == 0
    assert vault.sets() == []
    assert len(vault) == 0


def test_a_failing_source_stores_nothing(vault, private):
    one = envelope(private.public)

    def failing():
        for _ in range(1200):
            yield one
        raise BadInputError("the file ended in the middle")

    with pytest.raises(BadInputError):
        vault.add_set(failing(), WEEK)
    assert len(vault) == 0
    assert vault.audit.entries() == []


def test_state_is_replaced_as_a_whole(vault):
    assert vault.state() == {}
    vault.replace_state({"2024-01": b"a", "topics": b"b"})
    vault.replace_state({"topics": b"c", "2024-02": b"d"})
    assert vault.state() == {"topics": b"c", "2024-02": b"d"}


def test_state_lies_under_the_key_of_its_month(vault, engine):
    vault.replace_state({"2024-01": b"a", "topics": b"b"})
    with engine.begin() as connection:
        stored = connection.execute(
            text("SELECT sealed FROM run_state WHERE name = '2024-01'")
        ).scalar()
        assert bytes(stored) != b"a"
        connection.execute(text("DELETE FROM month_key"))
    with pytest.raises(IntegrityError, match="2024-01 is gone"):
        vault.state()


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


def test_a_database_that_is_away_is_a_missing_resource(private, tmp_path):
    away = database.open_engine("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path)
    with pytest.raises(ResourceError, match="cannot be opened"):
        database.check_version(away)
    with pytest.raises(VaultError, match="Nothing was stored"):
        Vault(away, private.public).receive([envelope(private.public)], WEEK)


def test_clear_columns_are_key_bucket_and_quarter_and_no_row_number(tmp_path):
    engine = database.open_engine("sqlite:///o.db", tmp_path)
    database.migrate(engine)
    with sqlite3.connect(tmp_path / "o.db") as connection:
        for table, of in (("envelope", "set_id"), ("open_envelope", "week")):
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert columns == {"id", of, "key_id", "bucket", "quarter", "body"}
            with pytest.raises(sqlite3.OperationalError, match="no such column"):
                connection.execute(f"SELECT rowid FROM {table}")
    with engine.connect() as connection:
        for pragma, value in (("synchronous", 2), ("secure_delete", 1), ("journal_mode", "wal")):
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_a_database_of_the_first_schema_comes_forward_with_its_reports(
    database_url, tmp_path, private
):
    from alembic import command
    from alembic.config import Config

    engine = database.open_engine(database_url, tmp_path)
    config = Config()
    folder = database.__file__.replace("engine.py", "migrations")
    config.set_main_option("script_location", folder)
    before = [envelope(private.public) for _ in range(5)]
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        for one in before:
            connection.execute(
                text("INSERT INTO envelope VALUES (:id, :key_id, :bucket, :quarter, :body)"),
                {"id": os.urandom(16), **reports_of(one)},
            )
    database.migrate(engine)
    vault = Vault(engine, private.public)
    [kept] = vault.sets()
    assert kept.source == "earlier"
    held = sorted(e.to_bytes() for e in vault.envelopes_of(kept))
    assert held == sorted(e.to_bytes() for e in before)
    engine.dispose()


def test_a_set_that_retention_removes_while_it_is_read_is_no_tampering(vault, private):
    vault.add_set([envelope(private.public) for _ in range(3)], WEEK)
    (kept,) = vault.sets()
    vault.remove_before("2030-01")
    with pytest.raises(VaultError, match="removed, or sealed again, while it was read"):
        list(vault.envelopes_of(kept))
