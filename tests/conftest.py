"""Fixtures for all tests. Databases come from tests/services.py, whole running products from tests/live.py."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests import services


def pytest_sessionfinish() -> None:
    services.stop_server()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> None:
    """In place of pytest-django's: its test database would be made by the role that must not be able to make one."""
    with django_db_blocker.unblock():
        services.point_django_at(services.server().clone("miaopu"))


@pytest.fixture(scope="module")
def fresh_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of this module's own whose writes are committed; its name. Nothing is rolled back between its tests.

    Append-only tables cannot be emptied, so `django_db(transaction=True)` is not to be had: this is.
    """
    before = services.current_database()
    name = services.server().clone("fresh")
    with django_db_blocker.unblock():
        services.point_django_at(name)
        yield name
        services.point_django_at(before)
    services.server().drop(name)


@pytest.fixture
def as_owner(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as the role that owns the tables, to the database the test works on; each statement commits."""
    with services.server().connect("owner", services.current_database()) as connection:
        yield connection


@pytest.fixture
def as_web(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as the role the product works as, past Django: no scope is declared."""
    with services.server().connect("web", services.current_database()) as connection:
        yield connection
