"""What the firm's books say of one year, entered in 万元 or yuan beside the years before it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import figures as figures_acts
from pipeline.models import FinancialYear, Firm
from pipeline.portal import standing
from pipeline.request import StaffRequest
from pipeline.rules import FactsRefused, assess, books, read_facts
from pipeline.templatetags import figures as shown

UNITS = {"wan": Decimal(10_000), "yuan": Decimal(1)}
FEN, PART_OF_A_HEAD = Decimal("0.01"), Decimal("0.0001")
LARGEST, MOST_HEADS = Decimal("1e15"), Decimal("1e8")
ODD_JUMP = Fraction(1, 2)
Years = Mapping[int, FinancialYear]
UNKNOWN = ("", "-", "—", "/", "无")


@dataclass(frozen=True)
class Line:
    """One line of the grid. `part_of` is the figure it cannot exceed and is shown as a share of."""

    name: str
    label: Any
    hint: Any = ""
    part_of: str = ""
    money: bool = True
    required: bool = True


LINES = (
    Line("sales", gettext_lazy("Sales"), gettext_lazy("main and other operations")),
    Line("total_income", gettext_lazy("Total income"), gettext_lazy("before non-taxable income is taken off")),
    Line("non_taxable_income", gettext_lazy("of which non-taxable"), part_of="total_income", required=False),
    Line("hitech_income", gettext_lazy("of which from hi-tech products"), part_of="total_income"),
    Line("rd_total", gettext_lazy("R&D expense"), gettext_lazy("work given out counts four fifths")),
    Line("rd_domestic", gettext_lazy("of which inside the country"), part_of="rd_total"),
    Line("net_assets", gettext_lazy("Net assets"), gettext_lazy("assets less debts at the end of the year")),
    Line("staff", gettext_lazy("Staff (monthly average)"), money=False),
    Line("tech_staff", gettext_lazy("of which tech staff"), part_of="staff", money=False),
)
JUDGED = ("rd_intensity", "rd_domestic", "hitech_income", "tech_staff_ratio")


class AmountField(forms.CharField):
    """A number as people paste it: full-width digits, separators, blank for unknown.

    `factor` turns what is typed into yuan or heads, `smallest` is the last place these have.
    """

    def __init__(self, *, factor: Decimal, smallest: Decimal, negative: bool, **also: Any) -> None:
        super().__init__(required=False, **also)
        self.factor, self.smallest, self.negative = factor, smallest, negative

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"[,\s，]", "", unicodedata.normalize("NFKC", value or "")).replace("−", "-")
        if text in UNKNOWN:
            return None
        if not re.fullmatch(r"-?\d{1,18}(\.\d{1,12})?", text):
            raise forms.ValidationError(_("“%(text)s” is not a number.") % {"text": value})
        amount = Decimal(text) * self.factor
        self._within_bounds(amount)
        return amount.quantize(self.smallest)

    def _within_bounds(self, amount: Decimal) -> None:
        if amount < 0 and not self.negative:
            raise forms.ValidationError(_("This figure cannot be below zero."))
        if abs(amount) >= (LARGEST if self.smallest == FEN else MOST_HEADS):
            raise forms.ValidationError(_("This is too large. Look at the unit above the table."))
        if amount != amount.quantize(self.smallest):
            raise forms.ValidationError(_("Too many decimals: money ends at the fen, heads at four places."))


class FiguresForm(forms.Form):
    """The figures of one year. `unit` is what numbers are written in, `version` what the person saw (empty: no row)."""

    unit = forms.ChoiceField(choices=[(unit, unit) for unit in UNITS], widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, unit: str, **also: Any) -> None:
        super().__init__(*args, **also)
        for line in LINES:
            factor = UNITS[unit] if line.money else Decimal(1)
            widget = forms.TextInput({"inputmode": "decimal", "class": "entry num", "autocomplete": "off"})
            if line.money:
                widget.attrs["data-money"] = ""
            smallest = FEN if line.money else PART_OF_A_HEAD
            self.fields[line.name] = AmountField(
                label=line.label, factor=factor, smallest=smallest, negative=line.name == "net_assets", widget=widget
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for line in LINES:
            part, whole = cleaned.get(line.name), cleaned.get(line.part_of)
            if line.part_of and part is not None and whole is not None and part > whole:
                self.add_error(line.name, _("The part is larger than the whole above it."))
        return cleaned

    def amounts(self) -> dict[str, Decimal | None]:
        return {line.name: self.cleaned_data[line.name] for line in LINES}


@dataclass(frozen=True)
class Row:
    """A line with what each year says (the year of the page in its field), and what a comparison gives."""

    line: Line
    columns: list[tuple[int, str]]
    field: Any
    check: str
    ask: str
    faults: list[str]


def figures(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    years = standing.years_asked(firm, request.today)
    if year not in years:
        raise Http404("figures of this year are not asked for")
    rows = {row.year: row for row in FinancialYear.objects.filter(firm=firm, year__in=[years[0] - 1, *years])}
    unit = _unit(request)
    form = FiguresForm(request.POST or None, unit=unit, initial=_initial(rows.get(year), unit))
    if request.method == "POST" and form.is_valid():
        _enter(request, firm, year, form)
        return standing.onward(request, firm, f"figures.{year}")
    order = standing.places(firm, request.today)
    context = {
        "firm": firm,
        "year": year,
        "years": years,
        "unit": unit,
        "form": form,
        "rows": list(_rows(form, rows, year, years, unit, _faults(firm, year))),
        "position": order.index(f"figures.{year}") + 1,
        "count": len(order),
        "before": standing.place_url(firm, order[order.index(f"figures.{year}") - 1]),
        "judged": _judged(rows, request),
        "source": rows[year].source if year in rows else "",
        "may": access.may(request.user, "figures.enter"),
    }
    return render(request, "portal/figures/figures.html", context)


def _unit(request: StaffRequest) -> str:
    asked = request.POST.get("unit") or request.GET.get("unit") or "wan"
    return asked if asked in UNITS else "wan"


def _initial(row: FinancialYear | None, unit: str) -> dict[str, Any]:
    if row is None:
        return {"unit": unit}
    held = {line.name: _written(getattr(row, line.name), line, unit) for line in LINES}
    return {**held, "unit": unit, "version": row.version}


def _written(value: Decimal | None, line: Line, unit: str) -> str:
    """A figure as it stands in a field."""
    if value is None:
        return ""
    if not line.money:
        return f"{value.normalize():f}"
    return shown.wan_exact(value) if unit == "wan" else f"{value:.2f}"


def _grouped(value: Decimal | None, line: Line, unit: str) -> str:
    """A figure as it is read beside the field."""
    if value is None:
        return ""
    return shown.quantity(value) if not line.money else shown.wan(value) if unit == "wan" else shown.yuan(value)


def _enter(request: StaffRequest, firm: Firm, year: int, form: FiguresForm) -> None:
    figures_acts.enter(
        firm,
        year,
        form.amounts(),
        version=form.cleaned_data["version"],
        by=request.user,
        on=request.today,
        source=_("entered by the firm"),
    )
    saved = {"year": year, "time": f"{localtime(now()):%H:%M}"}
    messages.success(request, _("Figures of %(year)s saved at %(time)s.") % saved)


def _faults(firm: Firm, year: int) -> dict[str, list[str]]:
    """What the bureau found wrong with figures of this year, by figure."""
    told: dict[str, list[str]] = {}
    for fault in standing.open_faults(firm).filter(place__startswith=f"figures.{year}"):
        told.setdefault(fault.place.rpartition(".")[2], []).append(fault.says)
    return told


def _rows(
    form: FiguresForm, held: Years, year: int, years: list[int], unit: str, told: Mapping[str, list[str]]
) -> Iterator[Row]:
    now_row, before = held.get(year), held.get(year - 1)
    for line in LINES:
        columns = [(each, _grouped(getattr(held.get(each), line.name, None), line, unit)) for each in years]
        check, ask = _compared(line, now_row, before)
        yield Row(line, columns, form[line.name], check, ask, told.get(line.name, []))


def _compared(line: Line, row: FinancialYear | None, before: FinancialYear | None) -> tuple[str, str]:
    """A part as a share of its whole; else the change on the year before, asked about where it exceeds a half."""
    value = getattr(row, line.name, None)
    if value is None:
        return "", ""
    whole = getattr(row, line.part_of, None) if line.part_of else None
    if line.part_of:
        share = Fraction(value) / Fraction(whole) if whole else None
        return (_("%(share)s of it") % {"share": shown.percent(share)} if share is not None else ""), ""
    last = getattr(before, line.name, None)
    if not last:
        return "", ""
    change = Fraction(value) / Fraction(last) - 1
    says = _("%(change)s on the year before") % {"change": ("+" if change >= 0 else "") + shown.percent(change)}
    return ("", _("%(says)s. Is that right?") % {"says": says}) if abs(change) > ODD_JUMP else (says, "")


def _judged(rows: Years, request: StaffRequest) -> list[dict[str, Any]]:
    """The conditions that rest on these figures alone, as they stand with what is saved."""
    years = [{"year": row.year, **_known(row)} for row in sorted(rows.values(), key=lambda row: row.year)]
    try:
        facts = read_facts({"years": years})
    except FactsRefused:
        return []
    assessment = assess(facts, book=books("hte", request.today), day=request.today).to_json()
    return [each for each in assessment["findings"] if each["rule"] in JUDGED and each["found"] is not None]


def _known(row: FinancialYear) -> dict[str, str]:
    known = {name: getattr(row, name) for name in FinancialYear.FIGURES}
    return {name: str(value) for name, value in known.items() if value is not None}
