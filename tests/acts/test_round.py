"""Rounds of a year: their days, quotas, reminders, and which firms are planned into them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline import access, jobs
from pipeline.access import ASSESSOR, INTAKE
from pipeline.acts import application, case, coaching, round
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Application, Case, MoveRefused, Notice, Placement, Plan, Quota, Round, RoundReminder
from pipeline.models.round_plan import coming, planned_by_county, planned_in, reminder_due, with_forecast
from tests.cast import Cast, Story, the

FIRST = {
    "opens_on": date(2026, 11, 3),
    "county_date": date(2026, 12, 11),
    "city_date": date(2026, 12, 18),
    "province_date": date(2026, 12, 31),
}
SECOND = {
    "opens_on": date(2027, 3, 1),
    "county_date": date(2027, 5, 15),
    "city_date": date(2027, 5, 31),
    "province_date": date(2027, 6, 15),
}


def opened(cast: Cast, name: str, days: dict[str, date]) -> Round:
    with acting(cast.chen), transaction.atomic():
        return round.open(name=name, by=cast.chen, **days)


@pytest.fixture
def rounds(cast: Cast) -> list[Round]:
    return [opened(cast, "2026 年第三批", FIRST), opened(cast, "2027 年第一批", SECOND)]


@pytest.fixture
def coached(story: Story, rounds: list[Round]) -> Story:
    return story.to("coaching")


def foretold(story: Story, ready_on: date | None) -> None:
    with acting(story.cast.chen), transaction.atomic():
        Plan.objects.filter(case=story.case.get(), superseded_on=None).update(ready_on=ready_on, foreseen=True)


def planned(story: Story, rounds: list[Round], on: date) -> list[str]:
    """The rounds that Qinghe's case belongs to."""
    with acting(story.cast.chen), transaction.atomic():
        ahead = coming(rounds, on)
        found = with_forecast(Case.objects.all(), on)
        return [each.name for each in ahead if found.filter(planned_in(each, ahead)).exists()]


@pytest.mark.parametrize(
    ("left", "due"),
    [(31, None), (30, 30), (29, 30), (15, 30), (14, 14), (7, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 1), (-1, None)],
)
def test_of_the_days_before_a_deadline_the_nearest_that_has_come_is_due(left: int, due: int | None) -> None:
    day = date(2026, 12, 11)
    assert reminder_due(day, day - timedelta(days=left)) == due


@pytest.mark.parametrize(
    ("ready_on", "name"),
    [
        (date(2026, 11, 10), "2026 年第三批"),
        (date(2026, 12, 11), "2026 年第三批"),
        (date(2026, 12, 12), "2027 年第一批"),
        (date(2027, 5, 15), "2027 年第一批"),
        (date(2027, 5, 16), None),
        (None, None),
    ],
)
def test_a_firm_belongs_to_the_first_round_it_can_reach_and_to_no_other(
    coached: Story, rounds: list[Round], ready_on: date | None, name: str | None
) -> None:
    foretold(coached, ready_on)
    assert planned(coached, rounds, coached.day) == ([name] if name else [])


def test_a_firm_that_is_ready_belongs_to_the_next_round_whatever_its_plan_foresaw(
    coached: Story, rounds: list[Round]
) -> None:
    foretold(coached, date(2027, 4, 1))
    with acting(coached.cast.wang), transaction.atomic():
        case.mark_ready(coached.case, by=coached.cast.wang, on=coached.day, note="负责人同意")
    assert planned(coached, rounds, coached.day) == ["2026 年第三批"]


def test_a_round_whose_day_for_firms_has_passed_hands_its_firms_to_the_next(
    coached: Story, rounds: list[Round]
) -> None:
    foretold(coached, date(2026, 11, 10))
    assert planned(coached, rounds, date(2026, 12, 12)) == ["2027 年第一批"]


def test_a_plan_keeps_from_when_the_firm_can_apply(coached: Story) -> None:
    with acting(coached.cast.chen):
        drawn = Plan.objects.get(superseded_on=None)
        assert drawn.foreseen
        assert drawn.ready_on == date(2027, 1, 1), "last year's R&D share is closed: from the next New Year on"


