"""What a list may ask of the database: as much for fifty rows as for five, and never more than its budget.

One city stands for all of it. Its lists are drawn with five rows each, made longer by the acts of its people, and drawn
again with fifty.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from psycopg.types.range import DateRange
from stdnum.cn import uscc

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import (
    announcement,
    application,
    assignment,
    book,
    bulk,
    call,
    case,
    certificate,
    claim,
    coaching,
    deputy,
    diagnosis,
    difficulty,
    event,
    evidence,
    firm,
    flag,
    hour,
    mandate,
    notice,
    people,
    phrase,
    roster,
    routing,
    seating,
    step_template,
    trial,
)
from pipeline.acts import round as rounds
from pipeline.models import (
    Adjustment,
    Application,
    Attendance,
    Case,
    Certificate,
    CountyCheck,
    Division,
    FinancialYear,
    Firm,
    Hit,
    Hour,
    Import,
    Listed,
    Office,
    ProvinceList,
    RegistryEvent,
    Result,
    ResultList,
    Round,
    Step,
    User,
    Visit,
)
from pipeline.request import CompressionMiddleware
from tests.cast import DAY, QINGHE, SINCE, YEARS, Cast, Story, city, fresh, the, yuan
from tests.many_panels import judged
from tests.outside.workbooks import HEAD, xlsx
from tests.pooled import pooled
from tests.walls.help_rows import sme_rows
from tests.walls.own_books import keep_many
from tests.walls.quality_rows import merged_rows

FEW, MANY = 5, 50
PAPER = b"%PDF-1.7\n%%EOF\n"
FRAME = 4  # what any page asks: who signed in, their seats, and that the session goes on


@dataclass(frozen=True)
class Listing:
    """A screen with rows: who looks, at what address, and the most statements it may take, the frame's included."""

    who: str
    most: int
    at: Callable[["World"], list[object]] = lambda world: []
    query: str | Callable[["World"], str] = ""
    sends: Callable[["World"], dict[str, Any]] | None = None


