"""Coaching: the plan drawn from the gaps, its steps with their evidence, visits, coaches."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import (
    Application,
    Appointment,
    Case,
    Diagnosis,
    Firm,
    MoveRefused,
    Notice,
    Plan,
    Round,
    Step,
    User,
    Visit,
)
from pipeline.models.case import CaseQuerySet
from pipeline.models.coaching import BEST_RATING, StepQuerySet
from pipeline.models.firm import AppointmentQuerySet, FirmOwnedQuerySet, FirmQuerySet
from pipeline.rules import Plan as Ways
from pipeline.rules import Round as Call
from pipeline.rules import Step as Remedy
from pipeline.rules import planned
from pipeline.rules.condition import TITLES
from pipeline.rules.labels import Label

MEND_REFUSED = Label("按认定机构的意见整改：{condition}", "Mend what the agency refused: {condition}")
REFUSED = Label("上次申报时认定机构认为不符合。", "The agency found it wanting in the last application.")
BY_HAND = Label("辅导中增加的步骤。", "Added while coaching.")
CHANGED = {
    "coaching.add_steps": Label("增加了步骤“{what}”。", "“{what}” was added."),
    "coaching.edit_step": Label("修改了步骤“{what}”。", "“{what}” was changed."),
    "coaching.drop_step": Label("不再需要步骤“{what}”：{note}", "“{what}” is no longer needed: {note}"),
}
MOST_STEPS = 60
LONGEST_WHAT, LONGEST_NOTES = 200, 4_000


@dataclass(frozen=True)
class Wanted:
    """A step to be put into a plan by hand; `what` and `proof` are texts in both languages."""

    rule: str
    what: Mapping[str, str]
    who: str
    due_on: date | None
    proof: Mapping[str, str]


@transaction.atomic
def draw_plans(cases: CaseQuerySet, *, by: Actor, on: date) -> list[Plan]:
    """Draw up a plan from each firm's latest diagnosis and from what the agency last refused it for; the one before is
    superseded, its finished steps stay to be read, and what somebody put into it goes on in the new one.
    """
    access.require(by, "coaching.draw_plan", cases)
    rows = list(cases.select_related("firm__latest_diagnosis").order_by("pk"))
    before = list(Plan.objects.filter(case__in=rows, superseded_on=None).values_list("pk", flat=True))
    Plan.objects.filter(pk__in=before).update(superseded_on=on)
    calls = _calls(on)
    judged = {case.pk: kept for case in rows if (kept := case.firm.latest_diagnosis) is not None}
    ways = {key: _ways(kept, calls) for key, kept in judged.items()}
    plans = Plan.objects.bulk_create(
        Plan(
            firm_id=kept.firm_id, case_id=key, diagnosis=kept, drawn_on=on, foreseen=True,
            ready_on=_ready_on(ways[key], kept),
        )
        for key, kept in judged.items()
    )  # fmt: skip
    refused = {each.case_id: each.refusal for each in Application.objects.last_ended(rows)}
    Step.objects.bulk_create(
        step for each in plans for step in _steps(each, ways[each.case_id], refused.get(each.case_id, []))
    )
    _carry_on(plans, before)
    return plans


@transaction.atomic
def foresee(plans: FirmOwnedQuerySet[Plan], *, by: Actor, on: date) -> int:
    """Reckon from when each firm can apply by plans that were drawn before that was kept. How many."""
    access.require(by, "coaching.foresee", plans)
    rows = list(plans.filter(foreseen=False, superseded_on=None).select_related("diagnosis").order_by("pk"))
    calls = _calls(on)
    for each in rows:
        each.foreseen, each.ready_on = True, _ready_on(_ways(each.diagnosis, calls), each.diagnosis)
    Plan.objects.bulk_update(rows, ["foreseen", "ready_on"])
    return len(rows)


@transaction.atomic
def add_steps(case: Case, wanted: Sequence[Wanted], *, by: Actor, on: date) -> list[Step]:
    """Put steps into the case's plan by hand, after those that are there. The firm is told."""
    access.require(by, "coaching.add_steps", Case.objects.filter(pk=case.pk))
    demand(bool(wanted), "steps", _("Choose at least one step."))
    drawn = Plan.objects.select_for_update().filter(case=case, superseded_on=None).first()
    if drawn is None:
        raise ConditionUnmet([Missing("", _("There is no plan to add to: draw it first."))])
    for each in wanted:
        _demand_sense(each.what["zh"], each.rule, each.due_on, on)
    last = _last_positions([drawn]).get(drawn.pk, 0)
    demand(last + len(wanted) <= MOST_STEPS, "", _("A plan has at most %(n)s steps.") % {"n": MOST_STEPS})
    steps = Step.objects.bulk_create(
        Step(
            firm_id=case.firm_id, plan=drawn, position=position, rule=each.rule, what=dict(each.what),
            gap=BY_HAND.to_json(), who=each.who, due_on=each.due_on, proof=dict(each.proof), added_by_id=by.pk,
        )
        for position, each in enumerate(wanted, start=last + 1)
    )  # fmt: skip
    for each in wanted:
        _tell_changed(case, "coaching.add_steps", what=Label.from_json(each.what))
    return steps


