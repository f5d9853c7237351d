"""The facts of a whole pool as frames: one for the firms, one for each list of the facts file.

Columns are called by their place in the facts file: `firm.registered_on`, `ip_counts.class_1`, `scores.talent`; in
`years` `sales` or `rd.personnel`. Money is whole fen, persons are counted in units of 1/HEAD, points are whole. null is
unknown. In `firms` the name of a list tells whether the list is present, and so complete. A table or a column that is
absent is unknown for every firm. Every table has the key `firm`; `staff_months` has `year` too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any, NamedTuple, get_args, get_type_hints

import polars as pl

from pipeline.rules.facts.firm import Day, FirmFacts, Flag, Heads, Points, YearFigures, Yuan

type Tables = Mapping[str, pl.DataFrame]
type Schema = dict[str, pl.DataType]

KEY = "firm"
TYPES: dict[Any, pl.DataType] = {
    Day: pl.Date(),
    Flag: pl.Boolean(),
    Yuan: pl.Int64(),
    Heads: pl.Int64(),
    Points: pl.Int64(),
}


class Part(NamedTuple):
    """A part of a record: its name, its annotation, what it holds, and whether it is a list of that."""

    name: str
    hint: Any
    kind: type[Any]
    listed: bool

    @property
    def nested(self) -> bool:
        return is_dataclass(self.kind) and not self.listed


def parts(record: type[Any]) -> Iterator[Part]:
    for name, hint in get_type_hints(record, include_extras=True).items():
        held = next(each for each in (*get_args(get_args(hint)[0]), get_args(hint)[0]) if each is not type(None))
        listed = get_args(held)
        yield Part(name, hint, listed[0] if listed else held, bool(listed))


def columns_of(record: type[Any], inside: str = "") -> Schema:
    """The columns of a record: of what is nested in it under dotted names, of a list whether it is present."""
    columns: Schema = {}
    for part in parts(record):
        if part.nested:
            columns |= columns_of(part.kind, f"{inside}{part.name}.")
        else:
            plain = pl.Boolean() if part.listed else pl.Int64() if part.kind is int else pl.String()
            columns[inside + part.name] = TYPES.get(part.hint, plain)
    return columns


def lists_of(record: type[Any]) -> dict[str, type[Any]]:
    return {part.name: part.kind for part in parts(record) if part.listed}


SCHEMAS: dict[str, Schema] = {
    "firms": {KEY: pl.Int64(), **columns_of(FirmFacts)},
    **{name: {KEY: pl.Int64(), **columns_of(kind)} for name, kind in lists_of(FirmFacts).items()},
    **{name: {KEY: pl.Int64(), "year": pl.Int64(), **columns_of(kind)} for name, kind in lists_of(YearFigures).items()},
}


def table(tables: Tables, name: str) -> pl.LazyFrame:
    """The table with every column it may have."""
    schema = SCHEMAS[name]
    held = tables.get(name)
    if held is None:
        return pl.LazyFrame(schema=schema)
    absent = [pl.lit(None, dtype=dtype).alias(column) for column, dtype in schema.items() if column not in held.columns]
    return held.lazy().with_columns(absent)
