"""The line of the ledger that somebody is typing: the server keeps it until it is put into the ledger or given up."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localtime, now

from pipeline import access
from pipeline.acts import draft as draft_acts
from pipeline.models import Draft, ExpenseLine, Firm
from pipeline.portal.project import ledger_years
from pipeline.request import StaffRequest

LINE_FIELDS = (
    "project", "day", "voucher_kind", "voucher_number", "summary", "amount", "hte_category", "tax_category", "basis",
)  # fmt: skip
LONGEST = 400


def ledger_draft(request: StaffRequest, uscc: str, year: int, line: int = 0) -> HttpResponse:
    """Keeps the fields as they stand; nothing of the ledger changes. `line` is 0 for one that is to be added."""
    firm = get_object_or_404(Firm.objects.within(request.user.reach(access.FIRM)), uscc=uscc)
    if year not in ledger_years(request.today):
        raise Http404("no ledger is kept of this year")
    if line:
        get_object_or_404(ExpenseLine.objects.of_year(year), firm=firm, pk=line)
    content = {name: request.POST[name][:LONGEST] for name in LINE_FIELDS if name in request.POST}
    moment = now()
    draft_acts.keep(firm, page_of(year, line), content, by=request.user, at=moment)
    told: dict[str, Any] = {"errors": {}, "asks": {}, "checks": {}, "cells": {}, "unplaced": []}
    return JsonResponse({"saved": f"{localtime(moment):%H:%M}", **told})


def page_of(year: int, line: int = 0) -> str:
    """The page as its draft is called."""
    return f"ledger.{year}.{line}" if line else f"ledger.{year}"


def beside(request: StaffRequest, year: int, line: int = 0) -> dict[str, Subquery]:
    """The draft as columns of the firm, so that it takes no statement of its own."""
    kept = Draft.objects.filter(firm=OuterRef("pk"), person=request.user, page=page_of(year, line))
    return {"typed": Subquery(kept.values("content")[:1]), "typed_at": Subquery(kept.values("saved_at")[:1])}


def draft_of(firm: Any) -> Draft | None:
    """Of a firm read with `beside`."""
    return Draft(content=firm.typed, saved_at=firm.typed_at) if firm.typed_at else None


def drop(request: StaffRequest, firm: Firm, year: int, line: int = 0) -> None:
    draft_acts.drop(firm, page_of(year, line), by=request.user)
