"""What the firm's books say of three years, entered side by side, kept while typing, saved at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import draft as draft_acts
from pipeline.acts import figures as figures_acts
from pipeline.models import Draft, Explanation, FinancialYear, Firm, MoveRefused
from pipeline.models.figures import DECLARED, JUMP
from pipeline.portal import estimate, pasting, standing
from pipeline.portal.grid import (
    BY_NAME,
    LINES,
    LONGEST_WHY,
    SOURCES,
    UNITS,
    Amounts,
    FiguresForm,
    Line,
    Years,
    compared,
    held_amounts,
    rosters_of,
    source_word,
    written,
)
from pipeline.request import StaffRequest
from pipeline.rules import Book, FactsRefused, assess, books, read_facts

JUDGED = ("rd_intensity", "rd_domestic", "hitech_income", "tech_staff_ratio")


@dataclass(frozen=True)
class Cell:
    """One figure of one year: its field, the source of what is on record, what the bureau and the check say of it."""

    year: int
    field: Any
    why: Any
    source: str
    ask: str
    faults: list[str]


@dataclass(frozen=True)
class Row:
    line: Line
    cells: list[Cell]
    check: str
    article: str

    @property
    def last(self) -> Any:
        return self.cells[-1].field


@dataclass
class Sheet:
    """One page of figures: the years side by side, what is on record of them, and what the person has typed."""

    firm: Firm
    today: date
    years: list[int]
    held: dict[int, FinancialYear]
    draft: Draft | None = None
    reasons: dict[tuple[int, str], str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The page as its draft is called."""
        return f"figures.{self.years[-1]}"

    def initial(self, unit: str) -> dict[str, Any]:
        told: dict[str, Any] = {"unit": unit, "source": DECLARED}
        for year in self.years:
            row = self.held.get(year)
            told[f"version-{year}"] = row.version if row else None
            for line in LINES:
                told[f"{line.name}-{year}"] = written(getattr(row, line.name, None), line, unit)
                told[f"why-{line.name}-{year}"] = self.reasons.get((year, line.name), "")
        return told

    def typed(self, unit: str) -> dict[str, Any]:
        """What is on record, with what the draft says instead."""
        kept = self.draft.content if self.draft else {}
        return {**{name: "" if value is None else value for name, value in self.initial(unit).items()}, **kept}

    def stale(self, form: FiguresForm) -> list[int]:
        """The years somebody else has changed since the person saw them, and whose figures differ from the form's."""
        return [year for year in self.years if form.version(year) != self.version(year) and self.changed(form, year)]

    def version(self, year: int) -> int | None:
        return self.held[year].version if year in self.held else None

    def estimated(self, year: int) -> bool:
        return year in self.held and self.held[year].estimate

    def changed(self, form: FiguresForm, year: int) -> bool:
        return form.amounts(year) != held_amounts(self.held.get(year))


