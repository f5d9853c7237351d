"""Registrations as technology SMEs: the year's list, one's next step, public notice, numbers, spot checks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import sme as acts
from pipeline.acts.conditions import ConditionUnmet, Missing
from pipeline.acts.sme_words import DONE, ROUTE_NAMES
from pipeline.desk.attempt import attempt
from pipeline.desk.identity import identity
from pipeline.desk.long_list import long_page
from pipeline.desk.paging import altered, page_of
from pipeline.fields import day_field, offer
from pipeline.models import Firm, SmeCheck, SmePublicity, SmeRegistration, User
from pipeline.models.entering import or_never
from pipeline.models.sme import SmeRegistrationQuerySet
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.law.sme_year import evaluation_year

PAGES = {
    "desk:sme": gettext_lazy("Registrations"),
    "desk:sme_publicity": gettext_lazy("Public notice"),
    "desk:sme_numbers": gettext_lazy("Registration numbers"),
    "desk:sme_checks": gettext_lazy("Spot checks"),
}
STATES = {
    SmeRegistration.DRAFT: gettext_lazy("not handed in"),
    SmeRegistration.HANDED_IN: gettext_lazy("form to be looked at"),
    SmeRegistration.RETURNED: gettext_lazy("back with the firm"),
    SmeRegistration.SITE_CHECK: gettext_lazy("to be visited"),
    SmeRegistration.FORM_OK: gettext_lazy("form complete"),
    SmeRegistration.PUBLICITY: gettext_lazy("on public notice"),
    SmeRegistration.LISTED: gettext_lazy("listed"),
    SmeRegistration.SPOT_CHECK: gettext_lazy("in a spot check"),
    SmeRegistration.CANCELLED: gettext_lazy("cancelled"),
}
OUTCOMES = {
    "pass": gettext_lazy("The form is complete"),
    "visit": gettext_lazy("The firm is to be visited"),
    "return": gettext_lazy("It goes back to the firm"),
}
RESULTS = {
    "stands": gettext_lazy("The registration stands"),
    "cancelled": gettext_lazy("Cancelled: it does not meet the conditions"),
    "fraud": gettext_lazy("Cancelled for fraud: barred for the years that the notice tells"),
}
FIRST_YEAR = 2017


def _words(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=4_000, widget=forms.Textarea({"rows": 4}))


class CheckForm(forms.Form):
    outcome = forms.ChoiceField(
        label=gettext_lazy("What comes of it"), choices=list(OUTCOMES.items()), widget=forms.RadioSelect
    )
    says = _words(gettext_lazy("What is wrong or to be looked at"), required=False)


class VisitForm(forms.Form):
    visited_on = day_field(gettext_lazy("Day of the visit"))
    says = _words(gettext_lazy("What was seen on site"))
    outcome = forms.ChoiceField(label=gettext_lazy("What comes of it"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "outcome", [(name, OUTCOMES[name]) for name in ("pass", "return")])


class StopForm(forms.Form):
    says = _words(gettext_lazy("What is objected to, and by whom"))


class NumberForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Registration number"), max_length=40, widget=forms.TextInput({"class": "w-code"})
    )
    listed_on = day_field(gettext_lazy("Day of the listing"))


class FindingForm(forms.Form):
    finding = _words(gettext_lazy("What was looked into, and what was found"))


class SettleForm(forms.Form):
    result = forms.ChoiceField(
        label=gettext_lazy("What comes of it"), choices=list(RESULTS.items()), widget=forms.RadioSelect
    )
    says = _words(gettext_lazy("Reasons of the decision"), required=False)


class ListForm(forms.Form):
    file = forms.FileField(label=gettext_lazy("File (xlsx, xls or csv)"), required=False)
    rows = forms.CharField(
        label=gettext_lazy("Or pasted rows, the head included"),
        help_text=gettext_lazy("Columns: credit code or name, number, and day of the listing where lines differ."),
        required=False,
        max_length=2_000_000,
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
    )
    listed_on = day_field(gettext_lazy("Day of the listing"))


class DrawForm(forms.Form):
    percent = forms.DecimalField(
        label=gettext_lazy("Share in per cent"), min_value=0, max_value=100, decimal_places=2, initial=5
    )
    seed = forms.CharField(
        label=gettext_lazy("Number the lot is drawn by"),
        help_text=gettext_lazy(
            "Named before witnesses, such as the day's closing index. The lot can be repeated by it."
        ),
        max_length=40,
    )


@dataclass(frozen=True)
class Step:
    """What may be done about a registration in some state: the act, its form, the heading and button, what is said."""

    act: Callable[..., object]
    form: type[forms.Form]
    title: Any
    button: Any
    done: Any


STEPS = {
    "check": Step(
        acts.check,
        CheckForm,
        gettext_lazy("Look at the form"),
        gettext_lazy("Note it"),
        gettext_lazy("Noted what comes of the form."),
    ),
    "visit": Step(
        acts.visit, VisitForm, gettext_lazy("The visit"), gettext_lazy("Note it"), gettext_lazy("The visit is noted.")
    ),
    "stop": Step(
        acts.stop,
        StopForm,
        gettext_lazy("Take off the public notice"),
        gettext_lazy("Take it off"),
        gettext_lazy("It is off the public notice and waits for a visit."),
    ),
    "record": Step(
        acts.record,
        NumberForm,
        gettext_lazy("The number"),
        gettext_lazy("Record the number"),
        gettext_lazy("The number is on record."),
    ),
    "examine": Step(
        acts.examine,
        FindingForm,
        gettext_lazy("What the check found"),
        gettext_lazy("Note the finding"),
        gettext_lazy("Noted. A head decides now."),
    ),
    "settle": Step(
        acts.settle, SettleForm, gettext_lazy("Decide"), gettext_lazy("Decide"), gettext_lazy("It is decided.")
    ),
}
OFFERED = {
    SmeRegistration.HANDED_IN: ("check", "record"),
    SmeRegistration.SITE_CHECK: ("visit",),
    SmeRegistration.FORM_OK: ("record",),
    SmeRegistration.PUBLICITY: ("record", "stop"),
    SmeRegistration.SPOT_CHECK: ("examine", "settle"),
}


def tabs(user: User, here: str) -> list[dict[str, Any]]:
    """The pages about the registration, those that the person's seats open."""
    return [
        {"url": reverse(name), "label": label, "here": name == here}
        for name, label in PAGES.items()
        if access.opens(user.seat_kinds, name)
    ]