# The numbers for queue, case, diagnosis, plan, home of a firm, funnel and search are the design's; a list that has none
# there may take twelve, as the queue may, and a firm's ten, as the entry of its figures may. Li owns very many firms.
LISTS: dict[str, Listing] = {
    "desk:queue": Listing("wang", 12, query="?view=all"),
    "desk:batch": Listing("wang", 12, sends=lambda world: {"act": "drop-lead", "everything": "1"}),
    "desk:exports": Listing("wang", 12),
    "desk:workload": Listing("zhao", 12),
    "desk:hand_over": Listing("zhao", 12, query=lambda world: f"?from={world.cast.wang.pk}"),
    "desk:routing": Listing("zhao", 16),  # the rules, and what they would do: the act's own statements
    "desk:absences": Listing("zhao", 12),
    "desk:signatures": Listing("zhou", 14),
    "desk:calls": Listing("wang", 12, query="?list=agreed"),
    "desk:county_less": Listing("chen", 12),
    "desk:palette": Listing("chen", FRAME + 2, query="?q=苗木"),
    "desk:messages": Listing("wang", 12),
    "desk:case": Listing("chen", 18, lambda world: [world.number]),
    "desk:firm": Listing("chen", 16, lambda world: [QINGHE]),
    "desk:diagnosis": Listing("chen", 14, lambda world: [QINGHE]),
    "desk:plan": Listing("wang", 12, lambda world: [world.number]),
    "desk:appoint": Listing("wang", 12, lambda world: [world.number]),
    "desk:screening": Listing("chen", 12),
    "desk:coaching": Listing("chen", 12),
    "desk:caseloads": Listing("chen", 12),
    "desk:visits": Listing("chen", 12),
    "desk:events": Listing("wang", 12),
    "desk:event": Listing("wang", 12, lambda world: [world.training]),
    "desk:event_sheet": Listing("wang", 12, lambda world: [world.training]),
    "desk:step_templates": Listing("zhou", 10),
    "desk:funnel": Listing("chen", 8),
    "desk:funnel_firms": Listing("chen", 12, query="?stage=firms&county=none"),  # the city has more than a page
    "desk:applications": Listing("chen", 12),
    "desk:rounds": Listing("chen", 12),
    "desk:round": Listing("chen", 12, lambda world: [world.round], query="?list=draft"),
    "desk:province_list": Listing("chen", 10, lambda world: [world.round, 1]),
    "desk:recommendation": Listing("wang", 16, lambda world: [world.applied]),
    "desk:certificates": Listing("chen", 12),
    "desk:certificate_issue": Listing("chen", 12, lambda world: [world.holder.uscc]),
    "desk:obligations": Listing("chen", 12),
    "desk:laboratory": Listing("chen", 12),
    "desk:trial_firms": Listing("chen", 12, lambda world: [world.trial], query="?rule=rd_intensity"),
    "desk:jobs": Listing("chen", 12),
    "desk:rosters": Listing("chen", 12),
    "desk:roster": Listing("chen", 12, lambda world: [world.roster.public_id]),
    "advisers:home": Listing("zhang", 12),
    "public:notices": Listing("", 4),  # who is about to come in, who to leave, the calendar, the offices
    "api:cases": Listing("chen", 12),
    "portal:home": Listing("li", 9, lambda world: [world.returned.uscc]),
    "portal:corrections": Listing("li", 10, lambda world: [world.returned.uscc]),
    "portal:property": Listing("li", 10, lambda world: [QINGHE]),
    "portal:projects": Listing("li", 10, lambda world: [QINGHE]),
    "portal:project": Listing("li", 10, lambda world: [QINGHE, "RD10"]),
    "portal:ledger": Listing("li", 10, lambda world: [QINGHE, 2025]),
    "portal:products": Listing("li", 10, lambda world: [QINGHE]),
    "portal:conversions": Listing("li", 10, lambda world: [QINGHE]),
    "portal:triangle": Listing("li", 10, lambda world: [QINGHE]),
    "portal:staff": Listing("li", 10, lambda world: [QINGHE, 2025]),
    "portal:history": Listing("li", 10, lambda world: [QINGHE]),
    "portal:timeline": Listing("li", 10, lambda world: [QINGHE]),
    "desk:timeline": Listing("chen", 12, lambda world: [QINGHE], query="?kind=files"),
    "desk:phrases": Listing("zhou", 10),
    "portal:plan": Listing("li", 10, lambda world: [QINGHE]),
    "portal:step": Listing("li", 10, lambda world: [QINGHE, 1]),
    "portal:messages": Listing("li", 10, lambda world: [QINGHE]),
    "portal:application": Listing("li", 10, lambda world: [QINGHE]),
    "portal:dossier": Listing("li", 10, lambda world: [QINGHE]),
    "desk:dossier": Listing("chen", 12, lambda world: [world.number]),
    "portal:dossier_secrets": Listing("li", 12, lambda world: [QINGHE]),
    "portal:certificate": Listing("li", 10, lambda world: [world.holder.uscc]),
    "portal:workbook": Listing("li", 10, lambda world: [QINGHE]),
    "portal:accounts": Listing("li", 10, lambda world: [QINGHE]),
    "portal:objections": Listing("li", 12, lambda world: [QINGHE]),
    "portal:difficulties": Listing("li", 10, lambda world: [QINGHE]),
    "portal:hours": Listing("li", 10, lambda world: [QINGHE]),
    "portal:events": Listing("li", 10, lambda world: [QINGHE]),
    "desk:difficulties": Listing("wang", 12),
    "desk:pool_terms": Listing("chen", 12, query="?list=over"),
    "desk:pool_updates": Listing("chen", 12),
    "desk:windows": Listing("chen", 12),
    "desk:objections": Listing("chen", 12),
    "desk:sme": Listing("chen", 12),
    "desk:sme_publicity": Listing("chen", 12),
    "desk:sme_checks": Listing("chen", 12),
    "desk:adjustments": Listing("chen", 12),
    "desk:adjustment": Listing("chen", 12, lambda world: [world.adjustment]),
    "desk:hand_overs": Listing("chen", 12),
    "desk:quality": Listing("chen", 12),
    "desk:merges": Listing("chen", 12),
    "desk:registry": Listing("wang", 12),
    "desk:results": Listing("chen", 12),
    "desk:result_list": Listing("chen", 12, lambda world: [world.result_list]),
    "desk:reconciliation": Listing("chen", 12),
    "desk:hours": Listing("wang", 12),
    "desk:panels": Listing("chen", 12),
    "desk:experts": Listing("chen", 12),
    "desk:panel": Listing("chen", 16, lambda world: [world.panel]),  # who sits, what was given, and the lot
    "desk:panel_fees": Listing("chen", 12, lambda world: [world.panel]),
    "advisers:tasks": Listing("expert", 12),
    "advisers:task": Listing("expert", 14, lambda world: [world.task]),
    "portal:papers": Listing("li", 18, lambda world: [QINGHE]),
    "portal:people": Listing("li", 13, lambda world: [QINGHE]),
    "portal:clients": Listing("agent", 10),
    "portal:shown": Listing("lender", 10),
    "desk:claims": Listing("wang", 12),
    "desk:firm_sight": Listing("chen", 14, lambda world: [QINGHE]),  # the frame, the bar of the firm, and each right
    "desk:offices": Listing("song", 10),
    "desk:office": Listing("song", 10, lambda world: [world.cast.offices["linan"].pk]),
    "desk:divisions": Listing("feng", 12),
    "desk:people": Listing("song", 10, query="?text=众"),
    "desk:seats": Listing("zhou", 10),
    "desk:announcements": Listing("chen", 12),
}

