"""Seats that two people give: one asks for them, another decides. What is ended ends by one alone, and at once."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.acts import notice, people
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Office, Seat, SeatRequest, User
from pipeline.models.people import TODAY
from pipeline.models.seating import SeatRequestQuerySet

ONE_DAY = timedelta(days=1)
NEEDS_OFFICE = access.OFFICE | {"leader"}
LEVELS = {
    **dict.fromkeys(access.CITY, Office.CITY),
    **dict.fromkeys(access.COUNTY, Office.COUNTY),
}
NEEDS_AGENCY = frozenset({"coach", "agency", "bank"})


@transaction.atomic
def ask(
    user: User,
    kind: str,
    *,
    first: date,
    last: date | None,
    by: User,
    on: date,
    office: Office | None = None,
    agency: str = "",
    note: str = "",
) -> SeatRequest:
    """Ask for a seat for somebody, from a day on, until a last day or without one. Those who may decide are told."""
    access.require(by, "people.ask_seat")
    asked = SeatRequest(
        user=user,
        kind=kind,
        office=office if kind in NEEDS_OFFICE else None,
        agency=agency.strip() if kind in NEEDS_AGENCY else "",
        begins_on=first,
        ends_on=last + ONE_DAY if last else None,
        note=note.strip(),
        asked_by=by,
        asked_on=on,
    )
    _demand_sense(asked, by, on)
    asked.save()
    for each in _deciders(asked):
        notice.tell_alone(each, kind="people.ask_seat", **_words(asked))
    return asked


@transaction.atomic
def give(asked: SeatRequestQuerySet, *, by: User, on: date) -> Seat:
    """Confirm what somebody else asked for: the seat stands from its first day, which is today where that is past."""
    access.require(by, "people.give_seat")
    found = _decided(asked, SeatRequest.GIVEN, by=by, on=on)
    demand(found.ends_on is None or found.ends_on > on, "", _("The last day is over: ask for the seat again."))
    _demand_free(found, on)
    seat = Seat(
        user_id=found.user_id,
        kind=found.kind,
        office_id=found.office_id,
        agency=found.agency,
        request=found,
        during=DateRange(max(found.begins_on, on), found.ends_on),
    )
    try:
        with transaction.atomic():
            seat.save(force_insert=True)
    except IntegrityError as broken:
        raise _two_administrators() from broken
    notice.tell_alone(found.user, kind="people.give_seat", **_words(found))
    return seat


@transaction.atomic
def refuse(asked: SeatRequestQuerySet, *, by: User, on: date, why: str) -> None:
    access.require(by, "people.refuse_seat")
    demand(bool(why.strip()), "why", _("Say why: who asked reads it."))
    found = _decided(asked, SeatRequest.REFUSED, by=by, on=on, why=why.strip())
    notice.tell_alone(found.asked_by, kind="people.refuse_seat", **_words(found), note=why.strip())


@transaction.atomic
def drop(asked: SeatRequestQuerySet, *, by: User, on: date) -> None:
    """Take back what one asked for oneself."""
    access.require(by, "people.drop_seat")
    changes = {"state": SeatRequest.DROPPED, "decided_by": by, "decided_on": on}
    dropped = asked.visible_to(by).waiting().filter(asked_by=by).update(**changes)
    demand(dropped == 1, "", _("This was decided already, or asked for by somebody else. Look again."))


@transaction.atomic
def end(seat: Seat, *, by: User, on: date) -> None:
    """From today the seat gives nothing; one that has not begun never does. Its person is told."""
    access.require(by, "people.end_seat")
    demand(seat.firm_id is None, "", _("A firm's seats are ended by its owner. Lock the account to keep somebody out."))
    demand(not is_last_security_admin(seat.user_id, on) or seat.kind != "security_admin", "", last_says())
    people.end_seat(seat, by=by, on=on)
    notice.tell_alone(
        seat.user, kind="people.end_seat", seat=_name(seat.kind), place=place_of(seat.office, seat.agency), day=on
    )


def is_last_security_admin(user: int, on: date) -> bool:
    """Whether nobody else could give seats any more if this person could not."""
    held = Seat.objects.filter(kind="security_admin", during__contains=on, user__is_active=True)
    return not held.exclude(user=user).exists() and held.exists()


def last_says() -> str:
    return _("This is the only security administrator: seat another one first, or nobody gives seats any more.")


def place_of(office: Office | None, agency: str) -> str:
    return office.name if office else agency or "—"


def _demand_sense(asked: SeatRequest, by: User, on: date) -> None:
    """Raises ConditionUnmet with all that is wrong at once."""
    wrong = [*_wrong_with_person(asked, by), *_wrong_with_place(asked), *_wrong_with_days(asked, on)]
    if wrong:
        raise ConditionUnmet(wrong)
    _demand_free(asked, on)
    same = SeatRequest.objects.waiting().filter(user=asked.user, kind=asked.kind)
    waits = same.filter(office=asked.office, agency=asked.agency).exists()
    demand(not waits, "kind", _("This seat is asked for already and waits for a second person."))


def _wrong_with_person(asked: SeatRequest, by: User) -> Iterator[Missing]:
    if asked.kind not in access.SEATS - access.FIRM:
        yield Missing("kind", _("There is no such seat; those of a firm are given by its owner."))
    if asked.user_id == by.pk:
        yield Missing("kind", _("Nobody asks for a seat of their own: another security administrator does."))
    if not asked.user.is_active:
        yield Missing("kind", _("The account is locked: unlock it first."))


def _wrong_with_place(asked: SeatRequest) -> Iterator[Missing]:
    office = asked.office
    if asked.kind in NEEDS_OFFICE and (office is None or office.closed_on is not None):
        yield Missing("office", _("Choose the office of this seat; it must be open."))
    elif office is not None and LEVELS.get(asked.kind, office.level) != office.level:
        yield Missing("office", _("Seats of the city stand in the city's office, seats of a county in a county's."))
    if asked.kind in NEEDS_AGENCY and not asked.agency:
        yield Missing("agency", _("Name the house that the person comes from."))


def _wrong_with_days(asked: SeatRequest, on: date) -> Iterator[Missing]:
    if asked.begins_on < on:
        yield Missing("first", _("A seat begins today at the earliest."))
    if asked.ends_on is not None and asked.ends_on <= asked.begins_on:
        yield Missing("last", _("The last day is before the first."))


def _demand_free(asked: SeatRequest, on: date) -> None:
    """Neither held already nor beside another administrator's seat."""
    held = Seat.objects.filter(user=asked.user_id, during__overlap=DateRange(max(asked.begins_on, on), asked.ends_on))
    same = held.filter(kind=asked.kind, office=asked.office_id, agency=asked.agency)
    demand(not same.exists(), "kind", _("The person holds this seat in these days already."))
    others = held.filter(kind__in=access.ADMINISTRATORS - {asked.kind})
    if asked.kind in access.ADMINISTRATORS and others.exists():
        raise _two_administrators()


