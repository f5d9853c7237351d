"""The coaching plan: its steps, the papers that prove them, the visits."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import coaching as coaching_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Plan, Step, Visit
from pipeline.models.coaching import BEST_RATING
from pipeline.portal import papers, standing
from pipeline.portal.case import version
from pipeline.portal.home import STEP_STATES
from pipeline.request import StaffRequest, number_sent

LONGEST_OPINION = 500


def plan(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    steps = [
        (step, STEP_STATES[step.state]) for step in Step.objects.filter(firm=firm).standing().with_evidence_count()
    ]
    drawn = Plan.objects.filter(firm=firm, superseded_on=None).first()
    visits = Visit.objects.filter(firm=firm).select_related("by").order_by("-on", "-pk")[:10]
    done = sum(step.state == Step.DONE for step, _state in steps)
    context = {"firm": firm, "plan": drawn, "steps": steps, "done": done, "visits": visits}
    context |= {"best": range(BEST_RATING, 0, -1), "may_rate": access.may(request.user, "coaching.rate_visit")}
    return render(request, "portal/coaching/plan.html", context)


def rate_visit(request: StaffRequest, uscc: str) -> HttpResponse:
    """How good a visit was; the bureau reads it only together with others."""
    firm = standing.firm_or_404(request, uscc)
    chosen = get_object_or_404(Visit.objects.filter(firm=firm), pk=number_sent(request.POST.get("visit", "")))
    visits, rating = Visit.objects.filter(pk=chosen.pk), number_sent(request.POST.get("rating", ""))
    said: dict[str, Any] = {"rating": rating, "says": request.POST.get("says", "")[:LONGEST_OPINION]}
    try:
        coaching_acts.rate_visit(visits, by=request.user, on=request.today, **said)
        messages.success(request, _("Thank you. Your rating counts; it is never shown by itself."))
    except ConditionUnmet as unmet:
        standing.tell_unmet(request, unmet)
    return redirect("portal:plan", uscc)


def step(request: StaffRequest, uscc: str, position: int) -> HttpResponse:
    """One step: attach papers, say what was done, hand it in."""
    firm = standing.firm_or_404(request, uscc)
    one = get_object_or_404(Step.objects.filter(firm=firm).standing(), position=position)
    if request.method == "POST":
        try:
            return _hand_in(request, firm.uscc, one)
        except ConditionUnmet as unmet:
            standing.tell_unmet(request, unmet)
            return redirect("portal:step", uscc, position)
    attached = papers.of_step(one, request.user)
    may = access.may(request.user, "coaching.finish_step") and one.state == Step.OPEN
    return render(
        request,
        "portal/coaching/step.html",
        {"firm": firm, "step": one, "state": STEP_STATES[one.state], "papers": attached, "may": may},
    )


def _hand_in(request: StaffRequest, uscc: str, one: Step) -> HttpResponse:
    for name in papers.take(request, "papers", one.firm, purpose="step", step=one):
        messages.success(request, _("%(name)s has arrived.") % {"name": name})
    if "hand_in" not in request.POST:
        return redirect("portal:step", uscc, one.position)
    chosen = Step.objects.filter(pk=one.pk)
    remark = request.POST.get("remark", "")
    coaching_acts.finish_step(chosen, by=request.user, on=request.today, version=version(request), remark=remark)
    messages.success(request, _("The step is handed in. The bureau or your coach looks at it."))
    return redirect("portal:plan", uscc)
