"""Faults of a return: raised all at once, answered one by one. Used by the acts of case and application."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Fault, Transition
from pipeline.models.firm import FirmOwnedQuerySet

Faults = Sequence[tuple[str, str]]
Answers = Mapping[int, str]


def demand_some(faults: Faults) -> None:
    demand(any(says.strip() for _place, says in faults), "faults", _("Name at least one fault."))


def write(returns: Sequence[Transition], faults: Faults) -> None:
    """Every fault, (place, what is wrong and how to repair it), beside each of the returns that were made."""
    Fault.objects.bulk_create(
        Fault(
            firm_id=each.firm_id,
            case_id=each.case_id,
            application_id=each.application_id,
            raised_by=each,
            place=place,
            says=says.strip(),
        )
        for each in returns
        for place, says in faults
        if says.strip()
    )


def answer(faults: FirmOwnedQuerySet[Fault], answers: Answers, *, on: date) -> None:
    """Write down the answer to each open fault; refused with all that are unanswered."""
    open_ones = list(faults.filter(answered_on=None))
    unanswered = [fault for fault in open_ones if not answers.get(fault.pk, "").strip()]
    if unanswered:
        raise ConditionUnmet(
            [Missing(fault.place, _("Not answered yet: %(fault)s") % {"fault": fault.says}) for fault in unanswered]
        )
    for fault in open_ones:
        fault.answer, fault.answered_on = answers[fault.pk].strip(), on
    Fault.objects.bulk_update(open_ones, ["answer", "answered_on"])
