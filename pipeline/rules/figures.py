"""The flat figures that formulas ask for: money in whole fen, persons as annual averages.

A yearly figure ends in y1, y2 or y3: the first, second and third year before the year of the day that is judged. A year
before the firm was founded counts zero, as the law goes by the years of operation. What cannot be is left unknown and
named; what is unlikely is asked about and used as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pipeline.rules.formula import Number
from pipeline.rules.labels import Label
from pipeline.rules.reading import Fault

YEARS_BACK = (1, 2, 3)
HEAD = 6_930_000
"""In columns persons are counted in this part of a head, in which every mean over 1 to 12 months is whole.

So is every number with four decimals. `in_heads` tells which figures that are.
"""
MONEY = ("sales", "total_income", "non_taxable_income", "hitech_income", "net_assets", "rd_total", "rd_domestic")
EXPENSE = ("rd_internal", "rd_outsourced_domestic", "rd_outsourced_foreign", "rd_other")
YEARLY = (*MONEY, *EXPENSE, "staff", "tech_staff", "conversions")

NAMES = {
    "sales": Label("销售收入", "sales"),
    "total_income": Label("收入总额", "gross income"),
    "non_taxable_income": Label("不征税收入", "non-taxable income"),
    "hitech_income": Label("高新技术产品（服务）收入", "hi-tech income"),
    "net_assets": Label("净资产", "net assets"),
    "rd_total": Label("研发费用", "R&D expense"),
    "rd_domestic": Label("境内研发费用", "domestic R&D expense"),
    "rd_internal": Label("研发费用前六类合计", "R&D expense of the first six categories"),
    "rd_outsourced_domestic": Label("委托境内研发费用", "R&D outsourced inside the country"),
    "rd_outsourced_foreign": Label("委托境外研发费用", "R&D outsourced abroad"),
    "rd_other": Label("其他研发费用", "other R&D expense"),
    "staff": Label("职工总数", "staff"),
    "tech_staff": Label("科技人员", "tech staff"),
    "conversions": Label("科技成果转化项数", "conversions"),
    "registered_days": Label("注册日期", "day of registration"),
    "operating_years": Label("注册日期", "day of registration"),
    "resident": Label("是否居民企业", "whether it is a resident firm"),
    "field_chosen": Label("技术领域", "field of technology"),
    "major_incidents": Label("事故与违法查询结果", "the answer on accidents and offences"),
    "days_since_incident": Label("事故或违法行为的日期", "the day of the accident or offence"),
    "core_rights": Label("核心知识产权清单", "the list of core rights"),
    "certificates": Label("高新技术企业认定记录", "earlier certificates"),
    "issued_on": Label("证书发证日期", "the certificate's day of issue"),
    "annual_reports": Label("年度发展情况报表填报情况", "when the annual reports were accepted"),
    "changes": Label("重大变化及报告情况", "the changes and when they were reported"),
    "change_on": Label("变化发生日期", "the day of the change"),
    "renewal_applied": Label("是否已提交重新认定申请", "whether re-certification is applied for"),
    "division": Label("注册地区划", "county of registration"),
    "rights": Label("知识产权清单", "the list of rights"),
    "rd_ledger": Label("是否设置研发费用辅助账", "whether an R&D ledger is kept"),
    "credit_clean": Label("信用记录查询结果", "the answer on the credit record"),
    "sme_listed": Label("科技型中小企业入库情况", "whether it is a registered technology SME"),
    "pool_entries": Label("以往入库次数", "earlier stays in the pool"),
}
LATER = Label("日期晚于判定日", "the day is later than the day that is judged")


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a rule would have to know: its place in the facts file, and what to ask for."""

    place: str
    says: Label
    year: int | None = None


@dataclass(slots=True)
class Figures:
    """What the formulas may ask for, what stands behind an unknown figure, and what looks wrong or odd."""

    day: date
    values: dict[str, Number | None] = field(default_factory=dict)
    missing: dict[str, tuple[Missing, ...]] = field(default_factory=dict)
    impossible: list[Fault] = field(default_factory=list)
    asks: list[Fault] = field(default_factory=list)

    def put(self, name: str, value: Number | None, *wanting: Missing) -> None:
        self.values[name] = value
        if value is None:
            self.missing[name] = wanting

    def put_plain(self, name: str, value: Number | None, place: str) -> None:
        self.put(name, value, Missing(place, NAMES[name]))

    def strike(self, place: str, says: Label, *names: str) -> None:
        """These figures cannot be as given: name the place and go on without them."""
        self.impossible.append(Fault(place, says))
        for name in names:
            self.put(name, None, Missing(place, says))


def year_name(stem: str, back: int) -> str:
    return f"{stem}_y{back}"


def in_heads(name: str) -> bool:
    return name.startswith(("staff_", "tech_staff_"))
