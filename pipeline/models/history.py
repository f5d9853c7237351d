"""What happened to a firm's record: who changed which field, when, from what to what, and why."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from pipeline.models.firm import Firm
from pipeline.models.people import User

OWN = frozenset({"id", "firm_id", "recorded_at", "version", "by_id", "diagnosis_due", "latest_diagnosis_id", "sources"})
"""Columns whose change tells nobody anything."""


@dataclass(frozen=True)
class Change:
    """One field of one row. `row` is the row's key, `of` what it looked like afterwards (before, where it was deleted);
    `who` is a person's name, or that of a service."""

    at: datetime
    who: str
    table: str
    row: str
    field: str
    before: Any
    after: Any
    of: Mapping[str, Any]
    group: int


def history(firm: Firm, *tables: str, newest: int = 200) -> list[Change]:
    """The changes of these tables' rows of the firm, the newest first. Two statements, for whoever sees the firm."""
    with connection.cursor() as cursor:
        cursor.execute(
            'select at, xid, actor, "table", "row", before::text, after::text from mp_history(%s, %s)'
            " order by id desc limit %s",
            [firm.pk, list(tables), newest],
        )
        entries = cursor.fetchall()
    names = _names(actor for _at, _xid, actor, *_rest in entries)
    return [change for entry in entries for change in _changes(entry, names)]


def _changes(entry: tuple[Any, ...], names: Mapping[str, str]) -> Iterator[Change]:
    at, group, actor, table, row, *states = entry
    before, after = (_read(state) for state in states)
    who = names.get(actor, actor)
    for field in sorted({*before, *after} - OWN):
        if before.get(field) != after.get(field):
            yield Change(at, who, table, row, field, before.get(field), after.get(field), after or before, group)


def _read(state: str | None) -> dict[str, Any]:
    """Amounts keep every digit the database wrote."""
    if state is None:
        return {}
    kept: dict[str, Any] = json.loads(state, parse_float=Decimal)
    return kept


def _names(actors: Iterable[str]) -> dict[str, str]:
    people: QuerySet[User] = User.objects.filter(pk__in={actor for actor in actors if actor.isdecimal()})
    return {str(key): name for key, name in people.values_list("pk", "name")}
