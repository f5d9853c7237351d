"""The portal on the Monday on which the stories begin, and a browserless visitor for each of its people."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.models import User
from tests.cast import DAY, QINGHE

Travel = Callable[[date], None]


@pytest.fixture(autouse=True)
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


class Visitor:
    """A signed-in person on the pages of one firm."""

    def __init__(self, person: User, uscc: str = QINGHE) -> None:
        self.client, self.uscc = Client(), uscc
        self.client.force_login(person)

    def url(self, name: str, *more: object) -> str:
        return reverse(f"portal:{name}", args=[self.uscc, *more])

    def get(self, name: str, /, *more: object, **query: str) -> Any:
        return self.client.get(self.url(name, *more), query)

    def post(self, name: str, /, *more: object, **sent: Any) -> Any:
        """Sends a form and follows where it leads."""
        return self.client.post(self.url(name, *more), sent, follow=True)

    def sent_to(self, name: str, /, *more: object, **sent: Any) -> str:
        """Sends a form; the address it leads to."""
        return str(self.client.post(self.url(name, *more), sent).headers["Location"])

    def text(self, name: str, *more: object) -> str:
        answer = self.get(name, *more)
        assert answer.status_code == 200, answer.status_code
        return str(answer.content.decode())
