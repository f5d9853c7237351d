"""Pages of a list: by their number where its length is known, or from a row on where it may be of any length."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from pipeline.models.keyset import MOST_COUNTED, Cursor, Stretch
from pipeline.request import number_sent

PAGE = 50
OF_A_PAGE = ("page", "after", "before", "count")  # what in an address belongs to one page of a list


class Counted(Paginator):  # type: ignore[type-arg]
    """Asks the database for one page and for no count."""

    def __init__(self, rows: Any, total: int, size: int = PAGE) -> None:
        super().__init__(rows, size)
        self.__dict__["count"] = total


def altered(asked: QueryDict, name: str, value: str = "") -> str:
    """The address of the list with another value of one condition, or without it; on its first page."""
    changed = asked.copy()
    for gone in (name, *OF_A_PAGE):
        changed.pop(gone, None)
    if value:
        changed[name] = value
    return f"?{changed.urlencode()}"


def page_of(request: HttpRequest, rows: Any, total: int, size: int = PAGE) -> "Page[Any]":
    """The page the address asks for; the nearest one where there is none of that number."""
    return Counted(rows, total, size).get_page(request.GET.get("page"))


def capped(count: int) -> str:
    """A count as a list tells it: exact up to a thousand."""
    return f"{MOST_COUNTED:,}+" if count > MOST_COUNTED else f"{count:,}"


class CursorBroken(Exception):
    """The address names no place of the list."""


@dataclass(frozen=True)
class Around:
    """The addresses before and after a page; empty where there is none."""

    previous: str
    following: str


def cursors_sent(asked: QueryDict, form: type) -> dict[str, Cursor | None]:
    """The row a page begins after, or ends before; raises CursorBroken."""
    return {name: _read(str(asked[name]), form) if asked.get(name) else None for name in ("after", "before")}


def around(asked: QueryDict, found: Stretch) -> Around:
    first, last = (found.rows[0], found.rows[-1]) if found.rows else (None, None)
    previous = altered(asked, "before", _written(first)) if first and found.before else ""
    following = altered(asked, "after", _written(last)) if last and found.after else ""
    return Around(previous, following)


def broken_says() -> str:
    return _("The address names no place of this list: it is shown from its beginning.")


def _written(cursor: Cursor) -> str:
    turn, key = cursor
    return f"{key}.{turn}"


def _read(text: str, form: type) -> Cursor:
    key, _point, turn = text.partition(".")
    if number_sent(key) < 0:
        raise CursorBroken(text)
    try:
        return (date.fromisoformat(turn) if form is date else form(turn)), int(key)
    except ValueError:
        raise CursorBroken(text) from None
