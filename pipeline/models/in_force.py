"""What is in force: the carried books and calendar with what the city has changed of them since, read at once."""

import json
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from django.db.models import CharField, Value
from django.db.models.functions import Cast

from config.postgres.scope import recall
from pipeline.models.book import POOL, BookEdition, document
from pipeline.models.calendar import YearNotice, day_of_notice
from pipeline.rules import Book, books
from pipeline.rules.shelf.revision import revised
from pipeline.rules.workdays import Calendar, carried_calendar, carried_with

CHANGES = "what the city has changed"  # an act that changes it says forget(CHANGES)
EDITION, NOTICE = "edition", "notice"


class Change(NamedTuple):
    """What of an edition or a notice decides: `content` is JSON, `place` an article, or the year of a notice."""

    kind: str
    start: date
    number: int
    content: str
    document: str
    place: str


def book_in_force(name: str, day: date) -> Book:
    """The carried book of that day with the editions begun by then. Raises NoBook and NoValue like `books`."""
    return _revised(name, day, tuple(each for each in _editions(name) if each.start <= day))


def book_of(name: str, version: str, day: date) -> Book:
    """The book by which something was judged on a day, where the version it noted then can still be told.

    An edition may be published on the day it begins: then what was judged in the morning keeps the book of the morning.
    The editions are read only where it was not the carried book.
    """
    carried = books(name, day)
    if carried.version == version:
        return carried
    before = _revised(name, day, tuple(each for each in _editions(name) if each.start < day))
    return before if before.version == version else book_in_force(name, day)


def calendar_in_force() -> Calendar:
    """The carried calendar with the yearly notices that were confirmed since."""
    return _calendar(tuple(each for each in _changes() if each.kind == NOTICE))


def _editions(name: str) -> list[Change]:
    return [each for each in _changes() if each.kind == EDITION] if name == POOL else []


def _changes() -> tuple[Change, ...]:
    """In the order they take effect. One statement a transaction."""
    return recall(CHANGES, _read)


def _read() -> tuple[Change, ...]:
    issued, noted = BookEdition.objects.filter(book=POOL), YearNotice.objects.confirmed()
    year = Cast("year", CharField())
    editions = issued.values_list(Value(EDITION), "effective_from", "pk", "changes", "instrument", "article")
    notices = noted.values_list(Value(NOTICE), "confirmed_on", "pk", "days", "document", year)
    rows = editions.order_by().union(notices.order_by(), all=True)
    read = [Change(kind, start, key, json.dumps(content), *where) for kind, start, key, content, *where in rows]
    return tuple(sorted(read))


@lru_cache(maxsize=64)
def _revised(name: str, day: date, editions: tuple[Change, ...]) -> Book:
    book = books(name, day)
    for each in editions:
        changes: Mapping[str, Any] = json.loads(each.content)
        book = revised(book, changes, start=each.start, source=document(each.document, each.place))
    return book


@lru_cache(maxsize=4)
def _calendar(notices: tuple[Change, ...]) -> Calendar:
    if not notices:
        return carried_calendar()
    return carried_with({int(each.place): tuple(map(day_of_notice, json.loads(each.content))) for each in notices})
