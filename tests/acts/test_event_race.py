"""Two firms answer for the last seat at the same instant: one has it, the other is told so. Rounds are committed."""

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import event
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Attendance, Firm, User
from tests.acts.test_race import TOGETHER, together
from tests.cast import DAY, QINGHE, YUNLING, Cast, city

ROUNDS = 20


@pytest.fixture(scope="module")
def committed(fresh_database: str, django_db_blocker: Any) -> Iterator[Cast]:
    with django_db_blocker.unblock():
        with transaction.atomic():
            cast = city()
        on = DAY + timedelta(days=14)
        said = {"title": "归集", "says": "", "on": on, "begins": time(14), "place": "302", "seats": 1, "answer_by": on}
        with acting(cast.chen), transaction.atomic():
            held = event.plan(said, by=cast.chen, on=DAY)
            event.invite(Firm.objects.filter(uscc__in=[QINGHE, YUNLING]), held, by=cast.chen, on=DAY)
        yield cast


def answering(person: User, uscc: str) -> Callable[[], bool]:
    """Whether the firm got the seat."""

    def act() -> bool:
        try:
            with acting(person), transaction.atomic():
                rows = Attendance.objects.filter(firm__uscc=uscc)
                event.answer(rows, comes=True, by=person, on=DAY)
        except ConditionUnmet:
            return False
        return True

    return act


def test_the_last_seat_is_given_once_in_every_round(committed: Cast) -> None:
    for number in range(ROUNDS):
        with acting(INTAKE), transaction.atomic():
            Attendance.objects.update(state=Attendance.INVITED, answered_on=None)
        came = together(answering(committed.li, QINGHE), answering(committed.he, YUNLING))
        with acting(INTAKE), transaction.atomic():
            accepted = Attendance.objects.filter(state=Attendance.ACCEPTED).count()
        assert (sorted(came), accepted) == ([False, True], 1), number


def test_without_the_lock_the_race_is_there_to_be_seen(committed: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: whoever counts without waiting for the other gives the seat away twice."""
    begin = Barrier(2)

    def counted(key: int) -> int:
        with connection.cursor() as cursor:
            cursor.execute("select mp_seats_given(%s)", [key])
            [given] = cursor.fetchone()
        begin.wait(TOGETHER)
        return int(given)

    monkeypatch.setattr(Attendance, "seats_given", counted)
    with acting(INTAKE), transaction.atomic():
        Attendance.objects.update(state=Attendance.INVITED, answered_on=None)
    assert together(answering(committed.li, QINGHE), answering(committed.he, YUNLING)) == [True, True]
