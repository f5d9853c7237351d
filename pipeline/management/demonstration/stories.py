"""What goes on in the demonstration city: firms in every stage, brought there by the acts of the people who may."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from io import BytesIO
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import ASSESSOR, INTAKE
from pipeline.acts import application, case, certificate, coaching, diagnosis, evidence, note, recommendation
from pipeline.acts import firm as firms
from pipeline.acts import round as rounds
from pipeline.acts.conditions import ConditionUnmet
from pipeline.management.demonstration.cast import Cast, seat_owner
from pipeline.models import (
    Application,
    Case,
    Certificate,
    Diagnosis,
    FinancialYear,
    Firm,
    FirmMove,
    MoveRefused,
    Round,
    Step,
    Visit,
)
from pipeline.models.firm import FirmQuerySet
from pipeline.models.in_force import calendar_in_force
from pipeline.models.recommendation import AGREES, CHECKED, DIFFERS
from pipeline.models.record import ENTRY_FIGURES
from pipeline.rules.codes.identifiers import PATENT_WEIGHTS, weighted_check

PAPER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"
)
FAULTS = (
    ("figures.{year}", "研发费用与专项审计报告第 12 页不一致。请改正，或说明差异的原因。"),
    ("property", "没有写明核心知识产权对应的主要产品。请在知识产权页标出。"),
)


# How far firms have come and since when: each move with the number of working days ago it was made.
PLOTS = (
    "begin 46, rights 45, submit 44, forward 40, propose 36, publish 34, admit 26, coach 24, visit 20, step 6",
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
    "begin 95, rights 94, submit 92, forward 88, propose 82, publish 80, admit 73, visit 33, ready 12",
    "begin 98, submit 95, forward 91, propose 86, publish 84, admit 77, ready 15",
    "begin 110, rights 108, submit 107, forward 103, propose 98, publish 96, admit 89, ready 30, apply 9",
    "begin 112, submit 109, forward 105, propose 99, publish 97, admit 90, ready 28, apply 14, apply_submit 10, "
    "visit 7",
    "begin 114, rights 113, submit 111, forward 107, propose 101, publish 99, admit 92, ready 35, apply 16, "
    "apply_submit 14, visit 12, apply_forward 9, recommend 4",
    "begin 120, submit 117, forward 113, propose 107, publish 105, admit 98, certify 20",
    "begin 30, submit 28, withdraw 24",
    "begin 40, submit 37, forward 33, refuse 29",
)
LEADS = 10
LARGEST = 2 * 10**9  # yuan of sales; trading houses are no candidates
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
        lacking, passing = self._complete_firms()
        for number, plot in enumerate(PLOTS):
            far = "ready" in plot or "certify" in plot
            chosen = passing if (far and passing) or not lacking else lacking
            Story(self, chosen.pop(0), number).follow(plot)
        for (days, renewed), firm in zip(HOLDERS, passing, strict=False):
            self._hold_certificate(firm, days, renewed)
        self._open_leads()

    def ago(self, workdays: int) -> date:
        return max(calendar_in_force().add(self.day, -workdays).due, self.earliest)

    def _rounds(self) -> None:
        for name, start in ((f"{self.day.year} 年第一批", -120), (f"{self.day.year} 年第二批", -25)):
            opens = max(self.day + timedelta(days=start), self.earliest)
            dates = {"county_date": 45, "city_date": 60, "province_date": 75}
            ends = {key: opens + timedelta(days=days) for key, days in dates.items()}
            with acting(self.chen), transaction.atomic():
                rounds.open(name=name, opens_on=opens, by=self.chen, **ends)

    def _complete_firms(self) -> tuple[list[Firm], list[Firm]]:
        """Firms of a county whose three years are known whole: those with a gap to close, and those without."""
        with acting(self.chen), transaction.atomic():
            whole = _with_three_years(FinancialYear.objects.filter(sales__lte=LARGEST, **_all_known()))
            found = self._located().filter(pk__in=whole, registered_on__isnull=False, class_one__isnull=False)
            firms = list(found.exclude(class_one=0, class_two=0).select_related("latest_diagnosis").order_by("uscc"))
        passing = [firm for firm in firms if _diagnosed(firm).unmet == 0]
        lacking = [firm for firm in firms if 1 <= _diagnosed(firm).unmet <= 2]
        return sorted(lacking, key=_plainness), passing

    def _located(self) -> FirmQuerySet:
        located = FirmMove.objects.filter(during__upper_inf=True, division__isnull=False)
        return Firm.objects.filter(pk__in=located.values("firm"))

    def _hold_certificate(self, firm: Firm, days: int, renewed: bool) -> None:
        issued = self.day - timedelta(days=days)
        number = f"GR{issued.year}33{100000 + firm.pk % 900000:06}"
        with acting(self.chen), transaction.atomic():
            held = certificate.issue(firm, number=number, issued_on=issued, by=self.chen, on=self.day)
        if renewed:
            with acting(INTAKE), transaction.atomic():
                case.open_renewal(Certificate.objects.filter(pk=held.pk), by=INTAKE, on=self.ago(20))

    def _open_leads(self) -> None:
        with acting(self.chen), transaction.atomic():
            near = self._located().filter(case=None, certificate=None, latest_diagnosis__unmet__lte=2)
            chosen = [(firm, firm.county_on(self.day)) for firm in near.order_by("uscc")[:LEADS]]
        for at, (firm, place) in enumerate(chosen):
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

    @property
    def faults(self) -> list[tuple[str, str]]:
        return [(place.format(year=self.world.day.year - 1), says) for place, says in FAULTS]

    def _begin(self, on: date) -> None:
        self._fill_in(on)
        self._by(self.owner, case.begin, _one(self.firm), on=on)

    def _fill_in(self, on: date) -> None:
        with acting(self.owner), transaction.atomic():
            firm = Firm.objects.get(pk=self.firm.pk)
        told = {"industry": firm.industry or "3990", "field": firm.field or "80101", "resident": True}
        answers = {"never_certified": True, "rd_ledger": True, "no_incident": True, "credit_clean": True}
        self._by(self.owner, firms.amend, firm, told | answers, version=firm.version, on=on)

    def _rights(self, on: date) -> None:
        with acting(self.owner), transaction.atomic():
            firm = Firm.objects.get(pk=self.firm.pk)
            for right in _rights(firm, on):
                firms.record_property(firm, right, by=self.owner)

    def _submit(self, on: date) -> None:
        self._by(self.owner, case.submit, self.cases, on=on)

    def _return_county(self, on: date) -> None:
        self._by(self.officer, case.return_from_county, self.cases, on=on, faults=self.faults)

    def _return_city(self, on: date) -> None:
        self._by(self.world.chen, case.return_from_city, self.cases, on=on, faults=self.faults[:1])

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
        inside = f"现场和台账一致。@{self.head.name} 委托研发合同下周补齐，届时一并看。"
        for text, internal in ((inside, True), ("请在下周五前把委托研发合同扫描件传到“资料”里。", False)):
            with acting(self.officer), transaction.atomic():
                note.write(self.firm, text, by=self.officer, on=on, internal=internal, case=visited)

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
        self._check(on)
        self._by(
            self.head, application.forward, self.applications, on=on, opinion="for", note="现场核查属实，同意推荐。"
        )

    def _check(self, on: date) -> None:
        """What the county found at its last visit: all as in the dossier but one person of the list."""
        with acting(self.officer), transaction.atomic():
            visited = Visit.objects.filter(firm=self.firm).latest("on", "pk")
        findings = {name: {"is": AGREES, "says": ""} for name in CHECKED}
        findings["people"] = {"is": DIFFERS, "says": "名单 1 人当日出差，已看劳动合同和社保缴费记录。"}
        says = "研发场地、设备、辅助账与申报一致。"
        self._by(
            self.officer, recommendation.check, self.applications, visit=visited, findings=findings, says=says, on=on
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


def _with_three_years(rows: Any) -> list[int]:
    """The firms that have three years among these rows."""
    counted = Counter(rows.values_list("firm", flat=True))
    return [firm for firm, years in counted.items() if years >= 3]


def _plainness(firm: Firm) -> tuple[bool, bool, float]:
    """The first story is of a firm in Lin'an or Binjiang that lacks R&D intensity only, and not much of it."""
    judged = _diagnosed(firm)
    found = next(each for each in judged.findings if each["rule"] == "rd_intensity")
    share = Fraction(found["found"] or 0) / Fraction(found["needed"] or 1)
    here = firm.uscc[2:8] in ("330108", "330112")  # the made-up codes carry the county
    only = judged.unmet == 1 and judged.shortest == "rd_intensity" and Fraction(3, 4) <= share < 1
    return (not (here and only), judged.shortest != "rd_intensity", -float(share) if share < 1 else 0.0)


def _rights(firm: Firm, on: date) -> Iterator[dict[str, Any]]:
    """As many rights as the roster counts, of class II at most eight; their numbers are invented."""
    inventions, others = firm.class_one or 0, min(firm.class_two or 0, 8)
    for at in range(inventions + others):
        kind, sign, years = ("invention", "1", 20) if at < inventions else ("utility_model", "2", 10)
        filed = date(on.year - 2 - at % 4, 1 + at % 12, 15)
        body = f"{filed.year}{sign}{(firm.pk * 97 + at) % 10**7:07}"
        check = weighted_check(map(int, body), PATENT_WEIGHTS, complement=False)
        yield {
            "number": f"{body}.{check}",
            "kind": kind,
            "title": f"一种用于主要产品的装置及方法（{at + 1}，虚构）",
            "granted_on": filed + timedelta(days=400),
            "expires_on": filed.replace(year=filed.year + years),
            "acquired_by": "own_rd",
            "core": at < 3,
        }


def _diagnosed(firm: Firm) -> Diagnosis:
    if firm.latest_diagnosis is None:
        raise LookupError(f"{firm} has not been judged")
    return firm.latest_diagnosis
