"""The certificate and what it asks of its holder."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import class_two, holder, notice, objection, progress
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Application, Case, Certificate, Firm, Obligation, Office
from pipeline.rules import Book, books
from pipeline.rules.codes.identifiers import IdentifierRefused, issued_number
from pipeline.rules.facts import firm as facts
from pipeline.rules.law.duties import duties_of
from pipeline.rules.law.obligations import end_of

OWED = ("annual_report", "recertification")
"""The duties that an officer notes as done; the rest are told with them."""


@transaction.atomic
def issue(firm: Firm, *, number: str, issued_on: date, by: Actor, on: date) -> Certificate:
    """Record a certificate as issued: its number is checked, an open case and application end on the day of issue.

    `issued_on` is the day printed on the certificate, `on` the day it is recorded. Valid for the years that the book
    gives, from the day of issue (HTE-M art. 9).
    """
    firms = Firm.objects.filter(pk=firm.pk)
    access.require(by, "certificate.issue", firms)
    demand(issued_on <= on, "issued_on", _("A certificate is recorded after it was issued."))
    number = _checked(number, issued_on)
    case = Case.objects.open().filter(firm=firm).first()
    application = Application.objects.open().filter(firm=firm).first()
    if application is not None:
        objection.demand_none_of_certification(Application.objects.filter(pk=application.pk))
        progress.advance_application(
            Application.objects.filter(pk=application.pk), "certificate.issue", by=by, on=issued_on, note=number
        )
    if case is not None:
        progress.advance(
            Case.objects.filter(pk=case.pk), "certificate.issue", by=by, on=issued_on, note=number, reason="certified"
        )
    book = books("obligations", issued_on)
    certificate = Certificate.objects.create(
        firm=firm,
        number=number,
        issued_on=issued_on,
        valid=DateRange(issued_on, end_of(issued_on, book)),
        case=case,
        application=application,
    )
    Obligation.objects.bulk_create(
        Obligation(firm=firm, certificate=certificate, **each) for each in _obligations(issued_on, book)
    )
    class_two.use_up(firms, certified=True, on=issued_on, book=books("hte", issued_on))
    holder.follow(certificate, by=by)
    if case is None:
        notice.tell_firm(firm, kind="certificate.issue", note=number)
    return certificate


@transaction.atomic
def fulfil(obligation: Obligation, *, by: Actor, on: date) -> None:
    """Note that what was owed was done."""
    access.require(by, "certificate.fulfil", Obligation.objects.filter(pk=obligation.pk))
    Obligation.objects.filter(pk=obligation.pk, fulfilled_on=None).update(fulfilled_on=on)


def provinces() -> frozenset[str]:
    """The first two digits of where the city offices of this house are: certificates are issued there."""
    codes = Office.objects.filter(level=Office.CITY).values_list("division__code", flat=True)
    return frozenset(code[:2] for code in codes if code)


def _checked(number: str, issued_on: date) -> str:
    try:
        form = issued_number(number, issued_on, provinces())
    except IdentifierRefused as refused:
        raise ConditionUnmet([Missing("number", refused.says.in_language(get_language() or ""))]) from None
    taken = Certificate.objects.filter(number=form).exists()
    demand(not taken, "number", _("This number is recorded already."))
    return form


def _obligations(issued_on: date, book: Book) -> list[dict[str, Any]]:
    """What the book asks of the holder by a statutory day: the annual reports and the renewal."""
    duties = duties_of(facts.Certificate(issued_on=issued_on), book, issued_on)
    return [
        {"kind": each.kind, "year": each.year, "due_on": each.due_on, "source": each.source}
        for each in duties
        if each.kind in OWED
    ]
