"""What certification is worth in tax by the last year's figures. The super deduction is no part of it: all have it."""

from __future__ import annotations

from pipeline.rules.amount import Made, Plan, always, sources_of
from pipeline.rules.facts.figures import year_name
from pipeline.rules.formula import Formula, both, choose, fact, smaller, total
from pipeline.rules.labels import Label
from pipeline.rules.law.tax_rates import is_manufacturing
from pipeline.rules.law.tax_scope import law_of_last_year
from pipeline.rules.shelf.dated import Book

FEN = 100
SIZE = ("small_profit_income", "small_profit_staff", "small_profit_assets")
SMALL = (*SIZE, "small_profit_rate")
TAX, TAX_CERTIFIED = "cit_rate", "cit_rate_certified"
ESTIMATE = always("仅供测算，不是税务意见。", "An estimate, not tax advice.")
NO_INCOME = Label("应纳税所得额不大于零，当年没有税率收益。", "There was no taxable income: the rate saves nothing.")
SMALL_PAYS_LESS = Label(
    "小型微利企业实际税负已低于高企税率，认定不带来税率收益。",
    "A small low-profit firm already pays less than a certified one: the rate saves nothing.",
)


def income() -> Formula:
    """Taxable income after the super deduction, which certification does not change."""
    return fact("taxable_income_y1")


def is_small(law: Book) -> Formula:
    return small(law).equals(1)


def small(law: Book) -> Formula:
    """1 for a small low-profit firm by income, staff, assets, each line itself included, and by industry; else 0."""
    most, staff, assets = (law.number(rule) for rule in SIZE)
    size = both(fact("staff_y1") <= staff, fact("total_assets_y1") <= assets * FEN)
    holds = both(both(income() <= most * FEN, fact("restricted_industry").equals(0)), size)
    return choose((holds, 1), otherwise=0)


def rate_at(law: Book, rule: str) -> Formula:
    """A rate of the book, or the lower one of a small low-profit firm."""
    return choose((is_small(law), law.number("small_profit_rate")), otherwise=law.number(rule))


def tax_at(law: Book, rule: str) -> Formula:
    """Income tax; nothing on no income, whatever else is known."""
    return choose((income() <= 0, 0), otherwise=income() * rate_at(law, rule))


def tax_certified(law: Book) -> Formula:
    """A certified firm keeps what is better for it."""
    return smaller(tax_at(law, TAX_CERTIFIED), tax_at(law, TAX))


def saved_by_rate(law: Book) -> Formula:
    return tax_at(law, TAX) - tax_certified(law)


def added_to_vat(law: Book) -> Formula:
    """Certified manufacturers on the list add a share to their input VAT."""
    listed = both(is_manufacturing(law), fact("vat_listed").equals(1))
    return choose((listed, fact("input_vat_y1") * law.number("vat_addition")), otherwise=0)


def losses_kept(book: Book) -> Formula:
    """Losses too old for any firm and not too old for a certified one."""
    first, last = int(book.number("loss_years")) + 1, int(book.number("loss_years_certified"))
    return total(fact(year_name("loss", back)) for back in range(first, last + 1))


def worth_of_losses(book: Book) -> Formula:
    return losses_kept(book) * rate_at(law_of_last_year(book), TAX_CERTIFIED)


def small_made(book: Book) -> Made:
    law = law_of_last_year(book)
    return Made(small(law), sources_of(law, *SIZE))


def tax_made(book: Book) -> Made:
    law = law_of_last_year(book)
    return Made(tax_at(law, TAX), sources_of(law, TAX, *SMALL), (ESTIMATE,))


def tax_certified_made(book: Book) -> Made:
    law = law_of_last_year(book)
    return Made(tax_certified(law), sources_of(law, TAX_CERTIFIED, *SMALL), (ESTIMATE,))


