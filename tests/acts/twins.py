"""Qinghe on record a second time, with some of what it has already and some that is new."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import case, firm
from pipeline.models import (
    Case,
    Certificate,
    Contact,
    Document,
    Evidence,
    ExpenseLine,
    FinancialYear,
    Firm,
    IntellectualProperty,
    Obligation,
    RdProject,
)
from tests.cast import DAY, Cast, the

TWIN = "91330112MA2CFYQ02F"
TWIN_NAME = "杭州青禾智控科技股份有限公司"
BOTH, ALONE = "201710601862.3", "201810601862.9"
CERTIFICATE = "GR202333000001"
SPENT: dict[str, Any] = {"hte_category": "direct", "tax_category": "direct", "summary": "料", "voucher_number": "1"}


def registered(cast: Cast, code: str = TWIN, name: str = TWIN_NAME, county: str = "linan") -> Firm:
    record = {"uscc": code, "name": name, "division": cast.divisions[county]}
    with acting(cast.chen), transaction.atomic():
        return firm.register([record], by=cast.chen, on=DAY)[0]


def furnish(cast: Cast, twin: Firm) -> None:
    """2025 and a right are known to both; 2022, a right, a project of each with a line, and a certificate are not."""
    with acting(cast.chen), transaction.atomic():
        case.open_lead(the(twin), by=cast.chen, on=DAY, note="")
        case.drop_lead(Case.objects.filter(firm=twin), by=cast.chen, on=DAY, note="不愿意")
    with acting(INTAKE), transaction.atomic():
        own: dict[str, Any] = {"firm": twin}
        Contact.objects.create(**own, name="李青", phone="13900001234")
        for year in (2022, 2025):
            held = FinancialYear.objects.create(**own, year=year, sales=Decimal(year))
            paper = Document.objects.create(**own, purpose="figures", title=f"审计报告 {year}")
            Evidence.objects.create(**own, document=paper, year=held, by=cast.li)
        for number in (BOTH, ALONE):
            IntellectualProperty.objects.create(**own, kind="invention", number=number)
        IntellectualProperty.objects.create(firm=cast.qinghe, kind="invention", number=BOTH)
        for each, code in ((cast.qinghe, "RD01"), (twin, "RD01"), (twin, "RD02")):
            project = RdProject.objects.create(firm=each, code=code, title="项目")
            ExpenseLine.objects.create(firm=each, project=project, day=date(2025, 3, 1), amount=Decimal(1), **SPENT)
        issued = date(2023, 12, 1)
        held_since = DateRange(issued, date(2026, 12, 1))
        certificate = Certificate.objects.create(**own, number=CERTIFICATE, issued_on=issued, valid=held_since)
        due: dict[str, Any] = {"kind": "annual_report", "year": 2026, "due_on": date(2027, 5, 31), "source": "第十三条"}
        Obligation.objects.create(**own, certificate=certificate, **due)
