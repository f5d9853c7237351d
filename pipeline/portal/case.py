"""Beginning, submitting, correcting and withdrawing the application for the pool."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import application as application_acts
from pipeline.acts import case as case_acts
from pipeline.acts.conditions import ConditionUnmet, Missing
from pipeline.acts.fault import Answer
from pipeline.models import Application, Case, Fault, Firm
from pipeline.models.record import checklist
from pipeline.portal import papers, standing
from pipeline.request import StaffRequest, number_sent

REPLIES = {
    Fault.CHANGED: gettext_lazy("We changed it"),
    Fault.EXPLAINED: gettext_lazy("It is right; we explain why"),
    Fault.PAPER: gettext_lazy("We attach a paper"),
}
RESUBMITS: dict[tuple[type, str], Callable[..., Any]] = {
    (Case, "county_returned"): case_acts.resubmit_to_county,
    (Case, "city_returned"): case_acts.resubmit_to_city,
    (Application, "county_returned"): application_acts.resubmit_to_county,
    (Application, "city_returned"): application_acts.resubmit_to_city,
}


def begin(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    try:
        case_acts.begin(Firm.objects.filter(pk=firm.pk), by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        standing.tell_unmet(request, unmet)
        return redirect("portal:home", uscc)
    return redirect(standing.place_url(firm, "firm"))


def submit(request: StaffRequest, uscc: str) -> HttpResponse:
    """Everything once more before it is handed in; the version seen is sent back with it."""
    firm = standing.firm_or_404(request, uscc)
    case = get_object_or_404(Case.objects.select_related("window"), firm=firm, stage="draft")
    unmet: list[Missing] = []
    if request.method == "POST":
        seen = {case.pk: version(request)}
        try:
            case_acts.submit(Case.objects.filter(pk=case.pk), by=request.user, on=request.today, versions=seen)
        except ConditionUnmet as refused:
            unmet = refused.missing
        else:
            messages.success(
                request, _("Submitted as %(number)s. The county reviews it now.") % {"number": case.number}
            )
            return redirect("portal:home", uscc)
    items = [(item, standing.place_url(firm, item.place)) for item in checklist(firm, request.today)]
    shown = {
        "firm": firm,
        "case": case,
        "items": items,
        "missing": located(firm, unmet),
        "may": may(request, "case.submit"),
        "late": case.window is not None and request.today > case.window.closes_on,
    }
    return render(request, "portal/case/submit.html", shown)


def corrections(request: StaffRequest, uscc: str) -> HttpResponse:
    """Every fault of the return with the place to put it right, an answer and a paper; sent back together."""
    firm = standing.firm_or_404(request, uscc)
    returned = _returned_or_404(firm)
    faults = list(standing.open_faults(firm))
    unmet: list[Missing] = []
    if request.method == "POST":
        try:
            _resubmit(request, firm, returned, faults)
        except ConditionUnmet as refused:
            unmet = refused.missing
        else:
            messages.success(request, _("Your answers are in. The review goes on."))
            return redirect("portal:home", uscc)
    shown = {
        "firm": firm,
        "returned": returned,
        "due": standing.due_of(returned, request.today),
        "faults": [(fault, standing.place_url(firm, fault.place), _answer(request, fault)) for fault in faults],
        "replies": REPLIES,
        "missing": located(firm, unmet),
        "may": may(request, "case.resubmit_to_county"),
    }
    return render(request, "portal/case/corrections.html", shown)


def withdraw(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    case = get_object_or_404(Case.objects.open().exclude(stage__in=["lead", "in_certification"]), firm=firm)
    if request.method == "POST" and may(request, "case.withdraw"):
        note, seen = request.POST.get("note", ""), {case.pk: version(request)}
        case_acts.withdraw(Case.objects.filter(pk=case.pk), by=request.user, on=request.today, note=note, versions=seen)
        messages.success(request, _("Case %(number)s is withdrawn.") % {"number": case.number})
        return redirect("portal:home", uscc)
    return render(
        request, "portal/case/withdraw.html", {"firm": firm, "case": case, "may": may(request, "case.withdraw")}
    )


def version(request: StaffRequest) -> int:
    """The version of the row as the person saw it; one that is no number matches none."""
    return number_sent(request.POST.get("version", ""))


def may(request: StaffRequest, act: str) -> bool:
    return access.may(request.user, act)


def located(firm: Firm, unmet: list[Missing]) -> list[tuple[str, str]]:
    """Reasons with the address of the page where each is put right."""
    return [(missing.says, standing.place_url(firm, missing.place)) for missing in unmet]


def _returned_or_404(firm: Firm) -> Case | Application:
    application = Application.objects.filter(firm=firm, stage__in=standing.RETURNED).first()
    return application or get_object_or_404(Case, firm=firm, stage__in=standing.RETURNED)


def _answer(request: StaffRequest, fault: Fault) -> Answer:
    says, reply = (request.POST.get(f"{name}-{fault.pk}", "") for name in ("answer", "reply"))
    return Answer(says, reply)


def _resubmit(request: StaffRequest, firm: Firm, returned: Case | Application, faults: list[Fault]) -> None:
    """Papers first: what has arrived stays, even where an answer is still wanting."""
    for fault in faults:
        papers.take(request, f"paper-{fault.pk}", firm, purpose="correction", fault=fault)
    RESUBMITS[type(returned), returned.stage](
        type(returned).objects.filter(pk=returned.pk),
        by=request.user,
        on=request.today,
        answers={fault.pk: _answer(request, fault) for fault in faults},
        versions={returned.pk: version(request)},
    )
