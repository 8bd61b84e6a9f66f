"""What was done can be read, taken along, and is not shown once it was altered."""

from made_up_analysis import found_made_up
from member import Member
from sqlalchemy import text

from observatory.access.sign_in import one_time_path
from observatory.app import create_members
from observatory.audit import Kind


def visited(instance):
    guest = Member(create_members(instance))
    assert guest.get(one_time_path(instance)).status_code == 303
    return guest


def test_every_entry_stands_there_newest_first_and_the_copy_is_the_log(tmp_path):
    instance = found_made_up(tmp_path)
    guest = visited(instance)
    page = guest.get("/log").text
    entries = instance.audit.entries()
    places = [page.index(f"<td>{number}</td>") for number in range(1, len(entries) + 1)]
    assert places == sorted(places, reverse=True)
    assert "run closed" in page
    assert instance.policy.fingerprint in page
    assert f"{len(entries)} entries" in page
    answer = guest.get("/log/copy")
    assert answer.data.splitlines() == instance.audit.encoded()
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_log_that_was_altered_is_not_shown(tmp_path):
    instance = found_made_up(tmp_path)
    guest = visited(instance)
    instance.audit.record(Kind.BACKUP_MADE, {"sha256": "ab" * 32})
    with instance.vault.engine.begin() as connection:
        connection.execute(text("UPDATE audit_entry SET entry = replace(entry, 'abab', 'cdcd')"))
    for path in ("/log", "/log/copy"):
        answer = guest.get(path)
        assert answer.status_code == 500
        assert "The audit log was altered" in answer.text
        assert "cdcd" not in answer.text
