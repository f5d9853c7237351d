"""What a step of a plan says: how much of what, by when, and what that comes to."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from pipeline.rules.facts.figures import YEARS_BACK, year_name
from pipeline.rules.formula import Facts, Number
from pipeline.rules.labels import Label
from pipeline.rules.law.score import TITLES
from pipeline.rules.plans.deeds import KINDS
from pipeline.rules.plans.prospect import Means, Prospect
from pipeline.rules.sentences import plain_number, shown

FEN = 100
FIGURES = {
    "rd_expense": ("rd_total", Label("研发费用", "R&D expense")),
    "rd_brought_home": ("rd_domestic", Label("境内研发费用", "R&D expense inside the country")),
    "sales": ("sales", Label("销售收入", "sales")),
    "hitech_sales": ("hitech_income", Label("高新技术产品（服务）收入", "hi-tech income")),
    "hitech_income": ("hitech_income", Label("高新技术产品（服务）收入", "hi-tech income")),
    "net_assets": ("net_assets", Label("年末净资产", "net assets at the end of the year")),
}
"""The figure of the year that a deed of money is told by."""
HOW = {
    "rd_brought_home": Label("，把委托境外的研发改为委托境内", ", commissioning inside the country what went abroad"),
    "hitech_sales": Label("，靠新增的高新技术产品销售", ", by new sales of hi-tech products"),
    "hitech_income": Label("，把符合条件的收入归入并取得专项审计", ", by having income that qualifies audited as such"),
}
NEXT_BAND = Label("，进入下一档，研发费用不减", ", which is the next band, with no less R&D expense")
NOTHING = Label("", "")
RIGHTS = {
    "class_1_right": Label("申请并取得 {n} 件Ⅰ类知识产权", "obtain {n} right(s) of class I by own R&D"),
    "class_2_right": Label("申请并取得 {n} 件Ⅱ类知识产权", "obtain {n} right(s) of class II by own R&D"),
    "class_1_bought": Label(
        "受让 {n} 件Ⅰ类知识产权并办结变更", "buy {n} right(s) of class I and have them transferred"
    ),
    "class_2_bought": Label(
        "受让 {n} 件Ⅱ类知识产权并办结变更", "buy {n} right(s) of class II and have them transferred"
    ),
}
SETTLED = {
    "rd_ledger": Label("设置研发费用辅助账，按项目归集。", "Keep an R&D ledger, project by project."),
    "credit_clean": Label("完成信用修复。", "Have the credit record restored."),
    "sme_listed": Label("先完成科技型中小企业评价入库。", "Register as a technology SME first."),
}
HIRED = {
    "tech_staff": Label("新聘 {n} 名科技人员", "hire {n} tech staff"),
    "tech_moved": Label("安排 {n} 名职工转做研发", "move {n} people of the firm to R&D"),
}


def told(prospect: Prospect, means: Means, units: int, then: Facts, rule: str) -> Label:
    """The sentence of a deed for the sake of a rule; `then` are the figures when all is done."""
    if means.what in FIGURES:
        return in_money(prospect, means, units, then, rule)
    if means.what in HIRED:
        return in_heads(prospect, means, units, then)
    if means.what in RIGHTS:
        text = Label(
            "{deed}，应对主要产品（服务）起核心支持作用，{day} 前办成。",
            "By {day}: {deed}, which support the main products.",
        )
        return text.filled(deed=RIGHTS[means.what].filled(n=units), day=means.by)
    if means.what == "conversions":
        return in_results(means, units, then)
    if means.what == "points":
        return in_points(prospect, means, units)
    return SETTLED[means.what]


def closed_before(prospect: Prospect, means: Means) -> Label:
    """Why it is not last year's figure that is bettered."""
    if means.year != prospect.day.year:
        return NOTHING
    text = Label("{last} 年已结账，从 {year} 年补起：", "{last} is closed: ")
    return text.filled(last=prospect.day.year - 1, year=means.year)


