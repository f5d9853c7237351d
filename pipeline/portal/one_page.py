"""One page for whoever decides: what is still missing, what it costs, what it saves, and by when."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from pipeline.models.one_page import PAID, UNPRICED, one_page_of
from pipeline.portal import standing
from pipeline.portal.estimate import too_late
from pipeline.request import StaffRequest
from pipeline.templatetags.figures import quantity, wan

SHOWN = 8  # more lines do not fit one sheet


def one_page(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    kept = firm.latest_diagnosis
    told = one_page_of(firm, kept, request.today) if kept else None
    context = {"firm": firm, "page": told and presented(told), "warnings": too_late(firm, request.today)}
    return render(request, "portal/one_page/one_page.html", context)


def presented(told: Mapping[str, Any]) -> dict[str, Any]:
    """The page as its template takes it: the lines in words, those beyond one sheet counted."""
    lines = [
        {**line, "takes": _takes(line), "costs": _costs(line), "who": _who(line["who"])}
        for line in told["lines"][:SHOWN]
    ]
    return {**told, "lines": lines, "count": len(told["lines"]), "more": max(len(told["lines"]) - SHOWN, 0)}


def _takes(line: Mapping[str, Any]) -> str:
    """Heads, rights and points that are won; nothing where money, a paper or a person is asked."""
    words = {"heads": _("%(n)s persons"), "count": _("%(n)s pieces"), "points": _("%(n)s points")}
    return words[line["unit"]] % {"n": quantity(line["amount"])} if line["unit"] in words else ""


def _costs(line: Mapping[str, Any]) -> str:
    if line["money"] == UNPRICED:
        return _("no price known")
    if line["money"] != PAID:
        return _("no money spent")
    words = _("%(n)s ten thousand yuan a year") if line["yearly"] else _("%(n)s ten thousand yuan")
    return words % {"n": wan(line["cost"])}


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
