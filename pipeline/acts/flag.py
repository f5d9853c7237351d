"""Objections, credit records and accidents: what blocks a decision of a firm until somebody entitled lifts it."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Application, Case, Flag, Objection
from pipeline.models.case import CaseQuerySet
from pipeline.models.firm import FirmOwnedQuerySet, FirmQuerySet
from pipeline.models.round import ApplicationQuerySet

KINDS = (Flag.OBJECTION, Flag.CREDIT, Flag.ACCIDENT)
# A record that an authority keeps is proved by its number, and lifted by a head.
LIFTED_BY = {Flag.OBJECTION: "case.clear_flag", Flag.CREDIT: "case.clear_record", Flag.ACCIDENT: "case.clear_record"}


@transaction.atomic
def raise_flag(firms: FirmQuerySet, *, kind: str, by: Actor, on: date, says: str, evidence: str = "") -> list[Flag]:
    """Register an objection, a credit record or an accident. Until it is lifted nothing is decided for the firm.

    The firm's open case and application are held, so that a decision under way comes before it or sees it.
    """
    access.require(by, "case.raise_flag", firms)
    unmet = []
    if kind not in KINDS:
        unmet.append(Missing("kind", _("Choose what it is.")))
    if not says.strip():
        unmet.append(Missing("says", _("Say what was brought up and by whom.")))
    if kind in (Flag.CREDIT, Flag.ACCIDENT) and not evidence.strip():
        unmet.append(Missing("evidence", _("Name what proves it: the letter, or the record and its number.")))
    if unmet:
        raise ConditionUnmet(unmet)
    return put_up(firms, kind=kind, by=by, on=on, says=says.strip(), evidence=evidence.strip())


def put_up(firms: FirmQuerySet, *, kind: str, by: Actor, on: date, says: str, evidence: str = "") -> list[Flag]:
    """For an act that has asked whether it may be."""
    rows = list(firms.order_by("pk"))
    for held in (Case.objects.open(), Application.objects.open()):
        list(held.filter(firm__in=rows).order_by("pk").select_for_update(of=("self",)))
    return Flag.objects.bulk_create(
        Flag(firm=firm, kind=kind, says=says, evidence=evidence, raised_by_id=by.pk, raised_on=on) for firm in rows
    )


@transaction.atomic
def clear_flag(flag: Flag, *, by: Actor, on: date, note: str) -> None:
    """Lift an open flag, with what was found. One that was lifted already stays as it was lifted."""
    access.require(by, LIFTED_BY[flag.kind], Flag.objects.filter(pk=flag.pk))
    demand(bool(note.strip()), "note", _("Say how it was settled."))
    waiting = Objection.objects.undecided().filter(flag=flag.pk)
    demand(not waiting.exists(), "flag", _("The objection is not decided yet: its decision lifts it."))
    cleared = Flag.objects.filter(pk=flag.pk, cleared_on=None).update(
        cleared_on=on, cleared_by=by.pk, cleared_note=note.strip()
    )
    demand(bool(cleared), "flag", _("Somebody has settled it already. Look at the case again."))


def liftable(flags: FirmOwnedQuerySet[Flag], by: Actor) -> FirmOwnedQuerySet[Flag]:
    """Those of the open ones that the actor's seats may lift."""
    return flags.filter(cleared_on=None, kind__in=[kind for kind, act in LIFTED_BY.items() if access.may(by, act)])


def demand_none(rows: CaseQuerySet | ApplicationQuerySet) -> None:
    """Refuse a decision on rows whose firms bear an open flag. Raises ConditionUnmet."""
    firms: Any = rows.values("firm")
    flags = Flag.objects.filter(firm__in=firms, cleared_on=None).select_related("firm")
    if flags:
        raise ConditionUnmet([Missing("flag", f"{flag.firm}: {flag.says}") for flag in flags])
