"""Trainings: an office holds one, invites firms, firms say whether they come, the office notes who was there."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Attendance, Case, Event, Firm, MoveRefused, User
from pipeline.models.event import MOST_PEOPLE, AttendanceQuerySet
from pipeline.models.firm import FirmQuerySet

FIELDS = ("title", "says", "on", "begins", "place", "seats", "answer_by")
TOLD_OF_CHANGE = ("on", "begins", "place")
WANTED = (Attendance.INVITED, Attendance.ACCEPTED)
MOST_SEATS = 5_000


@transaction.atomic
def plan(said: Mapping[str, Any], *, by: User, on: date) -> Event:
    """Announce a training of one's own office: what of (`title`, `says`), when (`on`, `begins`), where (`place`), for
    how many people (`seats`) and until when firms answer (`answer_by`).
    """
    access.require(by, "event.plan")
    if by.office is None:
        raise access.Refused("event.plan", by)
    _demand_sense(said, on)
    return Event.objects.create(office=by.office, by=by, **{name: said[name] for name in FIELDS})


@transaction.atomic
def change(event: Event, said: Mapping[str, Any], *, by: User, on: date, version: int) -> None:
    """Another day, place or number of seats. Who is invited is told of a new day, time or place."""
    access.require(by, "event.change")
    _demand_own(event, by, "event.change", on)
    _demand_sense(said, on)
    given = Attendance.seats_given(event.pk)
    demand(said["seats"] >= given, "seats", _("%(n)s people are to come already.") % {"n": given})
    values = {name: said[name] for name in FIELDS}
    _write(event, "event.change", version, values)
    if any(said[name] != getattr(event, name) for name in TOLD_OF_CHANGE):
        _tell(Event.objects.get(pk=event.pk), "event.change")


@transaction.atomic
def call_off(event: Event, *, why: str, by: User, on: date, version: int) -> None:
    access.require(by, "event.call_off")
    _demand_own(event, by, "event.call_off", on)
    demand(bool(why.strip()), "why", _("Say why it is called off: the firms read it."))
    _write(event, "event.call_off", version, {"called_off_on": on, "why_off": why.strip()})
    _tell(event, "event.call_off", why.strip())


@transaction.atomic
def invite(firms: FirmQuerySet, event: Event, *, by: User, on: date) -> int:
    """Invite firms, all of them or none: none that is invited already."""
    access.require(by, "event.invite", firms)
    _demand_own(event, by, "event.invite", on)
    demand(event.answer_by >= on, "event", _("Answers were asked by %(day)s: give firms more time first.") % {
        "day": event.answer_by
    })  # fmt: skip
    already = Attendance.objects.filter(event=event, firm__in=firms.values("pk")).exists()
    demand(not already, "event", _("This firm is invited already."))
    invited = list(firms.defer("search").order_by("pk"))
    Attendance.objects.bulk_create(Attendance(firm=firm, event=event, invited_on=on, invited_by=by) for firm in invited)
    cases = {case.firm_id: case for case in Case.objects.open().filter(firm__in=invited)}
    notice.tell_firms(invited, kind="event.invite", cases=cases, **_words(event))
    return len(invited)


@transaction.atomic
def answer(
    attendances: AttendanceQuerySet,
    *,
    comes: bool,
    by: Actor,
    on: date,
    people: int = 1,
    who: str = "",
    why: str = "",
) -> None:
    """The firm says whether it comes, and with how many; until the day answers are asked by it may change its mind."""
    access.require(by, "event.answer", attendances)
    asked = attendances.select_related("event").get()
    _demand_open(asked, on)
    values: dict[str, Any] = {"state": Attendance.DECLINED, "why": why.strip()}
    if comes:
        _demand_seats(asked, people)
        values = {"state": Attendance.ACCEPTED, "people": people, "who": who.strip()}
    answerable = Attendance.objects.filter(pk=asked.pk, state=asked.state)
    if not answerable.update(answered_on=on, answered_by_id=by.pk, **values):
        raise MoveRefused("event.answer", {asked.event.title: (asked.state, 0)})


@transaction.atomic
def mark(event: Event, there: Collection[int], *, by: User, on: date) -> None:
    """Note which invited firms were there (`there`, keys of their rows); of those that had said they would come, the
    others were absent. It may be put right later.
    """
    access.require(by, "event.mark")
    _demand_own(event, by, "event.mark")
    demand(event.on <= on, "", _("Who was there is noted on the day itself or later."))
    rows = Attendance.objects.within(by.reach(access.OFFICE)).filter(event=event)
    demand(
        rows.filter(pk__in=there).count() == len(set(there)), "", _("One of the firms is not invited to this event.")
    )
    expected = rows.filter(state__in=[Attendance.ACCEPTED, Attendance.ATTENDED])
    expected.exclude(pk__in=there).update(state=Attendance.ABSENT, marked_by=by)
    rows.filter(pk__in=there).exclude(state=Attendance.ATTENDED).update(state=Attendance.ATTENDED, marked_by=by)


@transaction.atomic
def remind(attendances: AttendanceQuerySet, *, by: Actor) -> int:
    """Tell firms that are to come what they come to, and when. How many were told."""
    access.require(by, "event.remind", attendances)
    coming = attendances.filter(reminded=False, state=Attendance.ACCEPTED, event__called_off_on=None)
    rows = list(coming.select_related("firm", "event").order_by("pk"))
    for each in rows:
        notice.tell_firm(each.firm, kind="event.remind", **_words(each.event))
    return Attendance.objects.filter(pk__in=[each.pk for each in rows]).update(reminded=True)


def _demand_sense(said: Mapping[str, Any], on: date) -> None:
    unmet = []
    if not said["title"].strip():
        unmet.append(Missing("title", _("Say what the training is about.")))
    if not said["place"].strip():
        unmet.append(Missing("place", _("Say where: an address, a room, a meeting link.")))
    if said["on"] < on:
        unmet.append(Missing("on", _("This day is past.")))
    if said["answer_by"] > said["on"]:
        unmet.append(Missing("answer_by", _("Answers are asked for before the training, or on its day.")))
    if not 1 <= said["seats"] <= MOST_SEATS:
        unmet.append(Missing("seats", _("From 1 to %(n)s seats.") % {"n": MOST_SEATS}))
    if unmet:
        raise ConditionUnmet(unmet)


def _demand_own(event: Event, by: User, act: str, day: date | None = None) -> None:
    """An office acts on its own trainings, and on those that still take place (by `day`)."""
    if by.office is None or event.office_id != by.office.pk:
        raise access.Refused(act, by)
    demand(event.called_off_on is None, "event", _("This training was called off."))
    demand(day is None or event.on >= day, "event", _("This training is over."))


def _demand_open(asked: Attendance, on: date) -> None:
    event = asked.event
    demand(event.called_off_on is None, "", _("This training was called off."))
    past = _("Answers were asked by %(day)s. Call the office.") % {"day": event.answer_by}
    demand(event.answer_by >= on, "", past)
    was_there = asked.state in (Attendance.ATTENDED, Attendance.ABSENT)
    demand(not was_there, "", _("The training has taken place."))


def _demand_seats(asked: Attendance, people: int) -> None:
    demand(1 <= people <= MOST_PEOPLE, "people", _("From 1 to %(n)s people.") % {"n": MOST_PEOPLE})
    taken = Attendance.seats_given(asked.event_id)
    own = Attendance.objects.get(
        pk=asked.pk
    )  # read behind the lock: an earlier answer of the firm gives its seats back
    free = asked.event.seats - taken + (own.people if own.state == Attendance.ACCEPTED else 0)
    full = _("All seats are taken. You are not counted in; ask the office whether one becomes free.")
    demand(free > 0, "people", full)
    demand(people <= free, "people", _("Only %(n)s seats are left.") % {"n": free})


def _write(event: Event, act: str, version: int, values: Mapping[str, Any]) -> None:
    rows = Event.objects.filter(pk=event.pk, version=version)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused(act, {event.title: ("", event.version)})


def _tell(event: Event, kind: str, note: str = "") -> None:
    """Those who may still come."""
    firms = list(Firm.objects.filter(attendance__event=event, attendance__state__in=WANTED).order_by("pk"))
    notice.tell_firms(firms, kind=kind, **{**_words(event), "note": note})


def _words(event: Event) -> dict[str, Any]:
    when = f"{event.on:%Y-%m-%d} {event.begins:%H:%M}"
    return {"note": event.title, "event": event.title, "due": when, "place": event.place, "by": event.answer_by}
