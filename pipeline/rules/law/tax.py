"""The tax book: who may claim the super deduction, what the scopes of R&D expense come to, what certification saves.

Nobody passes or fails by an amount; each stands with its source and with what it takes for granted.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from pipeline.rules.amount import Amount, Made, Plan, Remark, always, amounts_of_plans, sources_of
from pipeline.rules.condition import MANUAL_REVIEW, MET, UNMET, Condition, Judged
from pipeline.rules.formula import UNKNOWN, Formula, both, choose, fact, lifted
from pipeline.rules.labels import Label
from pipeline.rules.law.tax_benefit import BENEFITS, SMALL, TAX, TAX_CERTIFIED, rate_at
from pipeline.rules.law.tax_calendar import CALENDAR
from pipeline.rules.law.tax_rates import RATES, any_of, months_of_last_year, rate_over, remarks_on, sources_of_rate
from pipeline.rules.law.tax_scope import DIFFERENCES, SCOPES, law_of_last_year, tax_scope
from pipeline.rules.reckoning import in_words
from pipeline.rules.sentences import not_known, shown
from pipeline.rules.shelf.dated import Book

FEN = 100


def conditions(book: Book) -> tuple[Condition, ...]:
    return audited_taxation(book), industry(book), scopes_reconciled(book)


def amounts(book: Book) -> tuple[Amount, ...]:
    return amounts_of_plans({**RATES, **SCOPES, **DIFFERENCES, **DEDUCTION, **BENEFITS, **CALENDAR}, book)


def audited_taxation(book: Book) -> Condition:
    """Only a resident firm that is taxed by its accounts may claim."""
    holds = both(fact("resident").equals(1), fact("audited_taxation").equals(1))
    subject = Label("居民企业且查账征收", "A resident firm that is taxed by its accounts")
    verdict = choose((holds, MET), otherwise=UNMET)
    return Condition("audited_taxation", "flag", holds, "is", lifted(1), verdict, subject, says=say_audited)


def say_audited(judged: Judged) -> Label:
    if judged.verdict == "unknown":
        return not_known(judged)
    if judged.verdict == "met":
        return Label(
            "居民企业、查账征收，可以加计扣除。", "A resident firm that is taxed by its accounts: it may claim."
        )
    return Label(
        "非居民企业或核定征收企业不得加计扣除。",
        "A firm that is not resident or not taxed by its accounts may not claim.",
    )


def industry(book: Book) -> Condition:
    """A firm of an excluded industry may claim only where its main business is no more than the line."""
    line = lifted(book.number("industry"))
    excluded = any_of(fact("industry_division").equals(int(code)) for code in book.choice("excluded_divisions").split())
    whole = fact("total_income_y1") - fact("non_taxable_income_y1") - fact("investment_income_y1")
    part = fact("main_business_income_y1") / whole
    by_share = choose((whole <= 0, MANUAL_REVIEW), (part > line, UNMET), otherwise=MET)
    return Condition(
        "industry",
        "share",
        found=choose((excluded, part), otherwise=UNKNOWN),
        op="<=",
        needed=line,
        verdict=choose((excluded, by_share), otherwise=MET),
        subject=Label("主营业务收入占比", "Share of the main business"),
        says=say_industry,
    )


def say_industry(judged: Judged) -> Label:
    if judged.verdict == "unknown":
        return not_known(judged)
    if judged.verdict == "manual_review":
        return Label(
            "所属行业在负面清单内，而收入总额减除不征税收入和投资收益后不大于零，占比无法计算，需人工判定。",
            "The industry is excluded, and gross income less non-taxable and investment income is nothing: "
            "a person has to judge this.",
        )
    if judged.found is None:
        return Label("所属行业不在负面清单内。", "The industry is none of the excluded ones.")
    return INDUSTRY[judged.verdict].filled(found=shown(judged.found, "share"), line=shown(judged.needed or 0, "share"))


INDUSTRY = {
    "met": Label(
        "所属行业在负面清单内，但主营业务收入占 {found}，不超过 {line}，可以加计扣除。",
        "The industry is excluded, but the main business is {found} of income, no more than {line}: it may claim.",
    ),
    "unmet": Label(
        "所属行业在负面清单内，主营业务收入占 {found}，超过 {line}，不得加计扣除。",
        "The industry is excluded and the main business is {found} of income, above {line}: it may not claim.",
    ),
}


def scopes_reconciled(book: Book) -> Condition:
    """What was declared lies near what the tax scope comes to; where it does not, a person compares them."""
    computed, declared, share = tax_scope(book).whole, fact("rd_tax_total_y1"), book.number("scopes_reconciled")
    apart = choose((declared < computed, computed - declared), otherwise=declared - computed)
    return Condition(
        "scopes_reconciled",
        "share",
        found=apart / computed,
        op="<=",
        needed=lifted(share),
        verdict=choose((apart <= computed * share, MET), otherwise=MANUAL_REVIEW),
        subject=Label(
            "申报数与税收口径测算数之差占测算数", "The declared amount's distance from the computed one, as its share"
        ),
        says=partial(say_reconciled, declared, computed),
    )


def say_reconciled(declared: Formula, computed: Formula, judged: Judged) -> Label:
    if judged.verdict == "unknown":
        return not_known(judged)
    sums = {
        name: in_words(Fraction(judged.read[of], FEN), "yuan") for name, of in (("told", declared), ("found", computed))
    }
    return RECONCILED[judged.verdict].filled(line=shown(judged.needed or 0, "share"), **sums)


RECONCILED = {
    "met": Label(
        "申报的加计扣除研发费用 {told}，按税收口径测算 {found}，相差不超过 {line}。",
        "{told} of R&D expense was declared, {found} was computed by the tax scope: no more than {line} apart.",
    ),
    "manual_review": Label(
        "申报的加计扣除研发费用 {told}，按税收口径测算 {found}，相差超过 {line}，请逐项核对并说明。",
        "{told} of R&D expense was declared, {found} was computed by the tax scope: more than {line} apart. "
        "Compare line by line and explain.",
    ),
}


def claimable(book: Book, value: Formula) -> Formula:
    """The value for a firm that may claim, nothing for one that may not."""
    who, where = audited_taxation(book).verdict, industry(book).verdict
    return choose(
        (who.equals(UNMET), 0), (where.equals(UNMET), 0), (where.equals(MANUAL_REVIEW), UNKNOWN), otherwise=value
    )


def super_deduction(book: Book) -> Formula:
    return claimable(book, tax_scope(book).whole * rate_over(book, months_of_last_year(book)))


def deduction_made(book: Book) -> Made:
    days = months_of_last_year(book)
    sources = sources_of(law_of_last_year(book), "audited_taxation", "industry") + sources_of_rate(book, days)
    no_benefit = always(
        "与是否高企无关，不计入认定收益；仅供测算，不是税务意见。",
        "It does not depend on certification and is no benefit of it; an estimate, not tax advice.",
    )
    return Made(super_deduction(book), sources, (*barred(book), *remarks_on(book, days), no_benefit))


def barred(book: Book) -> tuple[Remark, ...]:
    return (
        (
            audited_taxation(book).verdict.equals(UNMET),
            Label("非居民企业或核定征收，不得加计扣除。", "It is not resident or not taxed by its accounts."),
        ),
        (industry(book).verdict.equals(UNMET), Label("所属行业不得加计扣除。", "Its industry may not claim.")),
    )


def saved_at(rule: str) -> Plan:
    """What the super deduction saves at a rate; a lower rate saves less."""
    status = {TAX: ("不具备", "without"), TAX_CERTIFIED: ("具备", "with")}[rule]
    title = Label(
        f"{status[0]}高企资格的 {{year}} 年加计扣除节税",
        f"What the deduction of {{year}} saves {status[1]} certification",
    )
    remark = always(
        "假定有足够所得；税率越低，同样的扣除省税越少。",
        "It takes for granted that income suffices; at a lower rate the same deduction saves less.",
    )

    def made(book: Book) -> Made:
        law = law_of_last_year(book)
        return Made(super_deduction(book) * rate_at(law, rule), sources_of(law, rule, *SMALL), (remark,))

    return Plan(title, "yuan", made)


DEDUCTION = {
    "super_deduction": Plan(Label("{year} 年加计扣除额", "Super deduction of {year}"), "yuan", deduction_made),
    "super_deduction_value": saved_at(TAX),
    "super_deduction_value_certified": saved_at(TAX_CERTIFIED),
}
