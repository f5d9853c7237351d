"""Annual averages of persons from monthly openings and closings."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from pipeline.rules.facts.firm import StaffMonth


def annual_average(
    months: tuple[StaffMonth, ...], *, tech: bool, year: int, founded_on: date | None
) -> Fraction | None:
    """The mean of (opening + closing) / 2 over the months the firm operated; unknown while a month or a figure is."""
    if not complete({each.month for each in months}, year, founded_on):
        return None
    halves = Fraction(0)
    for each in months:
        opening, closing = (each.tech_opening, each.tech_closing) if tech else (each.opening, each.closing)
        if opening is None or closing is None:
            return None
        halves += Fraction(opening) + Fraction(closing)
    return halves / (2 * len(months))


def complete(months: set[int], year: int, founded_on: date | None) -> bool:
    """Twelve months, or in the year of founding the last months of the year without a gap."""
    if not months or months != set(range(min(months), 13)):
        return False
    if founded_on is None:
        return True
    return min(months) == 1 if founded_on.year < year else founded_on.year == year and min(months) >= founded_on.month
