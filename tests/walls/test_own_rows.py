# ruff: noqa: S608 - the names of tables come from the register
"""Rows of one person: theirs, and the sender's who tells them; nobody else's, whatever their seat."""

import pytest
from psycopg import errors

from pipeline import access
from pipeline.access import SERVICES
from pipeline.register import TABLES
from tests.walls.world import World, as_role, declare

OWN_TABLES = [name for name, table in TABLES.items() if table.kind == "person"]


def owners(scope: object, table: str) -> set[int]:
    with as_role("web") as raw:
        declare(raw, scope)
        return {owner for (owner,) in raw.execute(f"select person_id from {table}")}


@pytest.mark.parametrize("table", OWN_TABLES)
def test_each_person_sees_their_own_rows_and_no_others(world: World, table: str) -> None:
    with as_role("postgres") as raw:
        there = {owner for (owner,) in raw.execute(f"select person_id from {table}")}
    assert len(there) >= 2, "rows to hide"
    for person in world.people.values():
        assert owners(person, table) == there & {person}


@pytest.mark.parametrize("table", OWN_TABLES)
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_of_the_services_the_sender_alone_sees_them(world: World, table: str, service: str) -> None:
    assert bool(owners(service, table)) == (service == access.SENDER.scope)


@pytest.mark.parametrize("table", OWN_TABLES)
def test_nobody_changes_or_takes_in_or_hands_over_a_foreign_row(world: World, table: str) -> None:
    head, owner = world.people["seat:city_head"], world.people["seat:firm_owner"]
    with as_role("web") as raw:
        declare(raw, head)
        assert raw.execute(f"update {table} set person_id = person_id").rowcount == 0
        assert raw.execute(f"delete from {table}").rowcount == 0
    with as_role("web") as raw:
        declare(raw, owner)
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute(f"update {table} set person_id = %s", [head])
