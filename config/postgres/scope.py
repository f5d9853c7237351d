"""On whose behalf the code runs, as the row policies of the database see it.

Only an identity is declared: the number of a user or the name of a service. What that identity may see is asked by the
policies themselves, so that a seat taken away bites in the very next statement.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from django.db import connection as django_connection

SCOPE: ContextVar[str] = ContextVar("scope", default="")
connection: Any = django_connection  # of our own backend, whose methods the stubs do not know
REQUEST: ContextVar[str] = ContextVar("request", default="")


class Identity(Protocol):
    @property
    def scope(self) -> str: ...


@contextmanager
def acting(person: Identity | None) -> Iterator[None]:
    """Run the block as `person` (a user or a service); None sees no firm-owned row."""
    token = SCOPE.set(person.scope if person is not None else "")
    if connection.in_atomic_block:
        connection.declare_scope()
    try:
        yield
    finally:
        SCOPE.reset(token)
        if connection.in_atomic_block and not connection.needs_rollback:
            connection.declare_scope()


def recall[What](key: str, read: Callable[[], What]) -> What:
    """What `read` found when it was first asked for in this transaction; outside one it is read each time."""
    if not connection.in_atomic_block:
        return read()
    if key not in connection.recalled:
        connection.recalled[key] = read()
    found: What = connection.recalled[key]
    return found


def forget(key: str) -> None:
    """Have it read anew, because this transaction has changed it."""
    connection.recalled.pop(key, None)


def declare_act(name: str) -> None:
    """Tell the trail which act the following writes of this transaction belong to."""
    with connection.cursor() as cursor:
        cursor.execute("select set_config('app.act', %s, true)", [name])
