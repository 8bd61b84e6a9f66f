"""Closed weeks: filled, shuffled, committed to; what two copies of the database tell."""

import sqlite3
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from vault_envelopes import WEEK, envelope

from crypto.xwing import open_envelope
from observatory.audit import Kind
from observatory.complaint import plaintext
from observatory.errors import IntegrityError
from observatory.vault.closing import filled
from observatory.vault.logged import ClockError

AFTER = date(2026, 10, 12)  # the Monday after week 41


@given(st.integers(0, 5000))
def test_a_set_is_filled_to_a_power_of_two_of_at_least_32(count):
    size = filled(count)
    assert size >= max(count, 32)
    assert size & (size - 1) == 0
    assert size == 32 or size < 2 * count


def test_a_week_is_closed_when_it_is_over_and_not_before(vault, private):
    vault.receive([envelope(private.public)], WEEK)
    assert vault.close_weeks(date(2026, 10, 11)) == []
    [made] = vault.close_weeks(AFTER)
    assert (made.source, made.week) == ("form", WEEK)
    assert vault.close_weeks(AFTER) == []
    assert vault.sets() == [made]


def test_a_closed_week_tells_its_numbers_to_a_power_of_two_only(vault, private):
    vault.receive([envelope(private.public) for _ in range(40)], WEEK)
    vault.receive([envelope(private.public, 3) for _ in range(2)], WEEK)
    [made] = vault.close_weeks(AFTER)
    held = list(vault.envelopes_of(made))
    assert Counter(e.bucket for e in held) == {1: 64, 2: 32, 3: 32}
    assert len({(e.key_id, e.quarter) for e in held}) == 1
    kinds = Counter(plaintext.decode(open_envelope(e, private))[1].kind for e in held)
    assert kinds == {"report": 42, "dummy": 128 - 42}


def test_weeks_in_which_nothing_came_are_closed_as_well(vault, private):
    vault.receive([envelope(private.public)], WEEK)
    made = vault.close_weeks(date(2026, 11, 2))
    assert [one.week for one in made] == ["2026-W41", "2026-W42", "2026-W43", "2026-W44"]
    sizes = [len(list(vault.envelopes_of(one))) for one in made]
    assert sizes == [96] * 4


def test_the_first_week_of_a_quarter_has_dummies_of_the_one_before(vault, private):
    week = "2026-W40"  # its Thursday is the first of October
    vault.receive([envelope(private.public, week=week)], week)
    [made] = vault.close_weeks(date(2026, 10, 5))
    assert Counter(e.quarter for e in vault.envelopes_of(made)) == {
        2026 * 4 + 2: 96,
        2026 * 4 + 3: 96,
    }


def test_order_in_a_closed_set_is_not_order_of_arrival(vault, private, engine):
    sent = [envelope(private.public) for _ in range(64)]
    for one in sent:
        vault.receive([one], WEEK)
    [made] = vault.close_weeks(AFTER)
    # As they lie in the table, without the order that the vault asks for.
    with engine.connect() as connection:
        rows = [bytes(row[0]) for row in connection.execute(text("SELECT body FROM envelope"))]
    came = {one.body: number for number, one in enumerate(sent)}
    order = [came[body] for body in rows if body in came]
    assert sorted(order) == list(range(64))
    rises = sum(a < b for a, b in pairwise(order))
    assert 16 < rises < 48
    assert made.root == vault.sets()[0].root


def test_a_late_report_of_a_closed_week_goes_into_the_next(vault, private):
    vault.receive([envelope(private.public)], WEEK)
    vault.close_weeks(AFTER)
    late = envelope(private.public)
    vault.receive([late], WEEK)
    [made] = vault.close_weeks(date(2026, 10, 19))
    assert made.week == "2026-W42"
    assert late.to_bytes() in {e.to_bytes() for e in vault.envelopes_of(made)}


