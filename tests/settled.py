"""The city of tests/cast.py and the straight way of its case, on record once in a process: a test that asks for them
stands in a database that has them, and only what the test does itself is undone after it.
"""

import pickle
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction

from tests import services
from tests.cast import DAY, Cast, Story, city


@dataclass(frozen=True)
class Settled:
    """The database of the cast, one like it that nobody works on, and the people as `city()` gave them, kept so that no
    test meets what another did to them.
    """

    database: str
    template: str
    known: bytes

    def cast(self) -> Cast:
        return Cast(*pickle.loads(self.known))  # noqa: S301 - written by this process


@cache
def settled() -> Settled:
    """Leaves Django at the new database."""
    template = services.server().clone("cast")
    services.point_django_at(template)
    with transaction.atomic():
        cast = city()
    connections[DEFAULT_DB_ALIAS].close()
    name = services.server().clone("settled", template=template)
    services.point_django_at(name)
    return Settled(name, template, pickle.dumps((cast.people, cast.offices, cast.divisions)))


@cache
def empty() -> str:
    """The database of the tests that ask for no cast."""
    return services.server().clone("miaopu")


def settle(*, with_cast: bool) -> None:
    """Point Django at the database for a test, unless it stands at one that a module made for itself."""
    here = services.current_database()
    if here in _made() and here != (wanted := settled().database if with_cast else empty()):
        services.point_django_at(wanted)


def on_record() -> Cast | None:
    """The cast, where Django stands at the database that has it."""
    return settled().cast() if _at_the_cast() else None


def _at_the_cast() -> bool:
    return bool(settled.cache_info().currsize) and services.current_database() == settled().database


def _made() -> set[str]:
    """Where a test may be sent away from: nowhere yet, or one of the two above."""
    names = {services.PRISTINE}
    if settled.cache_info().currsize:
        names.add(settled().database)
    if empty.cache_info().currsize:
        names.add(empty())
    return names


@dataclass(frozen=True)
class Reached:
    """A connection to a database in which the case stands at a stage since a day, and what it had recalled by then."""

    connection: Any
    recalled: dict[str, Any]
    day: date
    number: str


@cache
def reached(stage: str) -> Reached:
    there = connections[DEFAULT_DB_ALIAS].copy()
    there.settings_dict["NAME"] = services.server().clone("story", template=settled().template)
    with _working_on(there), transaction.atomic():
        story = Story(settled().cast()).to(stage)
        recalled = dict(there.recalled)  # type: ignore[attr-defined]  # config.postgres.base has it
    return Reached(there, recalled, story.day, story.number)


class SettledStory(Story):
    """A story that is at a stage at once where the test has written nothing before; else it goes there as any other."""

    def __init__(self, cast: Cast, way: ExitStack) -> None:
        super().__init__(cast)
        self.way = way

    def to(self, stage: str) -> "Story":
        if self.day != DAY or not (_at_the_cast() and _nothing_written()):
            return super().to(stage)
        far = reached(stage)
        self.way.enter_context(_undone_on(far))
        self.day, self.number = far.day, far.number
        return self


@contextmanager
def told(cast: Cast) -> Iterator[Story]:
    with ExitStack() as way:
        yield SettledStory(cast, way)


def _nothing_written() -> bool:
    connection = connections[DEFAULT_DB_ALIAS]
    if len(connection.atomic_blocks) != 1:  # the test's own, which is undone
        return False
    with connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id_if_assigned() is null")
        return bool(cursor.fetchone()[0])


@contextmanager
def _undone_on(far: Reached) -> Iterator[None]:
    """Work on its database for the block in a transaction that is undone, as a test's own is."""
    connections[DEFAULT_DB_ALIAS].connection.rollback()  # idle, but in no transaction, which would be ended some time
    test_s_own: Any = transaction.atomic()
    test_s_own._from_testcase = True
    with _working_on(far.connection), test_s_own:
        far.connection.recalled.update(far.recalled)
        yield
        transaction.set_rollback(True)


@contextmanager
def _working_on(there: Any) -> Iterator[None]:
    before = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = there
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = before
