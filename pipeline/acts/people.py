"""Accounts and seats."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Division, Firm, Office, Seat, User


@transaction.atomic
def appoint_first_administrator(user: User, *, on: date) -> Seat:
    """Give the first seat of a house: its security administrator grants all others. Refused once there is one."""
    with acting(user):
        return Seat.objects.create(user=user, kind="security_admin", during=DateRange(on, None))


@transaction.atomic
def open_office(name: str, division: Division, *, by: Actor) -> Office:
    """Open the office of the city or of a county; opening it again changes nothing."""
    access.require(by, "people.open_office")
    demand(division.level != Division.PARK, "division", _("Offices stand in the city and its counties."))
    level = Office.CITY if division.level == Division.CITY else Office.COUNTY
    office, _created = Office.objects.get_or_create(name=name, defaults={"level": level, "division": division})
    return office


@transaction.atomic
def grant_seat(
    user: User,
    kind: str,
    *,
    by: Actor,
    on: date,
    office: Office | None = None,
    firm: Firm | None = None,
    agency: str = "",
) -> Seat:
    """Seat a person from a day on. Two administrators' seats are never in one person."""
    access.require(by, "people.grant_seat")
    if kind in access.ADMINISTRATORS:
        kinds = access.ADMINISTRATORS - {kind}
        others = Seat.objects.filter(user=user, kind__in=kinds, during__overlap=DateRange(on, None))
        demand(not others.exists(), "kind", _("This person already holds another administrator's seat."))
    return Seat.objects.create(
        user=user, kind=kind, office=office, firm=firm, agency=agency, during=DateRange(on, None)
    )


@transaction.atomic
def end_seat(seat: Seat, *, by: Actor, on: date) -> None:
    """End a seat: from `on` it gives nothing. One that has not begun by then never does."""
    access.require(by, "people.end_seat")
    begun = Func(F("during"), function="lower")
    Seat.objects.filter(pk=seat.pk).update(
        during=Func(begun, Func(begun, Value(on), function="greatest"), function="daterange")
    )


@transaction.atomic
def prefer(user: User, *, look: Mapping[str, Any] | None = None, language: str = "") -> None:
    """Keep how the house looks to its owner's own account. Nobody else's is ever changed, so no seat grants it."""
    changes = ({"look": {**user.look, **look}} if look else {}) | ({"language": language} if language else {})
    User.objects.filter(pk=user.pk).update(**changes)