def sme(request: StaffRequest) -> HttpResponse:
    """The registrations of a year by their state, the first handed in on top."""
    year = _year(request)
    rows = SmeRegistration.objects.of_year(year).within(request.user.reach(access.OFFICE))
    counts = rows.by_state()
    asked = request.GET.get("state", "")
    chosen = asked if asked in STATES else ""
    turned = (rows.filter(state=chosen) if chosen else rows).annotate(turn=or_never("handed_in_on"))
    page = long_page(request, turned, date, shown=turned.with_county().select_related("firm").defer("reckoned"))
    context = {
        "tabs": tabs(request.user, "desk:sme"),
        "year": year,
        "years": list(range(request.today.year, request.today.year - 4, -1)),
        "window": evaluation_year(year),
        "states": _states(request, counts, chosen),
        "page": page,
        "rows": [(each, STATES[each.state]) for each in page.rows],
    }
    return render(request, "desk/sme/list.html", context)


def registration(request: StaffRequest, uscc: str, year: int) -> HttpResponse:
    """One registration: what the firm reckoned, why it is to be visited, what was done, and the next step."""
    rows = SmeRegistration.objects.within(request.user.reach(access.OFFICE)).of_year(year)
    found = get_object_or_404(
        rows.select_related("firm", "publicity", "check_drawn", "examined_by", "cancelled_by"), firm__uscc=uscc
    )
    offered = [name for name in OFFERED.get(found.state, ()) if access.may(request.user, f"sme.{name}")]
    held = {name: STEPS[name].form(request.POST if name in request.POST else None) for name in offered}
    if request.method == "POST" and _done(request, found, held):
        return redirect("desk:sme_registration", uscc, year)
    firm = Firm.objects.with_county().get(pk=found.firm_id)
    context = {
        "identity": identity(request.user, firm, on=request.today, here="desk:sme_registration"),
        "registration": found,
        "state": STATES[found.state],
        "way": ROUTE_NAMES[found.route],
        "reckoned": found.reckoned,
        "visits": acts.visit_reasons(found)
        if found.state in (*SmeRegistration.OPEN, SmeRegistration.SPOT_CHECK)
        else [],
        "events": [(each, DONE[each.act]) for each in found.events.select_related("by").order_by("-pk")],
        "steps": [(name, STEPS[name], form) for name, form in held.items()],
        "form": next((form for form in held.values() if form.is_bound), None),
        "section": "desk:sme",
    }
    return render(request, "desk/sme/registration.html", context)


def publicity(request: StaffRequest) -> HttpResponse:
    """Those whose form is complete, to be put on public notice; and the batches there were."""
    year = _year(request)
    ready = SmeRegistration.objects.of_year(year).within(request.user.reach(access.OFFICE))
    ready = ready.filter(state=SmeRegistration.FORM_OK)
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and attempt(form, lambda: _publish(request, ready)):
        return redirect(request.get_full_path())
    shown = ready.with_county().select_related("firm").defer("reckoned").order_by("firm__pinyin", "pk")
    context = {
        "tabs": tabs(request.user, "desk:sme_publicity"),
        "year": year,
        "form": form,
        "page": page_of(request, shown, ready.count()),
        "batches": SmePublicity.objects.filter(year=year).select_related("by").order_by("-batch"),
        "workdays": evaluation_year(year).publicity_workdays,
        "section": "desk:sme",
    }
    return render(request, "desk/sme/publicity.html", context)


