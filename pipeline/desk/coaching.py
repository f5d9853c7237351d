"""Coaching: who is coached and how far, by whom, and the plan of one case with its steps, papers and visits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Q, Subquery
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import coaching as coaching_acts
from pipeline.acts import diagnosis as diagnosis_acts
from pipeline.acts.listings.coached import COACHING, WAYS
from pipeline.desk.attempt import attempt
from pipeline.desk.diagnosis import PEOPLE
from pipeline.desk.identity import identity
from pipeline.desk.listed import list_page, opened
from pipeline.desk.looking import note_look
from pipeline.fields import day_field, offer_rows
from pipeline.models import (
    Appointment,
    Case,
    DocumentVersion,
    Evidence,
    Firm,
    Plan,
    Step,
    User,
    Visit,
)
from pipeline.models.people import TODAY
from pipeline.models.silence import silence_term
from pipeline.request import StaffRequest
from pipeline.rules.condition import TITLES

PAGES = {
    "desk:coaching": gettext_lazy("Coached firms"),
    "desk:visits": gettext_lazy("Visits"),
    "desk:caseloads": gettext_lazy("Coaches and agencies"),
    "desk:events": gettext_lazy("Trainings"),
    "desk:step_templates": gettext_lazy("Steps for plans"),
}
STATES = {Step.OPEN: "open", Step.HANDED_IN: "submitted", Step.DONE: "accepted", Step.DROPPED: "dropped"}
VISITS_SHOWN = 30
Papers = dict[tuple[str, int | None], list[Evidence]]  # by what they belong to: ("step" or "visit", its key)
PLAN_ACTS = ("accept_step", "reopen_step", "add_steps", "edit_step", "record_visit", "appoint", "draw_plan")


class RemarkForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label=gettext_lazy("What is still wanted"), required=False, widget=forms.Textarea({"rows": 2})
    )


class CoachForm(forms.Form):
    coach = forms.ModelChoiceField(label=gettext_lazy("Coach"), queryset=User.objects.none(), empty_label=None)
    until = day_field(gettext_lazy("Until"))

    def __init__(self, data: QueryDict | None = None, *, today: date) -> None:
        super().__init__(data)
        coaches = User.objects.filter(is_active=True, all_seats__kind="coach", all_seats__during__contains=TODAY)
        offer_rows(self, "coach", coaches.distinct().order_by("name"))
        self.today = today

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until <= self.today:
            raise forms.ValidationError(_("The last day lies after today."))
        return until


@dataclass(frozen=True)
class StepRow:
    """A step as the plan shows it."""

    step: Step
    title: Any
    who: Any
    state: str
    late: bool
    papers: Sequence[Evidence]


def coaching(request: StaffRequest) -> HttpResponse:
    """All coached firms, or those of one coach or agency; those whose next step is due first on top."""
    more = {"pages": pages(request.user, "desk:coaching"), "days": silence_term(request.today)}
    return list_page(request, opened(request, COACHING), "desk/coaching/coaching.html", more)


def pages(user: User, here: str) -> list[dict[str, Any]]:
    """The pages about coaching, as tabs: the firms, who has them in hand, trainings, the office's steps."""
    return [
        {"url": reverse(name), "label": label, "count": None, "here": name == here}
        for name, label in PAGES.items()
        if access.opens(user.seat_kinds, name)
    ]


def plan(request: StaffRequest, number: str) -> HttpResponse:
    case = case_of(request, number)
    note_look(request, case.firm, "plan")
    return _show(request, case)


def accept_step(request: StaffRequest, number: str, position: int) -> HttpResponse:
    return _judge_step(request, number, position, accept=True)


def reopen_step(request: StaffRequest, number: str, position: int) -> HttpResponse:
    return _judge_step(request, number, position, accept=False)


def draw_plan(request: StaffRequest, number: str) -> HttpResponse:
    """Judge the firm by today's record, where the person may, and draw the plan anew from that."""
    case = case_of(request, number)
    if access.may(request.user, "diagnosis.keep"):
        diagnosis_acts.keep(Firm.objects.filter(pk=case.firm_id), by=request.user, on=request.today)
    drawn = coaching_acts.draw_plans(Case.objects.filter(pk=case.pk), by=request.user, on=request.today)
    says = _("A plan of %(n)s steps is drawn; finished steps of the one before are kept.")
    messages.success(request, says % {"n": Step.objects.filter(plan__in=drawn).count()})
    return redirect("desk:plan", number)


def appoint(request: StaffRequest, number: str) -> HttpResponse:
    """Assign a coach; the firm has to consent before the coach sees anything."""
    case = case_of(request, number)
    form = CoachForm(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _appoint(request, case, form)):
        says = _("%(coach)s is assigned and sees the firm once it has consented.")
        messages.success(request, says % {"coach": form.cleaned_data["coach"]})
        return redirect("desk:plan", number)
    who = identity(request.user, case.firm, on=request.today, here="desk:plan", case=case)
    return render(request, "desk/coaching/appoint.html", {"identity": who, "case": case, "form": form})


def case_of(request: StaffRequest, number: str) -> Any:
    """The case, its firm carrying the county's name as the identity bar wants it."""
    cases = Case.objects.visible_to(request.user).with_county().select_related("firm")
    case: Any = get_object_or_404(cases, number=number)
    case.firm.county_name = case.county_name
    return case


