"""The county on cases and applications is that of their firm, whoever writes it and whatever happens at once."""

from collections.abc import Iterator
from threading import Thread
from typing import Any, LiteralString

import psycopg
import pytest

from pipeline import walls
from pipeline.register import TABLES
from tests import services
from tests.walls.world import World, as_role, declare

PLACED = [name for name, table in TABLES.items() if table.placed]
STRAYED = """select t.id from {table} t left join pipeline_firmmove m on m.firm_id = t.firm_id and upper_inf(m.during)
    where t.county_id is distinct from m.division_id"""
TO_SOUTH: LiteralString = "update pipeline_firmmove set division_id = %s where firm_id = %s and upper_inf(during)"
NEW_CASE: LiteralString = """
    insert into pipeline_case (firm_id, county_id, number, kind, stage, version, opened_on, reason, reminders)
    values (%s, %s, 'GP2020-9000', 'pool', 'lead', 1, '2026-01-01', '', 0) returning county_id"""


@pytest.fixture
def city(world: World) -> Iterator[psycopg.Connection]:
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_head"])
        yield raw


def counties(raw: psycopg.Connection, table: str, firm: int) -> set[int | None]:
    return {key for (key,) in raw.execute(f"select county_id from {table} where firm_id = %s", [firm])}  # noqa: S608


def strayed(raw: psycopg.Connection, table: str) -> list[int]:
    return [key for (key,) in raw.execute(STRAYED.format(table=table))]


def test_cases_and_applications_carry_their_county():
    assert PLACED == ["pipeline_case", "pipeline_application"]


@pytest.mark.parametrize("table", PLACED)
def test_every_row_of_the_city_carries_the_county_its_firm_belongs_to(world: World, table: str):
    with as_role("postgres") as raw:
        assert strayed(raw, table) == []
        assert {key for (key,) in raw.execute(f"select county_id from {table}")} == {  # noqa: S608
            world.divisions["north"], world.divisions["south"], None
        }  # fmt: skip


@pytest.mark.parametrize("table", PLACED)
def test_who_writes_another_county_writes_the_firms_own(world: World, city: psycopg.Connection, table: str):
    north, south = world.divisions["north"], world.divisions["south"]
    city.execute(f"update {table} set county_id = %s where firm_id = %s", [south, world.firms["north"]])  # noqa: S608
    assert counties(city, table, world.firms["north"]) == {north}


def test_a_case_is_opened_in_its_firms_county_whatever_it_says(world: World, city: psycopg.Connection):
    city.execute(
        "insert into pipeline_firm (id, uscc, name, pinyin, field, industry, address, made_up, version, diagnosis_due)"
        " values (9000, '9000', '新企业', 'x', '', '', '', '', 1, false)"
    )
    city.execute(
        "insert into pipeline_firmmove (firm_id, division_id, during) values (9000, %s, '[2026-01-01,)')",
        [world.divisions["north"]],
    )
    assert city.execute(NEW_CASE, [9000, world.divisions["south"]]).fetchone() == (world.divisions["north"],)


@pytest.mark.parametrize("table", PLACED)
@pytest.mark.parametrize("firm", ["north", "gone"])
def test_where_a_firm_moves_its_rows_follow(world: World, city: psycopg.Connection, table: str, firm: str):
    key, south = world.firms[firm], world.divisions["south"]
    city.execute(TO_SOUTH, [south, key])
    assert counties(city, table, key) == {south}
    city.execute("delete from pipeline_firmmove where firm_id = %s and upper_inf(during)", [key])
    assert counties(city, table, key) == {None}
    city.execute(
        "insert into pipeline_firmmove (firm_id, division_id, during) values (%s, %s, %s)",
        [key, world.divisions["north"], f"[{world.today},)"],
    )
    assert counties(city, table, key) == {world.divisions["north"]}


def test_an_officer_who_lost_a_firm_reads_no_more_than_its_past(world: World, city: psycopg.Connection):
    officer, firm = world.people["seat:county_officer"], world.firms["north"]
    city.execute(TO_SOUTH, [world.divisions["south"], firm])
    declare(city, officer)
    assert counties(city, "pipeline_case", firm) == set()


def test_a_move_leaves_no_trace_of_its_own_in_the_trail_of_a_case(world: World):
    told = 'select count(*) from trail_entry where "table" = any(%s) and xid = pg_current_xact_id()::text::bigint'
    with as_role("postgres") as raw:
        raw.execute(TO_SOUTH, [world.divisions["south"], world.firms["north"]])
        assert counties(raw, "pipeline_case", world.firms["north"]) == {world.divisions["south"]}
        assert raw.execute(told, [PLACED]).fetchone() == (0,), "the move itself is told"


@pytest.mark.parametrize("first", ["the case", "the move"])
def test_a_case_that_is_opened_while_its_firm_moves_ends_up_where_the_firm_is(world: World, first: str):
    """Neither sees what the other has not committed; so the one that comes second waits."""
    south, firm = world.divisions["south"], world.firms["lost"]
    steps: dict[str, tuple[LiteralString, list[Any]]] = {
        "the case": (NEW_CASE, [firm, None]),
        "the move": (TO_SOUTH, [south, firm]),
    }
    second = next(name for name in steps if name != first)
    with services.server().connect("postgres", services.current_database()) as one, as_role("postgres") as undo:
        one.autocommit = False
        undo.rollback()
        undo.autocommit = True
        undo.execute(
            "update pipeline_case set stage = 'closed', version = version + 1, closed_on = '2026-01-01',"
            " reason = 'moved_out' where firm_id = %s",
            [firm],
        )
        one.execute(*steps[first])
        other = Thread(target=_carry_out, args=steps[second])
        other.start()
        other.join(0.5)
        waited = other.is_alive()
        one.commit()
        other.join(10)
        try:
            assert waited, "the second did not wait for the first"
            assert strayed(undo, "pipeline_case") == []
        finally:
            undo.execute("delete from pipeline_case where number = 'GP2020-9000'")
            undo.execute(
                "update pipeline_firmmove set division_id = null where firm_id = %s and upper_inf(during)", [firm]
            )


def _carry_out(statement: str, values: list[object]) -> None:
    with services.server().connect("postgres", services.current_database()) as raw:
        raw.execute(statement.encode(), values)


@pytest.mark.parametrize("table", PLACED)
def test_the_walls_give_a_county_to_rows_that_had_none(world: World, table: str):
    """As where the column is new: the owner puts the walls up over rows that it may not read."""
    with services.server().connect("postgres", services.current_database()) as raw:
        raw.execute("set session_replication_role = replica")
        raw.execute(f"update {table} set county_id = null")  # noqa: S608
        assert strayed(raw, table), "the control: without its trigger the column strays"
    with services.server().connect("owner", services.current_database()) as raw:
        raw.execute(walls.walls())
    with as_role("postgres") as raw:
        assert strayed(raw, table) == []
        forced = "select relforcerowsecurity from pg_class where oid = %s::regclass"
        assert raw.execute(forced, [table]).fetchone() == (True,)
