"""One page for whoever decides: what is still missing, what it costs, what it saves, and by when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pipeline.models import Diagnosis, Firm, Round
from pipeline.models.book import book_in_force
from pipeline.models.record import facts_of
from pipeline.portal import standing
from pipeline.portal.estimate import too_late
from pipeline.request import StaffRequest
from pipeline.rules import Assessment, Label, Plan, Step, assess, planned
from pipeline.rules import Round as Call
from pipeline.rules.findings import FoundAmount
from pipeline.rules.plans.deeds import KINDS
from pipeline.templatetags.figures import quantity, wan

SPENT = frozenset({"rd_expense"})  # deeds of which every yuan is paid; others move money or earn it
SAVED = ("rate_benefit", "vat_addition", "losses_value", "certification_benefit")
SHOWN = 8  # more lines do not fit one sheet


@dataclass(frozen=True)
class Line:
    """What is to be done, what it takes, who does it, by when."""

    what: Label
    short: Label
    takes: str
    who: str
    by: date
    source: str


def one_page(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    kept = firm.latest_diagnosis
    plan = _planned(kept, request.today) if kept else Plan()
    benefit = _tax(firm, request.today)
    saves = list(_saved(benefit))
    lines = [_line(step) for step in plan.steps]
    context = {
        "firm": firm,
        "kept": kept,
        "plan": plan,
        "lines": lines[:SHOWN],
        "more": max(len(lines) - SHOWN, 0),
        "costs": sum((_spent(step) for step in plan.steps), Decimal(0)),
        "saves": saves,
        "at_least": sum((Decimal(each["found"]) for each in saves if not each["sum"] and each["found"]), Decimal(0)),
        "whole": saves[-1]["found"] is not None,
        "year": request.today.year - 1,
        "warnings": too_late(firm, request.today),
    }
    return render(request, "portal/one_page/one_page.html", context)


def _planned(kept: Diagnosis, today: date) -> Plan:
    calls = Round.objects.filter(county_date__gte=today).order_by("county_date")
    rounds = [Call(each.name, each.county_date) for each in calls]
    return planned(kept.shown, rounds=rounds, book=kept.judged_by)


def _tax(firm: Firm, day: date) -> Assessment:
    return assess(facts_of([firm], day)[firm.pk], book=book_in_force("tax", day), day=day)


def _saved(benefit: Assessment) -> Iterator[dict[str, Any]]:
    """Each amount the tax book works out, the sum last; of what cannot be worked out, why."""
    for name in SAVED:
        found: FoundAmount = benefit.amount(name)
        yield {"title": found.title, "found": found.found, "says": found.says, "sum": name == SAVED[-1]}


def _line(step: Step) -> Line:
    return Line(step.closes, step.short, _takes(step), _who(step.who), step.by, step.article)


def _takes(step: Step) -> str:
    """Money that is spent, or heads, rights and points that are won; nothing where a paper or a person is asked."""
    if step.deed is None:
        return "—"
    kind, amount = KINDS[step.deed.what], step.deed.amount
    if kind.unit == "yuan":
        return _("%(n)s ten thousand yuan") % {"n": wan(amount)} if step.deed.what in SPENT else _("no money spent")
    words = {
        "heads": _("%(n)s persons"),
        "count": _("%(n)s pieces"),
        "points": _("%(n)s points"),
    }
    return words[kind.unit] % {"n": quantity(amount)} if kind.unit in words else "—"


def _spent(step: Step) -> Decimal:
    return step.deed.amount if step.deed is not None and step.deed.what in SPENT else Decimal(0)


def _who(who: str) -> str:
    names = {
        "firm_finance": _("finance"),
        "firm_rd": _("R&D"),
        "firm_owner": _("the owner"),
        "coach": _("the coach"),
        "county": _("the county office"),
        "city": _("the city office"),
    }
    return names.get(who, who)