def rest(prospect: Prospect) -> Label:
    """On which assumption about the other figures of the year that rests."""
    if prospect.ahead.taken:
        return Label("其余按上年估计", "all else as last year")
    return Label("其余按预计数", "all else as estimated")


def in_money(prospect: Prospect, means: Means, units: int, then: Facts, rule: str) -> Label:
    stem, name = FIGURES[means.what]
    text = Label(
        "{last}{year} 年{name}达到 {target}（比预计多 {more}，{rest}）{how}，{after} 年申报。",
        "{last}{name} of {year} must reach {target} ({more} more than foreseen, {rest}){how}, to apply in {after}.",
    )
    return text.filled(
        last=closed_before(prospect, means),
        year=means.year,
        after=prospect.on.year,
        name=name,
        target=money_of(then, stem),
        more=shown(Fraction(units, FEN), "yuan"),
        rest=rest(prospect),
        how=HOW.get(means.what, NEXT_BAND if (means.what, rule) == ("sales", "rd_intensity") else NOTHING),
    )


def money_of(values: Facts, stem: str) -> Label:
    return shown(Fraction(amount_of(values, stem) or 0) / FEN, "yuan")


def amount_of(values: Facts, stem: str) -> Number | None:
    """The figure of the last year; R&D expense that is booked by category as its booked sum."""
    value = values[year_name(stem, 1)]
    parts = [
        values[year_name(f"rd_{each}", 1)]
        for each in ("internal", "outsourced_domestic", "outsourced_foreign", "other")
    ]
    if stem not in {"rd_total", "rd_domestic"} or None in parts:
        return value
    booked = sum(each or 0 for each in parts)
    return booked if stem == "rd_total" else booked - (parts[2] or 0)


def in_heads(prospect: Prospect, means: Means, units: int, then: Facts) -> Label:
    text = Label(
        "{last}{start} 前{deed}：{year} 年科技人员年平均达到 {average}（{rest}），{after} 年申报。",
        "{last}{deed} by {start}: tech staff of {year} come to {average} on average ({rest}), to apply in {after}.",
    )
    return text.filled(
        last=closed_before(prospect, means),
        start=means.by,
        deed=HIRED[means.what].filled(n=units),
        year=means.year,
        average=shown(then["tech_staff_y1"] or 0, "heads"),
        rest=rest(prospect),
        after=prospect.on.year,
    )


def in_results(means: Means, units: int, then: Facts) -> Label:
    together = sum(then[year_name("conversions", back)] or 0 for back in YEARS_BACK)
    years = Fraction(then["operating_years"] or 1)
    text = Label(
        "{year} 年再转化 {n} 项成果（年均达到 {average} 项）。",
        "Convert {n} more results in {year} (an average of {average} a year).",
    )
    return text.filled(year=means.year, n=units, average=average_shown(together / years))


def average_shown(value: Number) -> str:
    return plain_number(Fraction(int(value * 10), 10))


def in_points(prospect: Prospect, means: Means, units: int) -> Label:
    given = prospect.values[f"score_{means.item}"] or 0
    text = Label(
        "{title}由 {now} 分提高到 {then} 分，以专家评审为准。",
        "{title}: from {now} to {then} points; the experts confirm it.",
    )
    return text.filled(title=TITLES[means.item], now=plain_number(given), then=plain_number(given + units))


def by_time(prospect: Prospect, until: date) -> Label:
    """Time alone settles it: the day comes, or the years that count move on."""
    if until.year == prospect.day.year:
        return Label(f"最早 {until} 满足。", f"Met from {until} on.")
    years = f"{until.year - 3}–{until.year - 1}"
    text = Label(
        "{year} 年起按 {years} 年数据判定，预计达标（{rest}）。",
        "From {year} on the years {years} count, and it is met ({rest}).",
    )
    return text.filled(year=until.year, years=years, rest=rest(prospect))


def unit_of(means: Means) -> str:
    return KINDS[means.what].unit
