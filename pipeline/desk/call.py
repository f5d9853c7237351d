"""Telephone: whom to call today and why, and a note of a call from any page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
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
from pipeline.desk.attempt import attempt
from pipeline.desk.paging import page_of
from pipeline.desk.standing import open_dossier, standing_of
from pipeline.fields import day_field
from pipeline.models import Call, Case, Contact, Firm, Obligation
from pipeline.models.firm_search import sought
from pipeline.models.in_force import calendar_in_force
from pipeline.request import StaffRequest

LISTS = {
    "corrections": gettext_lazy("Corrections that run out"),
    "reports": gettext_lazy("Reports that are due"),
    "agreed": gettext_lazy("Calls agreed upon"),
}
REPORTS_WITHIN = timedelta(days=45)
CORRECTIONS_WITHIN = 8  # working days
OFFERED = 8
KINDS = {
    "annual_report": gettext_lazy("annual report"),
    "recertification": gettext_lazy("re-certification"),
    "change_report": gettext_lazy("report of a change"),
}


@dataclass(frozen=True)
class Row:
    """A firm to call: about what, until when, whom, and what was said last."""

    firm: Firm
    county: str
    about: str
    url: str
    due: Any
    contact: Contact | None
    last: Call | None


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
    chosen = request.GET.get("list", "")
    chosen = chosen if chosen in LISTS else "corrections"
    sources = {name: _rows(request, name) for name in LISTS}
    counts = {name: rows.count() for name, rows in sources.items()}
    page = page_of(request, sources[chosen], counts[chosen])
    context = {
        "tabs": [
            {"url": f"?list={name}", "label": label, "count": counts[name], "here": name == chosen}
            for name, label in LISTS.items()
        ],
        "page": page,
        "rows": _drawn(request, chosen, list(page.object_list)),
        "list": chosen,
        "section": "desk:calls",
    }
    return render(request, "desk/call/calls.html", context)


def call_note(request: StaffRequest) -> HttpResponse:
    """Two fields: which firm, and what was said. Who and when is known."""
    named = {"firm": request.GET.get("firm", "")}
    form = CallForm(request.POST or None, initial=named)
    came_from = (request.POST or request.GET).get("list", "")
    came_from = came_from if came_from in LISTS else ""
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


def _rows(request: StaffRequest, name: str) -> Any:
    reach, today = request.user.reach(access.OFFICE), request.today
    if name == "reports":
        owed = Obligation.objects.within(reach).pending().filter(due_on__lte=today + REPORTS_WITHIN)
        return owed.with_county().select_related("firm").order_by("due_on", "pk")
    if name == "agreed":
        agreed = Call.objects.within(reach).to_call_again(today)
        return agreed.with_county().select_related("firm", "by").order_by("next_on", "pk")
    last = calendar_in_force().add(today, CORRECTIONS_WITHIN).due
    waiting = Case.objects.within(reach).to_call_about(last)
    return waiting.with_county().select_related("firm").prefetch_related("applications")


def _drawn(request: StaffRequest, name: str, found: list[Any]) -> list[Row]:
    firms = {each.firm_id for each in found}
    contacts = _first(Contact.objects.filter(firm__in=firms).order_by("firm", "pk"))
    last = _first(Call.objects.filter(firm__in=firms).latest_of_each().select_related("by"))
    return [
        Row(
            each.firm,
            each.county_name or "—",
            *_about(request, name, each),
            contacts.get(each.firm_id),
            last.get(each.firm_id),
        )
        for each in found
    ]


def _about(request: StaffRequest, name: str, each: Any) -> tuple[str, str, Any]:
    """What the call is about, the page it is seen on, and the day: as a due chip or plain."""
    firm = reverse("desk:firm", args=[each.firm.uscc])
    if name == "reports":
        return f"{KINDS[each.kind]} {each.year}", firm, each.due_on
    if name == "agreed":
        return each.says, firm, each.next_on
    standing = standing_of(each, open_dossier(each), request.user, request.today)
    return each.number, reverse("desk:case", args=[each.number]), standing


def _first(rows: Iterable[Any]) -> dict[int, Any]:
    kept: dict[int, Any] = {}
    for each in rows:
        kept.setdefault(each.firm_id, each)
    return kept
