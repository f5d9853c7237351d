"""What of the running year can still be put right, and could no longer in January."""

from dataclasses import replace
from datetime import date

from pipeline.models import FinancialYear, Firm
from pipeline.models.in_force import book_in_force
from pipeline.models.record import facts_of
from pipeline.rules import FirmFacts, Label, assess, planned
from pipeline.rules.facts.firm import YearFigures
from pipeline.rules.facts.forecast import foreseen

DECEMBER = 12
OF_THE_YEAR = ("rd_intensity", "rd_domestic", "hitech_income", "tech_staff_ratio", "innovation_score")


def too_late(firm: Firm, day: date) -> list[Label]:
    """In December, what the firm's estimate leaves short and nobody could mend once the year is over; else nothing."""
    if day.month != DECEMBER:
        return []
    facts = with_estimate(firm, facts_of([firm], day)[firm.pk], day)
    steps = planned(assess(facts, book=book_in_force("hte", day), day=day)).steps
    told = {step.rule: step.short for step in steps if step.target_year == day.year and step.by.year == day.year}
    new_year = date(day.year + 1, 1, 1)
    ahead = assess(foreseen(facts, day), book=book_in_force("hte", day).as_of(new_year), day=new_year)
    short = {each.rule: each.says for each in ahead.findings if each.rule in OF_THE_YEAR and each.verdict == "unmet"}
    return list((short | told).values())


def with_estimate(firm: Firm, facts: FirmFacts, day: date) -> FirmFacts:
    """The facts with the running year as the firm expects it to end, where they do not hold it already."""
    row = FinancialYear.objects.filter(firm=firm, year=day.year, estimate=True).first()
    if row is None or facts.years is None or facts.year(day.year) is not None:
        return facts
    known = {name: getattr(row, name) for name in FinancialYear.FIGURES}
    return replace(facts, years=(*facts.years, YearFigures(row.year, estimate=True, **known)))
