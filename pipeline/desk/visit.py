"""Visits and calls at firms: the list, and one written down on the spot, kept while it is typed, with photographs."""

from datetime import date
from typing import Any, BinaryIO, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import coaching as coaching_acts
from pipeline.acts import draft as draft_acts
from pipeline.acts import evidence as evidence_acts
from pipeline.acts.conditions import demand
from pipeline.acts.listings.coached import VISITS, WAYS
from pipeline.desk.attempt import attempt
from pipeline.desk.coaching import case_of, pages
from pipeline.desk.identity import identity
from pipeline.desk.listed import list_page, opened
from pipeline.fields import day_field
from pipeline.models import Case, Draft, Visit
from pipeline.request import StaffRequest

PAGE = "visit"  # as its draft is called
MOST_PHOTOGRAPHS = 6
PHOTOGRAPHS = ("png", "jpg", "jpeg")


class VisitForm(forms.Form):
    on = day_field(gettext_lazy("Day"))
    way = forms.ChoiceField(label=gettext_lazy("Way"), choices=list(WAYS.items()))
    met = forms.CharField(
        label=gettext_lazy("Who was met"), max_length=100, required=False, help_text=gettext_lazy("Name and post")
    )
    notes = forms.CharField(
        label=gettext_lazy("What was seen"), max_length=coaching_acts.LONGEST_NOTES,
        widget=forms.Textarea({"rows": 5}),
    )  # fmt: skip
    agreed = forms.CharField(
        label=gettext_lazy("Next step"), max_length=coaching_acts.LONGEST_NOTES, required=False,
        widget=forms.Textarea({"rows": 2}), help_text=gettext_lazy("Who does what by when. The firm reads it."),
    )  # fmt: skip
    next_on = day_field(gettext_lazy("Next visit"), required=False)

    def __init__(self, data: Any = None, *, today: date, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, initial={"on": today, **(initial or {})})
        self.today = today

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("A visit is recorded after it took place. Plan the next one below."))
        return on


def visits(request: StaffRequest) -> HttpResponse:
    """Visits to the firms within reach, the latest on top."""
    more = {"pages": pages(request.user, "desk:visits"), "section": "desk:coaching"}
    return list_page(request, opened(request, VISITS), "desk/visit/visits.html", more)


def visit(request: StaffRequest, number: str) -> HttpResponse:
    """The form of a visit at the firm of this case, as far as the person has filled it in."""
    case = case_of(request, number)
    if "drop" in request.POST:
        draft_acts.drop(case.firm, PAGE, by=request.user)
        return redirect("desk:visit", number)
    draft = Draft.objects.filter(firm=case.firm, person=request.user, page=PAGE).first()
    form = VisitForm(request.POST or None, today=request.today, initial=draft.content if draft else None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _keep(request, case, form)):
        messages.success(request, _("The visit is on record."))
        return redirect("desk:plan", number)
    context = {
        "identity": identity(request.user, case.firm, on=request.today, here="desk:visit", case=case),
        "case": case,
        "form": form,
        "draft": draft,
        "last": Visit.objects.filter(firm=case.firm).select_related("by").order_by("-on", "-pk").first(),
        "section": "desk:coaching",
    }
    return render(request, "desk/visit/visit.html", context, status=422 if form.errors else 200)


def visit_draft(request: StaffRequest, number: str) -> HttpResponse:
    """Keeps the fields as they stand; nothing goes on record."""
    case = case_of(request, number)
    content = {name: request.POST[name][: draft_acts.LONGEST] for name in VisitForm.base_fields if name in request.POST}
    moment = now()
    draft_acts.keep(case.firm, PAGE, content, by=request.user, at=moment)
    told: dict[str, Any] = {"errors": {}, "asks": {}, "checks": {}, "cells": {}, "unplaced": []}
    return JsonResponse({"saved": f"{localtime(moment):%H:%M}", **told})


def _keep(request: StaffRequest, case: Case, form: VisitForm) -> None:
    """The visit with its photographs, or nothing of it; then the draft is not needed any more."""
    kept = coaching_acts.record_visit(case, by=request.user, **form.cleaned_data)
    _take_photographs(request, kept)
    draft_acts.drop(case.firm, PAGE, by=request.user)


def _take_photographs(request: StaffRequest, kept: Visit) -> None:
    """Telephones call every photograph alike: each is named by the day and its place."""
    files = request.FILES.getlist("photographs")
    demand(len(files) <= MOST_PHOTOGRAPHS, "", _("At most %(n)s photographs of a visit.") % {"n": MOST_PHOTOGRAPHS})
    for place, file in enumerate(files, start=1):
        ending = evidence_acts.ending_of(file.name or "")
        says = _("%(name)s: a photograph is a JPEG or PNG file.") % {"name": file.name}
        demand(ending in PHOTOGRAPHS, "", says)
        name = _("Visit of %(day)s, photograph %(n)s") % {"day": kept.on, "n": place}
        evidence_acts.receive(
            kept.firm, cast(BinaryIO, file), name=f"{name}.{ending}", size=file.size or 0, purpose="visit",
            visit=kept, by=request.user,
        )  # fmt: skip
