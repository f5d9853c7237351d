"""Certification: the rounds that are called, and the applications under way in them."""

from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import round as round_acts
from pipeline.acts.listings.certification import APPLICATIONS
from pipeline.desk.attempt import attempt
from pipeline.desk.listed import list_page, opened
from pipeline.fields import day_field
from pipeline.models import Round
from pipeline.request import StaffRequest

PAGES = {
    "desk:applications": gettext_lazy("Applications"),
    "desk:rounds": gettext_lazy("Rounds"),
    "desk:results": gettext_lazy("The agency's lists"),
    "desk:reconciliation": gettext_lazy("Lists and record"),
    "desk:certificates": gettext_lazy("Certificates"),
    "desk:obligations": gettext_lazy("Obligations of holders"),
}


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
    return list_page(
        request, opened(request, APPLICATIONS), "desk/round/applications.html", {"tabs": tabs("desk:applications")}
    )


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
