"""Faults of a return: raised all at once, answered one by one. Used by the acts of case and application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Fault, FaultDraft, Transition
from pipeline.models.firm import FirmOwnedQuerySet
from pipeline.models.phrase import blanks

Faults = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What the firm says to one fault, and how it answers: changed, explained, or by a paper (empty: in words)."""

    says: str
    reply: str = ""


Answers = Mapping[int, Answer | str]


def demand_some(faults: Faults) -> None:
    demand(any(says.strip() for _place, says in faults), "faults", _("Name at least one fault."))
    unmet = [
        Missing(f"faults.{at}", _("Fault %(n)s still has a blank to fill in: %(blank)s") % {"n": at, "blank": blank})
        for at, (_place, says) in enumerate(faults, start=1)
        for blank in blanks(says)[:1]
    ]
    if unmet:
        raise ConditionUnmet(unmet)


def write(returns: Sequence[Transition], faults: Faults) -> None:
    """Every fault, (place, what is wrong and how to repair it), beside each of the returns that were made. What its
    maker had typed on the way is forgotten.
    """
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
    for each in returns:
        FaultDraft.objects.filter(case=each.case_id, person=each.by_id).delete()


def answer(faults: FirmOwnedQuerySet[Fault], answers: Answers, *, on: date) -> None:
    """Write down the answer to each open fault; refused with all that are unanswered, each at its place."""
    open_ones = list(faults.filter(answered_on=None).annotate(papers=Count("evidence")))
    told = {fault.pk: _told(answers.get(fault.pk, "")) for fault in open_ones}
    wanting = [(fault, _wanting(fault, told[fault.pk])) for fault in open_ones]
    unmet = [Missing(fault.place, says % {"fault": fault.says}) for fault, says in wanting if says]
    if unmet:
        raise ConditionUnmet(unmet)
    for fault in open_ones:
        fault.answer, fault.reply, fault.answered_on = told[fault.pk].says.strip(), told[fault.pk].reply, on
    Fault.objects.bulk_update(open_ones, ["answer", "reply", "answered_on"])


def _told(answer: Answer | str) -> Answer:
    return Answer(answer) if isinstance(answer, str) else answer


def _wanting(fault: Any, told: Answer) -> str:
    """What an answer still lacks: a change speaks for itself, a paper must be there, all else is said in words."""
    if told.reply not in ("", Fault.CHANGED, Fault.EXPLAINED, Fault.PAPER):
        return _("Say how you answer: %(fault)s")
    if told.reply == Fault.PAPER and not fault.papers:
        return _("The paper is not attached yet: %(fault)s")
    if told.reply in ("", Fault.EXPLAINED) and not told.says.strip():
        return _("Not answered yet: %(fault)s")
    return ""