@transaction.atomic
def edit_step(
    steps: StepQuerySet, *, what: str, who: str, due_on: date | None, proof: str, by: Actor, on: date, version: int
) -> None:
    """Say an open step in other words, give it to somebody else, or another day. The firm is told."""
    access.require(by, "coaching.edit_step", steps)
    step = steps.select_related("plan__case__firm").get()
    moved = due_on if due_on != step.due_on else None
    _demand_sense(what, step.rule, moved, on)
    words = _said(step.what, what)
    values = {"what": words, "who": who, "due_on": due_on, "proof": _said(step.proof, proof)}
    _change(step, version, values, [Step.OPEN])
    _tell_changed(step.plan.case, "coaching.edit_step", what=Label.from_json(words))


@transaction.atomic
def drop_step(steps: StepQuerySet, *, note: str, by: Actor, on: date, version: int) -> None:
    """Take a step that is not needed out of the plan, with the reason; it stays to be read."""
    access.require(by, "coaching.drop_step", steps)
    demand(bool(note.strip()), "note", _("Say why the step is not needed."))
    step = steps.select_related("plan__case__firm").get()
    _change(step, version, {"state": Step.DROPPED, "finished_on": on, "remark": note.strip()}, [Step.OPEN])
    _tell_changed(step.plan.case, "coaching.drop_step", what=Label.from_json(step.what), note=note.strip())


@transaction.atomic
def finish_step(steps: StepQuerySet, *, by: Actor, on: date, version: int, remark: str = "") -> None:
    """The firm says a step is done; evidence is attached to it. Someone of the bureau or the coach accepts it."""
    access.require(by, "coaching.finish_step", steps)
    step = steps.select_related("plan__case__firm").get()
    demand(step.evidence.exists(), "evidence", _("Attach a paper that proves the step before handing it in."))
    _change(step, version, {"state": Step.HANDED_IN, "remark": remark}, [Step.OPEN])
    notice.write([step.plan.case], to=Notice.COUNTY, kind="coaching.finish_step")


@transaction.atomic
def accept_step(steps: StepQuerySet, *, by: Actor, on: date, version: int) -> None:
    access.require(by, "coaching.accept_step", steps)
    step = steps.select_related("plan__case__firm").get()
    _change(step, version, {"state": Step.DONE, "finished_on": on}, [Step.OPEN, Step.HANDED_IN])
    notice.write([step.plan.case], to=Notice.FIRM, kind="coaching.accept_step")


@transaction.atomic
def reopen_step(steps: StepQuerySet, *, by: Actor, on: date, version: int, note: str) -> None:
    """Send a step back with what is still wanted."""
    access.require(by, "coaching.reopen_step", steps)
    demand(bool(note.strip()), "note", _("Say what is still wanted."))
    step = steps.select_related("plan__case__firm").get()
    _change(step, version, {"state": Step.OPEN, "finished_on": None, "remark": note}, [Step.HANDED_IN, Step.DONE])
    notice.write([step.plan.case], to=Notice.FIRM, kind="coaching.reopen_step", note=note)