def _judge_step(request: StaffRequest, number: str, position: int, *, accept: bool) -> HttpResponse:
    case = case_of(request, number)
    step = get_object_or_404(Step.objects.filter(plan__case=case).current(), position=position)
    form = RemarkForm(request.POST)
    if form.is_valid() and attempt(form, lambda: _judge(request, step, form.cleaned_data, accept=accept)):
        accepted, reopened = _("Step %(n)s is accepted."), _("Step %(n)s is open again; the firm is told why.")
        messages.success(request, (accepted if accept else reopened) % {"n": position})
        return redirect("desk:plan", number)
    return _show(request, case, remark_form=form, position=position)


def _appoint(request: StaffRequest, case: Case, form: CoachForm) -> None:
    coach, until = form.cleaned_data["coach"], form.cleaned_data["until"]
    coaching_acts.appoint(case.firm, coach, by=request.user, on=request.today, until=until)


def _judge(request: StaffRequest, step: Step, sent: dict[str, Any], *, accept: bool) -> None:
    steps = Step.objects.filter(pk=step.pk)
    if accept:
        coaching_acts.accept_step(steps, by=request.user, on=request.today, version=sent["version"])
    else:
        coaching_acts.reopen_step(steps, by=request.user, on=request.today, version=sent["version"], note=sent["note"])


def _show(
    request: StaffRequest,
    case: Any,
    *,
    remark_form: RemarkForm | None = None,
    position: int = 0,
) -> HttpResponse:
    every, papers = _steps(case), _papers(case)
    steps = [each for each in every if each.plan.superseded_on is None]
    wanted = [each for each in steps if each.state != Step.DROPPED]
    drawn = steps[0].plan if steps else _drawn(case)
    return render(
        request,
        "desk/coaching/plan.html",
        {
            "identity": identity(request.user, case.firm, on=request.today, here="desk:plan", case=case),
            "case": case,
            "plan": drawn,
            "rows": [_row(step, request.today, papers.get(("step", step.pk), [])) for step in steps],
            "wanted": len(wanted),
            "done": sum(step.state == Step.DONE for step in wanted),
            "before": _finished_before(every),
            "visits": _visits(case, papers),
            "coaches": list(Appointment.objects.filter(firm=case.firm).select_related("coach").order_by("-during")),
            "form": remark_form,
            "position": position,
            "may": _may(request, case),
        },
        status=422 if remark_form else 200,
    )


def _may(request: StaffRequest, case: Case) -> set[str]:
    """Which acts of this page the person's seats grant, for a firm that is theirs today."""
    if Case.objects.filter(pk=case.pk).beyond(request.user.reach()):
        return set()
    return {act for act in PLAN_ACTS if access.may(request.user, f"coaching.{act}")}


def _steps(case: Case) -> list[Step]:
    """The current steps and those done under plans superseded since."""
    shown = Q(plan__superseded_on=None) | Q(state=Step.DONE)
    steps = Step.objects.filter(shown, plan__case=case).select_related("plan__diagnosis")
    steps = steps.defer("plan__diagnosis__facts", "plan__diagnosis__assessment")
    return list(steps.order_by("position"))


def _papers(case: Case) -> Papers:
    """What proves the steps and what was taken at visits, by what it belongs to; with its newest version's number."""
    newest = DocumentVersion.objects.filter(document=OuterRef("document")).order_by("-number")
    kept = Evidence.objects.filter(Q(step__plan__case=case) | Q(visit__case=case), firm=case.firm_id)
    kept = kept.select_related("document")
    found: Papers = {}
    for paper in kept.annotate(number=Subquery(newest.values("number")[:1])).order_by("pk"):
        place = ("visit", paper.visit_id) if paper.visit_id else ("step", paper.step_id)
        found.setdefault(place, []).append(paper)
    return found


def _drawn(case: Case) -> Plan | None:
    return Plan.objects.filter(case=case, superseded_on=None).select_related("diagnosis").first()


def _row(step: Step, today: date, papers: Sequence[Evidence]) -> StepRow:
    state = "returned" if step.state == Step.OPEN and step.remark else STATES.get(step.state, "open")
    unfinished = step.state in (Step.OPEN, Step.HANDED_IN)
    return StepRow(
        step=step,
        title=TITLES.get(step.rule, step.rule),
        who=PEOPLE.get(step.who, step.who),
        state=state,
        late=bool(unfinished and step.due_on and step.due_on < today),
        papers=papers,
    )


def _finished_before(every: Iterable[Step]) -> list[tuple[Any, Step]]:
    """Steps that were done under plans superseded since, in the order of their days."""
    before = [each for each in every if each.plan.superseded_on]
    return [(TITLES.get(step.rule, step.rule), step) for step in sorted(before, key=lambda step: str(step.finished_on))]


def _visits(case: Case, papers: Papers) -> list[dict[str, Any]]:
    return [
        {
            "at": visit.on,
            "says": WAYS[visit.way],
            "who": visit.by.name,
            "visit": visit,
            "papers": papers.get(("visit", visit.pk), []),
        }
        for visit in Visit.objects.filter(case=case).select_related("by").order_by("-on", "-pk")[:VISITS_SHOWN]
    ]
