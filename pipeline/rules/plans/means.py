"""What a firm can do, when it would have to, and from when on the rules see it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from pipeline.rules.facts.firm import BookedExpense, FirmFacts, Scores, YearFigures
from pipeline.rules.facts.folding import fold
from pipeline.rules.periods import months_later
from pipeline.rules.plans.deeds import KINDS, Deed, done
from pipeline.rules.plans.prospect import Means
from pipeline.rules.programmes import score_items
from pipeline.rules.shelf.dated import Book

OF_A_YEAR = ("rd_expense", "rd_brought_home", "hitech_income", "sales", "hitech_sales", "net_assets", "conversions")
PERSONS = ("tech_staff", "tech_moved")
LEAD = {
    "class_2_right": "lead_class_2_months",
    "class_2_bought": "lead_bought_months",
    "class_1_right": "lead_class_1_months",
    "class_1_bought": "lead_bought_months",
}
"""Which number of the book tells how many months it takes to hold a right."""
AT_ONCE = ("rd_ledger", "credit_clean", "sme_listed")
BUILT_UP = ("rd_system", "rd_institute", "incentives", "talent")
"""The lines of the score that a firm can better by its own management, whatever its figures are."""


def means_by(book: Book, day: date, on: date, soon: date) -> Iterator[Means]:
    """Everything that can be done from `day` and is seen by `on`; `soon` is when papers and points can be there."""
    if on.year > day.year:
        year = on.year - 1
        yield from (Means(what, new_year(day.year + 1), date(year, 12, 31), year) for what in OF_A_YEAR)
        yield from persons(book, day, year)
    for what, lead in LEAD.items():
        held = months_later(day, int(book.number(lead)))
        if held <= on:
            yield Means(what, held, held, on=held)
    if soon <= on:
        yield from (Means(what, soon, soon) for what in AT_ONCE)
        yield from (Means("points", soon, soon, item=item) for item in BUILT_UP if gives_points(book, item))


def gives_points(book: Book, item: str) -> bool:
    return any(each.name == item for each in score_items(book))


def persons(book: Book, day: date, year: int) -> Iterator[Means]:
    """People count for the year if they are there long enough in it."""
    since = first_month(day, year)
    first = day.year if count_from(book, date(day.year, first_month(day, day.year), 1)) else day.year + 1
    if year >= first:
        yield from (Means(what, new_year(first + 1), date(year, since, 1), year, since) for what in PERSONS)


def first_month(day: date, year: int) -> int:
    """The month of the year from which on somebody may be there who is looked for from that day on."""
    return min(12, day.month + 1) if year == day.year else 1


def count_from(book: Book, start: date) -> bool:
    """Whether somebody who starts on that day works long enough in its year to count as tech staff."""
    days = (date(start.year, 12, 31) - start).days + 1
    return days >= book.number("tech_staff_days")


def ready_days(book: Book, day: date, soon: date) -> list[date]:
    """The days on which something more can have been done, or the years move on, the first one first."""
    years = [new_year(day.year + ahead) for ahead in (1, 2, 3)]
    rights = [months_later(day, int(book.number(lead))) for lead in LEAD.values()]
    return sorted({soon, *years, *rights})


def new_year(year: int) -> date:
    return date(year, 1, 1)


KNOWN_YEAR = 2000


@cache
def touched(what: str) -> frozenset[str]:
    """The figures that a sort of deed may change, found by doing it for a firm of which everything is known."""
    day = new_year(KNOWN_YEAR + 1)
    deed = Deed(what, KINDS[what].step, KNOWN_YEAR, item=BUILT_UP[0])
    before, after = (fold(each, day).values for each in (firm_known(), done(firm_known(), [deed], day, day)))
    return frozenset(name for name, value in after.items() if value != before[name])


def firm_known() -> FirmFacts:
    """A firm of which every figure that a deed may change is known: a hundred of everything."""
    hundred = Decimal(100)
    expense = BookedExpense(**{each.name: hundred for each in fields(BookedExpense)})
    figures: dict[str, Any] = dict.fromkeys(("rd_domestic", "tech_staff", "non_taxable_income"), hundred)
    figures |= dict.fromkeys(("rd_total", "rd_tax_total", "staff"), hundred * 2)
    money = ("sales", "costs", "total_income", "hitech_income", "net_assets", "total_assets")
    figures |= dict.fromkeys(money, hundred * hundred)
    years = tuple(YearFigures(KNOWN_YEAR - back, rd=expense, **figures) for back in range(3))
    points = Scores(**dict.fromkeys(BUILT_UP, hundred))
    return FirmFacts(
        years=years, ip=(), conversions=(), scores=points, rd_ledger=False, credit_clean=False, sme_listed=False
    )
