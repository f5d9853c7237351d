"""Hours that coaches and officers offer, and firms book."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Booking, Firm, Hour, MoveRefused, Notice, Office, User
from pipeline.models.help import BookingQuerySet, HourQuerySet, side_of

TOLD = {Hour.COUNTY: Notice.COUNTY, Hour.CITY: Notice.CITY}  # a coach looks into the list of hours


@transaction.atomic
def offer(*, starts_at: datetime, minutes: int, place: str, by: User, now: datetime) -> Hour:
    """Keep a time free for firms: a coach for those it is appointed to, a county for its own, the city for all."""
    access.require(by, "hour.offer")
    unmet = []
    if starts_at <= now:
        unmet.append(Missing("starts_at", _("This time is past.")))
    if not place.strip():
        unmet.append(Missing("place", _("Say where: a room, a telephone number, a meeting link.")))
    if unmet:
        raise ConditionUnmet(unmet)
    side = side_of(by)
    division = _county(by) if side == Hour.COUNTY else None
    try:
        with transaction.atomic():
            return Hour.objects.create(
                host=by, side=side, division_id=division, starts_at=starts_at, minutes=minutes, place=place.strip()
            )
    except IntegrityError:
        raise ConditionUnmet([Missing("starts_at", _("You offer an hour at this time already."))]) from None


@transaction.atomic
def withdraw(hours: HourQuerySet, *, by: Actor, on: date, note: str = "") -> None:
    """Take one's own hour back; a firm that has booked it is told."""
    access.require(by, "hour.withdraw")
    hour = hours.filter(host=by.pk).get()
    booked = Booking.objects.standing().filter(hour=hour).select_related("firm").first()
    demand(booked is None or bool(note.strip()), "note", _("A firm has booked this hour: say why it is called off."))
    _turn(hour, Hour.WITHDRAWN, hour.state)
    if booked is not None:
        Booking.objects.filter(pk=booked.pk).update(cancelled_on=on, cancelled_by_id=by.pk)
        notice.tell_firm(booked.firm, kind="hour.withdraw", note=note.strip(), due=in_words(hour))


@transaction.atomic
def book(hours: HourQuerySet, firm: Firm, *, about: str, by: Actor, on: date, now: datetime) -> Booking:
    """Take a free hour for a firm. Of two firms that try, one has it and the other is told so."""
    access.require(by, "hour.book", Firm.objects.filter(pk=firm.pk))
    demand(bool(about.strip()), "about", _("Say what you want to talk about."))
    hour = hours.open_to(firm).to_come(now).first()
    taken = hour is None or not Hour.objects.filter(pk=hour.pk, state=Hour.FREE).update(state=Hour.TAKEN)
    if hour is None or taken:
        raise ConditionUnmet([Missing("hour", _("This hour has just been taken or is over. Choose another."))])
    booked = Booking.objects.create(firm=firm, hour=hour, about=about.strip(), booked_by_id=by.pk, booked_on=on)
    _tell_host(booked, "hour.book", note=booked.about)
    return booked


@transaction.atomic
def cancel(bookings: BookingQuerySet, *, by: Actor, on: date, now: datetime) -> None:
    """Give an hour back before it begins: others may book it."""
    access.require(by, "hour.cancel", bookings)
    booked = bookings.select_related("hour", "firm").get()
    demand(booked.hour.starts_at > now, "hour", _("This hour is over: it cannot be cancelled."))
    gone = Booking.objects.standing().filter(pk=booked.pk).update(cancelled_on=on, cancelled_by_id=by.pk)
    if not gone:
        raise MoveRefused("hour.cancel", {str(booked.hour.public_id): ("cancelled", 0)})
    _turn(booked.hour, Hour.FREE, Hour.TAKEN)
    _tell_host(booked, "hour.cancel")


@transaction.atomic
def remind(bookings: BookingQuerySet, *, by: Actor, on: date) -> int:
    """Remind firms of the hours they have booked. How many were."""
    access.require(by, "hour.remind", bookings)
    due = list(bookings.standing().filter(reminded_on=None).select_related("hour", "firm").order_by("pk"))
    for each in due:
        notice.tell_firm(each.firm, kind="hour.remind", note=each.hour.place, due=in_words(each.hour))
    return Booking.objects.filter(pk__in=[each.pk for each in due]).update(reminded_on=on)


def in_words(hour: Hour) -> str:
    return f"{localtime(hour.starts_at):%Y-%m-%d %H:%M}"


def _county(by: User) -> int | None:
    counties = [seat.office for seat in by.seats if seat.is_in(access.COUNTY, Office.COUNTY)]
    return counties[0].division_id if counties and counties[0] else None


def _turn(hour: Hour, to: str, seen: str) -> None:
    if seen == Hour.WITHDRAWN or not Hour.objects.filter(pk=hour.pk, state=seen).update(state=to):
        raise MoveRefused("hour", {str(hour.public_id): (hour.state, 0)})


def _tell_host(booked: Booking, kind: str, **values: object) -> None:
    side = TOLD.get(booked.hour.side)
    if side is not None:
        notice.tell_firm(booked.firm, kind=kind, to=side, due=in_words(booked.hour), **values)
