"""The office's steps for its coaching plans; its heads keep them."""

from itertools import groupby
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import step_template as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.coaching import pages
from pipeline.desk.diagnosis import PEOPLE
from pipeline.fields import offer
from pipeline.models import MoveRefused, StepTemplate
from pipeline.models.step_template import LONGEST_LEAD, Entry, library
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.condition import TITLES
from pipeline.templatetags.look import spoken


class TemplateForm(forms.Form):
    rule = forms.ChoiceField(label=gettext_lazy("For which condition"))
    what = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=acts.LONGEST, widget=forms.Textarea({"rows": 2})
    )
    who = forms.ChoiceField(label=gettext_lazy("Who"))
    lead_days = forms.IntegerField(label=gettext_lazy("Within how many days"), min_value=1, max_value=LONGEST_LEAD)
    proof = forms.CharField(label=gettext_lazy("What proves it"), max_length=acts.LONGEST, required=False)

    def __init__(self, data: Any = None, **also: Any) -> None:
        super().__init__(data, **also)
        offer(self, "rule", [(rule, spoken(title)) for rule, title in TITLES.items()])
        offer(self, "who", [(who, spoken(PEOPLE[who])) for who in acts.WHO])


def step_templates(request: StaffRequest) -> HttpResponse:
    """The library by condition; ?change=… opens one of them in the form."""
    entries = library(request.user.office.pk if request.user.office else None)
    chosen = _chosen(entries, request.POST.get("key") or request.GET.get("change", ""))
    form = TemplateForm(request.POST if "what" in request.POST else None, initial=_as_it_is(chosen))
    if request.method == "POST":
        access.require(request.user, "step_template.save")
        if _taken(request, form, chosen):
            return redirect("desk:step_templates")
    context = {
        "pages": pages(request.user, "desk:step_templates"),
        "groups": [(TITLES[rule], list(group)) for rule, group in groupby(entries, key=lambda entry: entry.rule)],
        "people": PEOPLE,
        "chosen": chosen,
        "form": form,
        "may": access.may(request.user, "step_template.save"),
        "section": "desk:coaching",
    }
    return render(request, "desk/step_template/step_templates.html", context)


def _chosen(entries: list[Entry], key: str) -> Entry | None:
    return next((entry for entry in entries if key and entry.key == key), None)


def _as_it_is(chosen: Entry | None) -> dict[str, Any]:
    if chosen is None:
        return {"who": "firm_finance", "lead_days": 30}
    told = {"rule": chosen.rule, "what": spoken(chosen.what), "who": chosen.who, "lead_days": chosen.lead_days}
    return {**told, "proof": spoken(chosen.proof)}


def _taken(request: StaffRequest, form: TemplateForm, chosen: Entry | None) -> bool:
    """Whether the form was carried out; else it says why not. One that a colleague changed meanwhile keeps the text."""
    which = _which(request, chosen)
    kept: list[StepTemplate] = []

    def act() -> None:
        if "withdraw" in request.POST:
            kept.append(acts.withdraw(by=request.user, **which))
        else:
            kept.append(acts.save(form.cleaned_data, by=request.user, **which))

    try:
        if not (("withdraw" in request.POST and chosen) or form.is_valid()) or not attempt(form, act):
            return False
    except MoveRefused:
        form.add_error(None, _("A colleague has changed this step meanwhile: it reads as shown in the list now."))
        return False
    messages.success(request, _("The step is no longer offered.") if kept[0].withdrawn else _("The step is kept."))
    return True


def _which(request: StaffRequest, chosen: Entry | None) -> dict[str, Any]:
    if chosen is None:
        return {}
    if chosen.row is not None:
        return {"key": chosen.row.pk, "version": number_sent(request.POST.get("version", ""))}
    return {"carried": chosen.carried}
