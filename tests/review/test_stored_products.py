"""Pages show the products that the audit log names, or say that these are not there."""

from dataclasses import replace

import pytest
from made_up_analysis import another, store
from sqlalchemy import event
from sqlalchemy import text as sql

from observatory.access.sign_in import one_time_path
from observatory.app import create_members

HOST = {"Host": "members.localhost:8081"}
SHOWN, FORGED = "6\u202f140", "6\u202f141"


@pytest.fixture
def place(made_up, tmp_path):
    return another(made_up, tmp_path)


@pytest.fixture
def member(place):
    client = create_members(place).test_client()
    client.get(one_time_path(place), headers=HOST)
    assert SHOWN in client.get("/", headers=HOST).text
    return client


def edit(path):
    whole = path.read_text("utf-8")
    path.write_text(whole.replace('"received": 6140', '"received": 6141'), "utf-8")
    assert path.read_text("utf-8") != whole


def test_products_that_were_edited_are_not_shown(place, member):
    edit(place.folder / "products/000001/members.json")
    for path in ("/", "/signals", "/topics/T0001"):
        answer = member.get(path, headers=HOST)
        assert answer.status_code == 500
        assert "not those that the audit log names" in answer.text
        assert SHOWN not in answer.text
        assert FORGED not in answer.text


def test_another_folder_beside_them_is_not_shown(place, member):
    """A run whose entry is missing shows nothing: the last one that the log names stands."""
    forged = replace(place.latest(), reports={"received": 6141, "usable": 6141})
    place.products.store({"members": forged})
    assert SHOWN in member.get("/", headers=HOST).text


def test_a_later_run_is_shown_while_the_pages_are_served(place, member):
    store(place, {"members": replace(place.latest(), reports={"received": 6141})})
    assert FORGED in member.get("/", headers=HOST).text


def test_products_left_under_their_drafts_name_by_a_power_cut_are_shown(place, member):
    run = place.folder / "products/000001"
    run.rename(run.with_name(".000001.part"))
    assert SHOWN in member.get("/", headers=HOST).text


def test_a_log_that_was_altered_is_noticed_when_it_grows_and_believed_in_nothing(place, member):
    with place.vault.engine.begin() as connection:
        last = connection.execute(sql("SELECT max(number) FROM audit_entry")).scalar()
        entry = connection.execute(
            sql("SELECT entry FROM audit_entry WHERE number = :last"), {"last": last}
        ).scalar()
        wrong = bytes(entry).replace(b'"members":"', b'"members":"00', 1)
        connection.execute(
            sql("UPDATE audit_entry SET entry = :entry WHERE number = :last"),
            {"entry": wrong, "last": last},
        )
    assert SHOWN in member.get("/", headers=HOST).text  # the log that was checked said so
    with place.vault.engine.begin() as connection:
        connection.execute(
            sql("INSERT INTO audit_entry VALUES (:number, :entry, :root)"),
            {"number": last + 1, "entry": b"{}", "root": b"0" * 32},
        )
    answer = member.get("/", headers=HOST)
    assert answer.status_code == 500
    assert "audit log was altered" in answer.text


def test_a_page_does_not_read_the_whole_log_again(place, member):
    """A log has thousands of entries after some years, and pages are to stay fast."""
    read = []

    def note(_connection, _cursor, statement, *_):
        read.append(statement)

    event.listen(place.vault.engine, "before_cursor_execute", note)
    assert member.get("/", headers=HOST).status_code == 200
    assert any("audit_entry" in one for one in read)
    assert not [one for one in read if "audit_entry.entry" in one]
