"""A firm asks for help; whoever it is routed to answers in time; the firm says whether it helped."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Appointment, Difficulty, Firm, MoveRefused, Notice
from pipeline.models.coaching import BEST_RATING
from pipeline.models.help import KINDS, DifficultyQuerySet
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.models.work import heads_of
from pipeline.rules.labels import Label

NAMES = {
    "policy": Label("政策咨询", "policy"),
    "rd_accounting": Label("研发费用归集", "R&D accounting"),
    "property": Label("知识产权", "intellectual property"),
    "finance": Label("融资", "finance"),
    "talent": Label("人才", "talent"),
    "equipment": Label("仪器设备", "equipment"),
    "other": Label("其他", "something else"),
}


@transaction.atomic
def ask(firm: Firm, *, kind: str, says: str, by: Actor, on: date, coach: bool = False) -> Difficulty:
    """Ask the county, or the firm's coach where it has one, for help; the answer is due in so many working days."""
    access.require(by, "difficulty.ask", Firm.objects.filter(pk=firm.pk))
    unmet = []
    if kind not in KINDS:
        unmet.append(Missing("kind", _("Choose what you need help with.")))
    if not says.strip():
        unmet.append(Missing("says", _("Say what you need help with.")))
    if coach and not Appointment.objects.current().filter(firm=firm).exists():
        unmet.append(Missing("to", _("Your firm has no coach now: ask the county.")))
    if unmet:
        raise ConditionUnmet(unmet)
    asked = Difficulty.objects.create(
        firm=firm,
        kind=kind,
        says=says.strip(),
        to=Difficulty.COACH if coach else Difficulty.COUNTY,
        asked_by_id=by.pk,
        asked_on=on,
        due_on=_days_after(on, "difficulty_answer_workdays", on),
    )
    _tell(asked, "difficulty.ask", Notice.COUNTY)
    return asked


@transaction.atomic
def route(difficulties: DifficultyQuerySet, *, to: str, by: Actor, version: int) -> None:
    """Hand the question to the coach, or back to the county; its day stays."""
    access.require(by, "difficulty.route", difficulties)
    asked = difficulties.get()
    demand(to in (Difficulty.COUNTY, Difficulty.COACH), "to", _("Choose the county or the coach."))
    has_coach = Appointment.objects.current().filter(firm=asked.firm_id).exists()
    demand(to == Difficulty.COUNTY or has_coach, "to", _("The firm has no coach who could answer."))
    _change(asked, "difficulty.route", version, Difficulty.OPEN, {"to": to})


@transaction.atomic
def answer(difficulties: DifficultyQuerySet, *, says: str, by: Actor, on: date, version: int) -> None:
    access.require(by, "difficulty.answer", difficulties)
    demand(bool(says.strip()), "answer", _("Write the answer."))
    asked = difficulties.select_related("firm").get()
    values = {"state": Difficulty.ANSWERED, "answer": says.strip(), "answered_by_id": by.pk, "answered_on": on}
    _change(asked, "difficulty.answer", version, Difficulty.OPEN, values)
    _tell(asked, "difficulty.answer", Notice.FIRM)


@transaction.atomic
def close(
    difficulties: DifficultyQuerySet, *, rating: int | None, says: str, by: Actor, on: date, version: int
) -> None:
    """The firm ends its request: an answered one with a rating, one that is no longer needed without."""
    access.require(by, "difficulty.close", difficulties)
    asked = difficulties.get()
    answered = asked.state == Difficulty.ANSWERED
    rated = rating is not None and 1 <= rating <= BEST_RATING
    demand(rated or not answered, "rating", _("Say how good the answer was, from 1 to 5."))
    values = {
        "state": Difficulty.CLOSED,
        "closed_on": on,
        "rating": rating if answered else None,
        "rating_says": says.strip(),
    }
    _change(asked, "difficulty.close", version, asked.state, values)


@transaction.atomic
def escalate(difficulties: DifficultyQuerySet, *, by: Actor, on: date) -> int:
    """What nobody answered in its term goes to the head of the county, and some working days later to the city: once to
    either. How many went a rung higher.
    """
    access.require(by, "difficulty.escalate", difficulties)
    late = list(difficulties.late(on).filter(escalated_on=None).select_related("firm").order_by("pk"))
    to_head = [each for each in late if each.climbed_on is None]
    to_city = [each for each in late if _days_after(each.due_on, "difficulty_escalation_workdays", on) <= on]
    _tell_heads(to_head)
    for each in to_city:
        _tell(each, "difficulty.escalate", Notice.CITY)
    climbed = Difficulty.objects.filter(pk__in=[each.pk for each in to_head]).update(climbed_on=on)
    return climbed + Difficulty.objects.filter(pk__in=[each.pk for each in to_city]).update(escalated_on=on)


def _tell_heads(late: Sequence[Difficulty]) -> None:
    """By name those who head the county office of each firm; the whole office where nobody does."""
    heads = heads_of([each.firm_id for each in late])
    for each in late:
        told: dict[str, Any] = {"note": NAMES[each.kind].to_json(), "due": each.due_on}
        for head in heads.get(each.firm_id, []):
            notice.tell_person(each.firm, head, kind="difficulty.climb", to=Notice.COUNTY, **told)
        if each.firm_id not in heads:
            notice.tell_firm(each.firm, kind="difficulty.climb", to=Notice.COUNTY, **told)


def _days_after(day: date, term: str, on: date) -> date:
    return calendar_in_force().add(day, int(book_in_force("pool", on).number(term))).due


def _tell(asked: Difficulty, kind: str, to: str) -> None:
    notice.tell_firm(asked.firm, kind=kind, to=to, note=NAMES[asked.kind].to_json(), due=asked.due_on)


def _change(asked: Difficulty, act: str, version: int, state: str, values: dict[str, Any]) -> None:
    """One conditional update; somebody who changed it first makes it fail, and what is closed stays so."""
    rows = Difficulty.objects.filter(pk=asked.pk, version=version, state=state).exclude(state=Difficulty.CLOSED)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused(act, {str(asked.public_id): (asked.state, asked.version)})
