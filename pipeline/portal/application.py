"""The application for certification: from opening a dossier in a round to the agency's result."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import application as application_acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Application, Case, Firm, Round, Supplement
from pipeline.portal import standing
from pipeline.portal.case import version
from pipeline.request import StaffRequest
from pipeline.stages import BEFORE_RECOMMENDED

ACTS: dict[str, Callable[..., Any]] = {
    "submit": application_acts.submit,
    "supply": application_acts.supply,
    "withdraw": application_acts.withdraw,
}


def application(request: StaffRequest, uscc: str) -> HttpResponse:
    """The open dossier with what can be done to it, or the rounds one can begin a dossier in."""
    firm = standing.firm_or_404(request, uscc)
    current = Application.objects.open().filter(firm=firm).select_related("round").first()
    if request.method == "POST":
        try:
            _do(request, firm, current)
        except ConditionUnmet as unmet:
            standing.tell_unmet(request, unmet)
        return redirect("portal:application", uscc)
    past = Application.objects.filter(firm=firm, ended_on__isnull=False).select_related("round").order_by("-ended_on")
    case = Case.objects.open().filter(firm=firm).first() if current is None else None
    context = {
        "firm": firm,
        "application": current,
        "due": standing.due_of(current, request.today),
        "rounds": Round.objects.open_on(request.today) if current is None else [],
        "early": case is None or case.stage != "ready",
        "opens": case is None or case.stage in ("coaching", "ready"),
        "past": past,
        "supplements": list(Supplement.objects.filter(application=current).order_by("-pk")) if current else [],
        "withdrawable": current is not None and current.stage in BEFORE_RECOMMENDED,
        "may": access.may(request.user, "application.open"),
    }
    return render(request, "portal/application/application.html", context)


def _do(request: StaffRequest, firm: Firm, current: Application | None) -> None:
    act = request.POST.get("act", "")
    if current is None:
        chosen = get_object_or_404(Round.objects.open_on(request.today), name=request.POST.get("round", ""))
        application_acts.open(Firm.objects.filter(pk=firm.pk), chosen, by=request.user, on=request.today)
        messages.success(request, _("The dossier for %(round)s is open.") % {"round": chosen.name})
    elif act in ACTS:
        rows = Application.objects.filter(pk=current.pk)
        said = {"answer": request.POST.get("answer", "")} if act == "supply" else {}
        ACTS[act](rows, by=request.user, on=request.today, versions={current.pk: version(request)}, **said)
        messages.success(request, _("Done. The page shows where your dossier is now."))
