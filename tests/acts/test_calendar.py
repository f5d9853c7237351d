"""The yearly notice on public holidays, taken in by one and compared by another."""

from collections.abc import Sequence
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline.acts import calendar
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Case, MoveRefused, TrailEntry, YearNotice
from pipeline.models.in_force import calendar_in_force
from pipeline.rules.holidays import read_notice
from pipeline.rules.workdays import NoticeDay, carried_calendar
from tests.cast import DAY, Cast, Story

NEXT = """一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月20日（周六）上班。"""


def taken(cast: Cast, year: int, days: Sequence[NoticeDay]) -> YearNotice:
    with acting(cast.chen), transaction.atomic():
        return calendar.propose(year=year, document="国办发明电〔2026〕1号", days=days, by=cast.chen, on=DAY)


def confirmed(cast: Cast, notice: YearNotice) -> int:
    with acting(cast.zhou), transaction.atomic():
        return calendar.confirm(YearNotice.objects.filter(pk=notice.pk), by=cast.zhou, on=DAY)


def test_a_notice_counts_once_a_second_person_has_confirmed_it(cast: Cast) -> None:
    notice = taken(cast, 2027, read_notice(NEXT, 2027))
    spring = date(2027, 2, 8)
    with acting(cast.chen), transaction.atomic():
        assert calendar_in_force().is_workday(spring) is None
        with pytest.raises(ConditionUnmet):
            calendar.confirm(YearNotice.objects.filter(pk=notice.pk), by=cast.chen, on=DAY)
    confirmed(cast, notice)
    with acting(cast.wang), transaction.atomic():
        known = calendar_in_force()
        assert known.is_workday(spring) is False
        assert known.is_workday(date(2027, 1, 31)) is True
        assert known.last_announced_year == 2027
        assert known.notices_of(2026) == carried_calendar().notices_of(2026)


def test_the_database_lets_nobody_confirm_what_they_took_in(cast: Cast) -> None:
    taken(cast, 2027, read_notice(NEXT, 2027))
    with acting(cast.chen), pytest.raises(IntegrityError), transaction.atomic():
        YearNotice.objects.update(confirmed_by=cast.chen, confirmed_on=DAY, confirmed_at="2026-11-02T00:00Z")


def test_due_days_are_reckoned_anew_and_the_trail_tells_of_it(story: Story) -> None:
    """The whole week after the first day is declared off: a review of five working days ends a week later."""
    story.to("county_review")
    before = story.case
    with acting(story.cast.chen):
        assert before.get().due_on == date(2026, 11, 9)
    week = "\n".join(f"2026-11-0{day} 特别假 休" for day in range(3, 7))
    carried = carried_calendar().notices_of(2026)
    notice = taken(story.cast, 2026, [*carried, *read_notice(week, 2026)])
    assert confirmed(story.cast, notice) == 1
    with acting(story.cast.chen), transaction.atomic():
        assert story.case.get().due_on == date(2026, 11, 13)
    with acting(story.cast.tang), transaction.atomic():
        entry = TrailEntry.objects.filter(act="calendar.confirm", table="pipeline_case").get()
        assert [state and state["due_on"] for state in (entry.before, entry.after)] == ["2026-11-09", "2026-11-13"]


def test_one_notice_a_year_waits_at_a_time_and_a_dropped_one_makes_room(cast: Cast) -> None:
    first = taken(cast, 2027, read_notice(NEXT, 2027))
    with pytest.raises(ConditionUnmet):
        taken(cast, 2027, read_notice(NEXT, 2027))
    with acting(cast.chen), transaction.atomic():
        calendar.drop(YearNotice.objects.filter(pk=first.pk), by=cast.chen, on=DAY)
    taken(cast, 2027, read_notice(NEXT, 2027))
    with pytest.raises(MoveRefused):
        confirmed(cast, first)


def test_what_was_never_confirmed_moves_no_due_day(story: Story) -> None:
    story.to("county_review")
    taken(story.cast, 2027, read_notice(NEXT, 2027))
    with acting(story.cast.chen), transaction.atomic():
        assert Case.objects.get().due_on == date(2026, 11, 9)
