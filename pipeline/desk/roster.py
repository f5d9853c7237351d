"""Rosters: bring one in, see how far its reading is, look at what it would do, let it in or give it up."""

from typing import Any, BinaryIO
from uuid import UUID

from django import forms
from django.db import transaction
from django.db.models import Count, F, Func
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs
from pipeline.acts import roster as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk.grid import Grid
from pipeline.desk.paging import page_of
from pipeline.models import Division, Import, User
from pipeline.request import StaffRequest, number_sent

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_A_PAGE = 25
IN_WORK = frozenset({Import.RECEIVED, Import.READING, Import.CONFIRMED})
STEP_OF = {
    Import.RECEIVED: 2, Import.READING: 2, Import.READ: 3, Import.CONFIRMED: 4, Import.COMMITTED: 5, Import.STOPPED: 4,
    Import.FAILED: 4,
}  # fmt: skip
SHOWN = {
    "doubtful": gettext_lazy("Refused or to confirm"),
    "changed": gettext_lazy("Changed firms"),
    "new": gettext_lazy("New firms"),
    "all": gettext_lazy("All rows"),
}


class RosterForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Roster"),
        help_text=gettext_lazy(".xlsx, .xls, .csv or .ods, at most 64 MB"),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.csv,.ods"}),
    )


def rosters(request: StaffRequest) -> HttpResponse:
    """The rosters of one's office, and the form for the next one."""
    form = RosterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and (received := _receive(request, form)):
        return redirect("desk:roster", received.public_id)
    found = Import.objects.visible_to(request.user).select_related("office", "by").order_by("-pk")
    page = page_of(request, found, found.count())
    shown = {"form": form, "page": page, "may": access.may(request.user, "roster.receive")}
    return render(request, "desk/roster/rosters.html", shown)


