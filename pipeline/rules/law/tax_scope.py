"""R&D expense of the last year in its two scopes, certification's and the tax law's, and what makes the difference.

Neither is wrong where they differ: the tax law leaves out parts of some categories, caps other expenses lower and caps
what is outsourced abroad. Each line of the difference rests on a rule of its own, so that it can be shown line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from pipeline.rules.amount import Made, Plan, always, none_below, sources_of
from pipeline.rules.formula import Formula, choose, fact, lifted, smaller, total
from pipeline.rules.labels import Label
from pipeline.rules.law import hte
from pipeline.rules.shelf.dated import Book

LEFT_OUT = {
    "tax_buildings": "buildings_depreciation_y1",
    "tax_deferred": "deferred_expense_y1",
    "tax_property_rent": "property_rent_y1",
    "tax_sold_materials": "sold_materials_y1",
    "tax_commissioning": "rd_commissioning_y1",
}
"""What certification counts among its first six categories and the tax law may leave out: rule and figure."""
DEDUCTED = {"tax_special_income": "special_income_y1", "tax_fiscal_funds": "fiscal_funds_y1"}
"""What the tax law takes off the whole: rule and figure."""
ABROAD = ("tax_outsourced_foreign", "tax_outsourced_foreign_persons")


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Expense as far as it counts: in house without a cap, other expenses, outsourced inside and abroad, all of it.

    `uncut` is the sum before it is held at nothing.
    """

    in_house: Formula
    other: Formula
    inside: Formula
    abroad: Formula
    uncut: Formula
    whole: Formula


@lru_cache(maxsize=64)
def law_of_last_year(book: Book) -> Book:
    """The tax law as it stood at the end of the year whose figures are asked about."""
    return book.as_of(date(book.day.year - 1, 12, 31))


@lru_cache(maxsize=64)
def certification_scope(book: Book) -> Scope:
    factor = book.number("rd_outsourced_factor")
    in_house, other = fact("rd_internal_y1"), hte.counted_other(book, 1)
    inside, abroad = fact("rd_outsourced_domestic_y1") * factor, fact("rd_outsourced_foreign_y1") * factor
    whole = hte.counted_expense(book, 1)
    return Scope(in_house, other, inside, abroad, whole, whole)


@lru_cache(maxsize=64)
def tax_scope(book: Book) -> Scope:
    law = law_of_last_year(book)
    five = less(fact("rd_internal_y1"), law, LEFT_OUT)
    other = smaller(fact("rd_other_y1"), five * share_of_the_rest(law))
    inside = fact("rd_outsourced_domestic_y1") * law.number("tax_outsourced_domestic")
    abroad = counted_abroad(law, five + other + inside)
    uncut = less(five + other + inside + abroad, law, DEDUCTED)
    return Scope(five, other, inside, abroad, uncut, none_below(uncut))


def less(whole: Formula, law: Book, figures: Mapping[str, str]) -> Formula:
    """What remains without the figures that the law leaves out."""
    out = [fact(name) for rule, name in figures.items() if is_left_out(law, rule)]
    return whole - total(out) if out else whole


def is_left_out(law: Book, rule: str) -> bool:
    return law.choice(rule) == "excluded"


def share_of_the_rest(law: Book) -> Formula:
    """10 % of a whole that includes the other expenses is 10/90 of the five categories."""
    cap = law.number("tax_other_cap")
    return lifted(cap / (1 - cap))


def counted_abroad(law: Book, inside: Formula) -> Formula:
    """Bodies and persons abroad by their factors, up to a share of what is eligible inside the country."""
    factor, of_persons = (law.number(rule) for rule in ABROAD)
    if factor == of_persons == 0:
        return lifted(0)
    abroad, persons = fact("rd_outsourced_foreign_y1"), fact("outsourced_foreign_persons_y1")
    counted = (abroad - persons) * factor + persons * of_persons
    return choose((abroad.equals(0), 0), otherwise=smaller(counted, inside * law.number("tax_foreign_limit")))


def certified(zh: str, en: str, part: Callable[[Scope], Formula], *rules: str) -> Plan:
    """An amount of certification's scope."""
    title = Label(f"{{year}} 年高企口径{zh}", f"R&D of {{year}} by certification's scope ({en})")
    return Plan(title, "yuan", lambda book: Made(part(certification_scope(book)), sources_of(book, *rules)))


