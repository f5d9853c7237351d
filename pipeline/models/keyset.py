"""Pages of a list of any length: each begins where another one ended, and no row is counted or skipped over.

A list comes as arms, querysets with a column `turn` that is never null; together they are its rows, none is in two of
them. Each arm is cut by itself, so that each may use an index of its own.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet

Cursor = tuple[Any, int]  # the turn and the key of the row a page begins after, or ends before
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Stretch:
    """Some rows in their order, and whether there are rows before and after them."""

    rows: list[Cursor]
    before: bool
    after: bool

    @property
    def keys(self) -> list[int]:
        return [key for _turn, key in self.rows]


def stretch(
    arms: Sequence[QuerySet[Any]],
    size: int,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    newest_first: bool = False,
) -> Stretch:
    """The first rows, those that follow a cursor, or those that lead up to one. One statement."""
    on, back = (("lt", "-"), ("gt", "")) if newest_first else (("gt", ""), ("lt", "-"))
    if before is not None:
        found = _cut(arms, size, _beyond(back[0], before), back[1])
        return Stretch(found[:size][::-1], before=len(found) > size, after=True)
    found = _cut(arms, size, _beyond(on[0], after) if after is not None else Q(), on[1])
    return Stretch(found[:size], before=after is not None, after=len(found) > size)


def _beyond(way: str, cursor: Cursor) -> Q:
    """The first condition is what an index is entered by."""
    turn, key = cursor
    return Q((f"turn__{way}e", turn)) & (Q((f"turn__{way}", turn)) | Q((f"pk__{way}", key)))


def _cut(arms: Sequence[QuerySet[Any]], size: int, where: Q, sign: str) -> list[Cursor]:
    order = (f"{sign}turn", f"{sign}pk")
    cuts = [arm.filter(where).order_by(*order).values_list("turn", "pk")[: size + 1] for arm in arms]
    if len(cuts) == 1:
        return list(cuts[0])
    return list(cuts[0].union(*cuts[1:], all=True).order_by(*order)[: size + 1])


def counted[Name: Hashable](rows: Mapping[Name, QuerySet[Any]], most: int = MOST_COUNTED) -> dict[Name, int]:
    """How many rows each holds; `most` + 1 stands for more than that. One statement, whose time has an end."""
    parts: list[str] = []
    values: list[Any] = []
    for found in rows.values():
        try:
            text, given = found.order_by().values("pk")[: most + 1].query.sql_with_params()
        except EmptyResultSet:
            parts.append("0")
            continue
        parts.append(f"(select count(*) from ({text}) as counted)")  # noqa: S608  # what Django made of a queryset
        values += given
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(parts)}", values)
        return dict(zip(rows, cursor.fetchone(), strict=True))
