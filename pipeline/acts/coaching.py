"""Coaching: the plan drawn from the gaps, its steps with their evidence, visits, coaches."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import demand
from pipeline.models import Application, Appointment, Case, Firm, MoveRefused, Notice, Plan, Round, Step, User, Visit
from pipeline.models.case import CaseQuerySet
from pipeline.models.coaching import StepQuerySet
from pipeline.models.firm import FirmQuerySet
from pipeline.rules import Round as Call
from pipeline.rules import Step as Remedy
from pipeline.rules import planned
from pipeline.rules.condition import TITLES
from pipeline.rules.labels import Label

MEND_REFUSED = Label("按认定机构的意见整改：{condition}", "Mend what the agency refused: {condition}")
REFUSED = Label("上次申报时认定机构认为不符合。", "The agency found it wanting in the last application.")


@transaction.atomic
def draw_plans(cases: CaseQuerySet, *, by: Actor, on: date) -> list[Plan]:
    """Draw up a plan from each firm's latest diagnosis and from what the agency last refused it for; the one before is
    superseded, its finished steps stay to be read.
    """
    access.require(by, "coaching.draw_plan", cases)
    rows = list(cases.select_related("firm__latest_diagnosis").order_by("pk"))
    Plan.objects.filter(case__in=rows, superseded_on=None).update(superseded_on=on)
    diagnosed = [case for case in rows if case.firm.latest_diagnosis is not None]
    plans = Plan.objects.bulk_create(
        Plan(firm_id=case.firm_id, case=case, diagnosis=case.firm.latest_diagnosis, drawn_on=on) for case in diagnosed
    )
    rounds = [Call(each.name, each.county_date) for each in Round.objects.filter(county_date__gte=on)]
    refused = {each.case_id: each.refusal for each in Application.objects.last_ended(rows)}
    Step.objects.bulk_create(step for each in plans for step in _steps(each, rounds, refused.get(each.case_id, [])))
    return plans


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
def record_visit(case: Case, *, by: Actor, on: date, way: str, notes: str, next_on: date | None = None) -> Visit:
    """Keep what was seen and agreed at a firm."""
    access.require(by, "coaching.record_visit", Case.objects.filter(pk=case.pk))
    demand(bool(notes.strip()), "notes", _("Write down what was seen and agreed."))
    demand(next_on is None or next_on > on, "next_on", _("The next visit lies after this one."))
    return Visit.objects.create(
        firm_id=case.firm_id, case=case, by_id=by.pk, on=on, way=way, notes=notes.strip(), next_on=next_on
    )


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
def consent(appointment: Appointment, *, by: Actor, on: date) -> None:
    access.require(by, "coaching.consent", Appointment.objects.filter(pk=appointment.pk))
    Appointment.objects.filter(pk=appointment.pk, consented_on=None).update(consented_on=on)


@transaction.atomic
def withdraw_consent(appointment: Appointment, *, by: Actor) -> None:
    """The coach sees nothing of the firm any more. The assignment stays, and the firm may consent again."""
    rows = Appointment.objects.filter(pk=appointment.pk)
    access.require(by, "coaching.withdraw_consent", rows)
    rows.update(consented_on=None)


def _steps(drawn: Plan, rounds: Sequence[Call], refused: Sequence[str]) -> Iterator[Step]:
    """The steps of the best way to a pass, or what stands in it; then what the agency refused although no step does."""
    steps = planned(drawn.diagnosis.shown, rounds=rounds, book=drawn.diagnosis.judged_by).steps
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


def _change(step: Step, version: int, values: dict[str, Any], allowed: list[str]) -> None:
    """One conditional update; somebody who changed the step first makes it fail."""
    rows = Step.objects.filter(pk=step.pk, version=version, state__in=allowed)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused("coaching.step", {str(step.pk): (step.state, step.version)})
