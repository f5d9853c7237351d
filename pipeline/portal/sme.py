"""Registration as a technology SME: the firm's own reckoning, the way it chooses, the number it got, the renewal."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import sme as acts
from pipeline.acts.sme_words import DONE, ROUTE_NAMES
from pipeline.models import Firm, SmeEvent, SmeRegistration
from pipeline.models.in_force import book_in_force
from pipeline.models.record import facts_of
from pipeline.models.sme import ROUTES
from pipeline.portal import standing
from pipeline.portal.attempt import attempt
from pipeline.portal.case import version
from pipeline.portal.firm import PastDayField, until_today
from pipeline.request import StaffRequest
from pipeline.rules import Assessment, assess
from pipeline.rules.law.sme_year import EvaluationYear, evaluation_year

WORST_FIRST = ("unmet", "manual_review", "unknown", "met", "not_applicable")


class RouteForm(forms.Form):
    route = forms.ChoiceField(
        label=gettext_lazy("By which way"), choices=[(name, ROUTE_NAMES[name]) for name in ROUTES]
    )
    why = forms.CharField(
        label=gettext_lazy("Why this way"),
        help_text=gettext_lazy("For a direct way: number of the certificate, award, institute or standard"),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        max_length=1_000,
    )


class NumberForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Registration number"),
        max_length=40,
        help_text=gettext_lazy("18 characters, such as 202633011208012345"),
        widget=forms.TextInput({"class": "w-code"}),
    )
    listed_on = PastDayField(label=gettext_lazy("Day of the listing"))

    def __init__(self, *args: Any, today: date, **also: Any) -> None:
        super().__init__(*args, **also)
        until_today(self, "listed_on", today)


def sme(request: StaffRequest, uscc: str) -> HttpResponse:
    """This year's registration, step by step, and those of the years before."""
    firm = standing.firm_or_404(request, uscc)
    kept = list(SmeRegistration.objects.filter(firm=firm).order_by("-year"))
    now = next((each for each in kept if each.year == request.today.year), None)
    route, number = _forms(request, now)
    if request.method == "POST" and _done(request, firm, now, route, number):
        return redirect("portal:sme", uscc)
    year = evaluation_year(request.today.year)
    reckoned = _reckoned(firm, request.today)
    context = {
        "firm": firm,
        "now": now,
        "events": _events(now),
        "open_states": SmeRegistration.OPEN,
        "way": ROUTE_NAMES.get(now.route) if now else None,
        "before": [each for each in kept if each is not now],
        "renewal": _renewal(kept, request.today),
        "year": year,
        "window": _window(year, request.today),
        "reckoned": reckoned.to_json(),
        "findings": sorted(reckoned.to_json()["findings"], key=lambda each: WORST_FIRST.index(each["verdict"])),
        "route_form": route,
        "number_form": number,
        "form": number if number.is_bound else route,
        "may_choose": access.may(request.user, "sme.choose"),
        "may_hand_in": access.may(request.user, "sme.hand_in"),
        "may_record": access.may(request.user, "sme.record"),
    }
    return render(request, "portal/sme/sme.html", context)


def _events(now: SmeRegistration | None) -> list[tuple[SmeEvent, Any]]:
    if now is None:
        return []
    seen = SmeEvent.objects.filter(registration=now, internal=False)
    return [(each, DONE[each.act]) for each in seen.order_by("-pk")]


def _forms(request: StaffRequest, now: SmeRegistration | None) -> tuple[RouteForm, NumberForm]:
    sent = {name: request.POST if name in request.POST else None for name in ("choose", "record")}
    started = {"route": now.route, "why": now.why} if now else {}
    if "hand_in" in request.POST:
        return RouteForm({**started}, initial=started), NumberForm(today=request.today)
    return RouteForm(sent["choose"], initial=started), NumberForm(sent["record"], today=request.today)


def _done(request: StaffRequest, firm: Firm, now: SmeRegistration | None, route: RouteForm, number: NumberForm) -> bool:
    """Whether what was sent was done; each reason why not stands in its form."""
    by: dict[str, Any] = {"by": request.user, "on": request.today}
    if "choose" in request.POST:
        seen = version(request) if now else None
        return route.is_valid() and attempt(route, lambda: acts.choose(firm, version=seen, **by, **route.cleaned_data))
    if now is None:
        return False
    chosen = SmeRegistration.objects.filter(pk=now.pk)
    if "hand_in" in request.POST:
        route.is_valid()
        return attempt(route, lambda: _hand_in(request, chosen, by))
    sent = number.is_bound and number.is_valid()
    return sent and attempt(number, lambda: acts.record(chosen, version=version(request), **by, **number.cleaned_data))


def _hand_in(request: StaffRequest, chosen: Any, by: dict[str, Any]) -> None:
    acts.hand_in(chosen, version=version(request), **by)
    messages.success(request, _("Noted as handed in, with what you reckon of yourself today."))


def _reckoned(firm: Firm, day: date) -> Assessment:
    return assess(facts_of([firm], day)[firm.pk], book=book_in_force(acts.BOOK, day), day=day)


def _window(year: EvaluationYear, day: date) -> str:
    """Whether one may hand in today: open, early or over; unknown where no notice names the days."""
    if year.opens_on is None and year.closes_on is None:
        return "unknown"
    if year.opens_on is not None and day < year.opens_on:
        return "early"
    return "over" if year.closes_on is not None and day > year.closes_on else "open"


def _renewal(kept: list[SmeRegistration], day: date) -> date | None:
    """By when the listing of last year must be updated; None where there is none or this year's has been handed in."""
    states = {each.year: each.state for each in kept}
    if states.get(day.year - 1) != SmeRegistration.LISTED or states.get(day.year, "draft") != SmeRegistration.DRAFT:
        return None
    return evaluation_year(day.year - 1).update_by
