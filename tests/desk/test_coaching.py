"""Who is coached, and the plan of a case."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import coaching
from pipeline.models import Appointment, Case, Document, Evidence, Plan, Step
from tests.cast import SINCE, Cast, Story
from tests.desk.conftest import Seat, Travel, statements, text
from tests.desk.crowd import crowd

LIST = reverse("desk:coaching")


@pytest.fixture
def plan(story: Story, travel: Travel) -> Story:
    """Qinghe in the pool with its plan, on the day it was admitted."""
    story.to("coaching")
    travel(story.day)
    return story


def address(story: Story, name: str = "plan", *more: object) -> str:
    return reverse(f"desk:{name}", args=[story.number, *more])


def steps(story: Story) -> list[Step]:
    with acting(story.cast.chen):
        return list(Step.objects.filter(plan__case__number=story.number).current().order_by("position"))


def hand_in(story: Story, step: Step) -> None:
    """The firm attaches a paper to a step and hands it in."""
    li = story.cast.li
    with acting(li), transaction.atomic():
        paper = Document.objects.create(firm_id=step.firm_id, purpose="step", title="研发辅助账")
        Evidence.objects.create(firm_id=step.firm_id, document=paper, step=step, by=li)
        coaching.finish_step(Step.objects.filter(pk=step.pk), by=li, on=story.day, version=step.version)


def consented(story: Story) -> None:
    """Zhang coaches Qinghe for as long as tests are run: the database has its own clock, which no test moves."""
    period = (SINCE, date(2100, 1, 1))
    with acting(story.cast.chen):
        Appointment.objects.create(
            firm=story.cast.qinghe, coach=story.cast.zhang, during=period, consented_on=story.day
        )


def test_the_plan_says_what_is_short_what_closes_it_who_and_by_when(plan: Story, seat: Seat) -> None:
    page = text(seat(plan.cast.wang).get(address(plan)))
    for step in steps(plan):
        assert step.what["zh"] in page
        assert step.source in page
    assert "研发费用占比" in page
    assert "企业财务" in page


def test_an_officer_accepts_a_step_with_its_paper_in_sight(plan: Story, seat: Seat) -> None:
    first = steps(plan)[0]
    hand_in(plan, first)
    wang = seat(plan.cast.wang)
    page = text(wang.get(address(plan)))
    assert "研发辅助账" in page
    wang.post(address(plan, "accept_step", 1), {"version": first.version + 1})
    assert steps(plan)[0].state == Step.DONE
    assert steps(plan)[0].finished_on == plan.day


def test_a_step_goes_back_with_what_is_wanted_and_not_without(plan: Story, seat: Seat) -> None:
    first = steps(plan)[0]
    hand_in(plan, first)
    wang, back = seat(plan.cast.wang), address(plan, "reopen_step", 1)
    refused = wang.post(back, {"version": first.version + 1, "note": " "})
    assert refused.status_code == 422
    assert steps(plan)[0].state == Step.HANDED_IN
    wang.post(back, {"version": first.version + 1, "note": "缺少第三季度"})
    assert steps(plan)[0].state == Step.OPEN
    assert "缺少第三季度" in text(wang.get(address(plan)))


def test_a_step_somebody_changed_meanwhile_answers_with_the_conflict(plan: Story, seat: Seat) -> None:
    first = steps(plan)[0]
    hand_in(plan, first)
    stale = seat(plan.cast.wang).post(address(plan, "accept_step", 1), {"version": first.version})
    assert stale.status_code == 409
    assert steps(plan)[0].state == Step.HANDED_IN


def test_a_plan_redrawn_keeps_what_was_finished_under_the_one_before(plan: Story, seat: Seat) -> None:
    first = steps(plan)[0]
    hand_in(plan, first)
    wang = seat(plan.cast.wang)
    wang.post(address(plan, "accept_step", 1), {"version": first.version + 1})
    wang.post(address(plan, "draw_plan"))
    with acting(plan.cast.wang):
        assert Plan.objects.filter(superseded_on=None).count() == 1
        assert Plan.objects.filter(superseded_on=plan.day).count() == 1
    shown = wang.get(address(plan))
    assert [step.pk for _title, step in shown.context["before"]] == [first.pk]
    assert first.what["zh"] in text(shown)


@pytest.mark.parametrize("username", ["chen", "wang"])
def test_a_coach_is_assigned_and_waits_for_the_firms_consent(plan: Story, seat: Seat, username: str) -> None:
    officer = seat(plan.cast.people[username])
    assert "张工" in text(officer.get(address(plan, "appoint")))
    past = officer.post(address(plan, "appoint"), {"coach": plan.cast.zhang.pk, "until": plan.day.isoformat()})
    assert list(past.context["form"].errors) == ["until"]
    officer.post(address(plan, "appoint"), {"coach": plan.cast.zhang.pk, "until": "2027-12-31"})
    with acting(plan.cast.chen):
        appointment = Appointment.objects.get()
        assert (appointment.coach_id, appointment.consented_on) == (plan.cast.zhang.pk, None)
        assert appointment.during.upper == date(2028, 1, 1), "the day chosen is the last"
    assert "张工" in text(officer.get(address(plan)))
    assert seat(plan.cast.zhang).get(address(plan)).status_code == 404


def test_a_coach_with_consent_reads_the_plan(plan: Story, seat: Seat) -> None:
    consented(plan)
    page = seat(plan.cast.zhang).get(address(plan))
    assert (page.status_code, "record_visit" in page.context["may"]) == (200, True)


def test_heads_read_the_plan_and_are_offered_no_acts_that_are_not_theirs(plan: Story, seat: Seat) -> None:
    page = seat(plan.cast.zhou).get(address(plan))
    assert page.context["may"] == set()
    assert seat(plan.cast.zhou).post(address(plan, "draw_plan")).status_code == 404
    assert seat(plan.cast.zhao).get(address(plan)).context["may"] == {"record_visit"}


@pytest.mark.parametrize("name", ["plan", "appoint"])
def test_another_county_finds_no_plan(plan: Story, seat: Seat, name: str) -> None:
    assert seat(plan.cast.sun).get(address(plan, name)).status_code == 404


@pytest.mark.parametrize(
    ("name", "more"), [("accept_step", [1]), ("reopen_step", [1]), ("draw_plan", []), ("visit", []), ("add_steps", [])]
)
def test_another_county_does_nothing_to_it(plan: Story, seat: Seat, name: str, more: list[int]) -> None:
    assert seat(plan.cast.sun).post(address(plan, name, *more), {"version": 1}).status_code == 404


def test_the_list_names_what_wants_attention(plan: Story, seat: Seat, travel: Travel) -> None:
    def found(tab: str) -> int:
        return len(seat(plan.cast.wang).get(LIST, {"tab": tab}).context["rows"])

    assert {tab: found(tab) for tab in ("", "handed_in", "late", "alone", "planless", "silent")} == {
        "": 1,
        "handed_in": 0,
        "late": 0,
        "alone": 1,
        "planless": 0,
        "silent": 0,
    }
    hand_in(plan, steps(plan)[0])
    consented(plan)
    assert found("handed_in") == 1
    assert found("alone") == 0
    travel(date(2027, 6, 1))
    assert found("late") == 1


def test_a_case_without_a_plan_is_listed_as_such(plan: Story, seat: Seat) -> None:
    with acting(plan.cast.chen):
        Plan.objects.update(superseded_on=plan.day)
    shown = seat(plan.cast.wang).get(LIST, {"tab": "planless"})
    assert [row.number for row in shown.context["rows"]] == [plan.number]


def count_of(client: Any, url: str) -> int:
    with statements() as counted:
        client.get(url)
    return len(counted)


def test_the_plan_asks_as_much_of_the_database_for_many_visits_and_papers(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    wang.get(address(plan))  # the calendar is read once for all requests of a test, which is one transaction
    before = count_of(wang, address(plan))
    with acting(plan.cast.wang), transaction.atomic():
        case = Case.objects.get(number=plan.number)
        for _each in range(8):
            coaching.record_visit(case, by=plan.cast.wang, on=plan.day, way="call", notes="电话")
    for step in steps(plan):
        hand_in(plan, step)
    assert before == count_of(wang, address(plan)) <= 12


def test_the_list_asks_as_much_for_many_firms_as_for_one(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    wang.get(LIST)  # the book is read once for all requests of a test, which is one transaction
    before = count_of(wang, LIST)
    coach(plan.cast, 10, plan.day)
    assert count_of(wang, LIST) == before


def coach(cast: Cast, count: int, day: date) -> None:
    firms = crowd(cast, count, on=day)
    with acting(cast.chen), transaction.atomic():
        numbers = Case.numbers(day.year, count)
        cases = Case.objects.bulk_create(
            Case(firm=firm, number=number, kind=Case.RENEWAL, stage="coaching", opened_on=day)
            for firm, number in zip(firms, numbers, strict=True)
        )
        coaching.draw_plans(Case.objects.filter(pk__in=[each.pk for each in cases]), by=cast.chen, on=day)
