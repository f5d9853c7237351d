"""Fills a database with the made-up city: `COPY` as the owner, past row policies, triggers and indexes.

Indexes and constraints are taken off before and put back after: PostgreSQL checks every row then, so what holds for
rows that came through the acts holds for these. What only triggers hold is proved at the end.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from threading import Lock
from typing import Any, LiteralString

import polars as pl
import psycopg
from django.contrib.postgres.fields import ArrayField
from django.db import models
from psycopg import sql

from pipeline import stages
from tests.benchmarks.draw import Ground
from tests.benchmarks.metropolis import BLOCK, tables

type Connect = Callable[[], psycopg.Connection]

AT_ONCE = 40_000  # firms whose rows are in memory together, in each of the two hands
HANDS = 2
NOTHING = r"\N"
INDEXES: LiteralString = """select format('drop index %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    from pg_index i where indrelid = %s::regclass
    and not exists (select from pg_constraint where conindid = i.indexrelid)"""
CONSTRAINTS: LiteralString = """select format('alter table %%s drop constraint %%I', conrelid::regclass, conname),
        format('alter table %%s add constraint %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
        contype::text
    from pg_constraint where conrelid = %s::regclass and contype in ('u', 'x', 'f')"""
MOVES_MADE: LiteralString = "select distinct move, source, target from pipeline_transition"
STAGES_TAKEN: LiteralString = """select distinct 'case', stage from pipeline_case
    union all select distinct 'application', stage from pipeline_application"""
STRAYED: LiteralString = """select c.id from pipeline_case c join lateral (
        select target from pipeline_transition t where t.case_id = c.id order by t.id desc limit 1) last on true
    where last.target <> c.stage limit 1"""

MISPLACED: LiteralString = """select c.id from pipeline_case c
    left join pipeline_firmmove m on m.firm_id = c.firm_id and upper_inf(m.during)
    where c.county_id is distinct from m.division_id limit 1"""


@dataclass(frozen=True)
class Bare:
    """How to take a table's indexes and constraints off, and to put them back: keys to other tables last."""

    table: str
    off: tuple[str, ...]
    back: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Stream:
    """A table's open transaction, and whose turn it is to write into it."""

    owner: psycopg.Connection
    turn: Lock


def load(connect: Connect, ground: Ground, firms: int) -> Counter[str]:
    """So many firms, a whole number of blocks; how many rows each table got."""
    if firms % BLOCK:
        raise ValueError(f"the number of firms is no multiple of {BLOCK}")
    names = list(dict.fromkeys(model._meta.db_table for model, _frame in tables(ground, 0, BLOCK)))
    with connect() as owner:
        bare = [found(owner, name) for name in names]
        run(owner, [line for each in bare for line in taken_off(each)])
    counted: Counter[str] = Counter()
    with ThreadPoolExecutor(HANDS) as hands:
        starts = range(0, firms, AT_ONCE)
        with streams_into(connect, names) as streams:
            for part in hands.map(lambda at: copied(streams, ground, at, min(AT_ONCE, firms - at)), starts):
                counted.update(part)
        heaviest = sorted(bare, key=lambda each: -counted[each.table])
        list(hands.map(lambda each: made(connect, each.back), heaviest))
        list(hands.map(lambda each: made(connect, checked_later(each.keys)), heaviest))
        with connect() as owner:
            prove(owner)
        list(hands.map(lambda each: made(connect, tuple(put_back(each))), heaviest))
    return counted


@contextmanager
def streams_into(connect: Connect, names: list[str]) -> Iterator[dict[str, Stream]]:
    """A transaction a table, in which the table is written anew: what is copied then goes past the log of the server
    and arrives as rows that no vacuum has to look at again.
    """
    with ExitStack() as open_ones:
        streams = {name: Stream(open_ones.enter_context(connect()), Lock()) for name in names}
        for name, stream in streams.items():
            stream.owner.autocommit = False
            stream.owner.execute(f"cluster {name} using {name}_pkey".encode())
        yield streams


def found(owner: psycopg.Connection, table: str) -> Bare:
    indexes = owner.execute(INDEXES, [table]).fetchall()
    constraints = owner.execute(CONSTRAINTS, [table]).fetchall()
    keys = [each for each in constraints if each[2] == "f"]
    others = [each for each in constraints if each[2] != "f"]
    off = [each[0] for each in (*keys, *others, *indexes)]
    return Bare(table, tuple(off), tuple(each[1] for each in (*indexes, *others)), tuple(each[1] for each in keys))


def taken_off(each: Bare) -> Iterator[str]:
    yield f"alter table {each.table} no force row level security"
    yield f"alter table {each.table} disable trigger user"
    yield f"alter table {each.table} set (autovacuum_enabled = off)"
    yield from each.off


def put_back(each: Bare) -> Iterator[str]:
    yield f"alter table {each.table} enable trigger user"
    yield f"alter table {each.table} reset (autovacuum_enabled)"
    yield f"select setval(pg_get_serial_sequence('{each.table}', 'id'), max(id)) from {each.table}"  # noqa: S608  # ours
    yield f"alter table {each.table} force row level security"
    yield f"vacuum analyze {each.table}"


def checked_later(keys: tuple[str, ...]) -> list[str]:
    """Keys to other tables are added unchecked and then checked, as that locks no table against the other hand."""
    lines = []
    for key in keys:
        start, _, name = key.partition(" add constraint ")
        lines += [f"{key} not valid", f"{start} validate constraint {name.split(' ')[0]}"]
    return lines


def made(connect: Connect, statements: tuple[str, ...] | list[str]) -> None:
    with connect() as owner:
        owner.execute("set maintenance_work_mem = '256MB'")
        run(owner, statements)


def run(owner: psycopg.Connection, statements: tuple[str, ...] | list[str]) -> None:
    for statement in statements:
        owner.execute(statement.encode())


def copied(streams: dict[str, Stream], ground: Ground, start: int, count: int) -> Counter[str]:
    rows: Counter[str] = Counter()
    for model, frame in tables(ground, start, count):
        name = model._meta.db_table
        copy(streams[name], name, frame.with_columns(**defaults(model, frame.columns)))
        rows[name] += len(frame)
    return rows


def copy(stream: Stream, name: str, frame: pl.DataFrame) -> None:
    text = BytesIO()
    frame.write_csv(text, include_header=False, null_value=NOTHING, float_scientific=False)
    statement = sql.SQL("copy {} ({}) from stdin (format csv, null '\\N', freeze)").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, frame.columns))
    )
    with stream.turn, stream.owner.cursor() as cursor, cursor.copy(statement) as rows:
        rows.write(text.getbuffer())


