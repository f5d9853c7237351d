"""Who has how many coached firms in hand, whom nobody was in touch with, and what firms say of their coaches."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import call, coaching, event, hour, mandate, note
from pipeline.acts import case as case_acts
from pipeline.models import Appointment, Case, Difficulty, Event, Hour, Visit
from tests.cast import SINCE, Story, the
from tests.desk.conftest import Seat, Travel, statements, text, these_days

LIST, LOADS = reverse("desk:coaching"), reverse("desk:caseloads")
LONG = timedelta(days=91)


@pytest.fixture
def plan(story: Story, travel: Travel) -> Story:
    """Qinghe in the pool, on the day it was admitted."""
    story.to("coaching")
    travel(story.day)
    return story


def consented(story: Story) -> None:
    with acting(story.cast.chen):
        during = (SINCE, date(2100, 1, 1))
        Appointment.objects.create(
            firm=story.cast.qinghe, coach=story.cast.zhang, during=during, consented_on=story.day
        )


def lines(seat: Seat, story: Story, of: str = "coaches") -> dict[str, Any]:
    return {line.name: line for line in seat(story.cast.wang).get(LOADS).context[of]}


def shown(seat: Seat, story: Story, **asked: Any) -> list[str]:
    rows = seat(story.cast.wang).get(LIST, asked).context["rows"]
    return [row.number for row in rows]


def test_a_coachs_load_opens_the_list_it_counts(plan: Story, seat: Seat) -> None:
    assert lines(seat, plan)["张工"].load.firms == 0, "a coach without firms has room"
    consented(plan)
    line = lines(seat, plan)["张工"]
    assert (line.load.firms, line.load.consented, line.load.late) == (1, 1, 0)
    page = seat(plan.cast.wang).get(line.url)
    assert [row.number for row in page.context["rows"]] == [plan.number]
    assert "张工" in text(page)
    assert shown(seat, plan, coach=plan.cast.wang.pk) == [plan.number], "who coaches nobody is none of the choices"
    assert shown(seat, plan, coach="x" * 30) == [plan.number], "what names nobody narrows nothing"


def test_the_list_names_nobody_who_neither_coaches_nor_acts_for_a_firm(plan: Story, seat: Seat) -> None:
    wang, cast = seat(plan.cast.wang), plan.cast
    for other in (cast.sun, cast.feng):
        page = wang.get(LIST, {"coach": other.pk, "agent": other.pk})
        assert (page.context["chips"], page.status_code) == ([], 200)
        assert other.name not in text(page)
        assert len(page.context["faults"]) == 2


def test_agencies_of_coaches_and_agencies_that_act_for_firms_have_lines_of_their_own(plan: Story, seat: Seat) -> None:
    consented(plan)
    with acting(plan.cast.song):
        plan.cast.zhang.all_seats.filter(kind="coach").update(agency="启航咨询")
    with acting(plan.cast.li), transaction.atomic():
        until = plan.day + timedelta(days=90)
        mandate.grant(plan.cast.qinghe, "agent", parts=["plan"], until=until, by=plan.cast.li, on=SINCE)
    for of, name in (("agencies", "启航咨询"), ("agents", "代理记账")):
        line = lines(seat, plan, of)[name]
        assert line.load.firms == 1
        page = seat(plan.cast.wang).get(line.url)
        assert ([row.number for row in page.context["rows"]], name in text(page)) == ([plan.number], True)
    assert shown(seat, plan, agency="别家") == [plan.number], "an agency without coaches is none of the choices"


def test_another_county_counts_none_of_them(plan: Story, seat: Seat) -> None:
    consented(plan)
    page = seat(plan.cast.sun).get(LOADS)
    assert [line.load.firms for line in page.context["coaches"]] == [0]


def visited(story: Story, on: date) -> None:
    with acting(story.cast.wang), transaction.atomic():
        coaching.record_visit(story.case.get(), by=story.cast.wang, on=on, way="visit", notes="看了")


def called(story: Story, on: date) -> None:
    with acting(story.cast.wang), transaction.atomic():
        call.note(the(story.cast.qinghe), says="通了电话", by=story.cast.wang, on=on)


def noted(story: Story, on: date) -> None:
    with acting(story.cast.wang), transaction.atomic():
        note.write(story.cast.qinghe, "问过进展", by=story.cast.wang, on=on)


def booked(story: Story, on: date) -> None:
    moment, wang, li = datetime.combine(on, time(1, 30), UTC), story.cast.wang, story.cast.li
    with acting(wang), transaction.atomic():
        free = hour.offer(starts_at=moment + timedelta(days=1), minutes=60, place="一楼", by=wang, now=moment)
    with acting(li), transaction.atomic():
        hour.book(Hour.objects.filter(pk=free.pk), story.cast.qinghe, about="台账", by=li, on=on, now=moment)


def trained(story: Story, on: date) -> None:
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        planned = Event.objects.create(
            office=story.cast.offices["linan"], title="归集", on=on, begins=time(14), place="302", seats=9,
            answer_by=on, by=wang,
        )  # fmt: skip
        event.invite(the(story.cast.qinghe), planned, by=wang, on=on)
        event.mark(planned, list(planned.attendances.values_list("pk", flat=True)), by=wang, on=on)


TOUCHES: dict[str, Callable[[Story, date], None]] = {
    "visit": visited, "call": called, "note": noted, "booking": booked, "event": trained,
}  # fmt: skip


def test_a_firm_nobody_was_in_touch_with_is_listed_after_the_days_of_the_pool_book(
    plan: Story, seat: Seat, travel: Travel
) -> None:
    with acting(INTAKE), transaction.atomic():
        opened = Case.objects.get(number=plan.number).opened_on
    travel(opened + timedelta(days=90))
    assert shown(seat, plan, tab="silent") == []
    travel(opened + LONG)
    assert shown(seat, plan, tab="silent") == [plan.number]


@pytest.mark.parametrize("way", TOUCHES)
def test_being_in_touch_in_any_way_takes_a_firm_off_the_list_for_as_long(
    plan: Story, seat: Seat, travel: Travel, way: str
) -> None:
    later = plan.day + timedelta(days=200)
    travel(later)
    assert shown(seat, plan, tab="silent") == [plan.number]
    TOUCHES[way](plan, later)
    assert shown(seat, plan, tab="silent") == []
    row = seat(plan.cast.wang).get(LIST).context["rows"][0]
    assert row.touch["on"] == later
    travel(later + LONG)
    assert shown(seat, plan, tab="silent") == [plan.number]


def rated(story: Story, ratings: list[int]) -> None:
    cast = story.cast
    for rating in ratings:
        with acting(cast.zhang), transaction.atomic():
            kept = coaching.record_visit(story.case.get(), by=cast.zhang, on=story.day, way="call", notes="通话")
        with acting(cast.li), transaction.atomic():
            rows = Visit.objects.filter(pk=kept.pk)
            coaching.rate_visit(rows, rating=rating, says="", by=cast.li, on=story.day)


def test_satisfaction_is_hidden_below_five_ratings_and_counts_visits_and_answers(plan: Story, seat: Seat) -> None:
    consented(plan)
    rated(plan, [5, 4, 4])
    with acting(INTAKE), transaction.atomic():
        day, zhang = plan.day, plan.cast.zhang
        closed = {"asked_by": plan.cast.li, "asked_on": day, "due_on": day, "answered_on": day, "closed_on": day}
        said = {"kind": "policy", "says": "问", "to": "coach", "state": "closed", "answered_by": zhang, "rating": 3}
        Difficulty.objects.create(firm=plan.cast.qinghe, **closed, **said)
    assert lines(seat, plan)["张工"].said.mean is None
    assert "4.0 / 5" not in text(seat(plan.cast.wang).get(LOADS))
    with acting(INTAKE):
        one = reverse("desk:difficulty", args=[Difficulty.objects.get().public_id])
    listed = reverse("desk:difficulties") + "?list=over"
    for person in (plan.cast.wang, plan.cast.zhang):
        assert all("3 / 5" not in text(seat(person).get(page)) for page in (one, listed))
    rated(plan, [4])
    assert all("3 / 5" in text(seat(plan.cast.wang).get(page)) for page in (one, listed))
    assert lines(seat, plan)["张工"].said.mean == 4
    assert "4.0 / 5" in text(seat(plan.cast.wang).get(LOADS))


def test_the_page_asks_no_more_for_more_coaches(plan: Story, seat: Seat) -> None:
    consented(plan)
    wang = seat(plan.cast.wang)
    wang.get(LOADS)
    with statements() as counted:
        wang.get(LOADS)
    assert len(counted) <= 12


def test_a_message_somebody_wrote_counts_and_those_of_the_procedure_do_not(
    plan: Story, seat: Seat, travel: Travel
) -> None:
    """A message's day is the database's, whose clock no test moves."""
    _first, last = these_days()
    travel(last + timedelta(days=80))
    assert shown(seat, plan, tab="silent") == [plan.number], "what the firm was told of its admission is no contact"
    with acting(plan.cast.wang), transaction.atomic():
        case_acts.tell(plan.case, by=plan.cast.wang, note="请补材料")
    assert shown(seat, plan, tab="silent") == []
