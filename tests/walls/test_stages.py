# ruff: noqa: S608 - the names of tables come from the register
"""The database knows the tables of moves: a stage is changed as they allow, by whatever statement."""

from itertools import product
from typing import Any, Literal

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Jsonb

from pipeline import stages
from pipeline.stages import MOVES, STAGES
from tests.walls.world import World, as_role, declare

TABLES: tuple[Literal["case", "application"], ...] = ("case", "application")
ENDED = {"case": {"closed"}, "application": {"certified", "refused", "not_recommended", "withdrawn"}}
PAIRS = [(table, source, target) for table in TABLES for source, target in product(STAGES[table], STAGES[table])]


def allowed(table: Literal["case", "application"], source: str, target: str) -> bool:
    """From the moves themselves, not from the list the trigger is made of."""
    return any(source in move.from_ and target in move.to for move in MOVES[table].values())


def put_at(raw: psycopg.Connection, table: Literal["case", "application"], stage: str, firm: int) -> int:
    """Bring the firm's row to a stage past the triggers, as only a superuser can; its key."""
    [(key,)] = raw.execute(f"select id from pipeline_{table} where firm_id = %s", [firm])
    raw.execute("set local session_replication_role = replica")
    raw.execute(change(table, stage), [key])
    raw.execute("set local session_replication_role = origin")
    return int(key)


def change(table: Literal["case", "application"], stage: str, *, version: str = "version + 1") -> str:
    ended = stage in ENDED[table]
    day = "closed_on" if table == "case" else "ended_on"
    reason = f", reason = '{'withdrawn' if ended else ''}'" if table == "case" else ""
    ends = f"{day} = {'current_date' if ended else 'null'}"
    return f"update pipeline_{table} set stage = '{stage}', version = {version}, {ends}{reason} where id = %s"


def test_every_pair_of_stages_is_taken_or_refused_as_the_tables_of_moves_say(world: World):
    with as_role("postgres") as raw:
        for table, source, target in PAIRS:
            with raw.transaction(force_rollback=True):
                key = put_at(raw, table, source, world.firms["north"])
                raw.execute("set local role web")
                declare(raw, world.people["seat:city_officer"])
                if source == target or allowed(table, source, target):
                    assert raw.execute(change(table, target), [key]).rowcount == 1, (table, source, target)
                    continue
                with pytest.raises(errors.Error) as refused, raw.transaction():
                    raw.execute(change(table, target), [key])
                assert refused.value.sqlstate == "MP001", (table, source, target)


@pytest.mark.parametrize("role", ["owner", "postgres"])
def test_not_even_the_owner_or_a_superuser_jumps_over_a_stage(world: World, role: str):
    with as_role("postgres") as raw:
        key = put_at(raw, "case", "draft", world.firms["north"])
        raw.execute(f"set local role {role}")
        if role == "owner":  # who sees no case, unless it lets itself
            raw.execute("create policy hole on pipeline_case using (true)")
        with pytest.raises(errors.Error) as refused, raw.transaction():
            raw.execute(change("case", "publicity"), [key])
        assert refused.value.sqlstate == "MP001"


@pytest.mark.parametrize("table", TABLES)
def test_a_row_begins_only_at_a_stage_that_some_move_opens(world: World, table: Literal["case", "application"]):
    openings = {target for move in MOVES[table].values() if None in move.from_ for target in move.to}
    assert openings == {"case": {"lead", "draft", "coaching", "in_certification"}, "application": {"draft"}}[table]
    form = f"insert into pipeline_{table} select (jsonb_populate_record(t, %s)).* from pipeline_{table} t where id = %s"
    with as_role("postgres") as raw:
        key = put_at(raw, table, min(ENDED[table]), world.firms["north"])  # makes room for another
        for stage in set(STAGES[table]) - openings:
            with pytest.raises(errors.Error) as refused, raw.transaction():
                raw.execute(form, [Jsonb(new_row(table, stage)), key])
            assert refused.value.sqlstate == "MP001", stage
        for stage in openings:
            with raw.transaction(force_rollback=True):
                assert raw.execute(form, [Jsonb(new_row(table, stage)), key]).rowcount == 1


def new_row(table: Literal["case", "application"], stage: str) -> dict[str, Any]:
    ended = "2026-11-02" if stage in ENDED[table] else None
    if table == "application":
        return {"id": 10**6, "public_id": "00000000-0000-4000-8000-000000000000", "stage": stage, "ended_on": ended}
    reason = "withdrawn" if ended else ""
    return {"id": 10**6, "number": "GP2026-9999", "stage": stage, "closed_on": ended, "reason": reason}


def test_a_stage_never_changes_without_the_version(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_officer"])
        [(key,)] = raw.execute("select id from pipeline_case where firm_id = %s", [world.firms["north"]])
        for version in ("version", "version - 1", "0"):
            with pytest.raises(errors.Error) as refused, raw.transaction():
                raw.execute(change("case", "ready", version=version), [key])
            assert refused.value.sqlstate == "MP001"


def test_one_forbidden_row_among_allowed_ones_refuses_the_whole_statement(world: World):
    with as_role("postgres") as raw:
        put_at(raw, "case", "ready", world.firms["north"])
        put_at(raw, "case", "draft", world.firms["south"])
        with pytest.raises(errors.Error) as refused, raw.transaction():
            raw.execute(
                "update pipeline_case set stage = 'coaching', version = version + 1 where stage in ('ready', 'draft')"
            )
        assert refused.value.sqlstate == "MP001"


def test_insert_on_conflict_is_no_way_round(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_officer"])
        with pytest.raises(errors.Error) as refused, raw.transaction():
            raw.execute(
                "insert into pipeline_case (firm_id, number, kind, stage, version, opened_on, reason, reminders)"
                " select firm_id, number, kind, 'lead', version, opened_on, reason, 0 from pipeline_case"
                " where firm_id = %s"
                " on conflict (number) do update set stage = 'publicity', version = pipeline_case.version + 1",
                [world.firms["north"]],
            )
        assert refused.value.sqlstate == "MP001"


def test_the_pairs_of_the_trigger_are_those_of_the_moves():
    for table in TABLES:
        every = {
            (source, target)
            for source, target in product(STAGES[table], STAGES[table])
            if source != target and allowed(table, source, target)
        }
        assert set(stages.pairs(table)) == every
