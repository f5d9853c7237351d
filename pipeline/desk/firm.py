"""One firm: who it is, where it belongs, what its books say, what it owns, its stays with the bureau."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import case as case_acts
from pipeline.acts import firm as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.happenings import FLAG_NAMES
from pipeline.desk.identity import identity
from pipeline.fields import offer_rows
from pipeline.models import (
    Case,
    Certificate,
    Contact,
    Division,
    FinancialYear,
    Firm,
    FirmMove,
    Flag,
    FormerName,
    IntellectualProperty,
    MergedRecord,
    User,
)
from pipeline.request import StaffRequest
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.facts.figures import NAMES

MONEY = ("sales", "total_income", "hitech_income", "rd_total", "rd_domestic", "net_assets")
HEADS = ("staff", "tech_staff")
RIGHT_NAMES = {
    "invention": gettext_lazy("invention patent"),
    "defence_invention": gettext_lazy("defence patent"),
    "plant_variety": gettext_lazy("plant variety"),
    "crop_variety": gettext_lazy("crop variety"),
    "new_drug": gettext_lazy("new drug"),
    "protected_tcm": gettext_lazy("protected traditional medicine"),
    "ic_layout": gettext_lazy("layout of integrated circuits"),
    "utility_model": gettext_lazy("utility model"),
    "design": gettext_lazy("design"),
    "software": gettext_lazy("software copyright"),
}


class LeadForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why this firm"), required=False, widget=forms.Textarea({"rows": 3}),
        help_text=gettext_lazy("The firm sees nothing of a lead."),
    )  # fmt: skip


class CountyForm(forms.Form):
    division = forms.ModelChoiceField(Division.objects.none(), empty_label="—", label=gettext_lazy("County"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        offer_rows(self, "division", Division.objects.counties().order_by("code"))


def firm(request: StaffRequest, uscc: str) -> HttpResponse:
    held = _firm_or_404(request, uscc)
    user = request.user
    years = list(FinancialYear.objects.visible_to(user).filter(firm=held).order_by("year"))
    cases = list(Case.objects.visible_to(user).filter(firm=held).order_by("-opened_on", "-pk"))
    return render(
        request,
        "desk/firm/firm.html",
        {
            "firm": held,
            "identity": identity(user, held, on=request.today, here="desk:firm", case=None),
            "field": carried_fields().get(held.field, held.field),
            "contacts": Contact.objects.visible_to(user).filter(firm=held).order_by("pk"),
            "former_names": FormerName.objects.visible_to(user).filter(firm=held).order_by("-until"),
            "moves": FirmMove.objects.filter(firm=held).select_related("division").order_by("-during"),
            "years": years,
            "money": [_line(name, years) for name in MONEY],
            "heads": [_line(name, years) for name in HEADS],
            "rights": _rights(held, user),
            "certificates": _certificates(held, request),
            "cases": cases,
            "flags": _flags(held, user),
            "merges": [each | {"on": date.fromisoformat(each["on"])} for each in held.merges],
            "may_lead": access.may(user, "case.open_lead") and all(case.stage == "closed" for case in cases),
            "may_verify": access.may(user, "firm.verify") and held.verified_on is None,
            "may_settle": access.may(user, "firm.assign_county") and held.county_id is None,
            "section": "desk:screening",
        },
    )


def lead(request: StaffRequest, uscc: str) -> HttpResponse:
    """Note the firm as a possible candidate."""
    held, form = _firm_or_404(request, uscc), LeadForm(request.POST or None)
    firms = Firm.objects.filter(pk=held.pk)
    note = form.data.get("note", "")
    if request.method == "POST" and form.is_valid() and attempt(
        form, lambda: case_acts.open_lead(firms, by=request.user, on=request.today, note=note)
    ):  # fmt: skip
        opened = Case.objects.open().get(firm=held)
        messages.success(request, _("Registered as lead %(number)s.") % {"number": opened.number})
        return redirect("desk:case", opened.number)
    return _ask(request, held, form, _("Register lead"), "case.open_lead")


def county(request: StaffRequest, uscc: str) -> HttpResponse:
    """Say where a firm belongs whose address names no county."""
    held, form = _firm_or_404(request, uscc), CountyForm(request.POST or None)
    firms = Firm.objects.filter(pk=held.pk)
    if request.method == "POST" and form.is_valid():
        division = form.cleaned_data["division"]
        if attempt(form, lambda: acts.assign_county(firms, division, by=request.user, on=request.today)):
            messages.success(request, _("%(firm)s belongs to %(county)s now.") % {"firm": held, "county": division})
            return redirect("desk:firm", uscc)
    return _ask(request, held, form, _("Assign county"), "firm.assign_county")


def verify(request: StaffRequest, uscc: str) -> HttpResponse:
    """Note that the identity of the firm and of its owner was checked; before that it cannot begin an application."""
    held, form = _firm_or_404(request, uscc), forms.Form(request.POST or None)
    firms = Firm.objects.filter(pk=held.pk)
    if request.method == "POST" and attempt(form, lambda: acts.verify(firms, by=request.user, on=request.today)):
        messages.success(request, _("The identity of %(firm)s is noted as checked.") % {"firm": held})
        return redirect("desk:firm", uscc)
    return _ask(request, held, form, _("Note the identity as checked"), "firm.verify")


def _ask(request: StaffRequest, held: Any, form: forms.Form, title: str, act: str) -> HttpResponse:
    access.require(request.user, act, Firm.objects.filter(pk=held.pk))
    shown = {
        "firm": held,
        "identity": identity(request.user, held, on=request.today, here="desk:firm"),
        "form": form,
        "title": title,
        "section": "desk:screening",
    }
    return render(request, "desk/firm/ask.html", shown)


def _firm_or_404(request: StaffRequest, uscc: str) -> Any:
    firms = Firm.objects.visible_to(request.user).with_county().select_related("latest_diagnosis")
    return get_object_or_404(firms.annotate(merges=_merges(request.user)), uscc=uscc)


def _merges(user: User) -> ArraySubquery:
    """Beside a firm the record it was merged into, and those merged into it."""
    standing = MergedRecord.objects.visible_to(user).standing()
    both = standing.filter(Q(firm=OuterRef("pk")) | Q(into=OuterRef("pk"))).order_by("pk")
    told = {"firm_id": "firm", "firm_name": "firm__name", "firm_uscc": "firm__uscc"}
    told |= {"into_name": "into__name", "into_uscc": "into__uscc", "on": "on"}
    return ArraySubquery(both.values(told=JSONObject(**told)))


def _line(name: str, years: list[FinancialYear]) -> dict[str, Any]:
    return {"name": NAMES[name], "values": [getattr(year, name) for year in years]}


def _rights(held: Firm, user: User) -> list[tuple[IntellectualProperty, Any]]:
    rights = IntellectualProperty.objects.visible_to(user).filter(firm=held).order_by("-granted_on", "pk")
    return [(right, RIGHT_NAMES[right.kind]) for right in rights]


def _certificates(held: Firm, request: StaffRequest) -> list[Certificate]:
    certificates = Certificate.objects.visible_to(request.user).filter(firm=held)
    return list(certificates.order_by("-issued_on"))


def _flags(held: Firm, user: User) -> list[tuple[Flag, Any]]:
    flags = Flag.objects.visible_to(user).filter(firm=held, cleared_on=None).order_by("-pk")
    return [(flag, FLAG_NAMES[flag.kind]) for flag in flags]
