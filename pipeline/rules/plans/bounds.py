"""The most of a deed that is thinkable: there are only so many people to move, so much income to be recognised."""

from __future__ import annotations

from pipeline.rules.formula import Facts, Number
from pipeline.rules.plans.deeds import KINDS
from pipeline.rules.plans.prospect import Means, Prospect
from pipeline.rules.programmes import score_items

MOST = {"yuan": 2**50, "heads": 10_000, "count": 50, "points": 10, "flag": 1}
"""The most of a deed that is tried, in units of its kind."""


def most_of(prospect: Prospect, means: Means) -> int:
    """In units of its kind."""
    known, bound = MOST[KINDS[means.what].unit], bound_by(prospect, means)
    return known if bound is None else max(0, min(known, int(bound)))


def bound_by(prospect: Prospect, means: Means) -> Number | None:
    values = prospect.values
    match means.what:
        case "sales" | "hitech_sales":
            return values["sales_y1"] or None
        case "hitech_income":
            return left_of(values, "total_income_y1", "non_taxable_income_y1", "hitech_income_y1")
        case "rd_brought_home":
            booked = values["rd_outsourced_foreign_y1"]
            return left_of(values, "rd_total_y1", "rd_domestic_y1") if booked is None else booked
        case "tech_moved":
            return left_of(values, "staff_y1", "tech_staff_y1")
        case "points":
            return room(prospect, means.item)
    return None


def left_of(values: Facts, whole: str, *parts: str) -> Number | None:
    """What is left of the whole; None where something is not known."""
    known = [each for name in (whole, *parts) if (each := values[name]) is not None]
    if len(known) <= len(parts):
        return None
    first, *rest = known
    return first - sum(rest)


def room(prospect: Prospect, name: str) -> Number:
    """The points that an item's band allows beyond those given."""
    item = next(each for each in score_items(prospect.book) if each.name == name)
    given = prospect.read({})[item.points]
    most: Number = prospect.read({})[item.high]
    return 0 if given is None else most - given
