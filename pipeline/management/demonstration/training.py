"""Coaching in the demonstration city: steps added by hand, a visit told in full and rated, trainings with answers."""

from datetime import date, time, timedelta
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import coaching, event, step_template
from pipeline.acts.coaching import Wanted
from pipeline.management.demonstration.cast import Cast
from pipeline.management.demonstration.office import fresh
from pipeline.models import Appointment, Attendance, Case, Event, Firm, Seat, User, Visit
from pipeline.rules.codes.step_templates import carried_steps

ADDED = ("ledger_monthly", "staff_list")
INVITED = 5
OWN_STEP = {
    "rule": "rd_ledger", "what": "参加市局研发费用归集培训并按模板自查", "who": "firm_finance", "lead_days": 45,
    "proof": "自查表（企业盖章）",
}  # fmt: skip


def hold(cast: Cast, *, on: date) -> None:
    """Once: a house that has announced a training has been told already."""
    with acting(cast["chen"]), transaction.atomic():
        if Event.objects.exists():
            return
        coached = list(Case.objects.coached().select_related("firm").order_by("pk")[:INVITED])
        held = Appointment.objects.current().filter(coach=cast["zhang"]).values("firm")
        first = Case.objects.coached().filter(firm__in=held).select_related("firm").order_by("pk").first()
    if first is None or not coached:
        return
    _coach(cast, first, on)
    with acting(cast["zhou"]), transaction.atomic():
        step_template.save(OWN_STEP, by=fresh(cast["zhou"]))
    firms = [case.firm for case in coached]
    _past(cast, firms, on)
    _to_come(cast, firms, on)


def _coach(cast: Cast, case: Case, on: date) -> None:
    carried, zhang = carried_steps(), cast["zhang"]
    with acting(cast["chen"]), transaction.atomic():
        steps = [carried[key] for key in ADDED]
        wanted = [Wanted(step.rule, step.what, step.who, on + timedelta(step.lead_days), step.proof) for step in steps]
        coaching.add_steps(case, wanted, by=fresh(cast["chen"]), on=on)
    with acting(zhang), transaction.atomic():
        kept = coaching.record_visit(
            case, by=fresh(zhang), on=on - timedelta(days=6), way="visit", met="财务负责人",
            notes="辅助账已按项目建账，工时表还没有。抽查三张凭证，项目归属清楚。",
            agreed="企业财务月底前补上半年工时表，辅导老师下次带样表。", next_on=on + timedelta(days=24),
        )  # fmt: skip
    owner = _owner(cast, case.firm)
    with acting(owner), transaction.atomic():
        coaching.rate_visit(Visit.objects.filter(pk=kept.pk), rating=5, says="讲得清楚", by=fresh(owner), on=on)


def _past(cast: Cast, firms: list[Firm], on: date) -> None:
    day = on - timedelta(days=20)
    announced = _announce(cast, "高企申报材料常见问题", day, firms, on=day - timedelta(days=10))
    _answer(cast, announced, firms[:3], on=day - timedelta(days=5))
    with acting(cast["chen"]), transaction.atomic():
        there = list(Attendance.objects.filter(event=announced, firm__in=firms[:2]).values_list("pk", flat=True))
        event.mark(announced, there, by=fresh(cast["chen"]), on=day)


def _to_come(cast: Cast, firms: list[Firm], on: date) -> None:
    announced = _announce(cast, "研发费用归集与辅助账实务", on + timedelta(days=16), firms, on=on - timedelta(days=2))
    _answer(cast, announced, firms[1:3], on=on)


def _announce(cast: Cast, title: str, day: date, firms: list[Firm], *, on: date) -> Event:
    said: dict[str, Any] = {"title": title, "says": "请带本年度辅助账和两份委托合同。", "on": day, "begins": time(14)}
    said |= {"place": "市民中心 G 座 302", "seats": 40, "answer_by": day - timedelta(days=3)}
    with acting(cast["chen"]), transaction.atomic():
        chen = fresh(cast["chen"])
        announced = event.plan(said, by=chen, on=on)
        event.invite(Firm.objects.filter(pk__in=[firm.pk for firm in firms]), announced, by=chen, on=on)
    return announced


def _answer(cast: Cast, announced: Event, firms: list[Firm], *, on: date) -> None:
    for firm in firms:
        owner = _owner(cast, firm)
        with acting(owner), transaction.atomic():
            rows = Attendance.objects.filter(event=announced, firm=firm)
            event.answer(rows, comes=True, people=2, who="财务、研发各一人", by=fresh(owner), on=on)


def _owner(cast: Cast, firm: Firm) -> User:
    with acting(cast["chen"]), transaction.atomic():
        return Seat.objects.select_related("user").get(firm=firm, kind="firm_owner").user