# Pages whose length does not follow the record: forms, single things, files, answers to a click.
NO_LISTS = {
    "desk:roles", "desk:person", "desk:province_list_file",
    "home", "look", "language", "telling", "demo_switch", "demo_day", "health", "health_live", "health_ready",
    "api:assess", "api:openapi-json", "api:api-root",
    "desk:call_note", "desk:calendar",
    "desk:diagnose", "desk:draw_plan", "desk:accept_step", "desk:reopen_step", "desk:visit",
    "desk:visit_draft", "desk:add_steps", "desk:edit_step", "portal:rate_visit",
    "desk:certificate", "desk:obligation_fulfil", "desk:case_move", "desk:application_move", "desk:firm_lead",
    "desk:firm_county", "desk:firm_verify",
    "desk:case_review", "desk:case_presence", "desk:case_faults", "desk:viewer", "desk:document_page",
    "portal:dossier_texts", "portal:bundle", "desk:bundle", "desk:bundle_file",
    "desk:document", "desk:roster_progress", "desk:roster_confirm", "desk:roster_cancel", "desk:roster_marked",
    "desk:roster_template", "desk:roster_again", "desk:roster_file", "desk:roster_result",
    "portal:ledger_line", "portal:ledger_paste", "portal:ledger_draft", "portal:ledger_line_draft",
    "portal:ledger_count", "portal:ledger_book", "portal:ledger_detail",
    "portal:product", "portal:conversion", "portal:staff_member", "portal:staff_paste", "portal:staff_count",
    "desk:books", "desk:book", "desk:supposition", "desk:trial", "desk:trial_progress", "desk:trial_sheet",
    "desk:trial_download", "desk:trial_download_progress", "desk:scheme",
    "desk:bulk", "desk:bulk_progress", "desk:bulk_result", "desk:export_ask", "desk:export", "desk:export_progress",
    "desk:registry_progress",
    "desk:list_look", "desk:view_save", "desk:view", "desk:view_change",
    "desk:scheme_save", "desk:scheme_try", "desk:scheme_move",
    "portal:begin", "portal:submit", "portal:withdraw", "portal:firm", "portal:contact", "portal:figures",
    "portal:figures_draft", "portal:reconciliation",
    "signup", "portal:claim", "portal:join", "desk:claim", "desk:claim_paper",
    "portal:difficulty", "portal:sme", "portal:one_page", "portal:shown_firm", "portal:removal", "desk:difficulty",
    "desk:hit", "desk:merge", "desk:objection", "portal:update", "desk:sme_registration", "desk:sme_numbers",
    "portal:diagnosis", "portal:workbook_file", "portal:workbook_returned", "portal:workbook_marked",
    "portal:accounts_book",
    "advisers:sheet", "advisers:expert", "advisers:enter",
    "portal:paper", "portal:upload", "portal:upload_piece", "portal:commitment",
}  # fmt: skip


