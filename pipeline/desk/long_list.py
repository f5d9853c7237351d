"""Lists that may be of any length: a page from a row on, and a count that is exact up to a thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from pipeline.desk import paging
from pipeline.models.keyset import MOST_COUNTED, Stretch, counted, stretch


@dataclass(frozen=True)
class LongPage:
    """The rows of a page in their order, or their keys, and what its foot says."""

    keys: Sequence[int]
    rows: Sequence[Any]
    around: paging.Around
    total_says: str
    count_url: str
    says: str  # what was wrong with the address

    def in_turn(self, rows: QuerySet[Any]) -> list[Any]:
        """These rows, in their order."""
        found = {row.pk: row for row in rows.filter(pk__in=self.keys)}
        return [found[key] for key in self.keys if key in found]


def long_page(
    request: HttpRequest,
    rows: QuerySet[Any],
    form: type,
    *,
    newest_first: bool = False,
    shown: QuerySet[Any] | None = None,
    total: int | None = None,
) -> LongPage:
    """A page of rows with a column `turn` that is never null and of that form; `shown` are they as the page shows them,
    with the same column; `total` is their count up to a thousand where it is known. Two statements at most.
    """
    says = ""
    try:
        sent = paging.cursors_sent(request.GET, form)
    except paging.CursorBroken:
        sent, says = {}, paging.broken_says()
    found = _found(rows, sent, newest_first, shown)
    total = counted({"all": rows})["all"] if total is None else total
    exact = "count" in request.GET and total > MOST_COUNTED
    return LongPage(
        found.keys,
        found.shown,
        paging.around(request.GET, found),
        f"{rows.count():,}" if exact else paging.capped(total),
        "" if exact or total <= MOST_COUNTED else paging.altered(request.GET, "count", "exact"),
        says,
    )


def _found(rows: QuerySet[Any], sent: dict[str, Any], newest_first: bool, shown: QuerySet[Any] | None) -> Stretch:
    found = stretch([rows], paging.PAGE, **sent, newest_first=newest_first, shown=shown)
    if (sent.get("before") and not found.before) or (not found.rows and any(sent.values())):
        return stretch([rows], paging.PAGE, newest_first=newest_first, shown=shown)  # the list begins here
    return found
