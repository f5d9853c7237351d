"""Whom a firm lets act for it or look at its record, and who looked."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import showing
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Firm, Mandate, Seat, User, Viewing
from pipeline.models.people import TODAY

LONGEST = timedelta(days=3 * 366)


@transaction.atomic
def grant(
    firm: Firm, agent: str, *, parts: Sequence[str], until: date, by: User, on: date, kind: str = Mandate.AGENCY
) -> Mandate:
    """Let the agency's person of this log-in name act for the firm in some parts of its record, or the bank's look at
    some, up to a last day.
    """
    access.require(by, "mandate.grant", Firm.objects.filter(pk=firm.pk))
    seat = Seat.objects.filter(user__username=agent, kind=kind, during__contains=TODAY).first()
    if seat is None:
        raise ConditionUnmet([Missing("agent", _nobody(kind))])
    known = Mandate.BANK_PARTS if kind == Mandate.BANK else Mandate.PARTS
    demand(bool(parts) and set(parts) <= set(known), "parts", _("Say which parts of your record this is about."))
    demand(on <= until <= on + LONGEST, "until", _("The last day lies between today and three years from now."))
    during = DateRange(on, until + timedelta(days=1))
    already = Mandate.objects.filter(firm=firm, agent=seat.user_id, during__overlap=during).exists()
    demand(not already, "agent", _("You have let this person in already. End that first."))
    granted = Mandate.objects.create(
        firm=firm, agent_id=seat.user_id, kind=kind, parts=sorted(parts), during=during, by=by
    )
    if kind == Mandate.BANK:
        showing.refresh([firm], on=on)
    return granted


def _nobody(kind: str) -> str:
    if kind == Mandate.BANK:
        return _("No bank signs in by this name. Ask your contact at the bank how they sign in.")
    return _("No agency signs in by this name. Ask the agency how it signs in.")


@transaction.atomic
def revoke(mandate: Mandate, *, by: Actor, on: date) -> None:
    """The agency or bank sees nothing of the firm any more and does nothing for it, from this moment."""
    rows = Mandate.objects.filter(pk=mandate.pk)
    access.require(by, "mandate.revoke", rows)
    rows.update(during=Func(Func(F("during"), function="lower"), Value(on), function="daterange"))


def note_look(firm: Firm, part: str, *, by: User, on: date) -> None:
    """Note for the firm that somebody whom it let in looks; once a day and part."""
    Viewing.objects.bulk_create([Viewing(firm=firm, person=by, part=part, day=on)], ignore_conflicts=True)
