"""Thousands of rows that are alike in most columns, written in one statement: what is the same is sent once."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault


def insert_alike[Row: models.Model](rows: Iterable[Row]) -> list[Row]:
    """What `bulk_create` does for new rows of one table, which leave the same columns to the database; they get what
    it filled in. Of fields that fill themselves in (`auto_now`) it knows nothing.
    """
    new = list(rows)
    if not new:
        return new
    columns = {field: [getattr(row, field.attname) for row in new] for field in new[0]._meta.local_concrete_fields}
    given = {field: values for field, values in columns.items() if not _left_out(field, values[0])}
    returned = new[0]._meta.db_returning_fields
    text, parameters = _statement(new[0]._meta.db_table, given, [_column(field) for field in returned])
    with connection.cursor() as cursor:
        cursor.execute(text, parameters)
        filled = cursor.fetchall()
    for row, values in zip(new, filled, strict=True):
        row._state.adding, row._state.db = False, connection.alias
        for field, value in zip(returned, values, strict=True):
            setattr(row, field.attname, value)
    return new


def _statement(
    table: str, given: dict["models.Field[Any, Any]", list[Any]], returned: list[str]
) -> tuple[str, list[Any]]:
    """`nth` keeps the order, so that the keys come back in the order of the rows."""
    same = {field: values[0] for field, values in given.items() if values.count(values[0]) == len(values)}
    parts = {field: f"%s::{_kind(field)}" if field in same else f"given.{_column(field)}" for field in given}
    apart = [field for field in given if field not in same]
    arrays = ", ".join(["%s::int[]", *(f"%s::{_kind(field)}[]" for field in apart)])
    names = ", ".join(["nth", *(_column(field) for field in apart)])
    into = f"{connection.ops.quote_name(table)} ({', '.join(_column(field) for field in given)})"
    # table, columns and types are the models' own
    text = f"INSERT INTO {into} SELECT {', '.join(parts.values())} FROM unnest({arrays}) AS given ({names})"  # noqa: S608
    constants = [field.get_db_prep_save(value, connection) for field, value in same.items()]
    varied = [[field.get_db_prep_save(value, connection) for value in given[field]] for field in apart]
    count = len(next(iter(given.values())))
    return f"{text} ORDER BY given.nth RETURNING {', '.join(returned)}", [*constants, list(range(count)), *varied]


def _left_out(field: "models.Field[Any, Any]", value: Any) -> bool:
    return (field.primary_key and value is None) or isinstance(value, DatabaseDefault)


def _kind(field: "models.Field[Any, Any]") -> str:
    """The column's type; a text without its length, for a cast would cut off what is too long."""
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return "text" if kind is None or kind.startswith("varchar") else kind


def _column(field: "models.Field[Any, Any]") -> str:
    return connection.ops.quote_name(field.column or field.attname)
