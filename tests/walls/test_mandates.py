# ruff: noqa: S608 - the names of tables come from the register
"""What an agency and a bank change in the database of a firm that let them in, and who changes the hours on offer."""

import pytest
from psycopg import errors

from tests.walls.test_isolation import ALL, FIRM_TABLES, PEOPLE, opened
from tests.walls.world import World, as_role, declare

FILLED = {
    "agency figures": {"firm", "financialyear", "sourcedfigure", "explanation", "draft"},
    "agency rights": {"firm", "intellectualproperty"},
    "agency plan": {"step", "document", "documentversion", "evidence", "notice"},
}


@pytest.mark.parametrize("name", [name for name, sees in PEOPLE.items() if sees.part])
def test_a_mandate_lets_change_what_its_part_fills_in_and_nothing_else(world: World, name: str):
    part, person = PEOPLE[name].part, world.people[name]
    with as_role("web") as raw, as_role("postgres") as everything:
        declare(raw, person)
        for table, entry in FIRM_TABLES.items():
            if entry.append_only:
                continue
            filled = table.removeprefix("pipeline_") in FILLED.get(part, set())
            mine = opened(world, everything, table, entry, part, person) if filled else set()
            column = entry.firm_column
            assert raw.execute(f"update {table} set {column} = {column}").rowcount == len(mine), table
            foreign = raw.execute(f"delete from {table} where {column} <> %s", [world.firms["south"]])
            assert foreign.rowcount == 0, table


def test_no_mandate_is_made_longer_or_wider_by_who_holds_it(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["agency with a mandate"])
        longer = "update pipeline_mandate set during = daterange(lower(during), '2099-01-01'), parts = '{figures,plan}'"
        assert raw.execute(longer).rowcount == 0
        put = (
            "insert into pipeline_mandate (firm_id, agent_id, kind, parts, during, by_id)"
            " values (%s, %s, 'agency', '{plan}', '[2030-01-01,2031-01-01)', %s)"
        )
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute(put, [world.firms["south"], *[world.people["agency with a mandate"]] * 2])


@pytest.mark.parametrize("name", ["agency with a mandate", "bank shown verdict"])
def test_who_was_let_in_notes_its_own_look_and_takes_none_back(world: World, name: str):
    put = "insert into pipeline_viewing (firm_id, person_id, part, day) values (%s, %s, 'figures', '2026-02-01')"
    with as_role("web") as raw:
        declare(raw, world.people[name])
        raw.execute(put, [world.firms["south"], world.people[name]])
        for firm, person in (("north", name), ("south", "seat:coach")):
            with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                raw.execute(put, [world.firms[firm], world.people[person]])
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute("delete from pipeline_viewing")


def test_an_hour_is_changed_by_its_host_and_taken_by_the_firms_it_is_open_to(world: World):
    """Every hour of this world is offered by the city, hence open to every firm."""
    put = (
        "insert into pipeline_hour (public_id, host_id, side, starts_at, minutes, place, state)"
        " values (gen_random_uuid(), %s, 'city', now(), 60, '一楼', 'free')"
    )
    with as_role("web") as raw:
        for name, count in {"nobody": 0, "seat:leader": 0, "bank shown verdict": 0, "south owner": len(ALL)}.items():
            declare(raw, world.people[name])
            assert raw.execute("update pipeline_hour set state = 'free'").rowcount == count, name
            assert raw.execute("delete from pipeline_hour").rowcount == 0, name
            for host in (name, "seat:city_officer"):
                with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                    raw.execute(put, [world.people[host]])
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute("update pipeline_hour set state = 'withdrawn'")
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute("update pipeline_hour set place = '别处'")
        declare(raw, world.people["seat:city_officer"])
        raw.execute(put, [world.people["seat:city_officer"]])
        assert raw.execute("update pipeline_hour set state = 'withdrawn'").rowcount == len(ALL) + 1
