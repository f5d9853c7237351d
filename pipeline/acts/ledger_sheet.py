"""The ledger of a year as files in the official layouts."""

from pipeline.models import ExpenseLine, Firm, RdProject
from pipeline.models.record import reckoned
from pipeline.outside import ledger_layout
from pipeline.outside.sheet_writer import written


def book(firm: Firm, year: int) -> bytes:
    """The tax law's book of 2021 with its sums."""
    every = ExpenseLine.objects.of_year(year).filter(firm=firm)
    lines = list(every.select_related("project").order_by("project", "day", "pk"))
    return written(ledger_layout.book(firm, year, _projects(firm), lines, reckoned(year, every.sums())))


def detail(firm: Firm, year: int) -> bytes:
    """Certification's table of what was spent, by category and project."""
    every = ExpenseLine.objects.of_year(year).filter(firm=firm)
    amounts = reckoned(year, every.sums())
    return written(ledger_layout.detail(firm, year, _projects(firm), every.sums("project_id"), amounts))


def _projects(firm: Firm) -> list[RdProject]:
    return list(RdProject.objects.filter(firm=firm).order_by("code"))
