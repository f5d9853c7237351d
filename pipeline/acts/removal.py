"""Taking out of a firm's record what was entered by mistake, while nothing that was handed in rests on it."""

from collections.abc import Callable, Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing
from pipeline.models import (
    Application,
    Case,
    Commitment,
    Conversion,
    Evidence,
    Firm,
    HitechProduct,
    IntellectualProperty,
    RdProject,
    StaffMember,
)
from pipeline.stages import APPLICATION_STAGES

LISTS: dict[str, Any] = {
    "project": RdProject,
    "product": HitechProduct,
    "right": IntellectualProperty,
    "conversion": Conversion,
    "person": StaffMember,
}
GRANTED = {
    "project": "ledger.remove_project",
    "product": "product.remove",
    "right": "firm.remove_property",
    "conversion": "conversion.remove",
    "person": "staff.remove_member",
}


@transaction.atomic
def take_out(firm: Firm, listed: str, row: Any, *, by: Actor) -> None:
    """Take one row off its list, with what ties it to others; papers stay. The trail keeps what it said.

    Raises ConditionUnmet with every thing that rests on it.
    """
    access.require(by, GRANTED[listed], Firm.objects.filter(pk=firm.pk))
    found = LISTS[listed].objects.select_for_update().get(firm=firm, pk=row.pk)
    wrong = [Missing(listed, says) for says in resting_on(firm, listed, found)]
    if wrong:
        raise ConditionUnmet(wrong)
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)
    if listed in ("project", "product", "right"):
        found.ties.all().delete()
        Evidence.objects.filter(firm=firm, **{listed: found}).delete()
    if listed == "product":
        found.incomes.all().delete()
    found.delete()


def resting_on(firm: Firm, listed: str, row: Any) -> Iterator[str]:
    """Why the row cannot be taken out now, in sentences; nothing where it can."""
    yield from _handed_in(firm)
    if listed in RESTS:
        yield from RESTS[listed](firm, row)


def _handed_in(firm: Firm) -> Iterator[str]:
    """An office or an agency judges by the record as it was handed in; what is returned is the firm's again."""
    for case in Case.objects.open().filter(firm=firm):
        if case.stage in ("county_review", "city_review", "publicity"):
            says = _("Case %(number)s is being judged by your record. Wait until it is decided or returned to you.")
            yield says % {"number": case.number}
    for dossier in Application.objects.open().filter(firm=firm).select_related("round"):
        if APPLICATION_STAGES[dossier.stage].turn != "firm":
            says = _("Your application in the round %(round)s rests on your record. Wait until it is decided.")
            yield says % {"round": dossier.round.name}


def _on_project(firm: Firm, row: RdProject) -> Iterator[str]:
    count = row.lines.count()
    if count:
        says = ngettext(
            "%(n)s line of the ledger is booked on it. Book it elsewhere or take it out first.",
            "%(n)s lines of the ledger are booked on it. Book them elsewhere or take them out first.",
            count,
        )
        yield says % {"n": count}
    yield from _converted(row)


def _on_right(firm: Firm, row: IntellectualProperty) -> Iterator[str]:
    if row.used_in_certification_on:
        says = _("It was used in the certification of %(day)s and belongs to that for good.")
        yield says % {"day": row.used_in_certification_on.isoformat()}
    for signed in Commitment.objects.filter(firm=firm, slot=Commitment.RIGHTS).order_by("-year")[:1]:
        says = _("On %(day)s the owner signed that the certificates on the list exist. Correct the right instead.")
        yield says % {"day": signed.signed_on.isoformat()}
    yield from _converted(row)


def _converted(row: RdProject | HitechProduct | IntellectualProperty) -> Iterator[str]:
    for conversion in row.conversions.order_by("pk")[:3]:
        yield _("The result “%(result)s” names it. Change the result first.") % {"result": conversion.result}


RESTS: dict[str, Callable[[Firm, Any], Iterator[str]]] = {
    "project": _on_project,
    "product": lambda firm, row: _converted(row),
    "right": _on_right,
}
