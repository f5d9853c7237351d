"""Telephone notes."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing
from pipeline.models import Call, Case
from pipeline.models.firm import FirmQuerySet

LONGEST = 2000


@transaction.atomic
def note(
    firms: FirmQuerySet,
    *,
    says: str,
    by: Actor,
    on: date,
    promised_on: date | None = None,
    next_on: date | None = None,
) -> Call:
    """Write down a call with one firm; it answers the calls that were to be made until now."""
    access.require(by, "call.note", firms)
    firm = firms.get()
    _demand_sense(says, on, promised_on, next_on)
    Call.objects.filter(firm=firm, answered=False, next_on__isnull=False).update(answered=True)
    case = Case.objects.open().filter(firm=firm).first()
    return Call.objects.create(
        firm=firm, case=case, says=says.strip(), by_id=by.pk, on=on, promised_on=promised_on, next_on=next_on
    )


def _demand_sense(says: str, on: date, promised_on: date | None, next_on: date | None) -> None:
    unmet = []
    if not says.strip():
        unmet.append(Missing("says", _("Write down what was said.")))
    if len(says) > LONGEST:
        unmet.append(Missing("says", _("At most %(n)s characters.") % {"n": LONGEST}))
    if promised_on is not None and promised_on < on:
        unmet.append(Missing("promised_on", _("What is promised lies ahead: choose today or later.")))
    if next_on is not None and next_on < on:
        unmet.append(Missing("next_on", _("The next call lies ahead: choose today or later.")))
    if unmet:
        raise ConditionUnmet(unmet)
