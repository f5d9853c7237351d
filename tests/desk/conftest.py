"""The desk on the Monday on which the stories begin."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.models import User
from tests.cast import DAY

Travel = Callable[[date], None]
Seat = Callable[[User], Client]


@pytest.fixture
def travel() -> Iterator[Travel]:
    """Moves the clock to the morning of a day; it stands on the first day of the stories."""
    with time_machine.travel(_morning(DAY), tick=False) as traveller:
        yield lambda day: traveller.move_to(_morning(day))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(1, 30), UTC)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of a block, without the savepoints that stand for transactions inside a test's own."""
    counted: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield counted
    counted += [each["sql"] for each in captured if "SAVEPOINT" not in each["sql"]]


@pytest.fixture
def seat(travel: Travel) -> Seat:
    """A browser of one's own for each person, in the morning of the first day of the stories."""

    def sit(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sit


def text(answer: Any) -> str:
    return str(answer.content.decode())


def these_days() -> tuple[date, date]:
    """A fortnight round the day of the database, whose clock no test moves, and of the stories."""
    with connection.cursor() as cursor:
        cursor.execute("select mp_today()")
        [today] = cursor.fetchone()
    return min(today, DAY) - timedelta(days=7), max(today, DAY) + timedelta(days=7)
