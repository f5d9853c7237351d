"""What nobody moved long after its day climbs to the head, once."""

from datetime import UTC, date, datetime, time

import time_machine
from django.db import transaction

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import INTAKE
from pipeline.acts import case, escalation
from pipeline.models import Case, Escalation, Notice, User
from pipeline.models.in_force import calendar_in_force
from tests.cast import Story


def climbed(on: date) -> int:
    with acting(INTAKE), transaction.atomic():
        return escalation.climb(Case.objects.all(), by=INTAKE, on=on)


def stuck(person: User, on: date) -> list[str]:
    with acting(person), transaction.atomic():
        rows = Case.objects.visible_to(person).in_view("stuck", person, on, calendar_in_force())
        return list(rows.values_list("number", flat=True))


def test_a_case_climbs_three_working_days_after_its_day_and_once_only(story: Story) -> None:
    story.to("county_review")  # due on Monday the 9th
    assert climbed(date(2026, 11, 11)) == 0
    assert stuck(story.cast.zhao, date(2026, 11, 11)) == []
    assert climbed(date(2026, 11, 12)) == 1
    assert climbed(date(2026, 11, 13)) == 0
    assert stuck(story.cast.zhao, date(2026, 11, 12)) == [story.number]
    with acting(story.cast.zhao), transaction.atomic():
        told = Notice.objects.get(kind="case.climb")
        assert (told.to, "2026-11-09" in told.body["zh"]) == (Notice.COUNTY, True)


def test_moving_it_takes_it_off_the_list_and_a_new_day_may_climb_again(story: Story) -> None:
    story.to("county_review")
    climbed(date(2026, 11, 12))
    with acting(story.cast.zhao), transaction.atomic():
        case.forward(story.case, by=story.cast.zhao, on=date(2026, 11, 12), opinion="for", note="可")
    assert stuck(story.cast.zhou, date(2026, 11, 13)) == []
    later = date(2026, 12, 31)
    assert climbed(later) == 1
    with acting(story.cast.zhou), transaction.atomic():
        assert Escalation.objects.count() == 2
        assert Notice.objects.filter(kind="case.climb", to=Notice.CITY).count() == 1


def test_what_has_no_clock_never_climbs(story: Story) -> None:
    story.to("draft")
    assert climbed(date(2027, 6, 1)) == 0


def test_the_job_of_the_morning_goes_by_its_day_and_may_run_twice(story: Story) -> None:
    story.to("county_review")
    for day, count in ((date(2026, 11, 11), 0), (date(2026, 11, 12), 1)):
        with time_machine.travel(datetime.combine(day, time(1, 30), UTC), tick=False):
            jobs.climb_stuck()
            jobs.climb_stuck()
        with acting(INTAKE), transaction.atomic():
            assert Escalation.objects.count() == count
