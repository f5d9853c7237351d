"""Certification: the rounds that are called, and the applications under way in them."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
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
from pipeline.desk.round_year import year_of
from pipeline.fields import day_field
from pipeline.models import Application, Round
from pipeline.request import StaffRequest, number_sent
from pipeline.stages import ENDED

PAGES = {
    "desk:applications": gettext_lazy("Applications"),
    "desk:rounds": gettext_lazy("Rounds"),
    "desk:results": gettext_lazy("The agency's lists"),
    "desk:reconciliation": gettext_lazy("Lists and record"),
    "desk:certificates": gettext_lazy("Certificates"),
    "desk:obligations": gettext_lazy("Obligations of holders"),
}


# a list of a round -> the stages of the dossiers on it; `planned` holds firms without one
LISTS: dict[str, tuple[str, ...]] = {
    "draft": ("draft",),
    "county": ("county_review", "county_returned"),
    "city": ("city_review", "city_returned"),
    "sent": ("recommended", "supplement", "expert_review", "agency_decision", "publicity", "announced"),
    "ended": tuple(ENDED),
}
LIST_OF = {stage: name for name, found in LISTS.items() for stage in found}
YEARS = range(1949, 2200)


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
    """The rounds of a year as a calendar and as a list, the latest first, and the form that opens one."""
    form = RoundForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _open(request, form)):
        messages.success(request, _("The round “%(name)s” is open to applications.") % form.cleaned_data)
        return redirect(f"{reverse('desk:rounds')}?year={form.cleaned_data['province_date'].year}")
    called = list(Round.objects.with_counts(request.user.reach(access.OFFICE)))
    year = number_sent(request.GET.get("year", ""))
    year = year if year in YEARS else request.today.year
    shown = [each for each in called if each.opens_on.year <= year <= each.province_date.year]
    context = {
        "section": "desk:applications",
        "tabs": tabs("desk:rounds"),
        "rounds": shown,
        "calendar": year_of(year, shown, standing(request, shown), request.today),
        "years": _years(called, year, request.today.year),
        "form": form,
        "may_open": access.may(request.user, "round.open"),
    }
    return render(request, "desk/round/rounds.html", context)


def standing(request: StaffRequest, rounds: Sequence[Round]) -> dict[int, dict[str, int]]:
    """Of each round how many dossiers within reach stand at each of its lists. One statement."""
    within = Application.objects.within(request.user.reach(access.OFFICE)).filter(round__in=rounds)
    counts: dict[int, dict[str, int]] = {}
    for row in within.order_by().values("round", "stage").annotate(count=Count("pk")):
        of_round = counts.setdefault(row["round"], dict.fromkeys(LISTS, 0))
        of_round[LIST_OF[row["stage"]]] += row["count"]
    return counts


def _years(called: Sequence[Round], here: int, today: int) -> list[dict[str, Any]]:
    known = {year for each in called for year in (each.opens_on.year, each.province_date.year)} | {here, today}
    return [{"url": f"?year={year}", "label": str(year), "here": year == here} for year in sorted(known)]


def _open(request: StaffRequest, form: RoundForm) -> None:
    round_acts.open(by=request.user, **form.cleaned_data)
