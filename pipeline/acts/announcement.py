"""What the city pins on the first page of people of certain seats."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.models import Announcement, MoveRefused, User


@transaction.atomic
def publish(
    *, kind: str, title: str, text: str, seats: Sequence[str], since: date, until: date, by: User, link: str = ""
) -> Announcement:
    """Show it to people of these seats from one day to another, both included."""
    access.require(by, "announcement.publish")
    demand(until >= since, "until", _("The last day lies before the first."))
    demand(bool(seats) and set(seats) <= access.SEATS, "seats", _("Say who is to read it."))
    demand(not link or link.startswith("https://"), "link", _("The address begins with https://"))
    during = DateRange(since, until + timedelta(days=1))
    return Announcement.objects.create(
        kind=kind, title=title, text=text, link=link, seats=sorted(seats), during=during, by=by
    )


@transaction.atomic
def end(announcement: Announcement, *, by: User, on: date, version: int) -> None:
    """Nobody finds it on their first page any more."""
    access.require(by, "announcement.end")
    rows = Announcement.objects.filter(pk=announcement.pk, version=version)
    first = Func(Func(F("during"), function="lower"), Value(on), function="least")
    ended = Func(first, Value(on), function="daterange")
    if not rows.update(version=F("version") + 1, during=ended):
        raise MoveRefused("announcement.end", {announcement.title: ("changed", announcement.version)})
