"""What one page tells whoever decides about a firm: what is still missing, what it costs, what it saves, by when.

All of it is ready to be kept as JSON: texts as {zh, en}, money in yuan as text, days as ISO text.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pipeline.models.diagnosis import Diagnosis
from pipeline.models.firm import Firm
from pipeline.models.in_force import book_in_force
from pipeline.models.record import facts_of
from pipeline.models.round import Round
from pipeline.rules import Assessment, Book, Plan, Step, assess, planned
from pipeline.rules import Round as Call
from pipeline.rules.plans.deeds import KINDS

SPENT = frozenset({"rd_expense"})  # deeds of which every yuan is paid; other money is earned or moved
PRICES = {  # of deeds whose price the bureau tells, the number of the pool book
    "tech_staff": "price_tech_staff",
    "class_1_right": "price_class_1_right",
    "class_2_right": "price_class_2_right",
    "class_1_bought": "price_class_1_bought",
    "class_2_bought": "price_class_2_bought",
}
FREE, PAID, UNPRICED = "free", "paid", "unpriced"
TOLD = ("rule", "title", "verdict", "says", "source")
SAVED = ("rate_benefit", "vat_addition", "losses_value", "certification_benefit")


def one_page_of(firm: Firm, kept: Diagnosis, day: date) -> dict[str, Any]:
    """From the newest diagnosis. `costs` sums what is known; `open_prices` counts what nobody has a price for."""
    plan, book = planned_ways(kept, day), book_in_force("pool", day)
    lines = [_line(step, book) for step in plan.steps]
    saves = list(_saved(assess(facts_of([firm], day)[firm.pk], book=book_in_force("tax", day), day=day)))
    return {
        "judged_on": kept.day.isoformat(),
        "lines": lines,
        "costs": str(sum((Decimal(each["cost"] or 0) for each in lines), Decimal(0))),
        "open_prices": sum(each["money"] == UNPRICED for each in lines),
        "wages_twice": {"rd_expense", "tech_staff"} <= {step.deed.what for step in plan.steps if step.deed},
        "saves": saves,
        "at_least": str(sum((Decimal(each["found"] or 0) for each in saves[:-1]), Decimal(0))),
        "whole": saves[-1]["found"] is not None,
        "ready_on": plan.best.ready_on.isoformat() if plan.best else "",
        "says": plan.best.says.to_json() if plan.best else None,
    }


def verdict_of(kept: Diagnosis) -> dict[str, Any]:
    """What was found of each condition, in words, without the figures it was worked out from."""
    findings = [{name: each[name] for name in TOLD} for each in kept.findings]
    return {"judged_on": kept.day.isoformat(), "findings": findings, "unmet": kept.unmet}


def planned_ways(kept: Diagnosis, day: date) -> Plan:
    calls = Round.objects.filter(county_date__gte=day).order_by("county_date")
    rounds = [Call(each.name, each.county_date) for each in calls]
    return planned(kept.shown, rounds=rounds, book=kept.judged_by)


def _line(step: Step, book: Book) -> dict[str, Any]:
    money, cost = _cost(step, book)
    return {
        "what": step.closes.to_json(),
        "short": step.short.to_json(),
        "unit": KINDS[step.deed.what].unit if step.deed else "",
        "amount": str(step.deed.amount) if step.deed else "",
        "money": money,
        "cost": None if cost is None else str(cost),
        "yearly": step.deed is not None and step.deed.what == "tech_staff",
        "who": step.who,
        "by": step.by.isoformat(),
    }


def _cost(step: Step, book: Book) -> tuple[str, Decimal | None]:
    """What a step costs in yuan: what is spent, or the bureau's price of each; unpriced where it has none."""
    if step.deed is None:
        return FREE, None
    if step.deed.what in SPENT:
        return PAID, step.deed.amount
    rule = PRICES.get(step.deed.what)
    if rule is None:
        return FREE, None
    return (PAID, step.deed.amount * _yuan(book.number(rule))) if book.has(rule) else (UNPRICED, None)


def _yuan(price: Fraction) -> Decimal:
    return Decimal(price.numerator) / price.denominator


def _saved(benefit: Assessment) -> Iterator[dict[str, Any]]:
    """Each amount the tax book works out, the sum last; of what cannot be worked out, why."""
    for name in SAVED:
        amount = benefit.amount(name)
        yield {"title": amount.title.to_json(), "found": amount.found, "says": amount.says.to_json()}