def defaults(model: type[models.Model], told: list[str]) -> dict[str, pl.Expr]:
    """What the model gives to columns that are neither told nor empty nor filled by the database."""
    wanted = [
        field
        for field in model._meta.concrete_fields
        if str(field.column) not in told
        and not (field.null or field.primary_key or field.generated or field.has_db_default())
    ]
    return {str(field.column): pl.lit(as_text(field)) for field in wanted}


def as_text(field: Any) -> str:
    value = field.get_default()
    if isinstance(field, ArrayField):
        return "{}"
    return json.dumps(value) if isinstance(field, models.JSONField) else str(value)


def prove(owner: psycopg.Connection) -> None:
    """What triggers would have held: every stage was reached by a move that the table knows, and none is unknown.

    Raises ValueError otherwise.
    """
    moves = {
        (name, source or "", target)
        for name, move in stages.CASE_MOVES.items()
        for source in move.from_
        for target in move.to
    }
    strange = set(owner.execute(MOVES_MADE).fetchall()) - moves
    places = {(table, stage) for table, known in stages.STAGES.items() for stage in known}
    strange |= set(owner.execute(STAGES_TAKEN).fetchall()) - places
    strange |= set(owner.execute(STRAYED).fetchall()) | set(owner.execute(MISPLACED).fetchall())
    if strange:
        raise ValueError(f"the made-up city holds what no act could have made: {strange}")