def test_a_plan_of_before_is_foreseen_by_a_sweep_and_once(coached: Story) -> None:
    with acting(coached.cast.chen), transaction.atomic():
        Plan.objects.update(foreseen=False, ready_on=None)
    for count in (1, 0):
        with acting(ASSESSOR), transaction.atomic():
            assert coaching.foresee(Plan.objects.all(), by=ASSESSOR, on=coached.day) == count
    with acting(coached.cast.chen):
        assert Plan.objects.get(superseded_on=None).ready_on == date(2027, 1, 1)


def test_an_officer_moves_a_firm_with_a_reason_and_takes_it_back(coached: Story, rounds: list[Round]) -> None:
    wang, day = coached.cast.wang, coached.day
    foretold(coached, date(2026, 11, 10))
    with acting(wang), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            round.place(coached.case, rounds[1], why=" ", by=wang, on=day)
        round.place(coached.case, rounds[1], why="专项审计要到明年三月", by=wang, on=day)
    assert planned(coached, rounds, day) == ["2027 年第一批"]
    with acting(wang), transaction.atomic():
        round.place(coached.case, rounds[0], why="审计提前完成", by=wang, on=day)
        assert Placement.objects.filter(ended_on=None).count() == 1
        assert round.take_back(coached.case, by=wang, on=day) == 1
        assert Placement.objects.count() == 2, "what was decided stays to be read"
    assert planned(coached, rounds, day) == ["2026 年第三批"]


def test_nobody_moves_a_firm_of_another_county_into_a_past_round_or_out_of_its_dossier(
    coached: Story, rounds: list[Round]
) -> None:
    cast, day = coached.cast, coached.day
    with acting(cast.sun), transaction.atomic(), pytest.raises(MoveRefused):  # what is hidden is not there
        round.place(coached.case, rounds[1], why="想当然", by=cast.sun, on=day)
    with acting(cast.li), transaction.atomic(), pytest.raises(access.Refused):
        round.place(coached.case, rounds[1], why="自己改", by=cast.li, on=day)
    with acting(cast.wang), transaction.atomic(), pytest.raises(ConditionUnmet):
        round.place(coached.case, rounds[0], why="补报", by=cast.wang, on=date(2026, 12, 12))
    with acting(cast.li), transaction.atomic():
        application.open(the(cast.qinghe), rounds[0], by=cast.li, on=day)
    with acting(cast.wang), transaction.atomic(), pytest.raises(MoveRefused):
        round.place(coached.case, rounds[1], why="改报明年", by=cast.wang, on=day)


def test_counts_by_county_are_those_of_the_lists(coached: Story, rounds: list[Round]) -> None:
    foretold(coached, date(2026, 11, 10))
    cast, linan = coached.cast, coached.cast.divisions["linan"].pk
    with acting(cast.chen), transaction.atomic():
        assert planned_by_county(Case.objects.all(), rounds, coached.day) == {
            rounds[0].pk: {linan: 1},
            rounds[1].pk: {},
        }


def test_quotas_are_set_changed_and_taken_away_and_a_county_reads_its_own(cast: Cast, rounds: list[Round]) -> None:
    linan, xihu = cast.divisions["linan"], cast.divisions["xihu"]
    said: list[tuple[dict[Any, int | None], int]] = [
        ({linan: 12, xihu: 30}, 2), ({linan: 12, xihu: 31}, 1), ({linan: 12, xihu: None}, 1),
    ]  # fmt: skip
    for quotas, changed in said:
        with acting(cast.chen), transaction.atomic():
            assert round.set_quotas(rounds[0], quotas, by=cast.chen, on=FIRST["opens_on"]) == changed
    for person, seen in ((cast.chen, [12]), (cast.wang, [12]), (cast.sun, [])):
        with acting(person), transaction.atomic():
            assert list(Quota.objects.values_list("firms", flat=True)) == seen
            assert list(Quota.objects.visible_to(person).values_list("firms", flat=True)) == seen
    with acting(cast.wang), transaction.atomic(), pytest.raises(access.Refused):
        round.set_quotas(rounds[0], {linan: 99}, by=cast.wang, on=FIRST["opens_on"])


def begun(story: Story, round_: Round) -> None:
    with acting(story.cast.li), transaction.atomic():
        application.open(the(story.cast.qinghe), round_, by=story.cast.li, on=story.day)


def reminded(on: date) -> int:
    with acting(INTAKE), transaction.atomic():
        return round.remind(Round.objects.filter(province_date__gte=on), by=INTAKE, on=on)