@dataclass
class World:
    """The city, and the things of it that addresses name."""

    cast: Cast
    qinghe: Firm
    number: str
    folder: Path
    size: int = 0
    leads: list[Case] = field(default_factory=list)
    returned: Firm = field(default_factory=Firm)
    holder: Firm = field(default_factory=Firm)
    roster: Import = field(default_factory=Import)
    trial: UUID = field(default_factory=uuid4)
    training: UUID = field(default_factory=uuid4)
    adjustment: UUID = field(default_factory=uuid4)
    result_list: UUID = field(default_factory=uuid4)
    owner: User = field(default_factory=User)
    panel: UUID = field(default_factory=uuid4)
    task: UUID = field(default_factory=uuid4)
    applied: str = ""

    def grow(self, size: int) -> None:
        """Every list as long as this."""
        more, self.size = size - self.size, size
        with transaction.atomic():
            self._people(more)
            self._rounds(more)
            self._leads(more)
            self._acts_on_many(more)
            self._listed_by_agency(more)
            self._office(more)
            self._holders(more)
            self._listed(more)
            self._reviewed(more)
            self._one_firm(more)
            self._let_in(more)
            with acting(self.cast.li):
                keep_many(self.qinghe, range(self.size - more, self.size), by=self.cast.li, on=DAY)
            self._helped(more)
            self._trained(more)
            self._pooled(more)
            self._odd(more)
            self.panel, self.task = judged(self.cast, self._firms(more), self.size)
        self._rosters(more)
        self._schemes(more)
        self.cast = fresh(self.cast)

    def _acts_on_many(self, more: int) -> None:
        wang = self.cast.wang
        with acting(wang):
            one = Case.objects.filter(pk=self.leads[0].pk)
            for _asked in range(more):
                said: dict[str, Any] = {"said": {"name": "看"}, "query": "", "language": "zh-hans"}
                bulk.ask(one, kind="tag", by=wang, on=DAY, **said)

    def _listed_by_agency(self, more: int) -> None:
        """Lists of the agency, and one of them with many lines that nobody has settled."""
        office, by = self.cast.offices["hangzhou"], self.cast.chen
        about: dict[str, Any] = {"office": office, "kind": "certified", "day": DAY, "by": by, "taken_on": DAY}
        line: dict[str, Any] = {"office": office, "sheet": "公告", "line": 2, "state": "elsewhere"}
        with acting(by):
            lists = [
                ResultList.objects.create(digest=f"{at:064}", **about) for at in range(self.size - more, self.size)
            ]
            first = ResultList.objects.earliest("pk")
            Result.objects.bulk_create(
                Result(result_list=first, position=each.pk, firm=held, number=_number(self.size, each.pk % 100), **line)
                for each, held in zip(lists, self._firms(more), strict=True)
            )
            self.result_list = first.public_id

    def _odd(self, more: int) -> None:
        """Figures that look off by a unit, merges that were taken back, what the registry tells."""
        facts = {"figure": "sales", "year": 2025, "beside": "2024", "values": ["1", "10000"], "factor": 10_000}
        odd: dict[str, Any] = {"kind": "off_by_unit", "sides": "0", "found_on": DAY, "facts": facts}
        told: dict[str, Any] = {"file": "a.xlsx", "line": 2, "kind": "renamed", "day": DAY, "by": self.cast.wang}
        firms, office = self._firms(more), self.cast.offices["linan"]
        with acting(INTAKE):
            Hit.objects.bulk_create(Hit(firm=each, **odd) for each in firms)
            RegistryEvent.objects.bulk_create(
                RegistryEvent(office=office, uscc=each.uscc, old_name=each.name, new_name="新", **told)
                for each in firms
            )
        merged_rows([each.pk for each in firms], self.cast.offices["hangzhou"].pk, self.cast.chen, self.cast.zhou, DAY)

    def _pooled(self, more: int) -> None:
        firms = self._firms(more)
        with acting(INTAKE):
            pooled(firms, self.cast, DAY, self.cast.chen)
            sme_rows(firms, self.cast.chen, DAY)
            self.adjustment = Adjustment.objects.get().public_id

    def _leads(self, more: int) -> None:
        with acting(self.cast.chen):
            self.leads += case.open_lead(_all(self._firms(more)), by=self.cast.chen, on=DAY)

    def _office(self, more: int) -> None:
        """Colleagues, rules, absences, cases in one officer's hands, calls to make, firms of no county, proposals."""
        cast, wang, zhao = self.cast, self.cast.wang, self.cast.zhao
        with acting(cast.chen):
            homeless = [_record(cast, 50_000 + at) | {"division": None} for at in range(self.size - more, self.size)]
            firm.register(homeless, by=cast.chen, on=SINCE)
        with acting(zhao):
            leads = Case.objects.filter(pk__in=_keys(self.leads[-more:]))
            assignment.assign(leads, wang, by=zhao, on=DAY)
            for at in range(self.size - more, self.size):
                routing.add(cast.offices["linan"], by=zhao, most=at + 1)
                day = DAY + timedelta(days=30 + at)
                deputy.note_absence(wang, zhao, first=day, last=day, by=zhao, on=DAY)
        with acting(wang):
            for each in self.leads[-more:]:
                call.note(the(each.firm), says="再联系", by=wang, on=DAY, next_on=DAY)
        proposed = self._firms(more)
        self._seat_owner(proposed)
        self._hand_in(proposed)
        self._propose(Case.objects.filter(firm__in=proposed))

    def _holders(self, more: int) -> None:
        """Firms with a certificate that are coached towards the next and have a dossier open; one with very many."""
        chen, firms = self.cast.chen, self._firms(more)
        [self.holder] = self._firms(1)
        self._seat_owner([*firms, self.holder])
        with acting(chen):
            diagnosis.keep(_all(firms), by=chen, on=DAY)
            for at, each in enumerate([*firms, *[self.holder] * self.size]):
                certificate.issue(each, number=_number(self.size, at), issued_on=DAY, by=chen, on=DAY)
        with acting(INTAKE):
            held = Certificate.objects.filter(firm__in=firms)
            renewals = case.open_renewal(held, by=INTAKE, on=DAY)
        with acting(chen):
            coaching.draw_plans(Case.objects.filter(pk__in=_keys(renewals)), by=chen, on=DAY)
        for held_by, renewal in zip(firms, renewals, strict=True):
            self._coached(held_by, renewal)

    def _coached(self, held_by: Firm, renewal: Case) -> None:
        """With a visit, a coach whom the firm has let in, and a dossier."""
        wang, zhang = self.cast.wang, self.cast.zhang
        with acting(wang):
            coaching.record_visit(renewal, by=wang, on=DAY, way="call", notes="电话沟通")
            appointed = coaching.appoint(held_by, zhang, by=wang, on=DAY, until=DAY + timedelta(days=400))
        with acting(self.owner):
            coaching.consent(appointed, by=self.owner, on=DAY)
            application.open(the(held_by), Round.objects.earliest("pk"), by=self.owner, on=DAY)

    def _rounds(self, more: int) -> None:
        days = {name: DAY + timedelta(days=30) for name in ("county_date", "city_date", "province_date")}
        with acting(self.cast.chen):
            for at in range(self.size - more, self.size):
                rounds.open(name=f"2026 年第 {at} 批", opens_on=DAY, by=self.cast.chen, **days)

    @property
    def round(self) -> int:
        return Round.objects.earliest("pk").pk

    def _listed(self, more: int) -> None:
        """Every dossier of a round on one list, and one of them checked very often."""
        with acting(INTAKE):
            listed, _made = ProvinceList.objects.get_or_create(
                round_id=self.round, number=1, defaults={"drawn_by": self.cast.chen, "drawn_on": DAY}
            )
            dossiers = list(Application.objects.filter(round=self.round, listed=None).order_by("pk"))
            for position, each in enumerate(dossiers, start=Listed.objects.count() + 1):
                says = {"name": "某企业", "uscc": "", "county": "", "kind": "", "visited": "", "county_says": ""}
                Listed.objects.create(firm_id=each.firm_id, list=listed, application=each, position=position, says=says)
            checked = Application.objects.filter(round=self.round).select_related("case").order_by("pk")[0]
            self.applied = checked.case.number
            own: dict[str, Any] = {"firm_id": checked.firm_id, "on": DAY, "by": self.cast.wang}
            visits = [Visit.objects.create(case=checked.case, notes="看过", **own) for _each in range(more)]
            for visit in visits:
                CountyCheck.objects.create(application=checked, visit=visit, findings={}, says="属实", **own)

    def _reviewed(self, more: int) -> None:
        """Firms on public notice, and one that was returned with very many faults."""
        wang, noticed = self.cast.wang, self._firms(more)
        [self.returned] = self._firms(1)
        self._seat_owner([*noticed, self.returned])
        self._hand_in([*noticed, self.returned])
        with acting(wang):
            faults = [("firm", f"第 {at} 处不清楚") for at in range(self.size)]
            case.return_from_county(Case.objects.filter(firm=self.returned), by=wang, on=DAY, faults=faults)
        self._publish(Case.objects.filter(firm__in=noticed))

    def _hand_in(self, firms: list[Firm]) -> None:
        with acting(self.cast.chen):
            firm.verify(_all(firms), by=self.cast.chen, on=DAY)
        with acting(self.owner):
            for each in firms:
                firm.set_contact(each, name="李青", phone="13900001234", email="", by=self.owner)
                case.begin(the(each), by=self.owner, on=DAY)
            case.submit(Case.objects.filter(firm__in=firms), by=self.owner, on=DAY)

    def _publish(self, cases: Any) -> None:
        keys, zhou = self._propose(cases), self.cast.zhou
        with acting(zhou):
            case.publish(Case.objects.filter(pk__in=keys), by=zhou, on=DAY)

    def _propose(self, cases: Any) -> list[int]:
        zhao, chen = self.cast.zhao, self.cast.chen
        with acting(zhao):
            keys = list(cases.values_list("pk", flat=True))
            case.forward(cases, by=zhao, on=DAY, opinion="for", note="材料齐全")
        with acting(chen):
            case.propose(Case.objects.filter(pk__in=keys), act="case.publish", by=chen, on=DAY, note="符合")
        return keys

    def _one_firm(self, more: int) -> None:
        """All that can pile up with one firm: rights, papers, visits, letters, flags, diagnoses."""
        cast, qinghe = self.cast, self.qinghe
        for at in range(self.size - more, self.size):
            with acting(cast.li):
                firm.record_property(qinghe, _right(at), by=cast.li)
                evidence.receive(
                    qinghe,
                    BytesIO(PAPER),
                    name=f"辅助账{at}.pdf",
                    size=len(PAPER),
                    purpose="step",
                    by=cast.li,
                    step=Step.objects.get(plan__case__number=self.number, position=1),
                )
                notice.tell_firm(qinghe, kind="certificate.issue", note=str(at))
            with acting(cast.wang):
                kept = Case.objects.get(number=self.number)
                coaching.record_visit(kept, by=cast.wang, on=DAY, way="visit", notes="看了研发台账")
                flag.raise_flag(the(qinghe), kind="objection", by=cast.wang, on=DAY, says=f"第 {at} 件")
                diagnosis.keep(the(qinghe), by=cast.wang, on=DAY)
            with acting(cast.zhou):
                phrase.save("property", f"第 {at} 项缺权属证明", by=cast.zhou)

    def _helped(self, more: int) -> None:
        """Questions of the firm, and hours of the county: every other one is booked."""
        li, wang, qinghe = self.cast.li, self.cast.wang, self.qinghe
        now = datetime.combine(DAY, time(), UTC)
        for at in range(self.size - more, self.size):
            with acting(wang):
                starts = now + timedelta(days=30, hours=at)
                offered = hour.offer(starts_at=starts, minutes=30, place="一楼", by=wang, now=now)
            with acting(li):
                difficulty.ask(qinghe, kind="policy", says=f"第 {at} 问", by=li, on=DAY)
                if at % 2:
                    chosen = Hour.objects.filter(pk=offered.pk)
                    hour.book(chosen, qinghe, about="辅导", by=li, on=DAY, now=now)

    def _trained(self, more: int) -> None:
        """Trainings of the county Qinghe is invited to, the last with very many firms that come; steps of the city."""
        wang, soon = self.cast.wang, DAY + timedelta(days=30)
        said: dict[str, Any] = {"says": "", "on": soon, "begins": time(14), "place": "302", "seats": 500}
        firms = self._firms(more)
        with acting(wang):
            for at in range(self.size - more, self.size):
                held = event.plan({**said, "title": f"第 {at} 讲", "answer_by": soon}, by=wang, on=DAY)
                event.invite(the(self.qinghe), held, by=wang, on=DAY)
            event.invite(_all(firms), held, by=wang, on=DAY)
            Attendance.objects.filter(event=held).update(state="attended", marked_by=wang)
        self.training = held.public_id
        with acting(self.cast.zhou):
            step: dict[str, Any] = {"rule": "owns_ip", "who": "coach", "lead_days": 30, "proof": ""}
            for at in range(self.size - more, self.size):
                step_template.save({**step, "what": f"第 {at} 步"}, by=self.cast.zhou)

    def _let_in(self, more: int) -> None:
        """Firms that let one agency act for them, people who claim a firm, what the city announces."""
        firms, agent, chen = self._firms(more), self.cast.agent, self.cast.chen
        self._seat_owner(firms)
        with acting(self.owner):
            for each in firms:
                granted: dict[str, Any] = {"until": DAY.replace(year=2027), "by": self.owner, "on": DAY}
                mandate.grant(each, agent.username, parts=["plan"], **granted)
                mandate.grant(each, "lender", parts=["figures"], kind="bank", **granted)
        with acting(self.cast.zhang):
            for at in range(self.size - more, self.size):
                file: dict[str, Any] = {"content": BytesIO(PAPER), "file_name": "a.pdf", "size": len(PAPER)}
                code = str(_record(self.cast, 90_000 + at)["uscc"])
                claim.make(self.cast.offices["linan"], uscc=code, name="新苗", **file, by=self.cast.zhang, on=DAY)
        with acting(chen):
            for at in range(self.size - more, self.size):
                days: dict[str, Any] = {"since": DAY, "until": DAY.replace(year=2027)}
                text: dict[str, Any] = {"title": f"第{at}号通知", "text": "请看"}
                announcement.publish(kind="news", **text, seats=["firm_owner", "agency"], **days, by=chen)

    def _people(self, more: int) -> None:
        song = self.cast.song
        with acting(song):
            for at in range(self.size - more, self.size):
                person = User.objects.create(username=f"many{at}", name=f"众{at}")
                people.grant_seat(person, "firm_viewer", by=song, on=SINCE, firm=self.qinghe)
                people.grant_seat(person, "coach", by=song, on=SINCE)
                people.grant_seat(person, "county_officer", by=song, on=SINCE, office=self.cast.offices["linan"])
                seating.ask(person, "expert", first=DAY, last=None, by=song, on=DAY)
                park: dict[str, Any] = {"level": Division.PARK, "during": DateRange(SINCE, None), "counted": False}
                place = Division.objects.create(
                    code=f"33011290{at:04}", name=f"第{at}园", parent=self.cast.divisions["linan"], **park
                )
                Office.objects.create(name=f"第{at}科", level=Office.COUNTY, division=place)

    def _firms(self, count: int) -> list[Firm]:
        """New firms of Lin'an with all that an application to the pool asks for but a contact."""
        with acting(self.cast.chen):
            known = Firm.objects.count()
            records = [_record(self.cast, at) for at in range(known, known + count)]
            firms = firm.register(records, by=self.cast.chen, on=SINCE)
            years = [(each, year) for each in firms for year in YEARS]
            FinancialYear.objects.bulk_create(
                FinancialYear(firm=each, year=year, **yuan(YEARS[year])) for each, year in years
            )
        return firms

    def _seat_owner(self, firms: list[Firm]) -> None:
        """Li owns them too."""
        with acting(self.cast.song):
            for each in firms:
                people.grant_seat(self.cast.li, "firm_owner", by=self.cast.song, on=SINCE, firm=each)
        self.owner = User.objects.get(pk=self.cast.li.pk)

    def _rosters(self, more: int) -> None:
        """So many files that wait, and one of so many rows that was read."""
        chen = self.cast.chen
        rows = [HEAD, *([f"{at:018d}", f"第{at}公司", "临安区"] for at in range(self.size))]
        content = xlsx(self.folder / "名册.xlsx", rows).read_bytes()
        with acting(chen):
            for _each in range(more):
                received = roster.receive(BytesIO(content), name="名册.xlsx", by=chen, on=DAY)
            roster.read(received.pk, by=chen, on=DAY)
            with transaction.atomic():
                self.roster = Import.objects.get(pk=received.pk)

    def _schemes(self, more: int) -> None:
        """Suppositions and trials; the last trial is of every firm there is."""
        chen = self.cast.chen
        with acting(chen), transaction.atomic():
            for at in range(self.size - more, self.size):
                book.save(name=f"设想{at}", book="pool", changes={"entry_score": str(10 + at)}, by=chen, on=DAY)
                asked = trial.ask(before=trial.side("hte", DAY), after=trial.side("hte", DAY), by=chen)
            trial.run(asked.pk, by=chen)
        self.trial = asked.public_id