@transaction.atomic
def record_visit(
    case: Case,
    *,
    by: Actor,
    on: date,
    way: str,
    notes: str,
    next_on: date | None = None,
    met: str = "",
    agreed: str = "",
) -> Visit:
    """Keep whom one met at a firm, what was seen, and what was agreed as the next step."""
    access.require(by, "coaching.record_visit", Case.objects.filter(pk=case.pk))
    demand(bool(notes.strip()), "notes", _("Write down what was seen and agreed."))
    fits = len(notes) <= LONGEST_NOTES and len(agreed) <= LONGEST_NOTES
    demand(fits, "notes", _("At most %(n)s characters.") % {"n": LONGEST_NOTES})
    demand(next_on is None or next_on > on, "next_on", _("The next visit lies after this one."))
    told = {"notes": notes.strip(), "met": met.strip(), "agreed": agreed.strip(), "next_on": next_on}
    return Visit.objects.create(firm_id=case.firm_id, case=case, by_id=by.pk, on=on, way=way, **told)


@transaction.atomic
def rate_visit(visits: FirmOwnedQuerySet[Visit], *, rating: int, says: str, by: Actor, on: date) -> None:
    """The firm says how good a visit or call was, once."""
    access.require(by, "coaching.rate_visit", visits)
    demand(1 <= rating <= BEST_RATING, "rating", _("Say how good the visit was, from 1 to 5."))
    rated = visits.filter(rated_on=None).update(rating=rating, rating_says=says.strip(), rated_on=on)
    demand(bool(rated), "rating", _("This visit has been rated already."))


@transaction.atomic
def appoint(firm: Firm, coach: User, *, by: Actor, on: date, until: date) -> Appointment:
    """Assign a coach up to a last day. Until the firm consents, the coach sees nothing of it."""
    return appoint_to(Firm.objects.filter(pk=firm.pk), coach, by=by, on=on, until=until)[0]


@transaction.atomic
def appoint_to(firms: FirmQuerySet, coach: User, *, by: Actor, on: date, until: date) -> list[Appointment]:
    """The same for firms: all of them or none."""
    access.require(by, "coaching.appoint", firms)
    demand("coach" in coach.seat_kinds, "coach", _("This person holds no coach's seat."))
    demand(until >= on, "until", _("The last day lies before the first."))
    during = DateRange(on, until + timedelta(days=1))
    already = Appointment.objects.filter(firm__in=firms.values("pk"), coach=coach, during__overlap=during).exists()
    demand(not already, "coach", _("This coach is assigned to the firm already."))
    return Appointment.objects.bulk_create(Appointment(firm=firm, coach=coach, during=during) for firm in firms)


@transaction.atomic
def dismiss(appointments: AppointmentQuerySet, *, by: Actor) -> int:
    """Take assignments back to which no firm has consented yet. How many."""
    access.require(by, "coaching.appoint", appointments)
    gone, _kinds = appointments.filter(consented_on=None).delete()
    return gone


@transaction.atomic
def consent(appointment: Appointment, *, by: Actor, on: date) -> None:
    access.require(by, "coaching.consent", Appointment.objects.filter(pk=appointment.pk))
    Appointment.objects.filter(pk=appointment.pk, consented_on=None).update(consented_on=on)


@transaction.atomic
def withdraw_consent(appointment: Appointment, *, by: Actor) -> None:
    """The coach sees nothing of the firm any more. The assignment stays, and the firm may consent again."""
    rows = Appointment.objects.filter(pk=appointment.pk)
    access.require(by, "coaching.withdraw_consent", rows)
    rows.update(consented_on=None)


def _calls(on: date) -> list[Call]:
    return [Call(each.name, each.county_date) for each in Round.objects.filter(county_date__gte=on)]


def _ways(kept: Diagnosis, calls: Sequence[Call]) -> Ways:
    return planned(kept.shown, rounds=calls, book=kept.judged_by)


