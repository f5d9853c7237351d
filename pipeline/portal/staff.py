"""Persons of one year: month by month with their averages, and the list behind the tech staff."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import staff as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import offer
from pipeline.models import FinancialYear, Firm, StaffMember, StaffMonth
from pipeline.models.record import month_facts
from pipeline.models.staff import MOST_DAYS
from pipeline.portal import standing
from pipeline.portal.ledger_words import DEGREES, EMPLOYED_AS, Words, code_of
from pipeline.portal.pasted_rows import PasteForm, faults_of, placed, rows_of, tell, told_at
from pipeline.portal.project import choices, ledger_years
from pipeline.request import StaffRequest
from pipeline.rules import books, read_facts
from pipeline.rules.facts.staff import annual_average

MONTHS = range(1, 13)
MOST_HEADS = 10_000_000
COUNTS = {
    "opening": gettext_lazy("staff, first day"),
    "closing": gettext_lazy("staff, last day"),
    "tech_opening": gettext_lazy("tech staff, first day"),
    "tech_closing": gettext_lazy("tech staff, last day"),
}
HEADS = {
    "name": ("姓名", "name"),
    "post": ("岗位", "职务", "部门岗位", "post"),
    "degree": ("学历", "degree"),
    "employed_as": ("用工形式", "人员类别", "employment"),
    "does_rd": ("是否从事研发", "是否科技人员", "从事研发", "r&d"),
    "days_worked": ("全年实际工作天数", "实际工作天数", "工作天数", "出勤天数", "days"),
}
YES = ("是", "有", "√", "yes", "y", "1", "true")


class MonthsForm(forms.Form):
    """Twelve months of four counts: `opening_3` is the staff on the first of March. Empty is unknown."""

    def __init__(self, *args: Any, held: Mapping[int, StaffMonth], **also: Any) -> None:
        super().__init__(*args, **also)
        self.held = held
        for month in MONTHS:
            self._add(month)

    def _add(self, month: int) -> None:
        row = self.held.get(month)
        self.fields[f"version_{month}"] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=row.version if row else None
        )
        for name, says in COUNTS.items():
            marks = {"inputmode": "numeric", "class": "entry num", "autocomplete": "off"}
            self.fields[f"{name}_{month}"] = forms.IntegerField(
                label=_("Month %(month)s, %(what)s") % {"month": month, "what": says},
                required=False,
                min_value=0,
                max_value=MOST_HEADS,
                initial=getattr(row, name, None),
                widget=forms.TextInput(marks),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for month in MONTHS:
            for end in ("opening", "closing"):
                part, whole = cleaned.get(f"tech_{end}_{month}"), cleaned.get(f"{end}_{month}")
                if part is not None and whole is not None and part > whole:
                    self.add_error(f"tech_{end}_{month}", _("There are more tech staff than staff."))
        return cleaned

    def changed(self) -> dict[int, dict[str, int | None]]:
        """The months in which something differs from what is on record."""
        told = {month: {name: self.cleaned_data[f"{name}_{month}"] for name in COUNTS} for month in MONTHS}
        return {month: counts for month, counts in told.items() if counts != self._on_record(month)}

    def _on_record(self, month: int) -> dict[str, int | None]:
        return {name: getattr(self.held.get(month), name, None) for name in COUNTS}

    def versions(self) -> dict[int, int | None]:
        return {month: self.cleaned_data[f"version_{month}"] for month in MONTHS}

    def rows(self) -> list[tuple[int, Any, list[tuple[Any, Any]], bool]]:
        """For the page: the month, its version, its four fields with their heads, and whether it begins where the last
        one ended.
        """
        return [
            (
                month,
                self[f"version_{month}"],
                [(self[f"{name}_{month}"], head) for name, head in COUNTS.items()],
                self._breaks(month),
            )
            for month in MONTHS
        ]

    def _breaks(self, month: int) -> bool:
        this, last = self.held.get(month), self.held.get(month - 1)
        told = this is not None and last is not None and None not in (this.opening, last.closing)
        return bool(told and this and last and this.opening != last.closing)


class MemberForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Full name"), max_length=40)
    post = forms.CharField(label=gettext_lazy("Post"), max_length=60, required=False)
    degree = forms.ChoiceField(label=gettext_lazy("Degree"), required=False)
    employed_as = forms.ChoiceField(label=gettext_lazy("Employed as"), choices=choices(EMPLOYED_AS))
    does_rd = forms.BooleanField(
        label=gettext_lazy("Works at R&D"),
        help_text=gettext_lazy("does it, leads it, or serves it directly"),
        required=False,
    )
    days_worked = forms.IntegerField(
        label=gettext_lazy("Days worked in the year"),
        min_value=0,
        max_value=MOST_DAYS,
        widget=forms.TextInput({"inputmode": "numeric", "class": "w-code"}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "degree", [("", "—"), *choices(DEGREES)()])

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def staff(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """The months of a year with their averages, the list of persons, and one to add to it."""
    firm = _opened(request, uscc, year)
    held = {row.month: row for row in StaffMonth.objects.filter(firm=firm, year=year)}
    sent = request.POST if request.method == "POST" else None
    form = MonthsForm(sent if sent is not None and "member" not in sent else None, held=held)
    member = MemberForm(sent if sent is not None and "member" in sent else None)
    if _saved(request, firm, year, form, member):
        return redirect("portal:staff", uscc, year)
    days = int(books("hte", date(year + 1, 1, 1)).number("tech_staff_days"))
    members = list(StaffMember.objects.filter(firm=firm, year=year).order_by("pk"))
    context = {
        "firm": firm,
        "year": year,
        "years": ledger_years(request.today),
        "form": form,
        "heads": COUNTS.values(),
        "member": member,
        "days": days,
        "members": [(row, EMPLOYED_AS[row.employed_as], DEGREES.get(row.degree)) for row in members],
        "tech": sum(row.does_rd and row.days_worked >= days for row in members),
        "declared": FinancialYear.objects.filter(firm=firm, year=year).first(),
        "may": access.may(request.user, "staff.record_months"),
        **_averages(held, firm, year),
    }
    return render(request, "portal/staff/staff.html", context)


def member(request: StaffRequest, uscc: str, year: int, member: int) -> HttpResponse:
    """One person, to be changed."""
    firm = _opened(request, uscc, year)
    row = get_object_or_404(StaffMember, firm=firm, year=year, pk=member)
    form = MemberForm(request.POST or None, initial={name: getattr(row, name) for name in MemberForm.base_fields})
    told = request.POST.get("version", "")
    version = int(told) if told.isdecimal() else 0
    if request.method == "POST" and form.is_valid():
        try:
            acts.record_member(firm, year, form.values(), member=row, version=version, by=request.user)
            messages.success(request, _("Saved."))
            return redirect("portal:staff", uscc, year)
        except ConditionUnmet as unmet:
            told_at(form, unmet.missing)
    may = access.may(request.user, "staff.record_member")
    context = {"firm": firm, "year": year, "row": row, "form": form, "may": may}
    return render(request, "portal/staff/member.html", context)


def paste(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """The list of persons out of a spreadsheet, taken in whole or not at all."""
    firm = _opened(request, uscc, year)
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        numbers, members, faults = _read(form.cleaned_data["rows"])
        if not faults:
            faults = _take_in(request, firm, year, numbers, members)
        if not faults:
            messages.success(request, _("%(n)s persons are on the list.") % {"n": len(members)})
            return redirect("portal:staff", uscc, year)
        tell(form, faults)
    context = {
        "firm": firm,
        "year": year,
        "form": form,
        "heads": [words[0] for words in HEADS.values()],
        "may": access.may(request.user, "staff.record_members"),
    }
    return render(request, "portal/staff/paste.html", context)


def count(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """Which of the two counts as the staff of the year."""
    firm = _opened(request, uscc, year)
    try:
        acts.count(firm, year, what=request.POST.get("what", ""), by=request.user)
        messages.success(request, _("Done. It counts from the next diagnosis."))
    except ConditionUnmet as unmet:
        standing.tell_unmet(request, unmet)
    return redirect("portal:staff", uscc, year)


def _opened(request: StaffRequest, uscc: str, year: int) -> Any:
    firm = standing.firm_or_404(request, uscc)
    if year not in ledger_years(request.today):
        raise Http404("no staff is kept of this year")
    return firm


def _saved(request: StaffRequest, firm: Firm, year: int, form: MonthsForm, member: MemberForm) -> bool:
    try:
        if form.is_bound and form.is_valid():
            versions = form.versions()
            acts.record_months(firm, year, form.changed(), versions=versions, by=request.user, on=request.today)
        elif member.is_bound and member.is_valid():
            acts.record_member(firm, year, member.values(), member=None, by=request.user)
        else:
            return False
    except ConditionUnmet as unmet:
        told_at(member if member.is_bound else form, unmet.missing)
        return False
    messages.success(request, _("Saved."))
    return True


def _averages(held: Mapping[int, StaffMonth], firm: Firm, year: int) -> dict[str, Any]:
    """Annual averages of the months as the rules take them, and the share; None while a month is missing."""
    facts = read_facts({"years": [{"year": year, "staff_months": month_facts(held.values())}]})
    months = (facts.years or ())[0].staff_months or ()
    founded = firm.registered_on
    every, tech = (annual_average(months, tech=part, year=year, founded_on=founded) for part in (False, True))
    share = tech / every if every and tech is not None else None
    return {"average": _rounded(every), "tech_average": _rounded(tech), "share": share}


def _rounded(average: Fraction | None) -> str | None:
    return None if average is None else f"{float(average):.4f}".rstrip("0").rstrip(".")


def _read(text: str) -> tuple[list[int], list[dict[str, Any]], list[str]]:
    """The persons of a pasted block with their row numbers, and what is wrong with them."""
    numbers, members, faults = [], [], []
    for number, cells in placed(rows_of(text), HEADS):
        form = MemberForm(_sent(cells))
        if form.is_valid():
            numbers.append(number)
            members.append(form.values())
        else:
            faults += faults_of(number, form)
    return numbers, members, faults or ([] if members else [_("There is no row to take in.")])


def _sent(cells: Mapping[str, str]) -> dict[str, str]:
    words: dict[str, Words] = {"degree": DEGREES, "employed_as": EMPLOYED_AS}
    told = {name: code_of(cells.get(name, ""), known) for name, known in words.items()}
    rd = "on" if cells.get("does_rd", "").lower() in YES else ""
    return {**cells, **told, "employed_as": told["employed_as"] or "employed", "does_rd": rd}


def _take_in(
    request: StaffRequest, firm: Firm, year: int, numbers: list[int], members: list[dict[str, Any]]
) -> list[str]:
    try:
        acts.record_members(firm, year, members, by=request.user)
    except ConditionUnmet as unmet:
        told = _("Row %(row)s: %(says)s")
        return [told % {"row": numbers[int(each.place)], "says": each.says} for each in unmet.missing]
    return []