def figures(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    sheet = _sheet(request, firm, year)
    if request.method == "POST" and "drop" in request.POST:
        draft_acts.drop(firm, sheet.name, by=request.user)
        return redirect("portal:figures", uscc, year)
    if request.method == "POST" and "take" in request.POST:
        return _take(request, sheet, year)
    unit = _unit(request, sheet.draft)
    form = _form(request, sheet, unit)
    conflicts: list[str] = []
    if request.method == "POST" and form.is_valid():
        conflicts = _conflicts(sheet, form, unit)
        if not conflicts and _enter(request, sheet, form):
            return standing.onward(request, firm, sheet.name)
        form = _seen_again(sheet, form, unit)
    return render(request, "portal/figures/figures.html", _context(request, sheet, form, year, conflicts))


def figures_draft(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """Keeps what is being typed; answers with what is wrong or asked of each field as it stands. Nothing of the record
    changes. With `paste`, the fields that a block of cells fills, from the field `anchor` on.
    """
    firm = standing.firm_or_404(request, uscc)
    years = _years(firm, year, request.today)
    line, _dash, at = request.POST.get("anchor", "").partition("-")
    block = pasting.pasted(
        request.POST.get("paste", ""), years, line=line, year=int(at) if at.isdecimal() and len(at) == 4 else 0
    )
    form = FiguresForm({**request.POST.dict(), **block.cells}, unit=_unit(request), years=years)
    moment = now()
    draft_acts.keep(firm, f"figures.{years[-1]}", _content(form), by=request.user, at=moment)
    errors = {name: str(says[0]) for name, says in form.errors.items()}
    asks, checks = _live(form)
    return JsonResponse(
        {
            "saved": f"{localtime(moment):%H:%M}",
            "errors": errors,
            "asks": asks,
            "checks": checks,
            "cells": block.cells,
            "unplaced": block.unplaced,
        }
    )


def _sheet(request: StaffRequest, firm: Firm, year: int) -> Sheet:
    years = _years(firm, year, request.today)
    rows = FinancialYear.objects.filter(firm=firm, year__in=[years[0] - 1, *years])
    sheet = Sheet(firm, request.today, years, {row.year: row for row in rows})
    sheet.draft = Draft.objects.filter(firm=firm, person=request.user, page=sheet.name).first()
    words = Explanation.objects.filter(firm=firm, year__in=years, kind=JUMP)
    sheet.reasons = {(each.year, each.figure): each.says for each in words}
    return sheet


def _years(firm: Firm, year: int, today: date) -> list[int]:
    """The years of the page: those that are asked for, or the running one beside the last two closed."""
    asked = standing.years_asked(firm, today)
    if year == today.year:
        return [*[each for each in asked[-2:] if each < year], year]
    if year not in asked:
        raise Http404("figures of this year are not asked for")
    return asked


def _unit(request: StaffRequest, draft: Draft | None = None) -> str:
    kept = draft.content.get("unit") if draft else None
    asked = request.POST.get("unit") or kept or request.GET.get("unit") or "wan"
    return asked if asked in UNITS else "wan"


def _form(request: StaffRequest, sheet: Sheet, unit: str) -> FiguresForm:
    if request.method == "POST":
        return FiguresForm(request.POST, unit=unit, years=sheet.years)
    if sheet.draft:
        return FiguresForm(sheet.typed(unit), unit=unit, years=sheet.years)
    return FiguresForm(unit=unit, years=sheet.years, initial=sheet.initial(unit))


def _content(form: FiguresForm) -> dict[str, str]:
    """The fields of the form as they were sent, and nothing else that was."""
    return {name: str(form.data[name])[:LONGEST_WHY] for name in form.fields if name in form.data}


def _take(request: StaffRequest, sheet: Sheet, year: int) -> HttpResponse:
    """A block of cells pasted into the box below the table goes into the draft, to be looked over and saved."""
    block = pasting.pasted(request.POST.get("paste", ""), sheet.years)
    form = FiguresForm({**request.POST.dict(), **block.cells}, unit=_unit(request), years=sheet.years)
    if block.cells:
        draft_acts.keep(sheet.firm, sheet.name, _content(form), by=request.user, at=now())
        messages.success(request, _("%(n)s cells taken over. Look them over and save.") % {"n": len(block.cells)})
    else:
        messages.error(request, _("No cell with a number was found. Copy the cells in Excel, with or without names."))
    for label in block.unplaced[:5]:
        messages.warning(request, _("“%(label)s” is no line of this table and was left out.") % {"label": label})
    return redirect("portal:figures", sheet.firm.uscc, year)


def _conflicts(sheet: Sheet, form: FiguresForm, unit: str) -> list[str]:
    """What the record says now where somebody saved meanwhile, figure by figure."""
    told = []
    for year in sheet.stale(form):
        now_held = held_amounts(sheet.held.get(year))
        for name, typed in form.amounts(year).items():
            if typed != now_held[name]:
                line = BY_NAME[name]
                words = {
                    "year": year,
                    "figure": line.label,
                    "now": written(now_held[name], line, unit) or "—",
                    "yours": written(typed, line, unit) or "—",
                }
                told.append(_("%(year)s %(figure)s: on record now %(now)s, yours %(yours)s.") % words)
    return told


def _seen_again(sheet: Sheet, form: FiguresForm, unit: str) -> FiguresForm:
    """What was typed, on top of the versions that the person is shown now."""
    versions = {name: value or "" for name, value in sheet.initial(unit).items() if name.startswith("version-")}
    again = FiguresForm({**dict(form.data.items()), **versions}, unit=unit, years=sheet.years)
    again.is_valid()
    return again


def _enter(request: StaffRequest, sheet: Sheet, form: FiguresForm) -> bool:
    """All years that changed, or none; whether it was done."""
    kind = form.cleaned_data["source"] or DECLARED
    try:
        with transaction.atomic():
            for year in sheet.years:
                if sheet.changed(form, year) or sheet.estimated(year):
                    figures_acts.enter(
                        sheet.firm,
                        year,
                        form.amounts(year),
                        version=form.version(year),
                        by=request.user,
                        on=request.today,
                        source=str(SOURCES[kind]),
                        kind=kind,
                    )
                figures_acts.explain(sheet.firm, year, JUMP, form.reasons(year), by=request.user)
    except MoveRefused:
        messages.error(request, _("Somebody saved this page in the same moment. What you typed is still here."))
        return False
    draft_acts.drop(sheet.firm, sheet.name, by=request.user)
    messages.success(request, _("Figures saved at %(time)s.") % {"time": f"{localtime(now()):%H:%M}"})
    return True


def _context(request: StaffRequest, sheet: Sheet, form: FiguresForm, year: int, conflicts: list[str]) -> dict[str, Any]:
    firm, today = sheet.firm, request.today
    order = list(dict.fromkeys(place.partition(".")[0] for place in standing.places(firm, today)))
    before = next(place for place in reversed(standing.places(firm, today)) if not place.startswith(("figures", "pro")))
    book = books("hte", today)
    return {
        "firm": firm,
        "year": year,
        "years": sheet.years,
        "unit": form["unit"].value() or "wan",
        "form": form,
        "rows": list(_rows(sheet, form, book)),
        "position": order.index("figures") + 1,
        "count": len(order),
        "before": standing.place_url(firm, before),
        "judged": _judged(sheet.held, today),
        "rosters": list(rosters_of(sheet.years, sheet.held)),
        "draft": sheet.draft,
        "conflicts": conflicts,
        "estimate": sheet.years[-1] == today.year,
        "unclosed": [each for each in sheet.years if each < today.year and sheet.estimated(each)],
        "late": estimate.too_late(firm, today)
        if sheet.years[-1] == today.year and not getattr(firm, "mandate", None)
        else [],
        "running": today.year,
        "closed": standing.years_asked(firm, today)[-1],
        "may": access.may(request.user, "figures.enter"),
    }


def _rows(sheet: Sheet, form: FiguresForm, book: Book) -> Iterator[Row]:
    told = _faults(sheet)
    amounts = _amounts(form, sheet)
    for line in LINES:
        cells = []
        for year in sheet.years:
            _says, ask = compared(line, amounts[year], amounts.get(year - 1, {}))
            source = (sheet.held[year].sources if year in sheet.held else {}).get(line.name, "")
            cells.append(
                Cell(
                    year,
                    form[f"{line.name}-{year}"],
                    form[f"why-{line.name}-{year}"],
                    source_word(source) if source != DECLARED else "",
                    ask,
                    told.get(f"{year}.{line.name}", []),
                )
            )
        last = sheet.years[-1]
        check, _ask = compared(line, amounts[last], amounts.get(last - 1, {}))
        yield Row(line, cells, check, book.source(line.rule).in_words() if line.rule in book.entries else "")


def _amounts(form: FiguresForm, sheet: Sheet) -> dict[int, Amounts]:
    """What each year comes to: as it stands in the form where that was read, else as on record."""
    on_record: dict[int, Amounts] = {year: held_amounts(row) for year, row in sheet.held.items()}
    if not form.is_bound:
        return {year: on_record.get(year, {}) for year in {*sheet.years, *on_record}}
    form.is_valid()
    return on_record | {year: form.amounts(year) for year in sheet.years}


def _live(form: FiguresForm) -> tuple[dict[str, str], dict[str, str]]:
    """What is asked of each field, and the check of each line's last year, with what is typed."""
    form.is_valid()
    amounts = {year: form.amounts(year) for year in form.years}
    asks, checks = {}, {}
    for line in LINES:
        for year in form.years:
            says, ask = compared(line, amounts[year], amounts.get(year - 1, {}))
            if year - 1 in amounts:
                asks[f"{line.name}-{year}"] = ask
            checks[line.name] = says
    return asks, checks


def _faults(sheet: Sheet) -> Mapping[str, list[str]]:
    """What the bureau found wrong, by year and figure."""
    told: dict[str, list[str]] = {}
    for fault in standing.open_faults(sheet.firm).filter(place__startswith="figures."):
        told.setdefault(fault.place.removeprefix("figures."), []).append(fault.says)
    return told


def _judged(rows: Years, today: date) -> list[dict[str, Any]]:
    """The conditions that rest on these figures alone, as they stand with what is saved of closed years."""
    closed = [row for row in rows.values() if row.year < today.year and not row.estimate]
    years = [{"year": row.year, **_known(row)} for row in sorted(closed, key=lambda row: row.year)]
    try:
        facts = read_facts({"years": years})
    except FactsRefused:
        return []
    assessment = assess(facts, book=books("hte", today), day=today).to_json()
    return [each for each in assessment["findings"] if each["rule"] in JUDGED and each["found"] is not None]


def _known(row: FinancialYear) -> dict[str, str]:
    known: dict[str, Decimal | None] = {name: getattr(row, name) for name in FinancialYear.FIGURES}
    return {name: str(value) for name, value in known.items() if value is not None}
