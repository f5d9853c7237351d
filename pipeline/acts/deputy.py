"""Who stands in for whom: colleagues while somebody is away, and a head's signature given for some days."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor, Refused
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Absence, Case, Delegation, Office, User
from pipeline.models.people import AbsenceQuerySet, DelegationQuerySet, own_offices
from pipeline.models.work import colleagues

ONE_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)


@transaction.atomic
def note_absence(
    user: User, substitute: User, *, first: date, last: date, by: User, on: date, note: str = ""
) -> Absence:
    """Have a colleague look after somebody's cases. One notes it for oneself, a head for everybody of the office."""
    access.require(by, "absence.note")
    office = _office_of_both(user, substitute, by, "substitute")
    if user.pk != by.pk and not by.seat_kinds & access.HEADS:
        raise Refused("absence.note", by)
    during = _days(first, last, on)
    try:
        with transaction.atomic():
            return Absence.objects.create(
                office=office, user=user, substitute=substitute, during=during, note=note.strip(), by=by
            )
    except IntegrityError:
        says = _("%(name)s is noted as away in these days already.") % {"name": user.name}
        raise ConditionUnmet([Missing("first", says)]) from None


@transaction.atomic
def end_absence(absences: AbsenceQuerySet, *, by: User, on: date) -> None:
    """Somebody is back: from today the cases are theirs alone. What has not begun is taken out."""
    access.require(by, "absence.end")
    absence = absences.visible_to(by).get()
    if by.pk not in (absence.user_id, absence.substitute_id) and not by.seat_kinds & access.HEADS:
        raise Refused("absence.end", by)
    _end(absence, on)


@transaction.atomic
def give_signature(to: User, *, first: date, last: date, by: User, on: date, note: str = "") -> Delegation:
    """Let a colleague of one's office sign in one's place, from one day to another. What somebody has proposed they do
    not sign, whoever's signature they hold.
    """
    access.require(by, "signature.give")
    demand(to.pk != by.pk, "to", _("Choose a colleague: your own signature is yours already."))
    office = _office_of_both(by, to, by, "to")
    during = _days(first, last, on)
    try:
        with transaction.atomic():
            return Delegation.objects.create(office=office, giver=by, to=to, during=during, note=note.strip())
    except IntegrityError:
        says = _("Your signature is given away in these days already: take it back first.")
        raise ConditionUnmet([Missing("first", says)]) from None


@transaction.atomic
def take_signature_back(delegations: DelegationQuerySet, *, by: User, on: date) -> None:
    access.require(by, "signature.take_back")
    given = delegations.filter(giver=by).get()
    _end(given, on)


def on_behalf_of(by: Actor, act: str, cases: Iterable[Case]) -> dict[int, int]:
    """For whom the act is done, by the case's key: the head whose signature it takes, or the officer who is away."""
    if not isinstance(by, User) or not by.seat_kinds & access.OFFICE:
        return {}
    rows = list(cases)
    giver = signature_of(by, act)
    if giver is not None:
        return {case.pk: giver for case in rows}
    held = {case.officer_id for case in rows} - {None, by.pk}
    away = set(Absence.objects.stood_in_by(by.pk).values_list("user_id", flat=True)) & held if held else set()
    return {case.pk: case.officer_id for case in rows if case.officer_id is not None and case.officer_id in away}


def signature_of(by: Actor, act: str) -> int | None:
    """The head whose signature a person needs for the act; None where their own seat grants it."""
    seats = by.seat_kinds & access.GRANTS[act]
    if not isinstance(by, User) or not seats or seats - frozenset(access.SIGNATURES.values()):
        return None
    given = Delegation.objects.today().filter(to=by, office__in=own_offices(by)).order_by("pk")
    return given.values_list("giver_id", flat=True).first()


def _office_of_both(one: User, other: User, by: User, place: str) -> Office:
    """The office of the person who acts in which both sit."""
    seats = colleagues(own_offices(by)).filter(user__in=[one.pk, other.pk]).select_related("office")
    sits: dict[int, set[int]] = {}
    offices = {seat.office_id: seat.office for seat in seats}
    for seat in seats:
        sits.setdefault(seat.user_id, set()).add(seat.office_id or 0)
    both = sits.get(one.pk, set()) & sits.get(other.pk, set())
    demand(bool(both) and one.pk != other.pk, place, _("Choose a colleague of the same office."))
    return offices[min(both)]  # type: ignore[return-value]  # an office seat has its office


def _days(first: date, last: date, on: date) -> DateRange:
    demand(last >= first, "last", _("The last day is before the first."))
    demand(last >= on, "last", _("These days are past."))
    demand(last - first < LONGEST, "last", _("At most a year."))
    return DateRange(first, last + ONE_DAY)


def _end(row: Absence | Delegation, on: date) -> None:
    """What has begun ends yesterday, so that today is free; what has not goes."""
    same = type(row)._default_manager.filter(pk=row.pk)
    if row.during.lower >= on:
        same.delete()
    elif row.during.upper > on:
        same.update(during=DateRange(row.during.lower, on))
