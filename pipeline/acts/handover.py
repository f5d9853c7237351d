"""A firm goes to another county: who knows of it hands over, the city moves it, the new county takes it."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import demand
from pipeline.models import (
    AnnualUpdate,
    Call,
    Case,
    Difficulty,
    Division,
    Fault,
    FirmMove,
    Flag,
    HandOver,
    Objection,
    Obligation,
    Step,
)
from pipeline.models.case import CaseQuerySet
from pipeline.models.handover import HandOverQuerySet

# What may be open when a firm moves -> (whose rows, which of them are open, the field that says until when).
TASKS: dict[str, tuple[Any, dict[str, Any], str]] = {
    "faults": (Fault, {"answered_on": None}, ""),
    "flags": (Flag, {"cleared_on": None}, ""),
    "objections": (Objection, {"decided_on": None}, ""),
    "steps": (Step, {"state__in": ["open", "handed_in"], "plan__superseded_on": None}, "due_on"),
    "difficulties": (Difficulty, {"answered_on": None}, "due_on"),
    "obligations": (Obligation, {"fulfilled_on": None}, "due_on"),
    "updates": (AnnualUpdate, {"confirmed_on": None}, "due_on"),
    "calls": (Call, {"answered": False, "next_on__isnull": False}, "next_on"),
}


@transaction.atomic
def prepare(cases: CaseQuerySet, division: Division, *, by: Actor, on: date, note: str) -> HandOver:
    """Put before the city that a firm has moved to another county, with what the next officer must know."""
    access.require(by, "hand_over.prepare", cases)
    demand(bool(note.strip()), "note", _("Write what the next county must know, and how the move is proved."))
    case = cases.get()
    waiting = HandOver.objects.open().filter(firm=case.firm_id)
    demand(not waiting.exists(), "division", _("A move of this firm is under way already."))
    source = _county(case.firm_id)
    demand(source != division.pk, "division", _("The firm belongs to this county already."))
    return HandOver.objects.create(
        firm_id=case.firm_id,
        case=case,
        source_id=source,
        target=division,
        note=note.strip(),
        prepared_by_id=by.pk,
        prepared_on=on,
    )


@transaction.atomic
def accept(hand_overs: HandOverQuerySet, *, by: Actor, on: date) -> int:
    """The new county takes firms over, with what is open. How many."""
    access.require(by, "hand_over.accept", hand_overs)
    early = hand_overs.filter(moved_on=None).select_related("firm").first()
    demand(
        early is None,
        "firm",
        _("%(firm)s has not been moved by the city yet.") % {"firm": early.firm if early else ""},
    )
    return hand_overs.open().update(accepted_by_id=by.pk, accepted_on=on)


def note_move(cases: CaseQuerySet, division: Division, *, by: Actor, on: date, note: str) -> None:
    """What a move of firms leaves to take over: the list of what is open goes with them. Used by the act that moves."""
    rows = list(cases.select_related("firm").order_by("pk"))
    prepared = {each.firm_id: each for each in HandOver.objects.open().filter(firm__in=[row.firm_id for row in rows])}
    for case in rows:
        kept = prepared.get(case.firm_id) or HandOver(firm_id=case.firm_id, case=case)
        source = _county(case.firm_id)
        kept.source_id, kept.target = (source if source != division.pk else None), division
        kept.note = "\n".join(each for each in (kept.note, note.strip()) if each)
        kept.moved_by_id, kept.moved_on, kept.tasks = by.pk, on, open_tasks(case)
        kept.save()
    notice.write(rows, to=notice.COUNTY, kind="hand_over.move")


def open_tasks(case: Case) -> list[dict[str, object]]:
    """What of the firm waits for somebody: kind, how much, and the day of the first that is due."""
    found = []
    for kind, (model, is_open, due) in TASKS.items():
        days = list(model.objects.filter(firm=case.firm_id, **is_open).values_list(due or "pk", flat=True))
        if days:
            found.append({"kind": kind, "count": len(days), "due": _first(days) if due else None})
    return found


def _first(days: Iterable[date | None]) -> str | None:
    first = min((day for day in days if day is not None), default=None)
    return first.isoformat() if first else None


def _county(firm: int) -> int | None:
    return FirmMove.objects.filter(firm=firm, during__upper_inf=True).values_list("division", flat=True).first()
