"""The ledger in the two official layouts: the tax law's book of 2021 and certification's table.

Their heads are those of the forms and so Chinese for every reader.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pipeline.models import ExpenseLine, Firm, RdProject
from pipeline.models.ledger import (
    CATEGORY_NAMES,
    CERTIFICATION,
    FISCAL_FUNDS,
    IN_HOUSE,
    PARTS_LEFT_OUT,
    SPECIAL_INCOME,
    STAGE_NAMES,
)
from pipeline.outside.sheet_writer import Heading, Page
from pipeline.rules.findings import FoundAmount

ZERO, FEN = Decimal(0), Decimal("0.01")
COUNTED = "按认定口径计入的研究开发费用（委托 80%，其他费用限额内）"
PROJECT = ("项目编号", "项目名称", "完成情况", "支出类型")
COLUMNS = {
    "personnel": "人员人工费用",
    "direct": "直接投入费用",
    "depreciation": "折旧费用",
    "amortisation": "无形资产摊销",
    "design": "新产品设计费等",
    "other": "其他相关费用",
    "outsourced_domestic": "委托境内机构或个人",
    "outsourced_foreign": "委托境外机构",
}
FIVE = ("personnel", "direct", "depreciation", "amortisation", "design")


def book(
    firm: Firm,
    year: int,
    projects: Sequence[RdProject],
    lines: Sequence[ExpenseLine],
    amounts: Mapping[str, FoundAmount],
) -> list[Page]:
    """研发支出辅助账 (2021) with its 汇总表; `amounts` are what the rules make of the lines."""
    above = [f"研发支出辅助账（2021版） {year} 年度", _whose(firm)]
    summed = _summary_rows(projects, lines, amounts)
    return [
        Page("辅助账", _book_head(), [_book_row(line) for line in lines], above),
        Page("汇总表", _summary_head(), summed, ["研发支出辅助账汇总表（2021版）", _whose(firm)]),
    ]


def detail(
    firm: Firm,
    year: int,
    projects: Sequence[RdProject],
    sums: Mapping[tuple[Any, ...], Decimal],
    amounts: Mapping[str, FoundAmount],
) -> list[Page]:
    """企业年度研究开发费用结构明细表: a row for each category, a column for each project."""
    codes = [Heading(row.code, 16, "money", row.title) for row in projects]
    head = [Heading("科目", 34), *codes, Heading("合计", 18, "money")]
    told = amounts["certification_scope"].found
    counted: list[Any] = [
        "按认定口径计入的研究开发费用（委托 80%，其他费用限额内）",
        *[None] * len(projects),
        _fen(told),
    ]
    above = [f"企业年度研究开发费用结构明细表 {year} 年度", _whose(firm)]
    return [Page("费用结构明细表", head, [*_detail_rows(_by_project(sums), projects), counted], above)]


def _whose(firm: Firm) -> str:
    return f"企业：{firm.name}（{firm.uscc}）　金额单位：元"


def _book_head() -> list[Heading]:
    vouchers = [Heading("凭证日期", 12, "day"), Heading("凭证种类", 8), Heading("凭证号数", 12), Heading("摘要", 30)]
    money = [Heading(text, 16, "money") for text in ("会计凭证记载金额", "税法规定的归集金额", *COLUMNS.values())]
    return [*(Heading(text, 12) for text in PROJECT), *vouchers, *money]


def _book_row(line: ExpenseLine) -> list[Any]:
    """What the tax law leaves out is booked and gathers nothing; special income is taken off where it arose."""
    gathered = _gathered(line.tax_category, line.hte_category, line.amount)
    cells = [gathered.get(column) for column in COLUMNS]
    booked = line.amount if line.hte_category else -line.amount
    return [
        *_about(line.project),
        line.day,
        line.voucher_kind,
        line.voucher_number,
        line.summary,
        booked,
        sum(gathered.values(), ZERO),
        *cells,
    ]


def _gathered(tax: str, certification: str, amount: Decimal) -> dict[str, Decimal]:
    if tax in PARTS_LEFT_OUT or tax == FISCAL_FUNDS:
        return {}
    if tax == SPECIAL_INCOME:
        return {"direct": -amount}
    return {tax: amount}


def _about(project: RdProject) -> list[str]:
    return [project.code, project.title, STAGE_NAMES[project.stage][0], "资本化" if project.capitalised else "费用化"]


def _summary_head() -> list[Heading]:
    texts = ["允许加计扣除金额合计", *(COLUMNS[each] for each in FIVE), "前五项小计", "其他相关费用合计"]
    texts += ["其他相关费用限额后", "委托境内", "委托境内允许加计扣除", "委托境外", "委托境外限额后"]
    return [*(Heading(text, 12) for text in PROJECT), *(Heading(text, 16, "money") for text in texts)]


def _summary_rows(
    projects: Sequence[RdProject], lines: Sequence[ExpenseLine], amounts: Mapping[str, FoundAmount]
) -> list[list[Any]]:
    """A row for each project; the limits hold for all projects together and so stand in the last row only."""
    held: dict[int, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(COLUMNS, ZERO))
    for line in lines:
        for column, amount in _gathered(line.tax_category, line.hte_category, line.amount).items():
            held[line.project_id][column] += amount
    rows = [[*_about(row), None, *_sums(held[row.pk], None, None, None)] for row in projects if row.pk in held]
    whole = {column: sum((each[column] for each in held.values()), ZERO) for column in COLUMNS}
    limited = (_fen(amounts[name].found) for name in ("tax_other", "tax_inside", "tax_abroad"))
    return [*rows, ["合计", "", "", "", _fen(amounts["tax_scope"].found), *_sums(whole, *limited)]]


def _sums(held: Mapping[str, Decimal], other: Any, inside: Any, abroad: Any) -> list[Any]:
    five = [held[each] for each in FIVE]
    outside = [held["outsourced_domestic"], inside, held["outsourced_foreign"], abroad]
    return [*five, sum(five, ZERO), held["other"], other, *outside]


def _by_project(sums: Mapping[tuple[Any, ...], Decimal]) -> dict[tuple[str, int], Decimal]:
    by: dict[tuple[str, int], Decimal] = defaultdict(Decimal)
    for (certification, _tax, project), amount in sums.items():
        by[certification, project] += amount
    return by


def _detail_rows(by: Mapping[tuple[str, int], Decimal], projects: Sequence[RdProject]) -> Iterator[list[Any]]:
    """The layout of the form: in house, its seven categories, outsourced, of it abroad and inside, and the whole."""
    inside = (*IN_HOUSE, "other")
    named = {each: CATEGORY_NAMES[each][0] for each in inside}
    yield _detail_row("内部研究开发投入额", inside, by, projects)
    for each in inside:
        yield _detail_row(f"其中：{named[each]}", (each,), by, projects)
    yield _detail_row("委托外部研究开发投入额", ("outsourced_foreign", "outsourced_domestic"), by, projects)
    yield _detail_row("其中：境外的外部研发投入额", ("outsourced_foreign",), by, projects)
    yield _detail_row("其中：境内的外部研发投入额", ("outsourced_domestic",), by, projects)
    yield _detail_row("研究开发投入额（内、外部）小计", CERTIFICATION, by, projects)


def _detail_row(
    name: str, categories: Sequence[str], by: Mapping[tuple[str, int], Decimal], projects: Sequence[RdProject]
) -> list[Any]:
    cells = [sum((by.get((each, row.pk), ZERO) for each in categories), ZERO) for row in projects]
    return [name, *cells, sum(cells, ZERO)]


def _fen(found: str | None) -> Decimal | None:
    return None if found is None else Decimal(found).quantize(FEN, ROUND_HALF_UP)
