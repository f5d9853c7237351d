"""The ledger as the two official layouts, to download."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from pipeline.acts import ledger_sheet as acts
from pipeline.portal import standing
from pipeline.portal.project import ledger_years
from pipeline.request import StaffRequest

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def book(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    firm = _opened(request, uscc, year)
    return _download(acts.book(firm, year), _("R&D ledger %(year)s.xlsx") % {"year": year})


def detail(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    firm = _opened(request, uscc, year)
    return _download(acts.detail(firm, year), _("R&D expense by category %(year)s.xlsx") % {"year": year})


def _opened(request: StaffRequest, uscc: str, year: int) -> Any:
    firm = standing.firm_or_404(request, uscc)
    if year not in ledger_years(request.today):
        raise Http404("no ledger is kept of this year")
    return firm


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=XLSX, headers=headers)
