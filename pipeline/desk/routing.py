"""Whom the office gives a new case to: the rules in their order, and what they would do now."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access, stages
from pipeline.acts import assignment
from pipeline.acts import routing as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.office import people_of, tabs
from pipeline.fields import offer, offer_rows
from pipeline.models import Case, Division, Office, RoutingRule, User
from pipeline.models.people import own_offices
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.codes.fields import carried_fields
from pipeline.templatetags.look import language, spoken

SHOWN = 50


class RuleForm(forms.Form):
    county = forms.ModelChoiceField(
        Division.objects.none(), label=gettext_lazy("County"), required=False, empty_label=gettext_lazy("any")
    )
    stage = forms.ChoiceField(label=gettext_lazy("Stage"), required=False)
    field = forms.ChoiceField(
        label=gettext_lazy("Field of technology"), required=False, widget=forms.Select({"lang": "zh-CN"})
    )
    officer = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("To whom"),
        required=False,
        empty_label=gettext_lazy("whoever has the fewest open cases"),
    )
    most = forms.IntegerField(
        label=gettext_lazy("Up to so many open cases"), required=False, min_value=1, max_value=30000
    )

    def __init__(self, data: Any, user: User, office: Office | None) -> None:
        super().__init__(data)
        at_city = office is not None and office.level == Office.CITY
        counties = Division.objects.counties().order_by("code") if at_city else Division.objects.none()
        offer_rows(self, "county", counties)
        if not at_city:
            del self.fields["county"]
        anything = ("", _("any"))
        offer(self, "stage", [anything, *_stages(office.level if office else "")])
        fields = [(code, name) for code, name in carried_fields().items() if len(code) <= 3]
        offer(self, "field", [anything, *fields])
        officers = people_of(user).filter(all_seats__kind__in=access.OFFICERS).distinct()
        offer_rows(self, "officer", officers)


def routing(request: StaffRequest) -> HttpResponse:
    office = request.user.office
    may = access.may(request.user, "routing.write") and office is not None
    form = RuleForm(request.POST if "add" in request.POST else None, request.user, office)
    if request.method == "POST" and _done(request, form, office):
        return redirect("desk:routing")
    rules = list(RoutingRule.objects.filter(office__in=own_offices(request.user)).in_turn())
    found = _rehearsed(request) if rules else []
    context = {
        "tabs": tabs(request.user, "desk:routing"),
        "office": office,
        "form": form,
        "may": may,
        "rules": [_words(rule) for rule in rules],
        "choices": found[:SHOWN],
        "given": sum(each.officer is not None for each in found),
        "count": len(found),
        "may_route": access.may(request.user, "case.route"),
        "section": "desk:workload",
    }
    return render(request, "desk/routing/routing.html", context)


def _done(request: StaffRequest, form: RuleForm, office: Office | None) -> bool:
    if "route" in request.POST:
        given = assignment.route(_waiting(request), by=request.user, on=request.today)
        says = ngettext("%(count)s case is given.", "%(count)s cases are given.", len(given)) % {"count": len(given)}
        messages.success(request, says)
        return True
    for act in ("remove", "raise"):
        if act in request.POST:
            _change(request, act)
            return True
    if "add" not in request.POST or office is None or not form.is_valid():
        return False
    said = form.cleaned_data
    if not attempt(form, lambda: acts.add(office, by=request.user, **said)):
        return False
    messages.success(request, _("The rule stands after the others."))
    return True


def _change(request: StaffRequest, act: str) -> None:
    rules = RoutingRule.objects.visible_to(request.user).filter(pk=number_sent(request.POST[act]))
    if not rules.exists():
        raise Http404("no such rule")
    with transaction.atomic():
        (acts.remove if act == "remove" else acts.raise_up)(rules, by=request.user)


def _waiting(request: StaffRequest) -> Any:
    """What the rules of the person's offices may decide: at most as many as one run gives."""
    reach = request.user.reach(access.OFFICE)
    return Case.objects.within(reach).to_route().at_turn(request.user)


def _rehearsed(request: StaffRequest) -> list[Any]:
    """The same code as the act, and nothing is written."""
    keys = list(_waiting(request).order_by("pk").values_list("pk", flat=True)[: assignment.MOST_AT_ONCE])
    return assignment.choices(Case.objects.filter(pk__in=keys))


def _words(rule: RoutingRule) -> dict[str, Any]:
    return {
        "rule": rule,
        "stage": _stage_name(rule.stage) if rule.stage else _("any"),
        "field": carried_fields().get(rule.field, rule.field) if rule.field else _("any"),
    }


def _stages(level: str) -> list[tuple[str, str]]:
    cases = [(name, place.label(language())) for name, place in stages.CASE_STAGES.items() if place.turn == level]
    dossiers = [
        (f"application.{name}", place.label(language()))
        for name, place in stages.APPLICATION_STAGES.items()
        if place.turn == level
    ]
    return [*cases, *dossiers]


def _stage_name(stage: str) -> str:
    table, name = ("application", stage.removeprefix("application.")) if "." in stage else ("case", stage)
    place = stages.STAGES[table].get(name)
    return place.label(language()) if place else spoken(stage)