def test_a_clock_that_runs_years_ahead_closes_nothing(vault, private):
    vault.receive([envelope(private.public)], WEEK)
    with pytest.raises(ClockError, match="clock"):
        vault.close_weeks(date(2036, 1, 1))
    assert vault.sets() == []
    assert len(vault) == 1


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE envelope SET quarter = quarter - 1 WHERE id = (SELECT min(id) FROM envelope)",
        "DELETE FROM envelope WHERE id = (SELECT min(id) FROM envelope)",
        "DELETE FROM weekly_set",
        "UPDATE weekly_set SET root = :zeros",
        "UPDATE weekly_set SET source = 'earlier' WHERE source = 'import'",
        "UPDATE weekly_set SET week = '2026-W42' WHERE source = 'form'",
        "UPDATE audit_entry SET root = :zeros WHERE number = 2",
        "DELETE FROM audit_entry WHERE number = 1",
    ],
)
def test_a_set_that_differs_from_its_root_is_refused(vault, private, engine, tampering):
    vault.add_set([envelope(private.public) for _ in range(3)], WEEK)
    vault.receive([envelope(private.public)], WEEK)
    vault.close_weeks(AFTER)
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql" and "min(id)" in tampering:
            first = "(SELECT id FROM envelope ORDER BY id LIMIT 1)"
            tampering = tampering.replace("(SELECT min(id) FROM envelope)", first)
        zeros = {"zeros": bytes(32)} if ":zeros" in tampering else {}
        connection.execute(text(tampering), zeros)
    with pytest.raises(IntegrityError):
        read_all(vault)


def read_all(vault):
    return [list(vault.envelopes_of(one)) for one in vault.sets()]


def test_every_set_is_logged_with_its_root(vault, private):
    vault.add_set([envelope(private.public)], WEEK)
    [made] = vault.sets()
    [entry] = vault.audit.entries()
    assert entry.kind is Kind.SET_CLOSED
    assert entry.facts == {
        "set": made.id.hex(),
        "source": "import",
        "week": WEEK,
        "root": made.root.hex(),
    }


def test_a_set_is_sealed_again_as_a_whole_and_logged(vault, private):
    vault.add_set([envelope(private.public) for _ in range(3)], WEEK)
    [before] = vault.sets()
    fresh = [envelope(private.public) for _ in range(96)]
    after = vault.replace_set(before, fresh)
    assert vault.sets() == [after]
    assert {e.to_bytes() for e in vault.envelopes_of(after)} == {e.to_bytes() for e in fresh}
    assert vault.audit.entries()[-1].kind is Kind.SET_RESEALED


def test_what_is_past_retention_is_gone_with_its_state_and_key(vault, private, engine):
    vault.add_set([envelope(private.public)], "2024-W40")
    vault.add_set([envelope(private.public)], WEEK)
    vault.replace_state({"2024-10": b"old", "2026-10": b"new", "topics": b"t"})
    assert vault.remove_before("2025-01") == 1
    assert [one.month for one in vault.sets()] == ["2026-10"]
    assert vault.state() == {"2026-10": b"new", "topics": b"t"}
    with engine.connect() as connection:
        months = connection.execute(text("SELECT month FROM month_key")).scalars().all()
    assert months == ["2026-10"]
    assert vault.audit.entries()[-1].facts["month"] == "2024-10"
    assert vault.remove_before("2025-01") == 0


def test_nothing_that_was_moved_stays_behind_in_the_file(tmp_path, private):
    from observatory.database import engine as database
    from observatory.vault import Vault

    engine = database.open_engine("sqlite:///o.db", tmp_path)
    database.migrate(engine)
    vault = Vault(engine, private.public)
    sent = [envelope(private.public) for _ in range(5)]
    vault.receive(sent, WEEK)
    with sqlite3.connect(tmp_path / "o.db") as connection:
        ids = [bytes(row[0]) for row in connection.execute("SELECT id FROM open_envelope")]
    vault.close_weeks(AFTER)
    left = b"".join(path.read_bytes() for path in tmp_path.glob("o.db*"))
    assert not any(one in left for one in ids)
    assert sent[0].body[:64] in left


def test_while_a_key_is_replaced_reports_under_the_old_one_do_not_stand_out(engine, private):
    from crypto.xwing import PrivateKey, new_seed
    from observatory.vault import Vault

    new = PrivateKey.from_seed(new_seed()).public
    vault = Vault(engine, new, (private.public,))
    vault.receive([envelope(private.public) for _ in range(3)], WEEK)
    vault.receive([envelope(new) for _ in range(2)], WEEK)
    [made] = vault.close_weeks(AFTER)
    shown = Counter((e.key_id, e.bucket) for e in vault.envelopes_of(made))
    assert shown == {(key.id, bucket): 32 for key in (new, private.public) for bucket in (1, 2, 3)}