def _two_administrators() -> ConditionUnmet:
    says = _("This person already holds another administrator's seat.")
    return ConditionUnmet([Missing("kind", says)])


def _decided(asked: SeatRequestQuerySet, state: str, *, by: User, on: date, why: str = "") -> SeatRequest:
    """The request, decided by a second person; the condition of the update settles a race."""
    found = asked.visible_to(by).with_people().get()
    says = _("Nobody decides what they asked for or a seat of their own: somebody else confirms it.")
    demand(by.pk not in (found.asked_by_id, found.user_id), "", says)
    changes = {"state": state, "decided_by": by, "decided_on": on, "why": why[:200]}
    decided = SeatRequest.objects.filter(pk=found.pk).waiting().update(**changes)
    demand(decided == 1, "", _("This was decided already. Look again."))
    return found


def _deciders(asked: SeatRequest) -> list[User]:
    """Who may give the seat: the other security administrators and the heads of the city."""
    kinds = Q(kind="security_admin") | Q(kind="city_head", office__level=Office.CITY)
    seats = Seat.objects.filter(kinds, during__contains=TODAY)
    people_ = User.objects.filter(pk__in=seats.values("user"), is_active=True)
    return list(people_.exclude(pk__in=[asked.asked_by_id, asked.user_id]).order_by("pk"))


def _words(asked: SeatRequest) -> dict[str, object]:
    place = place_of(asked.office, asked.agency)
    return {"seat": _name(asked.kind), "place": place, "day": asked.begins_on, "who": asked.user.name}


def _name(kind: str) -> dict[str, str]:
    zh, en = access.SEAT_NAMES[kind]
    return {"zh": zh, "en": en}
