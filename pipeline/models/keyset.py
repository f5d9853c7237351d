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
    """Some rows in their order, and whether there are rows before and after them; `shown` are the rows themselves
    where they were asked for.
    """

    rows: list[Cursor]
    before: bool
    after: bool
    shown: Sequence[Any] = ()

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
    shown: QuerySet[Any] | None = None,
) -> Stretch:
    """The first rows, those that follow a cursor, or those that lead up to one. One statement. `shown` are the rows as
    they are to be fetched, with the same `turn`, which must not be a text: a database sorts texts in its own way.
    """
    on, back = (("lt", "-"), ("gt", "")) if newest_first else (("gt", ""), ("lt", "-"))
    kept: dict[int, Any] = {}
    if before is not None:
        found = _cut(arms, size, _beyond(back[0], before), back[1], shown, kept)
        rows, more = found[:size][::-1], (len(found) > size, True)
    else:
        found = _cut(arms, size, _beyond(on[0], after) if after is not None else Q(), on[1], shown, kept)
        rows, more = found[:size], (after is not None, len(found) > size)
    return Stretch(rows, *more, shown=[kept[key] for _turn, key in rows] if shown is not None else ())


def _beyond(way: str, cursor: Cursor) -> Q:
    """The first condition is what an index is entered by."""
    turn, key = cursor
    return Q((f"turn__{way}e", turn)) & (Q((f"turn__{way}", turn)) | Q((f"pk__{way}", key)))


def _cut(
    arms: Sequence[QuerySet[Any]],
    size: int,
    where: Q,
    sign: str,
    shown: QuerySet[Any] | None,
    kept: dict[int, Any],
) -> list[Cursor]:
    order = (f"{sign}turn", f"{sign}pk")
    cuts = [arm.filter(where).order_by(*order)[: size + 1] for arm in arms]
    if shown is not None and len(cuts) == 1:
        kept.update((row.pk, row) for row in shown.filter(pk__in=cuts[0].values("pk")).order_by())
        return sorted(((row.turn, key) for key, row in kept.items()), reverse=bool(sign))
    if len(cuts) == 1:
        return list(cuts[0].values_list("turn", "pk"))
    keys = [cut.values_list("turn", "pk") for cut in cuts]
    return list(keys[0].union(*keys[1:], all=True).order_by(*order)[: size + 1])


def counted[Name: Hashable](
    rows: Mapping[Name, QuerySet[Any] | Sequence[QuerySet[Any]]], most: int = MOST_COUNTED
) -> dict[Name, int]:
    """How many rows each list or its arms hold; `most` + 1 stands for more than that. One statement, whose time has an
    end.
    """
    parts: list[str] = []
    values: list[Any] = []
    for found in rows.values():
        arms = [_cut_short(arm, most) for arm in ([found] if isinstance(found, QuerySet) else found)]
        values += [value for _text, given in arms for value in given]
        together = " union all ".join(f"({text})" for text, _given in arms if text)
        whole = f"select from ({together}) as arms limit {most + 1}"  # what Django made of querysets
        parts.append(f"(select count(*) from ({whole}) as counted)" if together else "0")  # noqa: S608
    if not parts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(parts)}", values)
        return dict(zip(rows, cursor.fetchone(), strict=True))


def _cut_short(rows: QuerySet[Any], most: int) -> tuple[str, Sequence[Any]]:
    """The statement for as many rows as are counted, and its values; empty where nothing can be found."""
    try:
        return rows.order_by().values("pk")[: most + 1].query.sql_with_params()
    except EmptyResultSet:
        return "", ()
