"""What the year that is still open must reach, so that next year's application passes.

The three years move on by one. The open year is taken to come out as the last one did, but for what is sought.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.rules.condition import Condition
from pipeline.rules.dated import Book
from pipeline.rules.figures import EXPENSE, YEARLY, YEARS_BACK, year_name
from pipeline.rules.formula import Facts, Number, exact
from pipeline.rules.hte import FEN, counted_expense, domestic_expense
from pipeline.rules.labels import Label
from pipeline.rules.remedies import least, least_across, raised


@dataclass(frozen=True, slots=True)
class Sought:
    """A figure of the open year: its name and unit, and the figures of y1 that make it up."""

    name: Label
    unit: str
    stems: tuple[str, ...]


SOUGHT = {
    "tech_staff_ratio": Sought(Label("科技人员年平均数", "the annual average of tech staff"), "heads", ("tech_staff",)),
    "rd_intensity": Sought(Label("研发费用", "R&D expense"), "yuan", ("rd_total", "rd_domestic")),
    "rd_domestic": Sought(Label("境内研发费用", "R&D expense inside the country"), "yuan", ("rd_domestic", "rd_total")),
    "hitech_income": Sought(Label("高新技术产品（服务）收入", "hi-tech income"), "yuan", ("hitech_income",)),
}


def moved_on(values: Facts, book: Book) -> dict[str, Number | None]:
    """The figures as next year's rules will see them, if the open year repeats the last one."""
    ahead = dict(values)
    for back in YEARS_BACK:
        source = max(1, back - 1)
        ahead |= {year_name(stem, back): values.get(year_name(stem, source)) for stem in YEARLY}
        ahead[year_name("rd_total", back)] = exact(counted_expense(book, source), values)
        ahead[year_name("rd_domestic", back)] = exact(domestic_expense(book, source), values)
        ahead |= {year_name(stem, back): None for stem in EXPENSE}
    years = values.get("operating_years")
    ahead["operating_years"] = None if years is None else min(len(YEARS_BACK), years + 1)
    return ahead


def target(condition: Condition, values: Facts, book: Book) -> int | None:
    """What the sought figure of the open year must reach, in fen or heads; None where other years are not known."""
    ahead = moved_on(values, book)
    stems = SOUGHT[condition.rule].stems
    first = ahead[year_name(stems[0], 1)]
    if first is None:
        return None
    names = tuple(year_name(stem, 1) for stem in stems)
    return least(condition.verdict, raised(ahead, names, -first), names)


def sales_target(condition: Condition, values: Facts, book: Book) -> int | None:
    """Sales of the open year in fen that pass with last year's R&D expense: above a line the law asks for less."""
    ahead = moved_on(values, book)
    edges = (band.upto * FEN for band in book.bands("rd_intensity") if band.upto is not None)
    more = least_across(condition.verdict, ahead, "sales_y1", whole(edges))
    sales = ahead["sales_y1"]
    return None if not more or sales is None else int(sales) + more


def whole(edges: Iterable[Number]) -> list[int]:
    return [int(edge) for edge in edges]
