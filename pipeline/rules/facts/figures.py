"""The flat figures that formulas ask for: money in whole fen, persons as annual averages.

A yearly figure ends in y1, y2 or y3: the first, second and third year before the year of the day that is judged. A year
before the firm was founded counts zero, as the law goes by the years of operation. What cannot be is left unknown and
named; what is unlikely is asked about and used as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from pipeline.rules.facts.reading import Fault
from pipeline.rules.formula import Number
from pipeline.rules.labels import Label

YEARS_BACK = (1, 2, 3)
RANKS = tuple(range(1, 10))
"""Places among the winners of an award or the drafters of a standard that are told apart."""
HEAD = 6_930_000
"""In columns persons are counted in this part of a head, in which every mean over 1 to 12 months is whole.

So is every number with four decimals. `in_heads` tells which figures that are.
"""
MONEY = (
    "sales", "total_income", "non_taxable_income", "hitech_income", "net_assets", "total_assets", "costs",
    "rd_total", "rd_domestic", "rd_tax_total",
)  # fmt: skip
EXPENSE = ("rd_internal", "rd_outsourced_domestic", "rd_outsourced_foreign", "rd_other")
TAX_YEAR = ("taxable_income", "input_vat", "main_business_income", "investment_income")
TAX_SCOPE = (
    "buildings_depreciation", "deferred_expense", "property_rent", "sold_materials", "outsourced_foreign_persons",
    "special_income", "fiscal_funds",
)  # fmt: skip
IN_FEN = frozenset({*MONEY, *EXPENSE, *TAX_YEAR, *TAX_SCOPE, "rd_commissioning", "loss"})
"""Figures that are money; a formula counts them in whole fen."""
YEARLY = (*MONEY, *EXPENSE, "staff", "tech_staff", "conversions")


def top(stem: str, rank: int) -> str:
    return f"{stem}_months_top_{rank}"


AWARDS = Label("国家级科技奖励", "national awards for science and technology")
STANDARDS = Label("主导制定标准情况", "the standards that it led")
NAMES = {
    "sales": Label("销售收入", "sales"),
    "total_income": Label("收入总额", "gross income"),
    "counted_income": Label("总收入（收入总额减不征税收入）", "total income (gross less non-taxable)"),
    "non_taxable_income": Label("不征税收入", "non-taxable income"),
    "hitech_income": Label("高新技术产品（服务）收入", "hi-tech income"),
    "net_assets": Label("净资产", "net assets"),
    "total_assets": Label("资产总额", "total assets"),
    "costs": Label("成本费用支出", "costs and expenses"),
    "rd_total": Label("研发费用", "R&D expense"),
    "rd_domestic": Label("境内研发费用", "domestic R&D expense"),
    "rd_tax_total": Label("研发费用（加计扣除口径）", "R&D expense in the scope of the super deduction"),
    "rd_internal": Label("研发费用前六类合计", "R&D expense of the first six categories"),
    "rd_outsourced_domestic": Label("委托境内研发费用", "R&D outsourced inside the country"),
    "rd_outsourced_foreign": Label("委托境外研发费用", "R&D outsourced abroad"),
    "rd_other": Label("其他研发费用", "other R&D expense"),
    "rd_commissioning": Label("装备调试费用与试验费用", "R&D expense on commissioning and trials"),
    "buildings_depreciation": Label("研发费用中的建筑物折旧", "depreciation of buildings in R&D expense"),
    "deferred_expense": Label("研发费用中的长期待摊费用", "long-term deferred expense in R&D expense"),
    "property_rent": Label("研发费用中仪器设备以外的租赁费", "rent of other than instruments in R&D expense"),
    "sold_materials": Label("研发费用中已销售产品的材料费用", "materials of sold products in R&D expense"),
    "outsourced_foreign_persons": Label("委托境外个人研发费用", "R&D outsourced to persons abroad"),
    "special_income": Label("研发形成的特殊收入", "special income from R&D"),
    "fiscal_funds": Label("作不征税收入的财政资金研发支出", "R&D expense paid from non-taxable public funds"),
    "taxable_income": Label("应纳税所得额", "taxable income"),
    "input_vat": Label("当期可抵扣进项税额", "deductible input VAT"),
    "main_business_income": Label("主营业务收入", "income of the main business"),
    "investment_income": Label("投资收益", "investment income"),
    "loss": Label("尚未弥补的亏损", "the loss not made up yet"),
    "manufacturing": Label("是否制造业企业", "whether it is a manufacturer"),
    "ic_machine_tool": Label("是否清单内集成电路或工业母机企业", "whether it is a listed IC or machine tool firm"),
    "vat_listed": Label("是否列入先进制造业加计抵减清单", "whether it is on the list of advanced manufacturing"),
    "staff": Label("职工总数", "staff"),
    "tech_staff": Label("科技人员", "tech staff"),
    "conversions": Label("科技成果转化项数", "conversions"),
    "registered_days": Label("注册日期", "day of registration"),
    "operating_years": Label("注册日期", "day of registration"),
    "resident": Label("是否居民企业", "whether it is a resident firm"),
    "audited_taxation": Label("是否查账征收", "whether it is taxed by its books"),
    "abnormal_list": Label("是否列入经营异常或严重违法失信名单", "whether it is listed as abnormal or dishonest"),
    "restricted_industry": Label("产品是否属于限制类、淘汰类", "whether its products are restricted or phased out"),
    "industry_division": Label("国民经济行业代码", "the code of its industry"),
    "field_chosen": Label("技术领域", "field of technology"),
    "major_incidents": Label("事故与违法查询结果", "the answer on accidents and offences"),
    "days_since_incident": Label("事故或违法行为的日期", "the day of the accident or offence"),
    "any_incidents": Label("事故、违法与失信查询结果", "the answer on accidents, offences and fraud"),
    "years_since_any_incident": Label("事故、违法或失信行为的日期", "the day of the accident, offence or fraud"),
    **{top("award", rank): AWARDS for rank in RANKS},
    **{top("standard", rank): STANDARDS for rank in RANKS},
    "rd_institute": Label("省部级以上研发机构认定情况", "whether it has a recognised R&D institute"),
    "core_rights": Label("核心知识产权清单", "the list of core rights"),
    "certificates": Label("高新技术企业认定记录", "earlier certificates"),
    "issued_on": Label("证书发证日期", "the certificate's day of issue"),
    "annual_reports": Label("年度发展情况报表填报情况", "the annual reports"),
    "changes": Label("重大变化及报告情况", "the changes and when they were reported"),
    "change_on": Label("变化发生日期", "the day of the change"),
    "renewal_applied": Label("是否已提交重新认定申请", "whether re-certification is applied for"),
    "division": Label("注册地区划", "county of registration"),
    "rights": Label("知识产权清单", "the list of rights"),
    "valid_rights": Label("知识产权清单", "the list of rights"),
    "rd_ledger": Label("是否设置研发费用辅助账", "whether an R&D ledger is kept"),
    "credit_clean": Label("信用记录查询结果", "the answer on the credit record"),
    "sme_listed": Label("科技型中小企业入库情况", "whether it is a registered technology SME"),
    "pool_entries": Label("以往入库次数", "earlier stays in the pool"),
}
NOT_CLOSED = Label("{name}（预计数，尚未结账）", "{name} (an estimate: not closed yet)")
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
        self.put(name, value, *([] if value is not None else [Missing(place, NAMES[name])]))

    def strike(self, place: str, says: Label, *names: str) -> None:
        """These figures cannot be as given: name the place and go on without them."""
        self.impossible.append(Fault(place, says))
        wanted = Label("可采用的数据（{why}）", "a figure that can be used ({why})").filled(why=says)
        for name in names:
            self.put(name, None, Missing(place, wanted))


def year_name(stem: str, back: int) -> str:
    return f"{stem}_y{back}"


def in_heads(name: str) -> bool:
    return name.startswith(("staff_", "tech_staff_"))
