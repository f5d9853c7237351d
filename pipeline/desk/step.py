"""Steps of a coaching plan by hand: added from the office's templates or in one's own words, changed, taken out."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline.acts import coaching as acts
from pipeline.acts.coaching import Wanted
from pipeline.acts.step_template import WHO
from pipeline.desk.attempt import attempt
from pipeline.desk.coaching import case_of
from pipeline.desk.diagnosis import PEOPLE
from pipeline.desk.identity import identity
from pipeline.fields import day_field, offer
from pipeline.models import Case, Firm, Office, Step
from pipeline.models.step_template import Entry, library
from pipeline.request import StaffRequest, number_sent
from pipeline.rules.condition import TITLES
from pipeline.templatetags.look import spoken


class StepForm(forms.Form):
    what = forms.CharField(
        label=gettext_lazy("What is to be done"), max_length=acts.LONGEST_WHAT, widget=forms.Textarea({"rows": 2})
    )
    who = forms.ChoiceField(label=gettext_lazy("Who"))
    due_on = day_field(gettext_lazy("By when"), required=False)
    proof = forms.CharField(label=gettext_lazy("What proves it"), max_length=acts.LONGEST_WHAT, required=False)

    def __init__(self, data: Any = None, **also: Any) -> None:
        super().__init__(data, **also)
        offer(self, "who", [(who, spoken(PEOPLE[who])) for who in WHO])


class OwnStepForm(StepForm):
    rule = forms.ChoiceField(label=gettext_lazy("For which condition"))
    field_order = ("rule", "what", "who", "due_on", "proof")

    def __init__(self, data: Any = None, **also: Any) -> None:
        super().__init__(data, **also)
        offer(self, "rule", [(rule, spoken(title)) for rule, title in TITLES.items()])

    @property
    def wanted(self) -> Wanted:
        said = self.cleaned_data
        what, proof = ({"zh": text, "en": text} for text in (said["what"].strip(), said["proof"].strip()))
        return Wanted(said["rule"], what, said["who"], said["due_on"], proof if said["proof"].strip() else {})


class DropForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why it is not needed"), max_length=500, required=False, widget=forms.Textarea({"rows": 2})
    )


def add_steps(request: StaffRequest, number: str) -> HttpResponse:
    """The library of steps, those for what the firm lacks on top; a form for one in one's own words."""
    case = case_of(request, number)
    offered = [entry for entry in library(_office(request, case)) if not entry.withdrawn]
    own = "what" in request.POST
    form = OwnStepForm(request.POST if own else None, initial={"who": "firm_finance"})
    choice = forms.Form(request.POST if request.method == "POST" and not own else None)
    if request.method == "POST" and _added(request, case, offered, form if own else choice):
        return redirect("desk:plan", number)
    lacking = _lacking(case.firm)
    context = {
        "identity": identity(request.user, case.firm, on=request.today, here="desk:add_steps", case=case),
        "case": case,
        "offered": [(entry, entry.rule in lacking, request.today + timedelta(entry.lead_days)) for entry in offered],
        "people": PEOPLE,
        "chosen": request.POST.getlist("chosen"),
        "form": form if own else choice,
        "own_form": form,
        "section": "desk:coaching",
    }
    context["offered"].sort(key=lambda each: not each[1])
    return render(request, "desk/step/add.html", context, status=422 if context["form"].errors else 200)


def edit_step(request: StaffRequest, number: str, position: int) -> HttpResponse:
    """Another wording, person or day for an open step, or out of the plan with it."""
    case = case_of(request, number)
    step = get_object_or_404(Step.objects.filter(plan__case=case).standing(), position=position)
    drops = "drop" in request.POST
    form = StepForm(request.POST if request.method == "POST" and not drops else None, initial=_as_it_is(step))
    drop_form = DropForm(request.POST if drops else None)
    if request.method == "POST" and _edited(request, step, drop_form if drops else form, drops=drops):
        return redirect("desk:plan", number)
    context = {
        "identity": identity(request.user, case.firm, on=request.today, here="desk:edit_step", case=case),
        "case": case,
        "step": step,
        "title": TITLES.get(step.rule, step.rule),
        "edit_form": form,
        "drop_form": drop_form,
        "form": drop_form if drops else form,
        "section": "desk:coaching",
    }
    return render(request, "desk/step/edit.html", context, status=422 if context["form"].errors else 200)


def _office(request: StaffRequest, case: Any) -> int | None:
    """The office whose steps are offered: the person's own; to a coach without one, that of the firm's county."""
    if request.user.office is not None:
        return request.user.office.pk
    found = Office.objects.filter(level=Office.COUNTY, division=case.county_id).first()
    return found.pk if found else None


def _lacking(firm: Firm) -> set[str]:
    """The conditions that the latest diagnosis finds unmet."""
    judged = firm.latest_diagnosis
    return {finding["rule"] for finding in judged.findings if finding["verdict"] == "unmet"} if judged else set()


def _added(request: StaffRequest, case: Case, offered: list[Entry], form: forms.Form) -> bool:
    if not form.is_valid():
        return False
    if isinstance(form, OwnStepForm):
        wanted = [form.wanted]
    else:
        chosen = set(request.POST.getlist("chosen"))
        wanted = [_wanted(entry, request.today) for entry in offered if entry.key in chosen]
    if not attempt(form, lambda: acts.add_steps(case, wanted, by=request.user, on=request.today)):
        return False
    says = ngettext("%(n)s step was added. The firm is told.", "%(n)s steps were added. The firm is told.", len(wanted))
    messages.success(request, says % {"n": len(wanted)})
    return True


def _wanted(entry: Entry, today: date) -> Wanted:
    return Wanted(entry.rule, entry.what, entry.who, today + timedelta(entry.lead_days), entry.proof)


def _as_it_is(step: Step) -> dict[str, Any]:
    proof = spoken(step.proof) if step.proof else ""
    return {"what": spoken(step.what), "who": step.who, "due_on": step.due_on, "proof": proof}


def _edited(request: StaffRequest, step: Step, form: forms.Form, *, drops: bool) -> bool:
    if not form.is_valid():
        return False
    who_when: dict[str, Any] = {"by": request.user, "on": request.today}
    who_when["version"] = number_sent(request.POST.get("version", ""))
    do = acts.drop_step if drops else acts.edit_step
    if not attempt(form, lambda: do(Step.objects.filter(pk=step.pk), **form.cleaned_data, **who_when)):
        return False
    dropped, changed = _("Step %(n)s is out of the plan."), _("Step %(n)s is changed. The firm is told.")
    messages.success(request, (dropped if drops else changed) % {"n": step.position})
    return True
