"""The firm's R&D projects: the list, and one of them with what was spent on it."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, Sum
from django.db.models.functions import ExtractYear
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import ledger as ledger_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.fields import day_field, offer
from pipeline.models import ExpenseLine, RdProject
from pipeline.portal import standing
from pipeline.portal.firm import field_choices
from pipeline.portal.grid import FEN, UNITS, AmountField
from pipeline.portal.ledger_words import PROJECT_KINDS, STAGES, Words
from pipeline.portal.pasted_rows import told_at
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken


def choices(words: Words) -> Any:
    """Choices in the reader's language, named when the form is drawn."""
    return lambda: [(code, spoken(names)) for code, names in words.items()]


def amount_field(unit: str = "yuan", *, negative: bool = False, **also: Any) -> AmountField:
    widget = forms.TextInput({"inputmode": "decimal", "class": "w-code", "autocomplete": "off"})
    return AmountField(factor=UNITS[unit], smallest=FEN, negative=negative, widget=widget, **also)


class ProjectForm(forms.Form):
    code = forms.RegexField(
        r"^RD\d{2,4}$",
        label=gettext_lazy("Number of the project"),
        help_text=gettext_lazy("RD01, RD02 …"),
        error_messages={"invalid": gettext_lazy("A project is numbered RD01, RD02 and so on.")},
        widget=forms.TextInput({"class": "w-code"}),
    )
    title = forms.CharField(label=gettext_lazy("Name of the project"), max_length=200)
    field = forms.ChoiceField(label=gettext_lazy("Field of technology"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of R&D"), choices=choices(PROJECT_KINDS))
    stage = forms.ChoiceField(label=gettext_lazy("How far it is"), choices=choices(STAGES))
    starts_on = day_field(gettext_lazy("Begins on"), required=False)
    ends_on = day_field(gettext_lazy("Ends on"), required=False)
    budget = amount_field("wan", label=gettext_lazy("Budget (10k yuan)"))
    capitalised = forms.BooleanField(
        label=gettext_lazy("Its expense is capitalised"),
        help_text=gettext_lazy("else it is charged to the profit of the year"),
        required=False,
    )
    result = forms.CharField(
        label=gettext_lazy("Result"), max_length=400, required=False, widget=forms.Textarea({"rows": 3})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fixed: bool = False, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "field", field_choices())
        self.fields["code"].disabled = fixed

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("It cannot end before it begins."))
        return cleaned

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def projects(request: StaffRequest, uscc: str) -> HttpResponse:
    """All projects with what was booked on them, and one to add."""
    firm = standing.firm_or_404(request, uscc)
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            project = ledger_acts.write_project(firm, form.values(), version=None, by=request.user)
            messages.success(request, _("%(code)s is on the list.") % {"code": project.code})
            return redirect("portal:projects", uscc)
        except ConditionUnmet as unmet:
            told_at(form, unmet.missing)
    spent = Sum("lines__amount", filter=~Q(lines__hte_category=""))
    rows = RdProject.objects.filter(firm=firm).annotate(spent=spent, count=Count("lines")).order_by("code")
    context = {
        "firm": firm,
        "form": form,
        "rows": [(row, PROJECT_KINDS[row.kind], STAGES[row.stage]) for row in rows],
        "year": request.today.year,
        "may": access.may(request.user, "ledger.write_project"),
    }
    return render(request, "portal/project/projects.html", context)


def project(request: StaffRequest, uscc: str, project_code: str) -> HttpResponse:
    """One project: what it is, what was spent on it year by year, what it is tied to."""
    firm = standing.firm_or_404(request, uscc)
    row = get_object_or_404(RdProject, firm=firm, code=project_code)
    form = ProjectForm(request.POST or None, fixed=True, initial=_held(row))
    if request.method == "POST" and form.is_valid():
        ledger_acts.write_project(firm, form.values(), version=form.cleaned_data["version"] or 0, by=request.user)
        messages.success(request, _("%(code)s is saved.") % {"code": project_code})
        return redirect("portal:projects", uscc)
    years = ExpenseLine.objects.filter(project=row).exclude(hte_category="").annotate(year=ExtractYear("day"))
    context = {
        "firm": firm,
        "project": row,
        "form": form,
        "years": years.order_by("year").values_list("year").annotate(spent=Sum("amount"), lines=Count("pk")),
        "ties": row.ties.select_related("right", "product").order_by("product__code", "right__number"),
        "kept": ledger_years(request.today),
        "may": access.may(request.user, "ledger.write_project"),
    }
    return render(request, "portal/project/project.html", context)


def ledger_years(today: date) -> list[int]:
    """The years whose ledger is open: the running one and the five before it."""
    return list(range(today.year - 5, today.year + 1))


def _held(row: RdProject) -> dict[str, Any]:
    held = {name: getattr(row, name) for name in ProjectForm.base_fields if name != "budget"}
    wan = "" if row.budget is None else f"{(row.budget / UNITS['wan']).normalize():f}"
    return {**held, "budget": wan}
