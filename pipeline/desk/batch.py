"""One act on many cases: what it will do is shown first; then it happens to all of them or to none."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk import attempt, case_moves, queue
from pipeline.desk.moving import Deed, MoveForm, done
from pipeline.models import Case, MoveRefused
from pipeline.request import StaffRequest, number_sent

MOST = 500


def batch(request: StaffRequest) -> HttpResponse:
    """First a look at the chosen cases, then with `confirmed` the act. The versions seen come back with it."""
    deed = _deed(request)
    chosen = list(_chosen(request).for_queue()[: MOST + 1])
    legal = [case for case in chosen[:MOST] if deed.legal_in(case.stage)]
    confirmed = "confirmed" in request.POST
    form = deed.form(request.POST if confirmed else None, request=request)
    if confirmed and legal and form.is_valid() and _all_done(deed, legal, form, request):
        said = {"count": len(legal), "act": deed.label}
        says = ngettext("%(act)s: %(count)s case.", "%(act)s: %(count)s cases.", len(legal)) % said
        messages.success(request, says)
        return redirect(_back(request))
    shown = {
        "deed": deed,
        "form": form,
        "legal": legal,
        "others": [case for case in chosen[:MOST] if case not in legal],
        "too_many": len(chosen) > MOST,
        "most": MOST,
        "back": _back(request),
        "query": request.GET.urlencode(),
        "section": "desk:queue",
    }
    return render(request, "desk/batch/confirm.html", shown)


def _deed(request: StaffRequest) -> Deed:
    offered = {deed.slug: deed for deed in case_moves.BATCHES}
    deed = offered.get(request.POST.get("act", ""))
    if deed is None or not access.may(request.user, deed.act):
        raise Http404("no act that is done to many")
    return deed


def _chosen(request: StaffRequest) -> Any:
    """The cases ticked, or with `everything` all that the list's conditions leave."""
    if "everything" in request.POST:
        return queue.narrowed(request, queue.conditions_of(request))
    numbers = set(request.POST.getlist("chosen"))
    found = Case.objects.visible_to(request.user).filter(number__in=numbers)
    if found.count() != len(numbers):
        raise Http404("one of the chosen cases is not there")
    return found


def _all_done(deed: Deed, cases: list[Case], form: MoveForm, request: StaffRequest) -> bool:
    rows = Case.objects.filter(pk__in=[case.pk for case in cases])
    try:
        with transaction.atomic():
            done(deed, rows, form, request, _versions(cases, request))
    except ConditionUnmet as unmet:
        attempt.tell(form, unmet)
    except MoveRefused:
        form.add_error(
            None, _("Somebody moved one of these cases meanwhile. Nothing was changed; look at the list again.")
        )
    else:
        return True
    return False


def _versions(cases: list[Case], request: StaffRequest) -> dict[int, int]:
    """The version of each case as the person saw it; one that was not sent matches none."""
    sent = dict(pair.split(":", 1) for pair in request.POST.getlist("seen") if ":" in pair)
    return {case.pk: number_sent(sent.get(case.number, "")) for case in cases}


def _back(request: StaffRequest) -> str:
    asked = request.GET.urlencode()
    return reverse("desk:queue") + (f"?{asked}" if asked else "")
