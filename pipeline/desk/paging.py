"""Pages of a list whose length is known already."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict

PAGE = 50


class Counted(Paginator):  # type: ignore[type-arg]
    """Asks the database for one page and for no count."""

    def __init__(self, rows: Any, total: int, size: int = PAGE) -> None:
        super().__init__(rows, size)
        self.__dict__["count"] = total


def altered(asked: QueryDict, name: str, value: str = "") -> str:
    """The address of the list with another value of one condition, or without it; on its first page."""
    changed = asked.copy()
    for gone in (name, "page"):
        changed.pop(gone, None)
    if value:
        changed[name] = value
    return f"?{changed.urlencode()}"


def page_of(request: HttpRequest, rows: Any, total: int, size: int = PAGE) -> "Page[Any]":
    """The page the address asks for; the nearest one where there is none of that number."""
    return Counted(rows, total, size).get_page(request.GET.get("page"))