def numbers(request: StaffRequest) -> HttpResponse:
    """A list of numbers, from a file or pasted; each line that could not be taken is told with its reason."""
    year = _year(request)
    form = ListForm(request.POST or None, request.FILES or None)
    told: list[acts.NumberTold] = []
    if request.method == "POST" and form.is_valid():
        attempt(form, lambda: told.extend(_numbers(request, year, form)))
    context = {
        "tabs": tabs(request.user, "desk:sme_numbers"),
        "year": year,
        "form": form,
        "told": told,
        "taken": sum(each.why is None for each in told),
        "refused": [each for each in told if each.why is not None],
        "section": "desk:sme",
    }
    return render(request, "desk/sme/numbers.html", context)


def checks(request: StaffRequest) -> HttpResponse:
    """The lots drawn this year and what came of each; who may draws another."""
    year = _year(request)
    form = DrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _draw(request, year, form)):
        return redirect(request.get_full_path())
    rows = SmeRegistration.objects.of_year(year).within(request.user.reach(access.OFFICE))
    drawn = rows.exclude(check_drawn=None).with_county().select_related("firm").defer("reckoned")
    page = page_of(request, drawn.order_by("-check_drawn", "firm__pinyin", "pk"), drawn.count())
    context = {
        "tabs": tabs(request.user, "desk:sme_checks"),
        "year": year,
        "window": evaluation_year(year),
        "form": form,
        "lots": SmeCheck.objects.filter(year=year).select_related("by").order_by("-pk"),
        "listed": rows.drawable().count(),
        "page": page,
        "rows": [(each, STATES[each.state]) for each in page.object_list],
        "may_draw": access.may(request.user, "sme.draw"),
        "section": "desk:sme",
    }
    return render(request, "desk/sme/checks.html", context)


def _year(request: StaffRequest) -> int:
    asked = number_sent(request.GET.get("year", "")) if "year" in request.GET else request.today.year
    if not FIRST_YEAR <= asked <= request.today.year:
        raise Http404(_("There is no evaluation of that year."))
    return asked


def _states(request: StaffRequest, counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    """The states as tabs, each with its number; all of them first."""
    total = {
        "url": altered(request.GET, "state", ""),
        "label": _("All"),
        "count": sum(counts.values()),
        "here": not chosen,
    }
    return [total] + [
        {
            "url": altered(request.GET, "state", name),
            "label": says,
            "count": counts.get(name, 0),
            "here": name == chosen,
        }
        for name, says in STATES.items()
        if counts.get(name) or name == chosen
    ]


def _done(request: StaffRequest, found: SmeRegistration, held: dict[str, forms.Form]) -> bool:
    one = SmeRegistration.objects.filter(pk=found.pk)
    who: dict[str, Any] = {
        "by": request.user,
        "on": request.today,
        "version": number_sent(request.POST.get("version", "")),
    }
    for name, form in held.items():
        if form.is_bound and form.is_valid():
            if not attempt(form, partial(STEPS[name].act, one, **who, **form.cleaned_data)):
                return False
            messages.success(request, STEPS[name].done)
            return True
    return False


def _publish(request: StaffRequest, ready: SmeRegistrationQuerySet) -> None:
    keys = [int(each) for each in request.POST.getlist("registrations") if each.isdecimal()]
    chosen = ready if request.POST.get("all") else ready.filter(pk__in=keys)
    if not request.POST.get("all") and chosen.count() != len(set(keys)):
        raise ConditionUnmet([Missing("registrations", _("Some of these are not ready any more. Look at them again."))])
    batch = acts.publish(chosen, by=request.user, on=request.today)
    says = _("Batch %(n)s is on public notice until the end of %(day)s.")
    messages.success(request, says % {"n": batch.batch, "day": batch.until})


def _numbers(request: StaffRequest, year: int, form: forms.Form) -> list[acts.NumberTold]:
    file, rows, listed_on = (form.cleaned_data[name] for name in ("file", "rows", "listed_on"))
    who: dict[str, Any] = {"by": request.user, "on": request.today}
    return acts.record_numbers(file, rows, name=file.name if file else "", year=year, listed_on=listed_on, **who)


def _draw(request: StaffRequest, year: int, form: forms.Form) -> None:
    share = form.cleaned_data["percent"] / 100
    lot = acts.draw(year, share=share, seed=form.cleaned_data["seed"], by=request.user, on=request.today)
    says = ngettext("%(n)s firm of %(of)s is drawn.", "%(n)s firms of %(of)s are drawn.", lot.drawn)
    messages.success(request, says % {"n": lot.drawn, "of": lot.of})
