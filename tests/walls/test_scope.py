"""On whose behalf a statement runs: nested, rolled back, outside a transaction, on pooled connections in threads."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import REQUEST, acting
from pipeline.access import INTAKE, SENDER
from pipeline.models import Firm, Seat, User
from tests.walls.world import LONG_AGO, World

TENANTS = 10
THREADS = 8
ROUNDS = 240


def seen() -> set[int]:
    return set(Firm.objects.values_list("pk", flat=True))


def declared() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(current_setting('app.scope', true), '')")
        return str(cursor.fetchone()[0])


def test_within_a_transaction_a_person_sees_their_firms(world: World):
    with acting(world.person("seat:firm_owner")), transaction.atomic():
        assert seen() == {world.firms["north"]}


def test_outside_a_transaction_nobody_sees_anything(world: World):
    with acting(world.person("seat:city_head")):
        assert seen() == set()
        with transaction.atomic():
            assert seen()
        assert seen() == set()


def test_acting_inside_acting_gives_the_floor_back(world: World):
    with acting(world.person("seat:firm_owner")), transaction.atomic():
        with acting(world.person("south owner")):
            assert seen() == {world.firms["south"]}
            with acting(None):
                assert seen() == set()
            assert seen() == {world.firms["south"]}
        assert seen() == {world.firms["north"]}


def test_a_scope_opened_within_a_transaction_holds_at_once(world: World):
    with transaction.atomic():
        assert seen() == set()
        with acting(world.person("seat:firm_owner")):
            assert seen() == {world.firms["north"]}
        assert seen() == set()


def test_a_savepoint_rolled_back_changes_nobodys_scope(world: World):
    """A setting made inside a savepoint is undone with it: the outer scope must come back, whichever ends first."""
    with acting(world.person("seat:firm_owner")), transaction.atomic():
        with suppress(ZeroDivisionError), acting(world.person("south owner")), transaction.atomic():
            assert seen() == {world.firms["south"]}
            raise ZeroDivisionError
        assert seen() == {world.firms["north"]}
        with suppress(ZeroDivisionError), transaction.atomic(), acting(world.person("south owner")):
            assert seen() == {world.firms["south"]}
            raise ZeroDivisionError
        assert seen() == {world.firms["north"]}


def divide_by_zero() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1 / 0")


def test_an_error_of_the_database_comes_through_and_leaves_the_scope_right(world: World):
    with acting(world.person("seat:firm_owner")), transaction.atomic():
        with pytest.raises(DataError), acting(world.person("south owner")), transaction.atomic():
            divide_by_zero()
        assert seen() == {world.firms["north"]}


def test_a_broken_transaction_is_told_as_what_it_is(world: World):
    """Closing the scope must not run a statement in it, which would hide the error on its way."""
    with pytest.raises(DataError), transaction.atomic(), acting(world.person("south owner")):
        divide_by_zero()
    with acting(world.person("south owner")), transaction.atomic():
        assert seen() == {world.firms["south"]}


def test_the_next_transaction_of_a_connection_carries_nothing_over(world: World):
    with acting(world.person("seat:city_head")), transaction.atomic():
        assert seen()
    with transaction.atomic():
        assert declared() == ""
        assert seen() == set()


def test_services_name_themselves(world: World):
    for service in (INTAKE, SENDER):
        with acting(service), transaction.atomic():
            assert declared() == service.name
            assert len(seen()) == len(world.firms)


def test_the_request_travels_with_the_scope(world: World):
    token = REQUEST.set("a-request")
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select current_setting('app.request')")
            assert cursor.fetchone() == ("a-request",)
    finally:
        REQUEST.reset(token)


@pytest.fixture(scope="module")
def tenants(world: World) -> dict[int, User]:
    """Owners, each of a firm of their own: firm -> owner."""
    owned = {}
    with acting(world.person("seat:security_admin")), transaction.atomic():
        for number in range(TENANTS):
            with acting(INTAKE):
                firm = Firm.objects.create(uscc=f"TENANT{number}", name=f"租户{number}")
            user = User.objects.create_user(f"tenant {number}", name=f"tenant {number}")
            Seat.objects.create(user=user, kind="firm_owner", firm=firm, during=DateRange(LONG_AGO, None))
            owned[firm.pk] = user
    return owned


@pytest.fixture(params=[1, 4])
def pool(world: World, request: pytest.FixtureRequest) -> Iterator[int]:
    """Django's connections of every thread come from a pool of this size."""
    connection.close()
    connection.settings_dict["OPTIONS"]["pool"] = {"min_size": 1, "max_size": request.param, "timeout": 30}
    yield request.param
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    del connection.settings_dict["OPTIONS"]["pool"]


def test_many_threads_on_few_connections_never_see_a_row_of_another(tenants: dict[int, User], pool: int):
    assert connection.pool.max_size == pool  # type: ignore[attr-defined]
    work = [list(tenants.items())[number * 7 % TENANTS] for number in range(ROUNDS)]
    with ThreadPoolExecutor(THREADS) as threads:
        wrong = [each for each in threads.map(lambda item: one_request(*item), work) if each]
    assert wrong == []


def one_request(firm: int, owner: User) -> list[Any]:
    """What was seen and should not have been, over the kinds of ends a request may come to."""
    wrong: list[Any] = []
    try:
        with acting(owner):
            wrong += seen()
            with transaction.atomic():
                wrong += seen() ^ {firm}
                with acting(None):
                    wrong += seen()
                with suppress(ZeroDivisionError), transaction.atomic(), acting(INTAKE):
                    raise ZeroDivisionError
                wrong += seen() ^ {firm}
            wrong += seen()
            with suppress(DataError), transaction.atomic():
                divide_by_zero()
    finally:
        connection.close()
    return wrong


def test_a_thread_does_not_inherit_the_scope_of_another(world: World, tenants: dict[int, User]):
    def ask() -> str:
        try:
            with transaction.atomic():
                return declared()
        finally:
            connection.close()

    with acting(world.person("seat:city_head")), ThreadPoolExecutor(1) as threads:
        assert threads.submit(ask).result() == ""