def rate_benefit_made(book: Book) -> Made:
    law = law_of_last_year(book)
    remarks = ((income() <= 0, NO_INCOME), (both(income() > 0, is_small(law)), SMALL_PAYS_LESS), ESTIMATE)
    return Made(saved_by_rate(law), sources_of(law, TAX_CERTIFIED, TAX, *SMALL), remarks)


def vat_made(book: Book) -> Made:
    law = law_of_last_year(book)
    remark = always("只有列入清单的高企制造业一般纳税人可以享受。", "Only certified manufacturers on the list have it.")
    return Made(added_to_vat(law), sources_of(law, "vat_addition"), (remark,))


def losses_kept_made(book: Book) -> Made:
    remark = always(
        "假定发生亏损后五个年度内已具备高企或科技型中小企业资格，否则已过期。",
        "It takes for granted that the firm had a status within five years of each loss; otherwise they are gone.",
    )
    return Made(losses_kept(book), sources_of(book, "loss_years_certified", "loss_years"), (remark,))


def losses_lapsing_made(book: Book) -> Made:
    """The year's last chance for any firm."""
    remark = always(
        "当年年底到期；当年具备高企或科技型中小企业资格的可以继续结转。",
        "They lapse at the end of this year, unless the firm is certified or a registered technology SME by then.",
    )
    oldest = fact(year_name("loss", int(book.number("loss_years"))))
    return Made(oldest, sources_of(book, "loss_years", "loss_years_certified"), (remark,))


def losses_value_made(book: Book) -> Made:
    remark = always(
        "假定以后有足够所得弥补，不折现。", "It takes for granted that later income suffices; it is not discounted."
    )
    sources = sources_of(book, "loss_years_certified") + sources_of(law_of_last_year(book), TAX_CERTIFIED, *SMALL)
    return Made(worth_of_losses(book), sources, (remark,))


def benefit_made(book: Book) -> Made:
    law = law_of_last_year(book)
    remark = always(
        "不含加计扣除（与资格无关）、地方奖励和申报成本；仅供测算，不是税务意见。",
        "Without the super deduction, which does not depend on it, local rewards and costs; no tax advice.",
    )
    sources = sources_of(law, TAX_CERTIFIED, TAX, *SMALL, "vat_addition") + sources_of(book, "loss_years_certified")
    return Made(saved_by_rate(law) + added_to_vat(law) + worth_of_losses(book), sources, (remark,))


BENEFITS = {
    "small_low_profit": Plan(
        Label("{year} 年属于小型微利企业", "Small low-profit firm in {year}"),
        "flag",
        small_made,
    ),
    "tax_without": Plan(
        Label("不具备高企资格的 {year} 年所得税", "Income tax of {year} without certification"), "yuan", tax_made
    ),
    "tax_with": Plan(
        Label("具备高企资格的 {year} 年所得税", "Income tax of {year} with certification"), "yuan", tax_certified_made
    ),
    "rate_benefit": Plan(
        Label("认定带来的 {year} 年税率收益", "What certification saves in the rate of {year}"),
        "yuan",
        rate_benefit_made,
    ),
    "vat_addition": Plan(
        Label("{year} 年先进制造业进项税额加计抵减", "Addition to the input VAT of {year}"), "yuan", vat_made
    ),
    "losses_kept": Plan(
        Label("凭资格才能结转的亏损", "Losses that only certification keeps"), "yuan", losses_kept_made
    ),
    "losses_lapsing": Plan(
        Label("没有资格即将到期的亏损", "Losses about to lapse without certification"), "yuan", losses_lapsing_made
    ),
    "losses_value": Plan(
        Label("凭资格结转的亏损可抵税额", "Tax that the losses kept by certification save"), "yuan", losses_value_made
    ),
    "certification_benefit": Plan(
        Label("按 {year} 年数据测算的认定税收收益", "What certification is worth in tax by the figures of {year}"),
        "yuan",
        benefit_made,
    ),
}
