"""The facts as a later day's rules will see them: an open year comes out as it is estimated, else as the last one.

A forecast never serves a verdict. A figure of a closed year that is not known stays unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from fractions import Fraction
from typing import Any

from pipeline.rules.facts.firm import Conversions, FirmFacts, YearFigures
from pipeline.rules.facts.staff import annual_average

EXPENSE = ("rd", "rd_total", "rd_domestic")
PERSONS = ("staff_months", "staff", "tech_staff")
OTHERS = tuple(each.name for each in fields(YearFigures) if each.name not in {"year", "estimate", *EXPENSE, *PERSONS})
FOUR_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Forecast:
    """The facts ahead, and which of their figures were `taken` from the year before: each a year and a name."""

    facts: FirmFacts
    taken: tuple[tuple[int, str], ...]


def foreseen(facts: FirmFacts, day: date, on: date | None = None) -> FirmFacts:
    """The facts as the rules of `on` will see them, foretold on `day`; `on` is next New Year where it is not given."""
    return forecast(facts, day, on).facts


def forecast(facts: FirmFacts, day: date, on: date | None = None) -> Forecast:
    """Like `foreseen`, and tells what was taken from the year before."""
    end = (on or date(day.year + 1, 1, 1)).year
    taken: list[tuple[int, str]] = []
    ahead = facts
    for number in open_years(facts, day, end):
        ahead = counted_on(year_ahead(ahead, number, taken), number, taken)
    return Forecast(ahead, tuple(taken))


def open_years(facts: FirmFacts, day: date, end: int) -> list[int]:
    """The years before `end` that were not closed on the day, and those before it that are estimates still."""
    estimated = {each.year for each in facts.years or () if each.estimate and each.year < end}
    return sorted({*range(day.year, end), *estimated})


def year_ahead(facts: FirmFacts, number: int, taken: list[tuple[int, str]]) -> FirmFacts:
    own, last = facts.year(number) or YearFigures(number), facts.year(number - 1)
    ahead = replace(own, estimate=None)
    if last is not None:
        repeated = repeated_figures(own, last, facts)
        ahead = replace(ahead, **repeated)
        taken += [(number, name) for name in repeated]
    return with_year(facts, ahead)


def with_year(facts: FirmFacts, row: YearFigures) -> FirmFacts:
    """The facts with this row for its year; where years are not known at all they stay so."""
    if facts.years is None or row == YearFigures(row.year):
        return facts
    others = [each for each in facts.years if each.year != row.year]
    return replace(facts, years=tuple(sorted([*others, row], key=lambda each: each.year)))


def repeated_figures(own: YearFigures, last: YearFigures, facts: FirmFacts) -> dict[str, Any]:
    """What the year does not say itself, as the last one says it. R&D expense is taken whole or not at all."""
    names = [name for name in OTHERS if getattr(own, name) is None]
    if all(getattr(own, name) is None for name in EXPENSE):
        names += EXPENSE
    repeated = {name: getattr(last, name) for name in names}
    repeated |= repeated_persons(own, last, facts)
    return {name: value for name, value in repeated.items() if value is not None}


def repeated_persons(own: YearFigures, last: YearFigures, facts: FirmFacts) -> dict[str, Any]:
    """The months where the last year has them all, else its averages: tech staff cut, all staff rounded up."""
    if all(getattr(own, name) is None for name in PERSONS) and len(last.staff_months or ()) in {0, 12}:
        return {name: getattr(last, name) for name in PERSONS}
    averages = {
        "staff": average_of(last, facts, tech=False, rounding=ROUND_UP),
        "tech_staff": average_of(last, facts, tech=True, rounding=ROUND_DOWN),
    }
    return {name: average for name, average in averages.items() if getattr(own, name) is None}


def average_of(row: YearFigures, facts: FirmFacts, *, tech: bool, rounding: str) -> Decimal | None:
    founded = facts.identity.registered_on
    average = annual_average(row.staff_months or (), tech=tech, year=row.year, founded_on=founded)
    if average is None:
        return row.tech_staff if tech else row.staff
    return in_decimals(average, rounding)


def in_decimals(value: Fraction, rounding: str) -> Decimal:
    return (Decimal(value.numerator) / value.denominator).quantize(FOUR_PLACES, rounding)


def counted_on(facts: FirmFacts, number: int, taken: list[tuple[int, str]]) -> FirmFacts:
    """As many results converted as in the year before, where the list of them does not reach this year yet."""
    if facts.conversions is None or any(each.year == number for each in facts.conversions):
        return facts
    last = next((each.count for each in facts.conversions if each.year == number - 1), 0)
    if not last:
        return facts
    taken.append((number, "conversions"))
    return replace(facts, conversions=(*facts.conversions, Conversions(number, last)))
