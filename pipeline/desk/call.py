"""Telephone: whom to call today and why, and a note of a call from any page."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import call as acts
from pipeline.acts.listings.calls import CALLS, GROUPS
from pipeline.desk.attempt import attempt
from pipeline.desk.listed import list_page, opened
from pipeline.desk.standing import open_dossier, standing_of
from pipeline.fields import day_field
from pipeline.models import Firm
from pipeline.models.firm_search import sought
from pipeline.request import StaffRequest

OFFERED = 8


class CallForm(forms.Form):
    firm = forms.CharField(
        label=gettext_lazy("Firm"),
        max_length=100,
        help_text=gettext_lazy("Name, credit code, pinyin initials or the end of its telephone number"),
    )
    says = forms.CharField(
        label=gettext_lazy("What was said"), max_length=acts.LONGEST, widget=forms.Textarea({"rows": 3})
    )
    promised_on = day_field(gettext_lazy("Promised by"), required=False)
    next_on = day_field(gettext_lazy("Call again on"), required=False)


def calls(request: StaffRequest) -> HttpResponse:
    def dress(rows: list[Any]) -> None:
        for row in rows:
            _lead_on(request, row)

    return list_page(request, opened(request, CALLS), "desk/call/calls.html", {}, dress=dress)


def call_note(request: StaffRequest) -> HttpResponse:
    """Two fields: which firm, and what was said. Who and when is known."""
    named = {"firm": request.GET.get("firm", "")}
    form = CallForm(request.POST or None, initial=named)
    came_from = (request.POST or request.GET).get("list", "")
    came_from = came_from if came_from in GROUPS else ""
    found: list[Firm] = []
    if request.method == "POST" and form.is_valid():
        found = _meant(request, form.cleaned_data["firm"])
        if len(found) == 1 and _noted(request, form, found[0]):
            listed = reverse("desk:calls") + f"?list={came_from}"
            return redirect(listed if came_from else reverse("desk:firm", args=[found[0].uscc]))
        if not found:
            form.add_error("firm", _("No firm within your reach is called so: try its credit code."))
        elif len(found) > 1:
            form.add_error("firm", _("Several firms are called so: choose one below."))
    several = found if len(found) > 1 else []
    context = {"form": form, "found": several, "list": came_from, "section": "desk:calls"}
    return render(request, "desk/call/note.html", context)


def _meant(request: StaffRequest, text: str) -> list[Firm]:
    """The firm of this credit code, else those that what was typed finds."""
    chosen = request.POST.get("chosen", "")
    firms = Firm.objects.within(request.user.reach(access.OFFICE))
    exact = list(firms.filter(uscc__in=[chosen, text.strip().upper()]))
    if exact:
        return exact[:1]
    return list(sought(firms, text, request.user).with_county().defer("search", "also_search")[:OFFERED])


def _noted(request: StaffRequest, form: CallForm, firm: Firm) -> bool:
    said = {name: form.cleaned_data[name] for name in ("says", "promised_on", "next_on")}
    if not attempt(form, lambda: acts.note(Firm.objects.filter(pk=firm.pk), by=request.user, on=request.today, **said)):
        return False
    messages.success(request, _("The call with %(firm)s is on record.") % {"firm": firm.name})
    return True


def _lead_on(request: StaffRequest, row: Any) -> None:
    """The page on which one sees what the call is about, and where a case stands."""
    if hasattr(row, "stage"):
        row.url = reverse("desk:case", args=[row.number])
        row.standing = standing_of(row, open_dossier(row), request.user, request.today)
    else:
        row.url = reverse("desk:firm", args=[row.firm.uscc])
