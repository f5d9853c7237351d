"""Registration as a technology SME: what the firm chooses and why, what it got, and its renewal every year."""

from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Firm, MoveRefused, SmeRegistration
from pipeline.models.in_force import book_in_force
from pipeline.models.record import facts_of
from pipeline.models.sme import ROUTES, SmeRegistrationQuerySet
from pipeline.rules import assess
from pipeline.rules.codes.identifiers import IdentifierRefused, sme_number
from pipeline.rules.law.sme_year import evaluation_year

BOOK = "sme"
POINTS = "points"


@transaction.atomic
def choose(firm: Firm, *, route: str, why: str, by: Actor, on: date, version: int | None) -> SmeRegistration:
    """By which alternative the firm registers this year, and why; `version` is what was seen, None for a new one."""
    access.require(by, "sme.choose", Firm.objects.filter(pk=firm.pk))
    demand(route in ROUTES, "route", _("Choose the points or one of the four grounds."))
    demand(route == POINTS or bool(why.strip()), "why", _("Say which certificate, award, institute or standard it is."))
    told = {"route": route, "why": why.strip(), "by_id": by.pk}
    if version is None:
        kept, created = SmeRegistration.objects.get_or_create(firm=firm, year=on.year, defaults=told)
        if not created:
            raise MoveRefused("sme.choose", {str(on.year): (kept.state, kept.version)})
        return kept
    rows = SmeRegistration.objects.filter(firm=firm, year=on.year)
    _change(rows, "sme.choose", version, SmeRegistration.DRAFT, **told)
    return rows.get()


@transaction.atomic
def hand_in(registrations: SmeRegistrationQuerySet, *, by: Actor, on: date, version: int) -> None:
    """Note that it was handed in at the state's platform, with what the firm reckons of itself that day."""
    access.require(by, "sme.hand_in", registrations)
    registration = registrations.select_related("firm").get()
    year = evaluation_year(registration.year)
    opened = year.opens_on is None or on >= year.opens_on
    demand(opened, "year", _("The evaluation opens on %(day)s.") % {"day": year.opens_on})
    demand(
        year.closes_on is None or on <= year.closes_on,
        "year",
        _("The evaluation closed on %(day)s. The next one opens next year.") % {"day": year.closes_on},
    )
    facts = facts_of([registration.firm], on)[registration.firm_id]
    reckoned = assess(facts, book=book_in_force(BOOK, on), day=on).to_json()
    handed_in = {"state": SmeRegistration.HANDED_IN, "handed_in_on": on, "reckoned": reckoned}
    _change(registrations, "sme.hand_in", version, SmeRegistration.DRAFT, **handed_in)


@transaction.atomic
def record(
    registrations: SmeRegistrationQuerySet, *, number: str, listed_on: date, by: Actor, on: date, version: int
) -> None:
    """Record the number that the firm was given, of the year it was given in."""
    access.require(by, "sme.record", registrations)
    registration = registrations.get()
    number = _checked(number, registration.year)
    within = registration.handed_in_on is None or listed_on >= registration.handed_in_on
    demand(within and listed_on <= on, "listed_on", _("The day lies between handing in and today."))
    try:
        with transaction.atomic():
            listed = {"state": SmeRegistration.LISTED, "number": number, "listed_on": listed_on}
            _change(registrations, "sme.record", version, SmeRegistration.HANDED_IN, **listed)
    except IntegrityError:
        taken = _("This number is on record for another firm or another year. Compare it with the notice.")
        raise ConditionUnmet([Missing("number", taken)]) from None
    Firm.objects.filter(pk=registration.firm_id).update(diagnosis_due=True)


@transaction.atomic
def remind(registrations: SmeRegistrationQuerySet, *, by: Actor, on: date) -> int:
    """Once: who is listed for last year must update it this year, or it ends. How many were told."""
    access.require(by, "sme.remind", registrations)
    renewed = SmeRegistration.objects.filter(year=on.year).exclude(state=SmeRegistration.DRAFT).values("firm")
    last = registrations.filter(year=on.year - 1, state=SmeRegistration.LISTED, reminded_on=None)
    due = list(last.exclude(firm__in=renewed).select_related("firm").order_by("pk"))
    for each in due:
        day = evaluation_year(each.year).update_by
        notice.tell_firm(each.firm, kind="sme.remind", note=each.year, due=day)
    return SmeRegistration.objects.filter(pk__in=[each.pk for each in due]).update(reminded_on=on)


def _checked(number: str, year: int) -> str:
    try:
        number = sme_number(number)
    except IdentifierRefused as refused:
        raise ConditionUnmet([Missing("number", refused.says.in_language(get_language() or "zh"))]) from None
    demand(number.startswith(str(year)), "number", _("A number of %(year)s begins with the year.") % {"year": year})
    return number


def _change(rows: SmeRegistrationQuerySet, act: str, version: int, before: str, **values: object) -> None:
    if not rows.filter(version=version, state=before).update(version=F("version") + 1, **values):
        raise MoveRefused(act, {str(each.year): (each.state, each.version) for each in rows})
