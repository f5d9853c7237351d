"""The made-up city: whole, the same for a seed, and nothing in it that the schema or the table of moves forbids."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import polars as pl
import psycopg
import pytest
from stdnum.cn import uscc

from pipeline.models import Case, Firm, Transition
from tests import services
from tests.benchmarks import kept_city
from tests.benchmarks.draw import Ground
from tests.benchmarks.loading import load, prove
from tests.benchmarks.metropolis import tables

FIRMS = 400
SCHEMA = """select format('%s %s', tablename, indexdef) line from pg_indexes where schemaname = 'public'
    union all select format('%s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
    from pg_constraint
    union all select format('%s %s %s', tgrelid::regclass, tgname, tgenabled) from pg_trigger where not tgisinternal
    union all select format('%s %s %s', relname, relrowsecurity, relforcerowsecurity) from pg_class
    where relnamespace = 'public'::regnamespace order by line"""
NUMBERS = "select (select count(*) from pipeline_firm where id >= 1000), (select count(*) from pipeline_case)"
ALONE = """select count(*) from pipeline_case c
    where not exists (select from pipeline_transition t where t.case_id = c.id)"""
SPOILT = "update pipeline_case set stage = 'ready' where id = (select min(id) from pipeline_case where stage = 'lead')"


@pytest.fixture(scope="module")
def small_city(fresh_database: str, django_db_blocker: Any) -> Iterator[tuple[psycopg.Connection, Ground]]:
    with services.server().connect("postgres", fresh_database) as superuser, django_db_blocker.unblock():
        before = superuser.execute(SCHEMA).fetchall()
        ground = kept_city.ground(5)
        load(partial(services.server().connect, "owner", fresh_database), ground, FIRMS)
        assert superuser.execute(SCHEMA).fetchall() == before
        yield superuser, ground


def test_a_firm_has_three_cases_and_a_case_its_history(small_city):
    superuser, _ground = small_city
    assert superuser.execute(NUMBERS).fetchone() == (FIRMS, 3 * FIRMS)
    assert superuser.execute(ALONE).fetchone() == (0,)


def test_the_next_row_of_a_table_gets_a_key_of_its_own(small_city):
    superuser, _ground = small_city
    for table in ("firm", "case", "transition", "notice", "diagnosis"):
        name = f"pipeline_{table}"
        highest = superuser.execute(f"select max(id) from {name}").fetchone()  # noqa: S608  # ours
        assert superuser.execute(f"select nextval(pg_get_serial_sequence('{name}', 'id'))").fetchone() > highest


def test_a_stage_that_no_move_leads_to_is_found(small_city):
    superuser, _ground = small_city
    prove(superuser)
    with superuser.transaction(force_rollback=True):
        superuser.execute("set local session_replication_role = replica")
        superuser.execute(SPOILT)
        with pytest.raises(ValueError, match="no act could have made"):
            prove(superuser)


def test_the_rows_come_out_the_same_for_a_seed_and_differ_for_another(small_city):
    _superuser, ground = small_city

    def rows(seed: int, start: int = 0, count: int = 80) -> dict[type, pl.DataFrame]:
        chosen = Ground(**{name: getattr(ground, name) for name in Ground.__dataclass_fields__} | {"seed": seed})
        return dict(tables(chosen, start, count))

    first = rows(5)
    assert all(frame.equals(again) for frame, again in zip(first.values(), rows(5).values(), strict=True))
    assert not first[Firm].equals(rows(6)[Firm])
    parts = [rows(5, 0, 40)[Case], rows(5, 40, 40)[Case]]
    assert pl.concat(parts).sort("id").equals(first[Case].sort("id"))
    assert first[Transition]["id"].is_unique().all()


def test_every_credit_code_has_its_check_digit(small_city):
    _superuser, ground = small_city
    assert all(uscc.is_valid(code) for code in dict(tables(ground, 123_400, 80))[Firm]["uscc"])