def _ready_on(ways: Ways, kept: Diagnosis) -> date | None:
    """The first day to apply by the best way; the day of the diagnosis where nothing is open; None where no way leads
    there.
    """
    if ways.best is not None:
        return ways.best.ready_on
    return None if ways.obstacles else kept.day


def _steps(drawn: Plan, ways: Ways, refused: Sequence[str]) -> Iterator[Step]:
    """The steps of the best way to a pass, or what stands in it; then what the agency refused although no step does."""
    steps = ways.steps
    yield from _reckoned(drawn, steps)
    covered = {rule for step in steps for rule in step.rules}
    for position, rule in enumerate((rule for rule in refused if rule not in covered), start=len(steps) + 1):
        yield Step(
            firm_id=drawn.firm_id,
            plan=drawn,
            position=position,
            rule=rule,
            what=MEND_REFUSED.filled(condition=TITLES[rule]).to_json(),
            gap=REFUSED.to_json(),
            who="firm_owner",
        )


def _reckoned(drawn: Plan, steps: Sequence[Remedy]) -> Iterator[Step]:
    for position, step in enumerate(steps, start=1):
        yield Step(
            firm_id=drawn.firm_id,
            plan=drawn,
            position=position,
            rule=step.rule,
            what=step.closes.to_json(),
            gap=step.short.to_json(),
            amount=None if step.amount is None else Decimal(step.amount.numerator) / step.amount.denominator,
            unit=step.unit,
            who=step.who,
            due_on=step.by,
            source=step.article,
        )


def _carry_on(plans: Sequence[Plan], before: Sequence[int]) -> None:
    """What was put into a plan by hand and is not finished goes to the end of the one that follows it."""
    by_hand = Step.objects.filter(plan__in=before, added_by__isnull=False, state__in=[Step.OPEN, Step.HANDED_IN])
    kept = list(by_hand.select_related("plan").order_by("plan", "position")) if before else []
    if not kept:
        return
    following, last = {each.case_id: each for each in plans}, _last_positions(plans)
    for step in kept:
        drawn = following.get(step.plan.case_id)
        if drawn is not None:
            last[drawn.pk] = last.get(drawn.pk, 0) + 1
            Step.objects.filter(pk=step.pk).update(plan=drawn, position=last[drawn.pk])


def _last_positions(plans: Sequence[Plan]) -> dict[int, int]:
    found = Step.objects.filter(plan__in=plans).order_by().values("plan").annotate(last=Max("position"))
    return {row["plan"]: row["last"] for row in found}


def _demand_sense(what: str, rule: str, due_on: date | None, on: date) -> None:
    unmet = []
    if not what.strip():
        unmet.append(Missing("what", _("Say what is to be done.")))
    if len(what) > LONGEST_WHAT:
        unmet.append(Missing("what", _("At most %(n)s characters.") % {"n": LONGEST_WHAT}))
    if rule not in TITLES:
        unmet.append(Missing("rule", _("Choose the condition the step is for.")))
    if due_on is not None and due_on < on:
        unmet.append(Missing("due_on", _("The day of a step lies ahead: choose today or later.")))
    if unmet:
        raise ConditionUnmet(unmet)


def _said(kept: Mapping[str, str], text: str) -> dict[str, str]:
    """What was there in both languages where somebody left it as it was; else what they wrote, in place of both."""
    text = text.strip()
    if not text:
        return {}
    return dict(kept) if text in kept.values() else {"zh": text, "en": text}


def _tell_changed(case: Case, act: str, **words: object) -> None:
    said = CHANGED[act].filled(**words)
    notice.write([case], to=Notice.FIRM, kind="coaching.change_plan", note=said.to_json())


def _change(step: Step, version: int, values: dict[str, Any], allowed: list[str]) -> None:
    """One conditional update; somebody who changed the step first makes it fail."""
    rows = Step.objects.filter(pk=step.pk, version=version, state__in=allowed)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused("coaching.step", {str(step.pk): (step.state, step.version)})
