from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from observatory.analysis.products import last_whole_month
from observatory.complaint import periods


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_whole_month_has_no_week_that_is_not_over(today):
    month = last_whole_month(today)
    day = today - timedelta(days=60)
    while day <= today + timedelta(days=14):
        week = periods.week_of(day)
        if periods.month_of_week(week) == month:
            assert periods.is_over(week, today)
        day += timedelta(days=7)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_month_after_it_has_one(today):
    month = last_whole_month(today)
    weeks = [periods.week_of(today + timedelta(days=7 * n)) for n in range(-10, 10)]
    after = min(m for m in map(periods.month_of_week, weeks) if m > month)
    assert any(
        not periods.is_over(week, today) for week in weeks if periods.month_of_week(week) == after
    )
