"""Conditions and orders by which an index is entered under row policies too. PostgreSQL puts to it only what then
cannot tell of a hidden row: columns, constants and `case`, compared by `=` and `<`; neither `coalesce` nor sums.
"""

from datetime import date

from django.db.models import Case, F, Value, When  # noqa: TID251  # Django's Case

NEVER = date(9999, 12, 31)  # stands for no day, so that a list can be entered anywhere


def or_never(day: str) -> Case:
    """The day of a column, or one that never comes."""
    return Case(When(**{f"{day}__isnull": True}, then=Value(NEVER)), default=F(day))
