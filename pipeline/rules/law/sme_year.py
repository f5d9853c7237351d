"""One year of the evaluation of technology SMEs: its days, which a notice names anew every year, and what follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipeline.rules.shelf.dated import Book, NoValue
from pipeline.rules.shelf.volumes import books


@dataclass(frozen=True, slots=True)
class EvaluationYear:
    """None is what no notice of the year tells. A listing is of its year: it is renewed by the update of the next.

    `sends_visits`: the notice names whom to visit on site, first-time applicants among them (SME-Y26).
    """

    opens_on: date | None
    closes_on: date | None
    publicity_workdays: int
    publicity_by: date | None
    spot_check_share: Fraction | None
    spot_check_by: date | None
    fraud_ban_years: int | None
    sends_visits: bool
    update_by: date
    change_report_months: int


def evaluation_year(year: int) -> EvaluationYear:
    """Raises NoValue for a year before the evaluation began."""
    book = books("sme", date(year, 12, 31))
    return EvaluationYear(
        opens_on=day_of(book, "window_opens"),
        closes_on=day_of(book, "window_closes"),
        publicity_workdays=int(book.number("publicity_workdays")),
        publicity_by=day_of(book, "publicity_by"),
        spot_check_share=told(book.number, "spot_check_share"),
        spot_check_by=day_of(book, "spot_check_by"),
        fraud_ban_years=None if (years := told(book.number, "fraud_ban_years")) is None else int(years),
        sends_visits=told(book.number, "site_check_staff") is not None,
        update_by=date.fromisoformat(f"{year + 1}-{book.choice('renewal_due')}"),
        change_report_months=int(book.number("change_report_months")),
    )


def told[V](ask: Callable[[str], V], rule: str) -> V | None:
    try:
        return ask(rule)
    except NoValue:
        return None


def day_of(book: Book, rule: str) -> date | None:
    monthday = told(book.choice, rule)
    return None if monthday is None else date.fromisoformat(f"{book.day.year}-{monthday}")
