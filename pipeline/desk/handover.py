"""Firms that go from one county to another: prepared, moved by the city, taken over with what is open."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import handover as acts
from pipeline.desk.paging import page_of
from pipeline.desk.pool import tabs
from pipeline.models import HandOver
from pipeline.request import StaffRequest, number_sent

TASK_NAMES = {
    "faults": gettext_lazy("faults without an answer"),
    "flags": gettext_lazy("open objections and records"),
    "objections": gettext_lazy("objections to decide"),
    "steps": gettext_lazy("open steps of the plan"),
    "difficulties": gettext_lazy("requests for help"),
    "obligations": gettext_lazy("obligations of the certificate"),
    "updates": gettext_lazy("yearly update"),
    "calls": gettext_lazy("calls to make"),
}


def hand_overs(request: StaffRequest) -> HttpResponse:
    """What waits for the city or for the new county first."""
    rows = HandOver.objects.within(request.user.reach(access.OFFICE))
    if request.method == "POST":
        return _accepted(request)
    page = page_of(request, rows.to_show(), rows.count())
    context = {
        "tabs": tabs(request.user, "desk:hand_overs"),
        "page": page,
        "rows": [(each, _tasks(each)) for each in page.object_list],
        "may_accept": access.may(request.user, "hand_over.accept"),
        "may_move": access.may(request.user, "case.change_county"),
        "section": "desk:pool_terms",
    }
    return render(request, "desk/handover/hand_overs.html", context)


def _accepted(request: StaffRequest) -> HttpResponse:
    mine = HandOver.objects.within(request.user.reach(access.GRANTS["hand_over.accept"]))
    chosen = mine.filter(pk=number_sent(request.POST.get("accept", "")), moved_on__isnull=False)
    one = get_object_or_404(chosen.select_related("firm"))
    if acts.accept(chosen, by=request.user, on=request.today):
        messages.success(request, _("%(firm)s is taken over.") % {"firm": one.firm})
    else:
        messages.error(request, _("Somebody has taken %(firm)s over already.") % {"firm": one.firm})
    return redirect("desk:hand_overs")


def _tasks(each: HandOver) -> list[tuple[Any, int, date | None]]:
    """What is open, as it was on the day of the move."""
    return [
        (TASK_NAMES[task["kind"]], task["count"], date.fromisoformat(task["due"]) if task["due"] else None)
        for task in each.tasks
    ]
