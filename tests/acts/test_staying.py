"""Terms and yearly updates: warned of once, extended by two persons, asked for, confirmed and recalled."""

from datetime import date

import pytest
import time_machine
from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import INTAKE, Refused
from pipeline.acts import case, staying
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import AnnualUpdate, Case, MoveRefused, Notice
from tests.acts.test_book import published
from tests.cast import Story
from tests.test_jobs import at_noon


def told(kind: str) -> int:
    with acting(INTAKE), transaction.atomic():
        return Notice.objects.filter(kind=kind, to=Notice.FIRM).count()


def term(story: Story, first: date, end: date) -> None:
    with acting(INTAKE), transaction.atomic():
        story.case.update(term=DateRange(first, end))


def warn(on: date) -> int:
    with acting(INTAKE), transaction.atomic():
        return staying.warn(Case.objects.all(), by=INTAKE, on=on)


def ask(on: date) -> int:
    with acting(INTAKE), transaction.atomic():
        return staying.ask_updates(Case.objects.all(), by=INTAKE, on=on)


def remind(on: date) -> int:
    with acting(INTAKE), transaction.atomic():
        return staying.remind_of_updates(AnnualUpdate.objects.all(), by=INTAKE, on=on)


def test_a_term_is_announced_three_times_and_each_time_once(story: Story) -> None:
    story.to("coaching")
    term(story, date(2024, 5, 1), date(2027, 5, 1))
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2), date(2027, 2, 3), date(2027, 4, 1)]
    assert [warn(day) for day in days] == [0, 1, 0, 1, 1]
    assert warn(date(2027, 5, 1)) == 0
    assert told("term.warn") == 3


def test_a_warning_that_was_missed_is_not_told_twice_later(story: Story) -> None:
    story.to("coaching")
    term(story, date(2024, 5, 1), date(2027, 5, 1))
    assert [warn(date(2027, 4, 10)), warn(date(2027, 4, 11))] == [1, 0]


def test_the_carried_book_extends_no_term(story: Story) -> None:
    story.to("coaching")
    chen, zhou = story.cast.chen, story.cast.zhou
    with acting(chen), transaction.atomic():
        case.propose(story.case, act=staying.EXTEND, by=chen, on=story.day, note="重大研发未完")
    with acting(zhou), transaction.atomic(), pytest.raises(ConditionUnmet):
        staying.extend_term(story.case, by=zhou, on=story.day, note="同意")


def proposed(story: Story) -> int:
    """A longer term is proposed; the version of the case."""
    with acting(story.cast.chen), transaction.atomic():
        case.propose(story.case, act=staying.EXTEND, by=story.cast.chen, on=story.day, note="重大研发未完")
        return story.case.get().version


def extend(story: Story, version: int) -> date:
    """The first day after the term."""
    with acting(story.cast.zhou), transaction.atomic():
        versions = {story.case.get().pk: version}
        staying.extend_term(story.case, by=story.cast.zhou, on=story.day, note="同意", versions=versions)
        return story.case.get().term.upper  # type: ignore[no-any-return]


def test_two_persons_extend_a_term_once_by_the_months_of_the_book(story: Story) -> None:
    published(story.cast, {"term_extension_months": "12"}, story.day, on=story.day)
    story.to("coaching")
    with pytest.raises(ConditionUnmet):
        extend(story, 1)
    seen = proposed(story)
    with pytest.raises(MoveRefused):
        extend(story, seen - 1)
    assert extend(story, seen) == story.day.replace(year=story.day.year + 4)
    with pytest.raises(ConditionUnmet):
        extend(story, proposed(story))


def test_firms_that_came_in_last_year_are_asked_once_in_the_weeks_before_the_day(story: Story) -> None:
    story.to("coaching")
    assert story.day.year == 2026
    assert [ask(date(2026, 5, 1)), ask(date(2027, 3, 1)), ask(date(2027, 3, 2)), ask(date(2027, 3, 3))] == [0, 0, 1, 0]
    with acting(story.cast.wang), transaction.atomic():
        asked = AnnualUpdate.objects.get()
        assert (asked.year, asked.due_on, asked.confirmed_on) == (2027, date(2027, 5, 31), None)


def test_reminders_come_as_the_day_nears_and_stop_when_the_firm_confirms(story: Story) -> None:
    story.to("coaching")
    ask(date(2027, 3, 2))
    days = [date(2027, 4, 30), date(2027, 5, 1), date(2027, 5, 2), date(2027, 5, 24)]
    assert [remind(day) for day in days] == [0, 1, 0, 1]
    li = story.cast.li
    with acting(li), transaction.atomic():
        confirmed = staying.confirm_update(AnnualUpdate.objects.all(), by=li, on=date(2027, 5, 25), says="迁址")
        assert (confirmed.by, confirmed.says) == (li, "迁址")
        with pytest.raises(ConditionUnmet), transaction.atomic():
            staying.confirm_update(AnnualUpdate.objects.all(), by=li, on=date(2027, 5, 26))
    assert remind(date(2027, 5, 31)) == 0


def test_an_officer_calls_an_update_in_once_a_day_and_a_finance_clerk_confirms_none(story: Story) -> None:
    story.to("coaching")
    ask(date(2027, 3, 2))
    wang, bai, sun = story.cast.wang, story.cast.bai, story.cast.sun
    with acting(wang), transaction.atomic():
        rows = AnnualUpdate.objects.all()
        assert [staying.remind_now(rows, by=wang, on=date(2027, 6, 2)) for _again in range(2)] == [1, 0]
    with acting(bai), transaction.atomic(), pytest.raises(Refused):
        staying.confirm_update(AnnualUpdate.objects.all(), by=bai, on=date(2027, 6, 2))
    with acting(sun), transaction.atomic():
        assert not AnnualUpdate.objects.exists()


def test_the_morning_s_job_does_it_all_and_may_run_twice(story: Story) -> None:
    story.to("coaching")
    term(story, date(2024, 9, 1), date(2027, 9, 1))
    for day in (date(2027, 3, 2), date(2027, 5, 1)):
        with time_machine.travel(at_noon(day)):
            jobs.tend_pool()
            jobs.tend_pool()
    assert (told("term.warn"), told("update.ask"), told("update.remind")) == (1, 1, 1)
