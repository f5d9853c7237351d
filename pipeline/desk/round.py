"""Certification: the rounds that are called, and the applications under way in them."""

from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import round as round_acts
from pipeline.desk.attempt import attempt
from pipeline.desk.long_list import long_page
from pipeline.models import Application, Round
from pipeline.models.case import NEVER
from pipeline.models.in_force import calendar_in_force
from pipeline.request import StaffRequest

PAGES = {
    "desk:applications": gettext_lazy("Applications"),
    "desk:rounds": gettext_lazy("Rounds"),
    "desk:certificates": gettext_lazy("Certificates"),
    "desk:obligations": gettext_lazy("Obligations of holders"),
}

APPLICATION_SHOWN = ("stage", "due_on", "opened_on", "firm__name", "case__number", "round__name")


def day_field(label: Any, *, required: bool = True) -> forms.DateField:
    widget = forms.DateInput({"type": "date", "class": "w-day"}, "%Y-%m-%d")
    bounds = [MinValueValidator(date(1949, 10, 1)), MaxValueValidator(date(2199, 12, 31))]
    return forms.DateField(label=label, required=required, widget=widget, validators=bounds)


class RoundForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the round"), max_length=100)
    opens_on = day_field(gettext_lazy("Opens on"))
    county_date = day_field(gettext_lazy("To the county by"))
    city_date = day_field(gettext_lazy("To the city by"))
    province_date = day_field(gettext_lazy("To the province by"))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Round.objects.filter(name=name).exists():
            raise forms.ValidationError(_("There is a round of this name already. Name the year and the batch."))
        return name

    def clean(self) -> dict[str, Any]:
        """The dates follow one another; each that lies before the one above it is named."""
        said: dict[str, Any] = self.cleaned_data
        order = ("opens_on", "county_date", "city_date", "province_date")
        for earlier, later in pairwise(order):
            if said.get(earlier) and said.get(later) and said[later] < said[earlier]:
                says = _("This day lies before “%(earlier)s”.")
                self.add_error(later, says % {"earlier": self.fields[earlier].label})
        return said


def tabs(here: str) -> list[dict[str, Any]]:
    """The pages about certification, as every one of them shows them."""
    return [{"url": reverse(name), "label": label, "here": name == here} for name, label in PAGES.items()]


def applications(request: StaffRequest) -> HttpResponse:
    """Every open application by its due day."""
    rows = Application.objects.within(request.user.reach(access.OFFICE)).open()
    turned = rows.annotate(turn=Coalesce("due_on", Value(NEVER)))
    shown = turned.with_county().select_related("firm", "case", "round").only(*APPLICATION_SHOWN)
    page = long_page(request, turned, date, shown=shown)
    calendar = calendar_in_force()
    context = {
        "section": "desk:applications",
        "tabs": tabs("desk:applications"),
        "page": page,
        "rows": [(each, each.due(request.today, calendar)) for each in page.rows],
    }
    return render(request, "desk/round/applications.html", context)


def rounds(request: StaffRequest) -> HttpResponse:
    """The rounds, the latest first, and the form that opens one."""
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _open(request, form)):
        messages.success(request, _("The round “%(name)s” is open to applications.") % form.cleaned_data)
        return redirect("desk:rounds")
    context = {
        "section": "desk:applications",
        "tabs": tabs("desk:rounds"),
        "rounds": Round.objects.with_counts(request.user.reach(access.OFFICE)),
        "form": form,
        "may_open": access.may(request.user, "round.open"),
    }
    return render(request, "desk/round/rounds.html", context)


def _open(request: StaffRequest, form: RoundForm) -> None:
    round_acts.open(by=request.user, **form.cleaned_data)