def _receive(request: StaffRequest, form: RosterForm) -> Import | None:
    sent = form.cleaned_data["file"]
    try:
        received = acts.receive(sent, name=sent.name, by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            form.add_error("file", missing.says)
        return None
    _nudge(jobs.read_roster, received, request.user)
    return received


def _nudge(job: Any, roster: Import, by: User) -> None:
    """Hurries the job along; a broker that is down costs some seconds, for the sweep finds the row."""
    transaction.on_commit(lambda: job.delay(roster.pk, person=by.pk), robust=True)


def roster(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """One roster, wherever it stands: progress, preview, or what became of it."""
    found = _one(request, public_id)
    shown = {"roster": found, "step": STEP_OF.get(found.state, 2), "section": "desk:rosters"}
    if found.state in IN_WORK:
        return render(request, "desk/roster/progress.html", shown | _progress(found))
    shown["may_try_again"] = found.state in (Import.FAILED, Import.STOPPED) and access.may(request.user, "roster.again")
    if not found.was_read:
        return render(request, "desk/roster/refused.html", shown)
    return render(request, "desk/roster/preview.html", shown | _preview(request, found))


def progress(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The moving part of a roster in work; the page is asked for anew when the work is done."""
    found = _one(request, public_id)
    if found.state not in IN_WORK:
        return HttpResponseClientRefresh()
    return render(request, "look/progress.html", _progress(found))


def confirm(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = _one(request, public_id)
    try:
        acts.confirm(found, version=_version(request), by=request.user, on=request.today)
    except ConditionUnmet as unmet:
        shown = {"roster": found, "step": 3, "section": "desk:rosters", "unmet": unmet.missing}
        return render(request, "desk/roster/preview.html", shown | _preview(request, found), status=422)
    _nudge(jobs.commit_roster, found, request.user)
    return redirect("desk:roster", found.public_id)


def cancel(request: StaffRequest, public_id: UUID) -> HttpResponse:
    found = _one(request, public_id)
    acts.cancel(found, version=_version(request), by=request.user)
    return redirect("desk:roster", found.public_id) if found.confirmed_by_id else redirect("desk:rosters")


def again(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """Take up one that broke off or was stopped."""
    found = _one(request, public_id)
    acts.again(found, version=_version(request), by=request.user)
    _nudge(jobs.commit_roster if found.confirmed_by_id else jobs.read_roster, found, request.user)
    return redirect("desk:roster", found.public_id)


def file(request: StaffRequest, public_id: UUID) -> FileResponse:
    """The file as it was uploaded."""
    found = _one(request, public_id)
    return _sent(acts.uploaded(found), found.name, "application/octet-stream")


def result(request: StaffRequest, public_id: UUID) -> FileResponse:
    """What becomes of each row, and what is wrong with it in which cell."""
    found = get_object_or_404(Import.objects.visible_to(request.user), public_id=public_id, state__in=_READ)
    name = _("%(name)s, result.csv") % {"name": found.name.rpartition(".")[0] or found.name}
    return _sent(acts.result(found, language=get_language() or ""), name, "text/csv; charset=utf-8")


def _sent(content: BinaryIO, name: str, kind: str) -> FileResponse:
    response = FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def marked(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """The refused rows of the officer's own file, marked."""
    found = get_object_or_404(Import.objects.visible_to(request.user), public_id=public_id, state__in=_READ)
    if not found.rows.filter(state="refused").exists():
        raise Http404("no row of this roster was refused")
    name = _("%(name)s, marked.xlsx") % {"name": found.name.rpartition(".")[0] or found.name}
    return _download(acts.marked(found, language=get_language() or ""), name)


_READ = (Import.READ, Import.CONFIRMED, Import.COMMITTED, Import.STOPPED, Import.FAILED)


def template(request: StaffRequest) -> HttpResponse:
    """An empty roster in the official order and wording."""
    office = request.user.office
    if office is None:
        return redirect("desk:rosters")
    return _download(acts.empty_template(office, on=request.today), _("roster template.xlsx"))


def _download(content: bytes, name: str) -> HttpResponse:
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "Cache-Control": "no-store",
    }
    return HttpResponse(content, content_type=XLSX, headers=headers)


def _one(request: StaffRequest, public_id: UUID) -> Import:
    rows = Import.objects.visible_to(request.user).select_related("office", "by")
    return get_object_or_404(rows, public_id=public_id)


def _version(request: StaffRequest) -> int:
    return number_sent(request.POST.get("version", ""))


def _progress(found: Import) -> dict[str, Any]:
    says = {
        Import.RECEIVED: _("The file is stored and waits to be read."),
        Import.READING: _("The file is being read and every cell is checked. You may leave this page."),
        Import.CONFIRMED: _("The rows are being brought in. You may leave this page."),
    }
    return {
        "id": "progress",
        "url": reverse("desk:roster_progress", args=[found.public_id]),
        "says": says[found.state],
        "done": found.rows_done,
        "total": found.rows_total,
        "finished": False,
    }


def _preview(request: StaffRequest, found: Import) -> dict[str, Any]:
    counts = found.counts()
    asked = found.rows.filter(asks=True).count()
    sizes = {
        "doubtful": counts["refused"] + asked,
        "changed": counts["changed"],
        "new": counts["new"],
        "all": sum(counts.values()),
    }
    which = request.GET.get("show", "")
    which = which if which in SHOWN else next((name for name in ("doubtful", "changed", "new") if sizes[name]), "all")
    kinds = _kinds(found)
    kind = request.GET.get("kind", "")
    rows = found.rows_shown(which, kind).order_by("number")
    total = next((each["rows"] for each in kinds if each["kind"] == kind), 0) if kind else sizes[which]
    page = page_of(request, rows, total, ROWS_A_PAGE)
    places = dict(Division.objects.counties().values_list("code", "name"))
    return {
        "counts": counts,
        "total": sizes["all"],
        "asked": asked,
        "going_in": counts["new"] + counts["changed"],
        "wrong_kinds": [each for each in kinds if not each["asks"]],
        "ask_kinds": [each for each in kinds if each["asks"]],
        "kind": kind,
        "tabs": [
            {"url": f"?show={name}", "label": str(label), "count": sizes[name], "here": name == which and not kind}
            for name, label in SHOWN.items()
        ],
        "page": page,
        "grid": Grid(found.columns, page.object_list, places),
        "understood": sum(len(sheet["found"]) for sheet in found.columns["sheets"][:1]),
        "unknown": [text for sheet in found.columns["sheets"] for text in sheet["unknown"]],
        "may_confirm": found.state == Import.READ and access.may(request.user, "roster.confirm"),
    }


def _kinds(found: Import) -> list[dict[str, Any]]:
    """What is wrong or asked about, most frequent first."""
    each = Func(F("kinds"), function="unnest")
    counted = found.rows.order_by().annotate(kind=each).values_list("kind").annotate(rows=Count("pk"))
    rows = sorted(counted, key=lambda pair: -pair[1])
    return [
        {"kind": kind, "label": acts.kind_label(kind), "rows": rows, "asks": acts.only_asks(kind)}
        for kind, rows in rows
    ]
