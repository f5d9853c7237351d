"""When somebody was last in touch with a firm: visits, calls, notes, messages to it, hours booked, trainings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, Max, OuterRef, Q, QuerySet, Value

from pipeline.models.book import POOL
from pipeline.models.call import Call
from pipeline.models.coaching import Visit
from pipeline.models.event import Attendance
from pipeline.models.help import Booking
from pipeline.models.in_force import book_in_force
from pipeline.models.note import Note
from pipeline.models.notice import Notice
from pipeline.models.people import DayInShanghai

WRITTEN_BY_PEOPLE = ("case.tell", "note.write")  # messages that somebody wrote, and no step of the procedure


@dataclass(frozen=True)
class Touch:
    """The last time somebody was in touch with a firm, and how."""

    on: date
    way: str


def _sources() -> Mapping[str, tuple["QuerySet[Any]", str | DayInShanghai]]:
    """The rows of each way of being in touch, and their day."""
    return {
        "visit": (Visit.objects.all(), "on"),
        "call": (Call.objects.all(), "on"),
        "note": (Note.objects.all(), "on"),
        "message": (
            Notice.objects.filter(to=Notice.FIRM, kind__in=WRITTEN_BY_PEOPLE),
            DayInShanghai(F("recorded_at")),
        ),
        "booking": (Booking.objects.standing(), "booked_on"),
        "event": (Attendance.objects.filter(state=Attendance.ATTENDED), "event__on"),
    }


def silence_term(today: date) -> int:
    """After how many days without contact a coached firm is listed, by the pool book in force."""
    return int(book_in_force(POOL, today).number("no_contact_days"))


def silent(today: date) -> Q:
    """Cases open for longer than the term whose firms nobody was in touch with for as long."""
    since = today - timedelta(days=silence_term(today))
    quiet = Q(opened_on__lt=since)
    for rows, day in _sources().values():
        own = rows.filter(firm=OuterRef("firm"))
        recent = own.filter(**{f"{day}__gte": since}) if isinstance(day, str) else own.filter(_recorded_since(since))
        quiet &= ~Q(Exists(recent.order_by()))
    return quiet


def last_touches(firms: Collection[int]) -> dict[int, Touch]:
    """The last touch of each of these firms; one statement."""
    arms = [
        rows.filter(firm__in=firms)
        .order_by()
        .values("firm")
        .annotate(last=Max(day), way=Value(way, CharField()))
        .values_list("firm", "last", "way")
        for way, (rows, day) in _sources().items()
    ]
    found: dict[int, Touch] = {}
    for firm, last, way in arms[0].union(*arms[1:], all=True):
        if firm not in found or last > found[firm].on:
            found[firm] = Touch(last, way)
    return found


def _recorded_since(day: date) -> Q:
    return Q(recorded_at__date__gte=day)