def _record(cast: Cast, at: int) -> dict[str, object]:
    code = f"91330112MA2K{at:05}"
    return {
        "uscc": code + uscc.calc_check_digit(code),
        "name": f"临安第{at}苗木有限公司",
        "division": cast.divisions["linan"],
        "registered_on": date(2015, 3, 2),
        "resident": True,
        "field": "80101",
        "industry": "4011",
        "class_one": 0,
        "class_two": 0,
    }


def _all(firms: list[Firm]) -> Any:
    return Firm.objects.filter(pk__in=[each.pk for each in firms])


def _keys(rows: list[Any]) -> list[int]:
    return [each.pk for each in rows]


def _number(first: int, second: int) -> str:
    return f"GR202633{first:03d}{second:03d}"


def _right(at: int) -> dict[str, object]:
    return {"kind": "software", "number": f"2021SR{at:07d}", "title": "苗情监测软件", "granted_on": date(2021, 3, 4)}


@dataclass(frozen=True)
class Drawn:
    """What came of drawing a page."""

    statements: list[str] = field(repr=False)
    length: int

    @property
    def count(self) -> int:
        return len(self.statements)


@pytest.fixture(scope="module")
def drawn(fresh_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[Drawn, Drawn]]]:
    """Every list with few rows and with many."""
    folder = tmp_path_factory.mktemp("budgets")
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": folder / "documents"}}
    morning = datetime.combine(DAY, time(1, 30), UTC)
    with (
        override_settings(STORAGES=settings.STORAGES | {"documents": documents}),
        time_machine.travel(morning, tick=False),
    ):
        with transaction.atomic():
            story = Story(city(), DAY - timedelta(days=40)).to("coaching")
            with acting(story.cast.chen):
                world = World(story.cast, story.cast.qinghe, story.number, folder)
        measured = []
        for size in (FEW, MANY):
            world.grow(size)
            measured.append({name: draw(world, name) for name in LISTS})
        yield {name: (measured[0][name], measured[1][name]) for name in LISTS}


