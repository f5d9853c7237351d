"""Asking for help: to whom, until when, answered, closed with a rating, and what happens when nobody answers."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import ProgrammingError, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import difficulty, evidence, people
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Appointment, Difficulty, MoveRefused, Notice, User
from pipeline.models.help import DifficultyQuerySet
from tests.cast import DAY, SINCE, Cast

PDF = b"%PDF-1.7\n%%EOF\n"


def asked(cast: Cast, *, coach: bool = False) -> Difficulty:
    with acting(cast.li), transaction.atomic():
        return difficulty.ask(cast.qinghe, kind="policy", says="高企年限怎么算？", coach=coach, by=cast.li, on=DAY)


def coached(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        Appointment.objects.create(
            firm=cast.qinghe, coach=cast.zhang, during=DateRange(date(2026, 1, 1), None), consented_on=DAY
        )


def the(one: Difficulty) -> DifficultyQuerySet:
    return Difficulty.objects.filter(pk=one.pk)


def test_the_county_is_told_and_has_five_working_days(cast: Cast) -> None:
    one = asked(cast)
    with acting(cast.wang), transaction.atomic():
        assert (one.to, one.due_on) == ("county", date(2026, 11, 9))
        told = Notice.objects.get(kind="difficulty.ask")
    assert told.to == Notice.COUNTY
    assert "高企年限" not in told.body["zh"]


def test_every_fault_of_a_question_is_told_at_once(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet) as refused:
        difficulty.ask(cast.qinghe, kind="weather", says=" ", coach=True, by=cast.li, on=DAY)
    assert [each.place for each in refused.value.missing] == ["kind", "says", "to"]


def test_an_answer_reaches_the_firm_and_is_rated(cast: Cast) -> None:
    one = asked(cast)
    with acting(cast.wang), transaction.atomic():
        difficulty.answer(the(one), says="按发证日起算。", by=cast.wang, on=DAY, version=1)
    with acting(cast.li), transaction.atomic():
        assert Notice.objects.filter(to=Notice.FIRM, kind="difficulty.answer").count() == 1
        difficulty.close(the(one), rating=5, says="清楚", by=cast.li, on=DAY, version=2)
        closed = the(one).get()
    assert (closed.state, closed.rating, closed.answered_by_id) == ("closed", 5, cast.wang.pk)


@pytest.mark.parametrize("rating", [None, 0, 6])
def test_an_answered_question_is_not_closed_without_a_rating(cast: Cast, rating: int | None) -> None:
    one = asked(cast)
    with acting(cast.wang), transaction.atomic():
        difficulty.answer(the(one), says="见附件。", by=cast.wang, on=DAY, version=1)
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        difficulty.close(the(one), rating=rating, says="", by=cast.li, on=DAY, version=2)


def test_a_question_nobody_answered_is_taken_back_without_a_rating(cast: Cast) -> None:
    one = asked(cast)
    with acting(cast.li), transaction.atomic():
        difficulty.close(the(one), rating=4, says="已解决", by=cast.li, on=DAY, version=1)
        closed = the(one).get()
    assert (closed.state, closed.rating) == ("closed", None)


def test_of_two_who_answer_one_wins(cast: Cast) -> None:
    one = asked(cast)
    with acting(cast.wang), transaction.atomic():
        difficulty.answer(the(one), says="一", by=cast.wang, on=DAY, version=1)
    with acting(cast.zhao), transaction.atomic(), pytest.raises(MoveRefused):
        difficulty.answer(the(one), says="二", by=cast.zhao, on=DAY, version=1)


def test_a_coach_answers_for_the_firm_that_let_it_in_and_no_other(cast: Cast) -> None:
    coached(cast)
    one = asked(cast, coach=True)
    with acting(cast.he), transaction.atomic():
        other = difficulty.ask(cast.yunling, kind="talent", says="招人", by=cast.he, on=DAY)
    with acting(cast.zhang), transaction.atomic():
        assert not the(other).exists()
        difficulty.answer(the(one), says="可以。", by=cast.zhang, on=DAY, version=1)
    with acting(cast.li), transaction.atomic(), pytest.raises(access.Refused):
        difficulty.answer(the(one), says="自己答", by=cast.li, on=DAY, version=1)


def test_the_county_hands_a_question_on_and_its_day_stays(cast: Cast) -> None:
    one = asked(cast)
    with acting(cast.wang), transaction.atomic(), pytest.raises(ConditionUnmet):
        difficulty.route(the(one), to="coach", by=cast.wang, version=1)
    coached(cast)
    with acting(cast.wang), transaction.atomic():
        difficulty.route(the(one), to="coach", by=cast.wang, version=1)
        handed = the(one).get()
    assert (handed.to, handed.due_on) == ("coach", one.due_on)


def test_what_nobody_answers_goes_to_the_head_of_the_county_and_two_working_days_later_to_the_city(cast: Cast) -> None:
    """One rung after the other, each once; the head is told by name."""
    one = asked(cast)

    def climbed(days: int) -> list[tuple[str, str, str | None]]:
        with acting(INTAKE), transaction.atomic():
            for _run in range(2):
                difficulty.escalate(Difficulty.objects.all(), by=INTAKE, on=one.due_on + timedelta(days=days))
            told = Notice.objects.filter(kind__in=["difficulty.climb", "difficulty.escalate"]).order_by("pk")
            return [(each.kind, each.to, each.person.name if each.person else None) for each in told]

    head = ("difficulty.climb", Notice.COUNTY, cast.zhao.name)
    assert climbed(0) == []
    assert climbed(1) == [head]
    assert climbed(2) == [head, ("difficulty.escalate", Notice.CITY, None)]
    assert climbed(9) == [head, ("difficulty.escalate", Notice.CITY, None)]


def test_where_nobody_heads_the_county_its_office_is_told(cast: Cast) -> None:
    with acting(cast.song):
        [seat] = User.objects.get(pk=cast.zhao.pk).seats
        people.end_seat(seat, by=cast.song, on=SINCE)
    one = asked(cast)
    with acting(INTAKE), transaction.atomic():
        difficulty.escalate(Difficulty.objects.all(), by=INTAKE, on=one.due_on + timedelta(days=1))
        told = Notice.objects.get(kind="difficulty.climb")
    assert (told.to, told.person) == (Notice.COUNTY, None)


def test_what_is_answered_late_climbs_no_further(cast: Cast) -> None:
    one = asked(cast)
    with acting(INTAKE), transaction.atomic():
        difficulty.escalate(Difficulty.objects.all(), by=INTAKE, on=one.due_on + timedelta(days=1))
    with acting(cast.wang), transaction.atomic():
        difficulty.answer(the(one), says="可以。", by=cast.wang, on=one.due_on + timedelta(days=1), version=1)
    with acting(INTAKE), transaction.atomic():
        assert difficulty.escalate(Difficulty.objects.all(), by=INTAKE, on=one.due_on + timedelta(days=9)) == 0
        assert the(one).get().escalated_on is None


def test_a_paper_comes_with_the_question(cast: Cast) -> None:
    one = asked(cast)
    with acting(cast.li), transaction.atomic():
        kept = evidence.receive(
            cast.qinghe, BytesIO(PDF), name="合同.pdf", size=len(PDF), purpose="difficulty", by=cast.li, difficulty=one
        )
        assert kept.difficulty_id == one.pk


def test_the_database_lets_nobody_ask_for_a_foreign_firm(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        qinghe = cast.qinghe
    with pytest.raises(ProgrammingError, match="row-level security"), acting(cast.he), transaction.atomic():
        difficulty.ask(qinghe, kind="policy", says="问", by=cast.he, on=DAY)
