"""Conditions and orders by which an index is entered under row policies too. PostgreSQL puts to it only what then
cannot tell of a hidden row: columns, constants and `case`, compared by `=` and `<`; neither `coalesce` nor sums.
"""

from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Case, F, Func, Q, QuerySet, Value, When  # noqa: TID251  # Django's Case

NEVER = date(9999, 12, 31)  # stands for no day, so that a list can be entered anywhere


def or_never(day: str) -> Case:
    """The day of a column, or one that never comes."""
    return Case(When(**{f"{day}__isnull": True}, then=Value(NEVER)), default=F(day))


def one_of(column: str, keys: "QuerySet[Any, Any]") -> Q:
    """The column is one of these keys, which are read first: the index over it is then entered by each."""
    asked = Func(F(column), ArraySubquery(keys), template="%(expressions)s)", arg_joiner=" = any(")
    asked.output_field = BooleanField()
    return Q(asked)