def draw(world: World, name: str) -> Drawn:
    listing, client = LISTS[name], Client()
    if listing.who:
        client.force_login(world.cast.people[listing.who])
    query = listing.query if isinstance(listing.query, str) else listing.query(world)
    url = reverse(name, args=listing.at(world)) + query
    sent = listing.sends(world) if listing.sends else None
    answer = _answer(client, url, sent)  # once for what is remembered between pages
    assert answer.status_code == 200, (name, answer.status_code)
    with statements() as taken:
        answer = _answer(client, url, sent)
    return Drawn(taken, len(answer.content))


def _answer(client: Client, url: str, sent: dict[str, Any] | None) -> Any:
    return client.get(url) if sent is None else client.post(url, sent)


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements of a block but for those that begin and end transactions."""
    counted: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield counted
    bounds = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    counted += [each["sql"] for each in captured if not each["sql"].startswith(bounds)]


def test_every_page_is_a_list_with_a_budget_or_known_to_be_none() -> None:
    assert set(access.URLS) - NO_LISTS - set(LISTS) == set(), "give the new page a line in LISTS or in NO_LISTS"
    assert set(LISTS) & NO_LISTS == (set(LISTS) | NO_LISTS) - set(access.URLS) == set()


@pytest.mark.parametrize("name", LISTS)
def test_fifty_rows_take_as_many_statements_as_five(drawn: dict[str, tuple[Drawn, Drawn]], name: str) -> None:
    few, many = drawn[name]
    assert many.length > few.length, "the list did not grow"
    assert many.count == few.count, told(set(many.statements) - set(few.statements))


@pytest.mark.parametrize("name", LISTS)
def test_a_list_keeps_its_budget(drawn: dict[str, tuple[Drawn, Drawn]], name: str) -> None:
    few, _many = drawn[name]
    assert few.count <= LISTS[name].most, told(few.statements)


@pytest.mark.parametrize(("kind", "compressed"), [("text/html; charset=utf-8", True), ("application/pdf", False)])
def test_pages_go_over_the_wire_compressed_and_files_as_they_are(kind: str, compressed: bool) -> None:
    asked = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    answer = CompressionMiddleware(lambda request: HttpResponse("苗圃" * 1_000, content_type=kind))(asked)
    assert answer.has_header("Content-Encoding") is compressed


def told(statements: Iterable[str]) -> str:
    return "\n".join(re.sub(r"SELECT .*? FROM", "SELECT … FROM", each)[:200] for each in list(statements)[:30])
