"""What firms show a bank: which firms, until when, and of each the parts it was let into and nothing else."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from pipeline.acts import mandate as mandate_acts
from pipeline.models import FinancialYear, Mandate, Showing
from pipeline.portal import standing
from pipeline.portal.grid import LINES, Years, rosters_of, source_word
from pipeline.portal.one_page import presented
from pipeline.portal.people import PART_NAMES
from pipeline.request import StaffRequest
from pipeline.templatetags import figures as written


def shown(request: StaffRequest) -> HttpResponse:
    mandates = Mandate.objects.current().filter(agent=request.user, kind=Mandate.BANK).select_related("firm")
    rows = [(each, [PART_NAMES[part] for part in each.parts]) for each in mandates.order_by("firm__pinyin")]
    return render(request, "portal/shown/shown.html", {"rows": rows})


def shown_firm(request: StaffRequest, uscc: str) -> HttpResponse:
    mandates = Mandate.objects.current().filter(agent=request.user, kind=Mandate.BANK).select_related("firm", "by")
    mandate = get_object_or_404(mandates, firm__uscc=uscc)
    firm: Any = mandate.firm
    kept = {each.part: each for each in Showing.objects.filter(firm=firm, part__in=mandate.parts)}
    for part in mandate.parts:
        mandate_acts.note_look(firm, part, by=request.user, on=request.today)
    page = kept.get(Showing.ONE_PAGE)
    years = standing.years_asked(firm, request.today) if "figures" in mandate.parts else []
    held = {row.year: row for row in FinancialYear.objects.filter(firm=firm, year__in=years)}
    context = {
        "bank": mandate,
        "shown": firm,
        "parts": mandate.parts,
        "verdict": kept.get(Showing.VERDICT),
        "one_page": page,
        "page": page and presented(page.content),
        "years": years,
        "rows": list(_figures(years, held)),
        "rosters": list(rosters_of(years, held)),
    }
    return render(request, "portal/shown/firm.html", context)


def _figures(years: Sequence[int], held: Years) -> Iterator[tuple[Any, list[tuple[str, str]]]]:
    """Each line of the closed years with where each figure comes from."""
    for line in LINES:
        cells = []
        for year in years:
            row = held.get(year)
            amount = getattr(row, line.name, None)
            told = written.wan(amount) if line.money else written.quantity(amount)
            cells.append((told, source_word(row.sources.get(line.name, "")) if row else ""))
        yield line, cells
