"""Reporting periods: every week has one month, one quarter and one end."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.complaint.periods import (
    PeriodError,
    is_over,
    month_of_week,
    quarter_code,
    quarter_name,
    thursday,
    week_of,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.dates(date(2000, 1, 10), date(2099, 12, 20)))
def test_a_day_lies_in_its_week(day):
    week = week_of(day)
    assert abs((thursday(week) - day).days) <= 3
    assert not is_over(week, day)
    assert is_over(week, thursday(week) + timedelta(days=4))
    assert month_of_week(week) == thursday(week).isoformat()[:7]


@pytest.mark.parametrize(
    ("day", "week", "month", "quarter"),
    [
        (date(2026, 11, 24), "2026-W48", "2026-11", "2026-Q4"),
        (date(2027, 1, 1), "2026-W53", "2026-12", "2026-Q4"),
        (date(2024, 12, 30), "2025-W01", "2025-01", "2025-Q1"),
        (date(2026, 3, 31), "2026-W14", "2026-04", "2026-Q2"),
    ],
)
def test_thursday_decides(day, week, month, quarter):
    assert week_of(day) == week
    assert month_of_week(week) == month
    assert quarter_name(quarter_code(week)) == quarter


def test_week_is_over_on_monday():
    assert not is_over("2026-W48", date(2026, 11, 29))
    assert is_over("2026-W48", date(2026, 11, 30))


@pytest.mark.parametrize("week", ["", "2026-W00", "2026-W54", "2025-W53", "2026-48", "2026-W4 "])
def test_no_week(week):
    with pytest.raises(PeriodError):
        thursday(week)