def told(story: Story, kind: str) -> list[Notice]:
    with acting(INTAKE):
        return list(Notice.objects.filter(kind=kind).order_by("pk"))


def test_a_firm_with_a_draft_and_its_county_are_recalled_once_for_each_day(coached: Story, rounds: list[Round]) -> None:
    begun(coached, rounds[0])
    for before in (31, 30, 30, 29, 14, 13, 7, 3, 2, 1, 0):
        reminded(FIRST["county_date"] - timedelta(days=before))
    assert len(told(coached, "round.remind")) == 5
    assert str(FIRST["county_date"]) in told(coached, "round.remind")[0].body["zh"]
    of_county = told(coached, "round.remind_drafts")
    assert {each.person_id for each in of_county} == {coached.cast.wang.pk, coached.cast.zhao.pk}
    assert len(of_county) == 10
    with acting(INTAKE):
        assert RoundReminder.objects.filter(level="firm", round=rounds[0]).count() == 5


def test_a_firm_that_is_planned_and_has_not_begun_is_told_to_begin(coached: Story, rounds: list[Round]) -> None:
    foretold(coached, date(2026, 11, 10))
    reminded(date(2026, 12, 4))
    assert len(told(coached, "round.remind_planned")) == 1
    assert told(coached, "round.remind") == []


def test_a_county_hears_of_the_citys_day_with_how_many_wait(coached: Story, rounds: list[Round]) -> None:
    begun(coached, rounds[0])
    with acting(coached.cast.li), transaction.atomic():
        application.submit(Application.objects.all(), by=coached.cast.li, on=coached.day)
    reminded(date(2026, 12, 15))
    county = told(coached, "round.remind_county")
    assert {each.person_id for each in county} == {coached.cast.wang.pk, coached.cast.zhao.pk}
    assert " 1 " in county[0].body["en"]
    assert str(FIRST["city_date"]) in county[0].body["en"]
    with acting(coached.cast.sun):
        assert not Notice.objects.filter(kind="round.remind_county").exists()


def test_moved_days_move_what_is_due_and_are_recalled_anew(coached: Story, rounds: list[Round]) -> None:
    begun(coached, rounds[0])
    reminded(date(2026, 12, 10))
    chen, later = coached.cast.chen, {**FIRST, "county_date": date(2026, 12, 15)}
    with acting(chen), transaction.atomic():
        wrong = {**later, "city_date": date(2026, 12, 14)}
        with pytest.raises(ConditionUnmet) as refused:
            round.change(rounds[0], wrong, why="省里延期", by=chen, on=coached.day, version=1)
        assert [each.place for each in refused.value.missing] == ["city_date"]
        round.change(rounds[0], later, why="省里延期", by=chen, on=coached.day, version=1)
        assert Application.objects.get().due_on == date(2026, 12, 15)
        with pytest.raises(MoveRefused):
            round.change(rounds[0], later, why="再改", by=chen, on=coached.day, version=1)
    assert "省里延期" in told(coached, "round.change")[0].body["zh"]
    reminded(date(2026, 12, 14))
    assert len(told(coached, "round.remind")) == 2


def test_the_jobs_of_rounds_may_run_twice(coached: Story, rounds: list[Round]) -> None:
    begun(coached, rounds[0])
    with acting(INTAKE), transaction.atomic():
        Plan.objects.update(foreseen=False, ready_on=None)
    noon = datetime.combine(FIRST["county_date"] - timedelta(days=7), time(4), UTC)
    with time_machine.travel(noon):
        for _again in range(2):
            jobs.remind_of_rounds()
            jobs.foresee_plans()
    assert len(told(coached, "round.remind")) == 1
    with acting(INTAKE):
        assert Plan.objects.get(superseded_on=None).ready_on == date(2027, 1, 1)


def test_the_database_recalls_a_day_once_and_places_a_firm_once(coached: Story, rounds: list[Round]) -> None:
    reminded(date(2026, 12, 10))
    wang = coached.cast.wang
    with acting(wang), transaction.atomic():
        round.place(coached.case, rounds[1], why="审计未出", by=wang, on=coached.day)
    for rows in (RoundReminder.objects, Placement.objects):
        with acting(INTAKE), transaction.atomic():
            kept = rows.all()[0]
            kept.pk = None
            with pytest.raises(IntegrityError):
                kept.save()
            transaction.set_rollback(True)