def taxed(zh: str, en: str, part: Callable[[Scope], Formula], *rules: str) -> Plan:
    """An amount of the tax scope."""
    title = Label(f"{{year}} 年税收口径{zh}", f"R&D of {{year}} by the tax scope ({en})")
    return Plan(
        title, "yuan", lambda book: Made(part(tax_scope(book)), sources_of(law_of_last_year(book), *rules), GRANTED)
    )


def difference(zh: str, en: str, part: Callable[[Scope, Scope], Formula], *rules: str) -> Plan:
    """A line of what certification counts and the tax law does not."""
    title = Label(f"{{year}} 年口径差（{zh}）", f"Difference of the scopes in {{year}} ({en})")

    def made(book: Book) -> Made:
        both = certification_scope(book), tax_scope(book)
        return Made(part(*both), sources_of(law_of_last_year(book), *rules))

    return Plan(title, "yuan", made)


def omission(zh: str, en: str, rule: str) -> Plan:
    title = Label(f"{{year}} 年口径差（{zh}）", f"Difference of the scopes in {{year}} ({en})")
    name = (LEFT_OUT | DEDUCTED)[rule]

    def made(book: Book) -> Made:
        law = law_of_last_year(book)
        return Made(fact(name) if is_left_out(law, rule) else lifted(0), sources_of(law, rule))

    return Plan(title, "yuan", made)


GRANTED = (
    always(
        "假定各项目均属研发活动、资料留存备查；仅供测算，不是税务意见。",
        "It takes for granted that every project is R&D and papers are kept; an estimate, not tax advice.",
    ),
)
SCOPES = {
    "certification_in_house": certified("前六类", "first six categories", lambda of: of.in_house, "rd_other_cap"),
    "certification_inside": certified("委托境内", "outsourced inside", lambda of: of.inside, "rd_outsourced_factor"),
    "certification_abroad": certified("委托境外", "outsourced abroad", lambda of: of.abroad, "rd_outsourced_factor"),
    "certification_other": certified(
        "其他费用", "other expenses", lambda of: of.other, "rd_other_cap", "rd_other_cap_base"
    ),
    "certification_scope": certified(
        "研发费用", "all that counts", lambda of: of.whole, "rd_outsourced_factor", "rd_other_cap", "rd_other_cap_base"
    ),
    "tax_five": taxed("前五项小计", "five categories", lambda of: of.in_house, *LEFT_OUT),
    "tax_other": taxed("其他相关费用", "other expenses", lambda of: of.other, "tax_other_cap"),
    "tax_inside": taxed("委托境内", "outsourced inside", lambda of: of.inside, "tax_outsourced_domestic"),
    "tax_abroad": taxed("委托境外", "outsourced abroad", lambda of: of.abroad, *ABROAD),
    "tax_sum": taxed(
        "合计（以零为限前）", "sum before it is held at nothing", lambda of: of.uncut, *LEFT_OUT, *DEDUCTED
    ),
    "tax_scope": taxed("研发费用", "all that counts", lambda of: of.whole, "audited_taxation", *LEFT_OUT, *DEDUCTED),
}
DIFFERENCES = {
    "difference_buildings": omission("建筑物折旧", "depreciation of buildings", "tax_buildings"),
    "difference_deferred": omission("长期待摊费用", "long-term deferred expense", "tax_deferred"),
    "difference_property_rent": omission("仪器设备以外的租赁费", "rent of other things", "tax_property_rent"),
    "difference_sold_materials": omission("已销售产品的材料费用", "materials of what was sold", "tax_sold_materials"),
    "difference_commissioning": omission("装备调试与试验费用", "commissioning and trials", "tax_commissioning"),
    "difference_special_income": omission("特殊收入", "special income from R&D", "tax_special_income"),
    "difference_fiscal_funds": omission("不征税财政资金支出", "expense from public funds", "tax_fiscal_funds"),
    "difference_other": difference(
        "其他费用限额", "the caps on other expenses", lambda ours, tax: ours.other - tax.other, "tax_other_cap"
    ),
    "difference_inside": difference(
        "委托境内", "outsourced inside", lambda ours, tax: ours.inside - tax.inside, "tax_outsourced_domestic"
    ),
    "difference_abroad": difference(
        "委托境外", "outsourced abroad", lambda ours, tax: ours.abroad - tax.abroad, *ABROAD
    ),
    "difference_floor": difference(
        "扣减以零为限", "nothing is taken below zero", lambda ours, tax: tax.uncut - tax.whole, "tax_special_income"
    ),
    "difference": difference(
        "高企口径减税收口径", "certification less tax", lambda ours, tax: ours.whole - tax.whole, *LEFT_OUT, *DEDUCTED
    ),
}
"""The last line is the sum of the others."""
