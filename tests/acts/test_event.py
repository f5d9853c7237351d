"""Trainings: announced, firms invited, seats given to whoever answers first, who was there."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import event
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Attendance, Event, Firm, MoveRefused, Notice, User
from tests.cast import DAY, Cast, the

ON = DAY + timedelta(days=14)


def said(**other: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"title": "研发费用归集实务", "says": "请带辅助账", "on": ON, "begins": time(14), "seats": 3}
    return {**told, "place": "科技大厦 302", "answer_by": DAY + timedelta(days=7), **other}


def planned(by: User, **other: Any) -> Event:
    with acting(by), transaction.atomic():
        return event.plan(said(**other), by=by, on=DAY)


def invited(cast: Cast, training: Event, firm: Firm | None = None) -> Attendance:
    with acting(cast.chen), transaction.atomic():
        firm = firm or cast.qinghe
        event.invite(the(firm), training, by=cast.chen, on=DAY)
        return Attendance.objects.get(event=training, firm=firm)


def answers(by: User, one: Attendance, on: date = DAY, **how: Any) -> Attendance:
    with acting(by), transaction.atomic():
        event.answer(Attendance.objects.filter(pk=one.pk), by=by, on=on, **how)
        return Attendance.objects.get(pk=one.pk)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"title": " "}, "title"),
        ({"place": " "}, "place"),
        ({"on": DAY - timedelta(days=1), "answer_by": DAY - timedelta(days=2)}, "on"),
        ({"answer_by": ON + timedelta(days=1)}, "answer_by"),
        ({"seats": 0}, "seats"),
    ],
)
def test_a_training_is_announced_whole_or_not(cast: Cast, wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(ConditionUnmet) as unmet:
        planned(cast.wang, **wrong)
    assert [each.place for each in unmet.value.missing] == [place]


def test_the_firm_is_told_where_when_and_until_when_to_answer(cast: Cast) -> None:
    invited(cast, planned(cast.chen))
    with acting(cast.li), transaction.atomic():
        told = Notice.objects.get(kind="event.invite")
    assert [
        word for word in ("研发费用归集实务", "科技大厦 302", f"{ON}", "14:00") if word not in told.body["zh"]
    ] == []


def test_a_firm_is_invited_once_and_only_by_the_office_that_holds_it(cast: Cast) -> None:
    training = planned(cast.chen)
    invited(cast, training)
    with acting(cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        event.invite(the(cast.qinghe), training, by=cast.chen, on=DAY)
    with acting(cast.wang), transaction.atomic(), pytest.raises(access.Refused):
        event.invite(the(cast.qinghe), training, by=cast.wang, on=DAY)


def test_a_county_invites_no_firm_of_another(cast: Cast) -> None:
    training = planned(cast.wang)
    with acting(INTAKE), transaction.atomic():
        yunling = cast.yunling
    with acting(cast.wang), transaction.atomic():
        assert not the(yunling).exists()
        with pytest.raises(access.Refused):
            event.call_off(planned(cast.chen), why="让位", by=cast.wang, on=DAY, version=1)
        event.invite(the(yunling), training, by=cast.wang, on=DAY)
        assert not Attendance.objects.exists()


def test_seats_go_to_whoever_answers_first_and_come_back(cast: Cast) -> None:
    """Three seats: one firm takes two, the other, which sees nothing of it, is told how many are left."""
    training = planned(cast.chen)
    with acting(cast.chen), transaction.atomic():
        yunling = cast.yunling
    ours, theirs = invited(cast, training), invited(cast, training, yunling)
    answers(cast.li, ours, comes=True, people=2, who="白会计")
    with pytest.raises(ConditionUnmet, match="1"):
        answers(cast.he, theirs, comes=True, people=2)
    assert answers(cast.he, theirs, comes=True, people=1).state == Attendance.ACCEPTED
    with pytest.raises(ConditionUnmet):
        answers(cast.li, ours, comes=True, people=3)
    answers(cast.li, ours, comes=False, why="有事")
    assert answers(cast.he, theirs, comes=True, people=3).people == 3
    with pytest.raises(ConditionUnmet):
        answers(cast.li, ours, comes=True)


def test_answers_are_taken_until_their_day_and_from_the_firm_alone(cast: Cast) -> None:
    one = invited(cast, planned(cast.chen))
    with pytest.raises(ConditionUnmet):
        answers(cast.li, one, on=DAY + timedelta(days=8), comes=True)
    assert answers(cast.li, one, on=DAY + timedelta(days=7), comes=True).answered_by_id == cast.li.pk
    with acting(cast.wang), transaction.atomic(), pytest.raises(access.Refused):
        event.answer(Attendance.objects.filter(pk=one.pk), comes=True, by=cast.wang, on=DAY)


def test_fewer_seats_than_were_given_are_refused_and_a_new_day_is_told(cast: Cast) -> None:
    training = planned(cast.chen)
    answers(cast.li, invited(cast, training), comes=True, people=2)
    with acting(cast.chen), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            event.change(training, said(seats=1), by=cast.chen, on=DAY, version=1)
        event.change(training, said(seats=2), by=cast.chen, on=DAY, version=1)
        assert not Notice.objects.filter(kind="event.change").exists(), "seats are the office's affair"
        event.change(Event.objects.get(), said(seats=2, place="302"), by=cast.chen, on=DAY, version=2)
        assert Notice.objects.filter(kind="event.change").count() == 1
        with pytest.raises(MoveRefused):
            event.change(training, said(), by=cast.chen, on=DAY, version=1)


def test_a_training_called_off_is_told_and_answered_no_more(cast: Cast) -> None:
    training = planned(cast.chen)
    one = invited(cast, training)
    with acting(cast.chen), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            event.call_off(training, why=" ", by=cast.chen, on=DAY, version=1)
        event.call_off(training, why="讲师生病", by=cast.chen, on=DAY, version=1)
        assert "讲师生病" in Notice.objects.get(kind="event.call_off").body["zh"]
    with pytest.raises(ConditionUnmet):
        answers(cast.li, one, comes=True)


def test_who_was_there_is_noted_on_the_day_and_may_be_put_right(cast: Cast) -> None:
    training = planned(cast.chen)
    one = answers(cast.li, invited(cast, training), comes=True)
    with acting(cast.chen), transaction.atomic():
        yunling = cast.yunling
    silent = invited(cast, training, yunling)

    def marked(there: list[int], on: date = ON) -> list[str]:
        with acting(cast.chen), transaction.atomic():
            event.mark(Event.objects.get(), there, by=cast.chen, on=on)
            return [Attendance.objects.get(pk=each.pk).state for each in (one, silent)]

    with pytest.raises(ConditionUnmet):
        marked([one.pk], on=DAY)
    with pytest.raises(ConditionUnmet):
        marked([one.pk, 999_999])
    assert marked([]) == [Attendance.ABSENT, Attendance.INVITED]
    assert marked([one.pk, silent.pk]) == [Attendance.ATTENDED, Attendance.ATTENDED]
    assert marked([silent.pk]) == [Attendance.ABSENT, Attendance.ATTENDED]


def test_who_comes_is_reminded_once(cast: Cast) -> None:
    training = planned(cast.chen)
    one = invited(cast, training)
    with acting(INTAKE), transaction.atomic():
        assert event.remind(Attendance.objects.all(), by=INTAKE) == 0, "nobody has said yes"
    answers(cast.li, one, comes=True)
    with acting(INTAKE), transaction.atomic():
        assert [event.remind(Attendance.objects.all(), by=INTAKE) for _run in range(2)] == [1, 0]


def test_the_database_keeps_a_firm_from_being_invited_twice(cast: Cast) -> None:
    one = invited(cast, planned(cast.chen))
    with acting(cast.chen), transaction.atomic(), pytest.raises(IntegrityError):
        Attendance.objects.create(event=one.event, firm_id=one.firm_id, invited_on=DAY, invited_by=cast.chen)
