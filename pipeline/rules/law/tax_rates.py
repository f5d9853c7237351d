"""The super-deduction rate by day and kind of firm, as the announcements followed one another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from functools import reduce

from pipeline.rules.amount import Made, Plan, Remark, always
from pipeline.rules.formula import Formula, Number, both, choose, either, fact, given, lifted
from pipeline.rules.labels import Label
from pipeline.rules.shelf.dated import Book, Source

GENERAL = "super_deduction"
EXPENSED = always(
    "假定费用化；形成无形资产的按同一比例加成摊销。",
    "It takes for granted that all is expensed; what becomes an intangible asset is amortised with the same addition.",
)
MIXED = always(
    "年内比例有变，按月份加权（假定全年经营），也可按实际发生额计算。",
    "The rate rose within the year: months weigh it, as if the firm operated in all; actual expense may be used.",
)


def any_of(tests: Iterable[Formula]) -> Formula:
    return reduce(either, tests)


def is_manufacturing(book: Book) -> Formula:
    """As the firm says, else by its industry."""
    first, last = (int(code) for code in book.choice("manufacturing_divisions").split())
    division = fact("industry_division")
    by_industry = choose((both(division >= first, division <= last), 1), otherwise=0)
    return given(fact("manufacturing"), by_industry).equals(1)


def special_kinds(book: Book) -> dict[str, Formula]:
    """Firms that had a rate of their own at times: its rule, and whether the firm is of the kind."""
    return {
        "super_deduction_ic": fact("ic_machine_tool").equals(1),
        "super_deduction_manufacturing": is_manufacturing(book),
        "super_deduction_sme": fact("sme_listed").equals(1),
    }


def rate_over(book: Book, days: list[date]) -> Formula:
    """The mean rate over some days that weigh alike, by the best of the kinds that the firm is of."""
    general = mean_rate(book, GENERAL, days)
    kinds = [(mean_rate(book, rule, days), test) for rule, test in special_kinds(book).items()]
    higher = sorted({rate for rate, _ in kinds if rate > general}, reverse=True)
    arms: list[tuple[Formula, Number]] = [
        (any_of(test for each, test in kinds if each == rate), rate) for rate in higher
    ]
    return choose(*arms, otherwise=general) if arms else lifted(general)


def mean_rate(book: Book, rule: str, days: list[date]) -> Fraction:
    """On a day without a rate of its own a kind has the general one."""
    laws = [book.as_of(day) for day in days]
    return sum((law.number(rule if law.has(rule) else GENERAL) for law in laws), Fraction(0)) / len(days)


def sources_of_rate(book: Book, days: list[date]) -> tuple[Source, ...]:
    laws = [book.as_of(day) for day in days]
    rules = (GENERAL, *special_kinds(book))
    return tuple(dict.fromkeys(law.source(rule) for law in laws for rule in rules if law.has(rule)))


def months_of_last_year(book: Book) -> list[date]:
    return [date(book.day.year - 1, month, 1) for month in range(1, 13)]


def remarks_on(book: Book, days: list[date]) -> tuple[Remark, ...]:
    rates = {book.as_of(day).number(GENERAL) for day in days}
    return (EXPENSED, MIXED) if len(rates) > 1 else (EXPENSED,)


def rate_made(book: Book, days: list[date]) -> Made:
    return Made(rate_over(book, days), sources_of_rate(book, days), remarks_on(book, days))


RATES = {
    "super_deduction_rate": Plan(
        Label("当日发生的研发费用加计扣除比例", "Super-deduction rate of expense of the day"),
        "share",
        lambda book: rate_made(book, [book.day]),
    ),
    "super_deduction_rate_last_year": Plan(
        Label("{year} 年研发费用加计扣除比例", "Super-deduction rate of {year}"),
        "share",
        lambda book: rate_made(book, months_of_last_year(book)),
    ),
}
