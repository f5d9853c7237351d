"""Where people sit and firms belong: offices, and the dated tree of divisions."""

from datetime import date

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Division, Office


@transaction.atomic
def amend_office(office: Office, *, name: str, phone: str, one_signature: bool, by: Actor) -> None:
    """Rename an office, or note its telephone. Whether officers sign as heads, the security administrator decides."""
    access.require(by, "people.amend_office")
    widened = one_signature != office.one_signature
    says = _("Who signs for an office is changed by the security administrator.")
    demand(not widened or access.may(by, "people.ask_seat"), "one_signature", says)
    changes = {"name": name.strip(), "phone": phone.strip(), "one_signature": one_signature}
    try:
        with transaction.atomic():
            Office.objects.filter(pk=office.pk).update(**changes)
    except IntegrityError as taken:
        raise ConditionUnmet([Missing("name", _("Another office has this name."))]) from taken


@transaction.atomic
def close_office(office: Office, *, by: Actor, on: date) -> None:
    """Nobody is seated there any more from today on; what it did stays its own."""
    access.require(by, "people.close_office")
    demand(office.closed_on is None, "", _("The office is closed already."))
    demand(not _in_use("office", office.pk, on), "", _("People still sit in this office: end their seats first."))
    Office.objects.filter(pk=office.pk).update(closed_on=on)


@transaction.atomic
def begin_division(*, code: str, name: str, level: str, parent: Division, first: date, by: Actor, on: date) -> Division:
    """Note a county, development zone or park that exists from a day on; firms can belong to it from now on."""
    access.require(by, "people.begin_division")
    wrong = []
    if first > on:
        wrong.append(Missing("first", _("Note it on the day it comes into being, not before.")))
    if parent.during.upper is not None and parent.during.upper <= first:
        wrong.append(Missing("parent", _("What it belongs to is no more on that day.")))
    if parent.level == Division.PARK or (level == Division.COUNTY and parent.level != Division.CITY):
        wrong.append(Missing("parent", _("A county belongs to the city, a park to the city or a county.")))
    during = DateRange(first, None)
    if Division.objects.filter(code=code, during__overlap=during).exists():
        wrong.append(Missing("code", _("There is a division of this code on that day: close it first.")))
    if wrong:
        raise ConditionUnmet(wrong)
    # What is no county keeps no firms' books of its own.
    counted = level == Division.COUNTY
    return Division.objects.create(
        code=code, name=name.strip(), level=level, parent=parent, during=during, counted=counted
    )


@transaction.atomic
def close_division(division: Division, *, day: date, successor: Division | None, by: Actor, on: date) -> None:
    """From `day` on there is no such division; rosters that still name it are read as its successor."""
    access.require(by, "people.close_division")
    wrong = []
    if division.during.upper is not None:
        wrong.append(Missing("", _("It is closed already.")))
    if day > on or (division.during.lower is not None and day <= division.during.lower):
        wrong.append(Missing("day", _("Choose a day after its first that has come.")))
    if division.level == Division.CITY:
        wrong.append(Missing("", _("The city itself is not closed.")))
    if successor is not None and (successor.pk == division.pk or successor.during.upper is not None):
        wrong.append(Missing("successor", _("Choose another division that exists today.")))
    if Division.objects.filter(parent=division, during__upper_inf=True).exists():
        wrong.append(Missing("", _("Other divisions still belong to it: close them first.")))
    if _in_use("division", division.pk, day):
        says = _(
            "Firms still belong to it on that day, or its office is open: move the firms and close the office first."
        )
        wrong.append(Missing("", says))
    if wrong:
        raise ConditionUnmet(wrong)
    changes = {"during": DateRange(division.during.lower, day), "counted": False, "successor": successor}
    Division.objects.filter(pk=division.pk, during__upper_inf=True).update(**changes)


def _in_use(what: str, key: int, since: date) -> bool:
    """Asks the database, since administrators see no firm, and of the two who close offices one sees no seat."""
    statements = {"office": "select mp_office_in_use(%s, %s)", "division": "select mp_division_in_use(%s, %s)"}
    with connection.cursor() as cursor:
        cursor.execute(statements[what], [key, since])
        return bool(cursor.fetchone()[0])
