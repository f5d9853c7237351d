"""Working days against a second, plainer way of counting, and against days that anybody can look up."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rules.labels import Label
from pipeline.rules.workdays import Calendar, NoticeDay, carried_calendar
from tests.rules.holidays import NOTICE_OF, NOTICES, worked_by_hand

DAYS = st.dates(date(2007, 1, 1), date(2028, 12, 31))
CALENDAR = carried_calendar()


def test_every_announced_day_is_worked_or_off_as_the_notice_says() -> None:
    day = date(2007, 1, 1)
    while day <= date(2026, 12, 31):
        assert CALENDAR.is_workday(day) is worked_by_hand(day), day
        day += timedelta(days=1)


def test_every_line_of_the_notices_was_read() -> None:
    differing = [day for day, off in NOTICES.items() if day.year > 2006 and CALENDAR.is_workday(day) is off]
    assert differing == []


@pytest.mark.parametrize("day", [date(2006, 12, 31), date(2027, 1, 4)])
def test_a_year_without_a_notice_is_unknown(day: date) -> None:
    assert CALENDAR.is_workday(day) is None


@given(day=DAYS, n=st.integers(-40, 40))
def test_adding_counts_like_a_calendar_on_the_wall(day: date, n: int) -> None:
    due, left = day, abs(n)
    while left:
        due += timedelta(days=1 if n > 0 else -1)
        left -= worked_by_hand(due)
    assert CALENDAR.add(day, n).due == due


@given(day=DAYS, n=st.integers(0, 300))
def test_what_was_added_is_what_is_left(day: date, n: int) -> None:
    assert CALENDAR.between(day, CALENDAR.add(day, n).due) == n


@given(start=DAYS, end=DAYS)
def test_days_left_turn_their_sign_with_the_direction(start: date, end: date) -> None:
    assert CALENDAR.between(start, end) == -CALENDAR.between(end, start)


def test_the_day_of_the_event_is_not_counted() -> None:
    assert CALENDAR.add(date(2026, 3, 2), 1).due == date(2026, 3, 3)


def test_no_days_end_on_the_day_itself() -> None:
    assert CALENDAR.add(date(2026, 10, 1), 0).due == date(2026, 10, 1)


def test_five_days_across_the_national_day_of_2026() -> None:
    term = CALENDAR.add(date(2026, 9, 28), 5)
    assert term.due == date(2026, 10, 10)
    assert [each.day for each in term.skipped] == [date(2026, 10, day) for day in range(1, 8)]
    assert {each.reason for each in term.skipped} == {Label("国庆节", "National Day")}
    assert [each.day for each in term.made_up] == [date(2026, 10, 10)]
    assert term.says("zh") == (
        "自 2026-09-28 次日起算 5 个工作日，至 2026-10-10 24 时止。不计：国庆节 10-01 至 10-07。计入调休上班日：10-10。"
    )


def test_the_long_spring_festival_of_2020() -> None:
    assert CALENDAR.add(date(2020, 1, 23), 1).due == date(2020, 2, 3)


def test_a_holiday_of_one_day_is_told_by_that_day() -> None:
    term = CALENDAR.add(date(2024, 6, 7), 1)
    assert "端午节 06-10。" in term.says("zh")
    assert "Festival 06-10" in term.says("en")


def test_a_leap_day_is_worked() -> None:
    assert CALENDAR.add(date(2024, 2, 28), 1).due == date(2024, 2, 29)


def test_a_term_into_an_unannounced_year_is_provisional_and_says_so() -> None:
    term = CALENDAR.add(date(2026, 12, 25), 10)
    assert term.provisional_years == (2027,)
    assert "2027 年放假安排尚未公布" in term.says("zh")
    assert "2027 are not announced" in term.says("en")
    assert not CALENDAR.add(date(2026, 12, 25), 1).provisional


def test_the_last_days_of_the_year_wait_for_the_next_years_notice() -> None:
    assert CALENDAR.add(date(2026, 12, 27), 1).provisional_years == ()
    assert CALENDAR.add(date(2026, 12, 28), 1).provisional_years == (2027,)
    assert CALENDAR.add(date(2025, 12, 28), 1).provisional_years == ()
    before = {day: notice for day, notice in NOTICE_OF.items() if day.year != notice}
    assert all((date(notice, 1, 1) - day).days <= CALENDAR.reaches_back.days for day, notice in before.items())


def test_a_term_counted_back_before_the_first_notice_is_provisional() -> None:
    term = CALENDAR.add(date(2007, 1, 2), -2)
    assert term.provisional_years == (2006,)
    assert term.says("zh").startswith("2007-01-02 之前第 2 个工作日为")


@given(start=DAYS, apart=st.integers(-60, 400))
def test_days_left_are_those_that_a_calendar_on_the_wall_shows(start: date, apart: int) -> None:
    end = start + timedelta(days=apart)
    first, last = sorted((start, end))
    worked = sum(worked_by_hand(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))
    assert CALENDAR.between(start, end) == (worked if apart >= 0 else -worked)


@given(day=DAYS, n=st.integers(-40, 40))
def test_a_derivation_accounts_for_every_day_that_passed(day: date, n: int) -> None:
    term = CALENDAR.add(day, n)
    first, last = (day, term.due) if n >= 0 else (term.due - timedelta(days=1), day - timedelta(days=1))
    passed = [first + timedelta(days=k) for k in range(1, (last - first).days + 1)]
    assert [each.day for each in term.skipped] == [each for each in passed if not worked_by_hand(each)]
    assert [each.day for each in term.made_up] == [
        each for each in passed if worked_by_hand(each) and each.weekday() > 4
    ]
    assert len(passed) == abs(n) + len(term.skipped)


def test_next_years_notice_may_be_added_without_a_release() -> None:
    holiday = NoticeDay(date(2027, 1, 1), Label("元旦", "New Year's Day"), off=True)
    calendar = Calendar([holiday], first_announced_year=2027, last_announced_year=2027)
    assert calendar.is_workday(date(2027, 1, 1)) is False
    assert calendar.add(date(2026, 12, 31), 1).due == date(2027, 1, 4)
