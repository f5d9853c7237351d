"""The expense ledger of one year, line by line, and what certification and the tax law make of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import ledger as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import day_field, offer
from pipeline.models import ExpenseLine, FinancialYear, Firm, RdProject
from pipeline.models.ledger import (
    CERTIFICATION,
    FISCAL_FUNDS,
    IN_HOUSE,
    PARTS_LEFT_OUT,
    SPECIAL_INCOME,
    Tally,
    tax_categories,
)
from pipeline.models.record import reckoned
from pipeline.portal import ledger_draft, standing
from pipeline.portal.ledger_words import CATEGORIES, TAX_CATEGORIES, code_of, in_order
from pipeline.portal.pasted_rows import PasteForm, day_of, faults_of, placed, rows_of, tell, told_at
from pipeline.portal.project import amount_field, choices, ledger_years
from pipeline.request import StaffRequest
from pipeline.rules.findings import FoundAmount
from pipeline.templatetags.look import spoken

PAGE = 50
HEADS = {
    "project": ("项目编号", "项目", "研发项目", "project"),
    "day": ("日期", "凭证日期", "记账日期", "day", "date"),
    "voucher_kind": ("种类", "凭证种类", "凭证字", "kind"),
    "voucher_number": ("号数", "凭证号", "凭证号数", "凭证编号", "number"),
    "summary": ("摘要", "summary"),
    "amount": ("金额", "会计凭证记载金额", "记载金额", "金额元", "amount"),
    "hte_category": ("高企类别", "高企口径", "费用类别", "类别", "category"),
    "tax_category": ("税收类别", "税收口径", "加计扣除类别", "taxcategory"),
    "basis": ("分配依据", "分摊依据", "basis"),
}
type Sums = Mapping[tuple[Any, ...], Decimal]


class LineForm(forms.Form):
    """One line of a voucher. Where no tax category is chosen, it is the usual one of the category."""

    project = forms.ChoiceField(label=gettext_lazy("Project"))
    day = day_field(gettext_lazy("Day of the voucher"))
    voucher_kind = forms.CharField(
        label=gettext_lazy("Kind of voucher"),
        max_length=10,
        required=False,
        widget=forms.TextInput({"class": "w-code"}),
    )
    voucher_number = forms.CharField(
        label=gettext_lazy("Number of the voucher"), max_length=30, widget=forms.TextInput({"class": "w-code"})
    )
    summary = forms.CharField(label=gettext_lazy("What for"), max_length=200)
    amount = amount_field(
        negative=True,
        label=gettext_lazy("Amount (yuan)"),
        help_text=gettext_lazy("as booked for this project; a red entry is below zero"),
    )
    hte_category = forms.ChoiceField(label=gettext_lazy("Category of certification"), required=False)
    tax_category = forms.ChoiceField(label=gettext_lazy("Tax category"), required=False)
    basis = forms.CharField(
        label=gettext_lazy("How it was divided"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("for what several projects share, such as hours worked"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, projects: Mapping[str, RdProject], year: int, **also: Any) -> None:
        super().__init__(*args, **also)
        self.projects, self.year = projects, year
        named = [(code, f"{code} {project.title}") for code, project in projects.items()]
        none = ("", _("none: special income only"))
        offer(self, "project", named)
        offer(self, "hte_category", [*choices(CATEGORIES)(), none])
        offer(
            self,
            "tax_category",
            [
                ("", _("the usual one of the category")),
                *choices(TAX_CATEGORIES)(),
            ],
        )

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day.year != self.year:
            raise forms.ValidationError(_("This is the ledger of %(year)s.") % {"year": self.year})
        return day

    def clean_amount(self) -> Decimal:
        amount: Decimal | None = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("A line has an amount other than zero."))
        return amount

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        certification, tax = cleaned.get("hte_category"), cleaned.get("tax_category")
        if certification is not None and tax is not None:
            allowed = tax_categories(certification)
            cleaned["tax_category"] = tax or allowed[0]
            if tax and tax not in allowed:
                named = ", ".join(spoken(TAX_CATEGORIES[each]) for each in allowed)
                self.add_error(
                    "tax_category", _("This goes with the category of certification: %(named)s.") % {"named": named}
                )
        return cleaned

    def values(self) -> dict[str, Any]:
        told = {name: value for name, value in self.cleaned_data.items() if name != "version"}
        return told | {"project": self.projects[told["project"]]}


@dataclass(frozen=True)
class Scope:
    """One line of the two scopes side by side, in yuan; None where the rules cannot tell."""

    name: tuple[str, str]
    booked: Any
    certification: Any
    tax: Any
    whole: bool = False


def ledger(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """The lines of a year, their sums in both scopes, and one line to add."""
    firm, projects = _opened(request, uscc, year)
    if request.method == "POST" and "drop" in request.POST:
        ledger_draft.drop(request, firm, year)
        return redirect("portal:ledger", uscc, year)
    draft = ledger_draft.draft_of(firm)
    initial = {"day": _last_day(request, year), **(draft.content if draft else {})}
    form = LineForm(request.POST or None, projects=projects, year=year, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            acts.write_line(firm, form.values(), line=None, by=request.user, on=request.today)
            ledger_draft.drop(request, firm, year)
            messages.success(request, _("The line is in the ledger."))
            return redirect("portal:ledger", uscc, year)
        except ConditionUnmet as unmet:
            told_at(form, unmet.missing)
    every = ExpenseLine.objects.of_year(year).filter(firm=firm)
    tallies = every.tallied()
    sums = _by_category(tallies)
    amounts = reckoned(year, sums)
    declared = FinancialYear.objects.filter(firm=firm, year=year).first()
    context = {
        "firm": firm,
        "year": year,
        "years": ledger_years(request.today),
        "form": form,
        "draft": draft,
        "projects": projects.values(),
        "scopes": list(scopes(sums, amounts)),
        "differences": [each for name, each in amounts.items() if name.startswith("difference") and _counts(each)],
        "certification": _found(amounts, "certification_scope"),
        "tax": _found(amounts, "tax_scope"),
        "declared": declared,
        "apart": _apart(declared, amounts),
        "may": access.may(request.user, "ledger.write_line"),
        **_listed(request, every, tallies, projects),
    }
    return render(request, "portal/ledger/ledger.html", context)


def line(request: StaffRequest, uscc: str, year: int, line: int) -> HttpResponse:
    """One line, to be changed or taken out."""
    firm, projects = _opened(request, uscc, year, line)
    held = get_object_or_404(ExpenseLine.objects.of_year(year), firm=firm, pk=line)
    initial = {name: getattr(held, name) for name in LineForm.base_fields}
    draft = ledger_draft.draft_of(firm)
    initial |= {"project": held.project.code, "amount": f"{held.amount:.2f}", **(draft.content if draft else {})}
    form = LineForm(request.POST or None, projects=projects, year=year, initial=initial)
    if request.method == "POST" and request.POST.keys() & {"remove", "drop"}:
        ledger_draft.drop(request, firm, year, line)
        if "drop" in request.POST:
            return redirect("portal:ledger_line", uscc, year, line)
        acts.remove_line(firm, held, version=_version(request), by=request.user)
        messages.success(request, _("The line is out of the ledger."))
        return redirect("portal:ledger", uscc, year)
    if request.method == "POST" and form.is_valid():
        try:
            acts.write_line(
                firm, form.values(), line=held, version=_version(request), by=request.user, on=request.today
            )
            ledger_draft.drop(request, firm, year, line)
            messages.success(request, _("The line is saved."))
            return redirect("portal:ledger", uscc, year)
        except ConditionUnmet as unmet:
            told_at(form, unmet.missing)
    may = access.may(request.user, "ledger.write_line")
    context = {"firm": firm, "year": year, "line": held, "form": form, "draft": draft, "may": may}
    return render(request, "portal/ledger/line.html", context)


def paste(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """Rows of a spreadsheet, taken in whole or not at all, with every fault named by row and cell."""
    firm, projects = _opened(request, uscc, year)
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        numbers, lines, faults = _read(form.cleaned_data["rows"], projects, year)
        if not faults:
            faults = _take_in(request, firm, form, numbers, lines)
        if not faults:
            messages.success(request, _("%(n)s lines are in the ledger.") % {"n": len(lines)})
            return redirect("portal:ledger", uscc, year)
        tell(form, faults)
    context = {
        "firm": firm,
        "year": year,
        "form": form,
        "heads": [words[0] for words in HEADS.values()],
        "categories": in_order(CATEGORIES),
        "may": access.may(request.user, "ledger.write_lines"),
    }
    return render(request, "portal/ledger/paste.html", context)


def count(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """Which of the two counts as the R&D expense of the year."""
    firm, _projects = _opened(request, uscc, year)
    try:
        acts.count(firm, year, what=request.POST.get("what", ""), by=request.user)
        messages.success(request, _("Done. It counts from the next diagnosis."))
    except ConditionUnmet as unmet:
        standing.tell_unmet(request, unmet)
    return redirect("portal:ledger", uscc, year)


def scopes(sums: Sums, amounts: Mapping[str, FoundAmount]) -> list[Scope]:
    """Category by category what is booked and how much of it counts on either side, with the caps."""
    booked, left_out = dict.fromkeys(CERTIFICATION, Decimal(0)), dict.fromkeys(CERTIFICATION, Decimal(0))
    for (certification, tax), amount in sums.items():
        if certification:
            booked[certification] += amount
            left_out[certification] += amount if tax in PARTS_LEFT_OUT else 0
    rows = [Scope(CATEGORIES[each], booked[each], booked[each], booked[each] - left_out[each]) for each in IN_HOUSE]
    rows += [
        Scope(
            CATEGORIES[each],
            booked[each],
            _found(amounts, f"certification_{name}"),
            _found(amounts, f"tax_{name}"),
        )
        for each, name in (("outsourced_domestic", "inside"), ("outsourced_foreign", "abroad"), ("other", "other"))
    ]
    for tax in (FISCAL_FUNDS, SPECIAL_INCOME):
        off = sum((amount for (_certification, each), amount in sums.items() if each == tax), Decimal(0))
        if off:
            rows.append(Scope(TAX_CATEGORIES[tax], None, None, -off))
    whole = sum(booked.values(), Decimal(0))
    counted = _found(amounts, "certification_scope"), _found(amounts, "tax_scope")
    return [*rows, Scope(("合计", "All that counts"), whole, *counted, whole=True)]


def _opened(request: StaffRequest, uscc: str, year: int, line: int = 0) -> tuple[Any, dict[str, RdProject]]:
    firm = standing.firm_or_404(request, uscc, **ledger_draft.beside(request, year, line))
    if year not in ledger_years(request.today):
        raise Http404("no ledger is kept of this year")
    return firm, {row.code: row for row in RdProject.objects.filter(firm=firm).order_by("code")}


def _last_day(request: StaffRequest, year: int) -> date:
    return min(request.today, date(year, 12, 31))


def _version(request: StaffRequest) -> int:
    told = request.POST.get("version", "")
    return int(told) if told.isdecimal() else 0


def _found(amounts: Mapping[str, FoundAmount], name: str) -> Decimal | None:
    found = amounts[name].found
    return None if found is None else Decimal(found)


def _counts(each: FoundAmount) -> bool:
    return each.found is not None and Decimal(each.found) != 0


def _apart(declared: FinancialYear | None, amounts: Mapping[str, FoundAmount]) -> Decimal | None:
    """By how much the ledger says more than was declared."""
    found = _found(amounts, "certification_scope")
    if declared is None or declared.rd_total is None or found is None:
        return None
    return found - declared.rd_total


class Counted(Paginator):  # type: ignore[type-arg]
    """A list whose length is known already."""

    def __init__(self, rows: Any, total: int) -> None:
        super().__init__(rows, PAGE)
        self.__dict__["count"] = total


def _by_category(tallies: Sequence[Tally]) -> Sums:
    sums: dict[tuple[Any, ...], Decimal] = defaultdict(Decimal)
    for each in tallies:
        sums[each.hte_category, each.tax_category] += each.amount
    return sums


def _listed(
    request: StaffRequest, every: Any, tallies: Sequence[Tally], projects: Mapping[str, RdProject]
) -> dict[str, Any]:
    """The lines that the address asks for, a page of them."""
    project, category = request.GET.get("project", ""), request.GET.get("category", "")
    rows = every
    if project in projects:
        rows = rows.filter(project=projects[project])
        tallies = [each for each in tallies if each.project == projects[project].pk]
    if category in CERTIFICATION:
        rows = rows.filter(hte_category=category)
        tallies = [each for each in tallies if each.hte_category == category]
    total = sum(each.lines for each in tallies)
    page = Counted(rows.order_by("day", "pk"), total).get_page(request.GET.get("page"))
    by_key = {row.pk: code for code, row in projects.items()}
    lines = [
        (row, by_key[row.project_id], CATEGORIES.get(row.hte_category), TAX_CATEGORIES[row.tax_category])
        for row in page.object_list
    ]
    return {
        "page": page,
        "lines": lines,
        "asked": {"project": project, "category": category},
        "categories": in_order(CATEGORIES),
    }


def _read(text: str, projects: Mapping[str, RdProject], year: int) -> tuple[list[int], list[dict[str, Any]], list[str]]:
    """The lines of a pasted block with their row numbers, and what is wrong with them."""
    numbers, lines, faults = [], [], []
    for number, cells in placed(rows_of(text), HEADS):
        form = LineForm(_sent(cells), projects=projects, year=year)
        if form.is_valid():
            numbers.append(number)
            lines.append(form.values())
        else:
            faults += faults_of(number, form)
    return numbers, lines, faults or ([] if lines else [_("There is no row to take in.")])


def _sent(cells: Mapping[str, str]) -> dict[str, str]:
    """The cells of a row as the form takes them."""
    certification = code_of(cells.get("hte_category", ""), CATEGORIES)
    if certification not in CERTIFICATION:
        certification = code_of(certification, TAX_CATEGORIES)
    return {
        **cells,
        "project": cells.get("project", "").upper(),
        "day": day_of(cells.get("day", "")),
        "hte_category": certification,
        "tax_category": code_of(cells.get("tax_category", ""), TAX_CATEGORIES),
    }


def _take_in(
    request: StaffRequest, firm: Firm, form: PasteForm, numbers: list[int], lines: list[dict[str, Any]]
) -> list[str]:
    try:
        acts.write_lines(firm, lines, again=form.cleaned_data["again"], by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        told = _("Row %(row)s: %(says)s")
        return [told % {"row": numbers[int(each.place)], "says": each.says} for each in unmet.missing]
    return []
