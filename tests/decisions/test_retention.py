"""Retention as an administrator sees it: what would go, what went, and what stays."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest

from observatory.audit import Kind
from observatory.complaint import periods
from observatory.complaint.plaintext import Complaint
from observatory.decisions import upkeep
from observatory.decisions.founding import Founded, found
from observatory.instance import Instance, today

THIS_WEEK = periods.week_of(today())
OLD, OLDER = "2021-W20", "2021-W15"


@pytest.fixture
def founded(database_url, tmp_path) -> Founded:
    """An observatory in each kind of database, with two imports past retention and one within."""
    made = found(
        tmp_path / "instance",
        tmp_path / "shares",
        {"customs": (2, 2), "business": (2, 2)},
        lambda _: "an old passphrase of nine words",
        database_url=database_url,
        plain_sheets=True,
    )
    for week in (OLDER, OLD, THIS_WEEK):
        sealed = made.instance.seal(
            Complaint(f"they asked in {week}"),
            week="2021-W01",
            source="import:a",
            once=os.urandom(32),
        )
        made.instance.vault.add_set([sealed], week)
    parts = {"2021-05": b"of its reports", "tallies/2021-05": b"the long series", "topics": b"t"}
    made.instance.vault.replace_state(parts)
    return made


def weeks(instance):
    return [one.week for one in Instance.open(instance.folder).vault.sets()]


def test_a_dry_run_names_what_would_go_and_changes_nothing(founded, command):
    before = founded.instance.audit.encoded()
    said = command("retention", "run", "--dry-run")
    assert f"the set of {OLD} (import)" in said
    assert f"the set of {OLDER} (import)" in said
    assert THIS_WEEK not in said
    assert weeks(founded.instance) == [OLDER, OLD, THIS_WEEK]
    assert founded.instance.audit.encoded() == before


def test_what_is_past_retention_goes_with_all_that_runs_kept_of_it(founded, command):
    said = command("retention", "run")
    assert "removed 2 sets" in said
    assert "key files" in said
    assert weeks(founded.instance) == [THIS_WEEK]
    assert set(founded.instance.vault.state()) == {"topics", "tallies/2021-05"}
    assert "2021-05" not in founded.instance.vault.month_keys([])
    kinds = [entry.kind for entry in founded.instance.audit.entries()]
    assert kinds.count(Kind.SET_REMOVED) == 2
    assert "removed 0 sets" in command("retention", "run")


def test_weeks_that_are_over_are_closed_those_without_a_report_too(founded, command):
    week = periods.week_of(today() - timedelta(weeks=3))
    late = founded.instance.seal(
        Complaint("they asked again"), week=week, source="form", once=os.urandom(32)
    )
    founded.instance.vault.receive([late], week)
    assert "Closed 3 weeks" in command("retention", "run")
    assert "Closed 0 weeks" in command("retention", "run")


@pytest.mark.parametrize(
    ("day", "months", "first"),
    [
        ("2026-11-24", 24, "2024-11"),
        ("2026-01-01", 1, "2025-12"),
        ("2026-12-31", 12, "2025-12"),
        ("2026-03-31", 3, "2025-12"),
    ],
)
def test_whole_months_are_kept(day, months, first):
    assert upkeep.kept_since(date.fromisoformat(day), months) == first
