"""The ledger, products, results and staff that one coached firm of the demonstration keeps; all of it is invented."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import conversion, filing, ledger, mandate, product, staff
from pipeline.models import Case, Firm, IntellectualProperty, Mandate, RdProject, Seat, User

FEN = Decimal("0.01")
PROJECTS = (
    ("RD01", "生产过程在线监测系统研发", "running"),
    ("RD02", "关键部件轻量化设计", "running"),
    ("RD03", "节能控制算法研究", "finished"),
)
# month, what for, category of certification, tax category, share of the declared expense in per mille
LINES = (
    (2, "研发人员工资", "personnel", "personnel", 260),
    (6, "研发人员工资", "personnel", "personnel", 180),
    (8, "研发人员社保公积金", "personnel", "personnel", 90),
    (3, "试验用材料", "direct", "direct", 140),
    (9, "中试用材料", "direct", "direct", 90),
    (10, "试验场地租赁", "direct", "property_rent", 20),
    (12, "研发设备折旧", "depreciation", "depreciation", 70),
    (12, "研发楼折旧", "depreciation", "buildings_depreciation", 25),
    (12, "设计软件摊销", "amortisation", "amortisation", 20),
    (7, "工业设计费", "design", "design", 30),
    (11, "委托高校测试分析", "outsourced_domestic", "outsourced_domestic", 50),
    (12, "差旅、专家咨询、专利代理", "other", "other", 45),
)
PRODUCTS = (("PS01", "在线监测终端", True, 70), ("PS02", "控制软件及技术服务", False, 30))
RESULTS = (  # of the running year, so that what the firm's story turns on stays as it is
    ("监测终端样机量产", "self"),
    ("节能控制算法授权", "licence"),
    ("轻量化部件合作开发", "joint"),
)
PEOPLE = (
    ("林工", "研发负责人", "doctor", True, 250),
    ("许工", "算法工程师", "master", True, 246),
    ("丁工", "结构工程师", "bachelor", True, 240),
    ("方工", "测试工程师", "bachelor", True, 176),
    ("梁会计", "财务", "college", False, 250),
)


TEXTS = {
    "property": "围绕在线监测终端形成发明与软件著作权组合，覆盖采样、补偿与通信三个环节，"
    "主导产品的关键指标由这些知识产权支撑，竞争对手难以绕开，近三年带动主导产品收入逐年增长。",
    "conversion": "近三年把监测终端、控制算法等成果投入生产或许可使用，"
    "形成合同、检测报告和用户报告，均与项目和产品对应。",
    "management": "设有研发部，执行项目立项、经费核算与验收制度，建有研发费用辅助账，"
    "与高校共建测试平台，对成果转化按收入提成奖励。",
}


@transaction.atomic
def keep(officer: User, *, on: date) -> None:
    """Nothing where a firm keeps projects already, or nobody is coached yet."""
    with acting(officer):
        if RdProject.objects.exists():
            return
        coached = Case.objects.filter(stage="coaching", kind=Case.POOL).select_related("firm").order_by("pk")
        seats = Seat.objects.filter(kind="firm_owner", firm__in=coached.values("firm")).select_related("user", "firm")
        owners = {seat.firm_id: seat.user for seat in seats}
        held = next((each.firm for each in coached if each.firm_id in owners), None)
    if held is not None:
        owner = owners[held.pk]
        with acting(owner):
            _ledger(held, owner, on)
            _products(held, owner, on)
            _staff(held, owner, on)
            _filing(held, owner, on)
            until = on + timedelta(days=180)
            mandate.grant(held, "bo", parts=Mandate.BANK_PARTS, until=until, by=owner, on=on, kind=Mandate.BANK)


def _ledger(firm: Firm, owner: User, on: date) -> None:
    projects = [
        ledger.write_project(firm, {"code": code, "title": title, "stage": stage}, version=None, by=owner)
        for code, title, stage in PROJECTS
    ]
    year = on.year - 1
    declared = firm.financialyear_set.filter(year=year).values_list("rd_total", flat=True).first()
    lines: list[dict[str, Any]] = []
    for number, (month, summary, certification, tax, share) in enumerate(LINES, start=1):
        amount = ((declared or Decimal(3_000_000)) * share / 1_000).quantize(FEN)
        voucher = {"day": date(year, month, 25), "voucher_kind": "记", "voucher_number": f"{month:02}-{number:03}"}
        spent = {"summary": summary, "amount": amount, "hte_category": certification, "tax_category": tax, "basis": ""}
        lines.append({**voucher, **spent, "project": projects[number % len(projects)]})
    ledger.write_lines(firm, lines, again=False, by=owner, on=on)


def _products(firm: Firm, owner: User, on: date) -> None:
    year = on.year - 1
    hitech = firm.financialyear_set.filter(year=year).values_list("hitech_income", flat=True).first() or Decimal(0)
    sold = [
        product.record(
            firm,
            {"code": code, "title": title, "main": main},
            {year: (hitech * share / 100).quantize(FEN)},
            version=None,
            by=owner,
        )
        for code, title, main, share in PRODUCTS
    ]
    projects, right = list(RdProject.objects.filter(firm=firm)), IntellectualProperty.objects.filter(firm=firm).first()
    ties: set[product.Ends] = {(projects[0].pk, None, sold[0].pk), (projects[2].pk, None, sold[1].pk)}
    if right is not None:
        ties |= {(None, right.pk, sold[0].pk), (projects[0].pk, right.pk, None)}
    product.tie(firm, add=ties, remove=set(), by=owner)
    for result, way in RESULTS:
        told = {"year": on.year, "result": result, "way": way, "project": projects[0], "right": None}
        conversion.record(firm, {**told, "product": sold[0]}, conversion=None, by=owner, on=on)


def _staff(firm: Firm, owner: User, on: date) -> None:
    year = on.year - 1
    row = firm.financialyear_set.filter(year=year).first()
    every, tech = int(row.staff or 0) if row else 0, int(row.tech_staff or 0) if row else 0
    counts = {"opening": every, "closing": every, "tech_opening": tech, "tech_closing": tech}
    staff.record_months(firm, year, dict.fromkeys(range(1, 12), counts), versions={}, by=owner, on=on)
    people = [
        {"name": name, "post": post, "degree": degree, "does_rd": does_rd, "days_worked": days}
        for name, post, degree, does_rd, days in PEOPLE
    ]
    staff.record_members(firm, year, people, by=owner)


def _filing(firm: Firm, owner: User, on: date) -> None:
    """Texts of the application but for one, and an audit agency that has one person too few."""
    filing.write_texts(firm, on.year, TEXTS, versions={}, by=owner)
    agency = {
        "name": "钱江税务师事务所（演示）", "licence": "3301SW0001", "founded_on": date(on.year - 12, 6, 1),
        "staff": Decimal(19), "licensed": Decimal(8), "blameless": True,
    }  # fmt: skip
    filing.note_auditor(firm, on.year, agency, version=None, by=owner)
