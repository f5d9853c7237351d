"""What goes on in the demonstration city: firms in every stage, brought there by the acts of the people who may."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import ASSESSOR, INTAKE
from pipeline.acts import application, case, certificate, coaching, diagnosis, evidence
from pipeline.acts import firm as firms
from pipeline.acts import round as rounds
from pipeline.acts.conditions import ConditionUnmet
from pipeline.management.demonstration.cast import Cast, seat_owner
from pipeline.models import Application, Case, Certificate, FinancialYear, Firm, FirmMove, MoveRefused, Round, Step
from pipeline.models.record import ENTRY_FIGURES
from pipeline.rules.workdays import carried_calendar

PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"
)
FAULTS = (
    ("figures.2025", "研发费用与专项审计报告第 12 页不一致。请改正，或说明差异的原因。"),
    ("property", "没有写明核心知识产权对应的主要产品。请在知识产权页标出。"),
)


# How far firms have come and since when: each move with the number of working days ago it was made.
PLOTS = (
    "begin 46, submit 44, forward 40, propose 36, publish 34, admit 26, coach 24, visit 20, step 6",
    "begin 4",
    "begin 3, submit 2",
    "begin 8, submit 4",
    "begin 12, submit 7",
    "begin 10, submit 6, return_county 3",
    "begin 15, submit 12, return_county 9, answer_county 2",
    "begin 12, submit 10, forward 3",
    "begin 18, submit 16, forward 9",
    "begin 22, submit 20, forward 15, propose 1",
    "begin 16, submit 13, forward 8, return_city 2",
    "begin 20, submit 18, forward 14, propose 5, publish 3",
    "begin 24, submit 21, forward 17, propose 6, publish 2",
    "begin 60, submit 57, forward 53, propose 47, publish 45, admit 38, coach 35, visit 30",
    "begin 75, submit 72, forward 68, propose 62, publish 60, admit 52, visit 40",
    "begin 85, submit 82, forward 78, propose 71, publish 70, admit 63",
    "begin 95, submit 92, forward 88, propose 82, publish 80, admit 73, visit 33, ready 12",
    "begin 98, submit 95, forward 91, propose 86, publish 84, admit 77, ready 15",
    "begin 110, submit 107, forward 103, propose 98, publish 96, admit 89, ready 30, apply 9",
    "begin 112, submit 109, forward 105, propose 99, publish 97, admit 90, ready 28, apply 14, apply_submit 10, "
    "visit 7",
    "begin 114, submit 111, forward 107, propose 101, publish 99, admit 92, ready 35, apply 16, apply_submit 14, "
    "visit 12, apply_forward 9, recommend 4",
    "begin 120, submit 117, forward 113, propose 107, publish 105, admit 98, certify 20",
    "begin 30, submit 28, withdraw 24",
    "begin 40, submit 37, forward 33, refuse 29",
)
LEADS = 10
HOLDERS = (
    (800, True),
    (560, True),
    (300, False),
)  # days since the certificate was issued, and whether renewal has begun


class Demonstration:
    """Tells each story as far as the calendar allows; one that is told already is left alone."""

    def __init__(self, cast: Cast, *, day: date, earliest: date) -> None:
        self.cast, self.day, self.earliest = cast, day, earliest
        self.chen, self.zhou, self.song = cast["chen"], cast["zhou"], cast["song"]

    def tell(self) -> None:
        with acting(self.chen), transaction.atomic():
            told = Case.objects.exists()
        if told:
            return
        self._rounds()
        chosen = self._complete_firms()
        for number, (plot, firm) in enumerate(zip(PLOTS, chosen, strict=False)):
            Story(self, firm, number).follow(plot)
        rest = chosen[len(PLOTS) :]
        for (days, renewed), firm in zip(HOLDERS, rest, strict=False):
            self._hold_certificate(firm, days, renewed)
        self._open_leads(rest[len(HOLDERS) :][:LEADS])

    def ago(self, workdays: int) -> date:
        return max(carried_calendar().add(self.day, -workdays).due, self.earliest)

    def _rounds(self) -> None:
        for name, start in ((f"{self.day.year} 年第一批", -120), (f"{self.day.year} 年第二批", -25)):
            opens = max(self.day + timedelta(days=start), self.earliest)
            dates = {"county_date": 45, "city_date": 60, "province_date": 75}
            ends = {key: opens + timedelta(days=days) for key, days in dates.items()}
            with acting(self.chen), transaction.atomic():
                rounds.open(name=name, opens_on=opens, by=self.chen, **ends)

    def _complete_firms(self) -> list[Firm]:
        """Firms of a county whose three years are known whole; those nearest to certification go furthest."""
        with acting(self.chen), transaction.atomic():
            whole = [
                held.firm_id for held in _full_years(FinancialYear.objects.filter(sales__lte=2 * 10**9, **_all_known()))
            ]
            located = FirmMove.objects.filter(during__upper_inf=True, division__isnull=False).values("firm")
            found = Firm.objects.filter(pk__in=whole, registered_on__isnull=False, class_one__isnull=False)
            found = found.filter(pk__in=located).exclude(class_one=0, class_two=0)
            return _mixed(list(found.select_related("latest_diagnosis").order_by("uscc")))

    def _hold_certificate(self, firm: Firm, days: int, renewed: bool) -> None:
        issued = self.day - timedelta(days=days)
        number = f"GR{issued.year}33{100000 + firm.pk % 900000:06}"
        with acting(self.chen), transaction.atomic():
            held = certificate.issue(firm, number=number, issued_on=issued, by=self.chen, on=self.day)
        if renewed:
            with acting(INTAKE), transaction.atomic():
                case.open_renewal(Certificate.objects.filter(pk=held.pk), by=INTAKE, on=self.ago(20))

    def _open_leads(self, chosen: list[Firm]) -> None:
        for at, firm in enumerate(chosen):
            with acting(self.chen), transaction.atomic():
                place = firm.county_on(self.day)
            officer = self.cast.officers[place.pk] if place else self.chen
            with acting(officer), transaction.atomic():
                case.open_lead(_one(firm), by=officer, on=self.ago(3 + 2 * at), note="名册筛查：差距在两项以内")


class Story:
    """One firm's way, each step by whoever takes it."""

    def __init__(self, world: Demonstration, firm: Firm, number: int) -> None:
        self.world, self.firm = world, firm
        with acting(world.chen), transaction.atomic():
            place = firm.county_on(world.day)
            firms.verify(_one(firm), by=world.chen, on=world.earliest)
        assert place is not None  # noqa: S101  # firms of a story have a county
        self.officer, self.head = world.cast.officers[place.pk], world.cast.heads[place.pk]
        self.owner = seat_owner(firm, number, by=world.song, on=world.earliest)

    def follow(self, plot: str) -> None:
        for move in plot.split(", "):
            name, workdays = move.split()
            step: Callable[[date], None] = getattr(self, f"_{name}")
            try:
                step(self.world.ago(int(workdays)))
            except (ConditionUnmet, MoveRefused):
                return  # early in a year the calendar leaves no room for the rest

    def _by(self, person: Any, act: Callable[..., Any], /, *args: Any, **also: Any) -> Any:
        with acting(person), transaction.atomic():
            return act(*args, by=person, **also)

    @property
    def cases(self) -> Any:
        return Case.objects.open().filter(firm=self.firm)

    @property
    def applications(self) -> Any:
        return Application.objects.open().filter(firm=self.firm)

    def _begin(self, on: date) -> None:
        self._fill_in(on)
        self._by(self.owner, case.begin, _one(self.firm), on=on)

    def _fill_in(self, on: date) -> None:
        with acting(self.owner), transaction.atomic():
            firm = Firm.objects.get(pk=self.firm.pk)
        told = {"industry": firm.industry or "3990", "field": firm.field or "80101", "resident": True}
        answers = {"never_certified": True, "rd_ledger": True, "no_incident": True, "credit_clean": True}
        self._by(self.owner, firms.amend, firm, told | answers, version=firm.version, on=on)

    def _submit(self, on: date) -> None:
        self._by(self.owner, case.submit, self.cases, on=on)

    def _return_county(self, on: date) -> None:
        self._by(self.officer, case.return_from_county, self.cases, on=on, faults=FAULTS)

    def _return_city(self, on: date) -> None:
        self._by(self.world.chen, case.return_from_city, self.cases, on=on, faults=FAULTS[:1])

    def _answer_county(self, on: date) -> None:
        with acting(self.owner), transaction.atomic():
            open_faults = {
                fault.pk: "已按要求改正，依据见所附材料。" for each in self.cases for fault in each.faults.all()
            }
        self._by(self.owner, case.resubmit_to_county, self.cases, on=on, answers=open_faults)

    def _forward(self, on: date) -> None:
        self._by(self.head, case.forward, self.cases, on=on, opinion="for", note="材料齐全，同意推荐入库。")

    def _propose(self, on: date) -> None:
        self._by(self.world.chen, case.propose, self.cases, act="case.publish", on=on, note="符合入库条件，建议公示。")

    def _publish(self, on: date) -> None:
        self._by(self.world.zhou, case.publish, self.cases, on=on)

    def _admit(self, on: date) -> None:
        self._by(self.world.chen, case.admit, self.cases, on=on)

    def _refuse(self, on: date) -> None:
        self._by(self.world.zhou, case.refuse, self.cases, on=on, note="主要产品不在国家重点支持的高新技术领域内。")

    def _withdraw(self, on: date) -> None:
        self._by(self.owner, case.withdraw, self.cases, on=on, note="企业计划明年再申请。")

    def _coach(self, on: date) -> None:
        coach = self.world.cast["zhang"]
        with acting(coach), transaction.atomic():
            coach.seat_kinds  # noqa: B018  # remembered while it can be seen
        until = on.replace(year=on.year + 1, day=min(on.day, 28))
        appointed = self._by(self.officer, coaching.appoint, self.firm, coach, on=on, until=until)
        self._by(self.owner, coaching.consent, appointed, on=on)

    def _visit(self, on: date) -> None:
        with acting(self.officer), transaction.atomic():
            visited = self.cases.get()
        notes = "看了研发场地和辅助账。约定按项目归集研发费用，补齐科技人员名单。"
        self._by(
            self.officer,
            coaching.record_visit,
            visited,
            on=on,
            way="visit",
            notes=notes,
            next_on=on + timedelta(days=90),
        )

    def _step(self, on: date) -> None:
        with acting(self.owner), transaction.atomic():
            steps = list(Step.objects.filter(firm=self.firm, plan__superseded_on=None).order_by("position")[:2])
        for step in steps:
            paper = BytesIO(PAPER)
            self._by(
                self.owner,
                evidence.receive,
                self.firm,
                paper,
                name="研发辅助账.pdf",
                size=len(PAPER),
                purpose="step",
                step=step,
            )
            self._by(self.owner, coaching.finish_step, Step.objects.filter(pk=step.pk), on=on, version=step.version)
        for step in steps[:1]:
            self._by(
                self.officer, coaching.accept_step, Step.objects.filter(pk=step.pk), on=on, version=step.version + 1
            )

    def _ready(self, on: date) -> None:
        self._by(self.officer, case.mark_ready, self.cases, on=on, note="负责人决定：差距可在申报前补齐。")

    def _apply(self, on: date) -> None:
        with acting(self.owner), transaction.atomic():
            current = Round.objects.open_on(on).first()
        if current is not None:
            self._by(self.owner, application.open, _one(self.firm), current, on=on)

    def _apply_submit(self, on: date) -> None:
        self._by(self.owner, application.submit, self.applications, on=on)

    def _apply_forward(self, on: date) -> None:
        self._by(
            self.head, application.forward, self.applications, on=on, opinion="for", note="现场核查属实，同意推荐。"
        )

    def _recommend(self, on: date) -> None:
        self._by(self.world.chen, application.propose, self.applications, on=on, note="八项条件达标，建议推荐。")
        self._by(self.world.zhou, application.recommend, self.applications, on=on)

    def _certify(self, on: date) -> None:
        number = f"GR{on.year}33{200000 + self.firm.pk % 700000:06}"
        self._by(self.world.chen, certificate.issue, self.firm, number=number, issued_on=on, on=on)


def judge_everybody(*, on: date) -> None:
    """Keep a diagnosis of every firm whose record changed."""
    with acting(ASSESSOR), transaction.atomic():
        diagnosis.keep(Firm.objects.filter(diagnosis_due=True), by=ASSESSOR, on=on)


def _one(firm: Firm) -> Any:
    return Firm.objects.filter(pk=firm.pk)


def _all_known() -> dict[str, bool]:
    return {f"{figure}__isnull": False for figure in ENTRY_FIGURES}


def _full_years(rows: Any) -> Iterator[FinancialYear]:
    """One row of each firm that has three years among these."""
    seen: dict[int, int] = {}
    for row in rows.order_by("firm_id", "year"):
        seen[row.firm_id] = seen.get(row.firm_id, 0) + 1
        if seen[row.firm_id] == 3:
            yield row


def _mixed(found: list[Firm]) -> list[Firm]:
    """The nearest to certification last but few, for the plots at the end of the list go furthest."""
    far_first = sorted(found, key=lambda firm: -(firm.latest_diagnosis.unmet if firm.latest_diagnosis else 0))
    needed = len(PLOTS)
    return far_first[-needed:] + far_first[:-needed] if len(far_first) > needed else far_first
