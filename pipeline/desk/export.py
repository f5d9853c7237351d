"""Lists as files: asking for one, how far it is, approving another's, fetching one's own."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs
from pipeline.acts import export as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.export_source import AnyAsked, source_of
from pipeline.acts.listings import LISTS
from pipeline.desk import batch_deeds, list_look, queue
from pipeline.desk.listed import opened
from pipeline.models import Bulk, Export
from pipeline.models.export import HELD
from pipeline.models.listing import QUEUE
from pipeline.models.people import own_offices
from pipeline.models.trial import DONE
from pipeline.request import StaffRequest

AT_ONCE = 500  # as many rows are written within the request; more by a job
FORMS = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
MOST_SHOWN = 50


def export_ask(request: StaffRequest, listing: str = QUEUE) -> HttpResponse:
    """Ask for the rows of a list, as its address describes it, in the columns it shows."""
    if listing not in (QUEUE, *LISTS) or not access.opens(request.user.seat_kinds, f"desk:{listing}"):
        raise Http404("no such list")
    asked, says = _asked(request, listing)
    look, personal = list_look.look_of(request.user.look, listing), source_of(listing).personal
    form = request.POST.get("form", "")
    own: dict[str, Any] = {
        "form": form if form in FORMS else "xlsx",
        "language": get_language() or "",
        "by": request.user,
    }
    shown = [each for each in look.columns if each not in personal]
    columns = [*shown, *(personal if "contact" in request.POST else ())]
    try:
        with transaction.atomic():
            made = acts.ask(listing=listing, asked=asked, says=says, columns=columns, on=request.today, **own)
    except ConditionUnmet as unmet:
        messages.error(request, unmet.missing[0].says)
        return redirect(list_look.back(request, listing))
    _set_to_work(request, made)
    return redirect("desk:export", made.public_id)


def _asked(request: StaffRequest, listing: str) -> tuple[AnyAsked, str]:
    """What the address of the list asks for, and as a sentence."""
    if listing == QUEUE:
        asked, conditions = queue.asked_of(request)
        return asked, f"{queue.VIEW_NAMES[asked.view]} {conditions.sentence}".strip()
    found = opened(request, LISTS[listing])
    group = found.listing.groups.get(found.asked.view, "")
    return found.asked, " ".join(f"{found.listing.title} {group} {found.conditions.sentence}".split())


def exports(request: StaffRequest) -> HttpResponse:
    """One's own files and acts on many, and the files that wait for one's approval."""
    held = Q(state=HELD, office__in=own_offices(request.user))
    mine = Export.objects.filter(by=request.user)
    others = Export.objects.filter(held).exclude(by=request.user) if _approves(request) else Export.objects.none()
    rows = (mine | others).select_related("by", "approved_by").order_by("-asked_at")[:MOST_SHOWN]
    bulks = Bulk.objects.filter(by=request.user).order_by("-asked_at")[:MOST_SHOWN]
    labelled = [(each, batch_deeds.DEEDS[each.kind].label) for each in bulks]
    shown = {"rows": rows, "bulks": labelled, "section": "desk:queue"}
    return render(request, "desk/export/exports.html", shown)


def export(request: StaffRequest, export_key: UUID) -> HttpResponseBase:
    """The file, or how far it is; approving, giving up and trying again are posted here."""
    found = _one(request, export_key)
    if request.method == "POST":
        _step(request, found)
        return redirect("desk:exports" if found.by_id != request.user.pk else reverse("desk:export", args=[export_key]))
    if found.state == DONE and "file" in request.GET:
        return _file(request, found)
    shown = {"export": found, "expires": acts.expires(found), "mine": found.by_id == request.user.pk}
    shown |= {"may_approve": _approves(request), "section": "desk:queue", "limit": acts.SECOND_LOOK_ABOVE}
    return render(request, "desk/export/export.html", shown | (_progress(found) if found.working else {}))


def export_progress(request: StaffRequest, export_key: UUID) -> HttpResponse:
    """The moving part of a file being written; the page is asked for anew when it is done."""
    found = _one(request, export_key)
    if not found.working:
        return HttpResponseClientRefresh()
    return render(request, "look/progress.html", _progress(found))


def _file(request: StaffRequest, found: Export) -> HttpResponseBase:
    if found.by_id != request.user.pk or not found.kept:
        raise Http404("another person's file, or one whose time is over")
    name = f"{source_of(found.listing).title} {found.day}.{found.form}"
    response = FileResponse(acts.content(found), as_attachment=True, filename=name, content_type=FORMS[found.form])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _step(request: StaffRequest, found: Export) -> None:
    step = request.POST.get("step", "")
    try:
        if step == "approve":
            acts.approve(found, by=request.user)
            messages.success(request, _("Approved. It is written for %(name)s now.") % {"name": found.by.name})
        elif step == "stop":
            acts.cancel(found, by=request.user)
            messages.success(request, _("This file is given up."))
        elif step == "again":
            acts.again(found, by=request.user)
            _set_to_work(request, found)
    except ConditionUnmet as unmet:
        messages.error(request, unmet.missing[0].says)


def _set_to_work(request: StaffRequest, made: Export) -> None:
    if made.state == HELD:
        return
    if made.rows_total <= AT_ONCE:
        acts.write(made.pk, by=request.user)
    else:
        transaction.on_commit(lambda: jobs.write_export.delay(made.pk, person=request.user.pk), robust=True)


def _one(request: StaffRequest, export_key: UUID) -> Export:
    """What was asked for in one's office; the file itself is for who asked alone."""
    seen = Export.objects.visible_to(request.user).select_related("by", "approved_by")
    return get_object_or_404(seen, public_id=export_key)


def _approves(request: StaffRequest) -> bool:
    return access.may(request.user, "export.approve")


def _progress(found: Export) -> dict[str, Any]:
    return {
        "id": "progress",
        "url": reverse("desk:export_progress", args=[found.public_id]),
        "says": _("The file is being written. You may leave this page and come back."),
        "done": found.rows_done,
        "total": found.rows_total,
        "finished": False,
    }
