"""One act on many cases: what it asks, what it would do to each, then doing it, how far it is, what came of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRefresh

from pipeline import access, jobs, stages
from pipeline.acts import bulk as acts
from pipeline.acts import bulk_undo
from pipeline.acts.conditions import ConditionUnmet
from pipeline.desk import attempt, batch_deeds, queue
from pipeline.desk.moving import Deed, MoveForm
from pipeline.models import Bulk, BulkRow, Case
from pipeline.models.case import CaseQuerySet
from pipeline.models.case_list import cases
from pipeline.request import StaffRequest
from pipeline.templatetags.look import language

UNDER_WAY = (Bulk.ASKED, Bulk.CONFIRMED, Bulk.UNDOING)
SHOWN = 200  # rows of a rehearsal on the page; the file has them all
RESULTS = {
    BulkRow.OPEN: gettext_lazy("not done"),
    BulkRow.ILLEGAL: gettext_lazy("not possible at its stage"),
    BulkRow.REFUSED: gettext_lazy("refused"),
    BulkRow.CHANGED: gettext_lazy("changed meanwhile, left as it is"),
    BulkRow.DONE: gettext_lazy("done"),
    BulkRow.UNDONE: gettext_lazy("taken back"),
    BulkRow.KEPT: gettext_lazy("not taken back"),
}


def batch(request: StaffRequest) -> HttpResponse:
    """What the act asks besides the cases; with `rehearse` it is tried on each of them."""
    deed = _deed(request)
    found = _chosen(request)
    if found is None:
        return _refused(request)
    count = found.count()
    if not count:
        messages.warning(request, _("No case was chosen."))
        return redirect(_back(request.GET.urlencode()))
    form = deed.form(request.POST if "rehearse" in request.POST else None, request=request)
    asks = bool(form.fields) or hasattr(form, "preview_of")
    ready = form.is_valid() if form.is_bound else not asks
    if ready and request.POST.get("step") != "more":
        asked = _asked(request, deed, found, form)
        if asked is not None:
            return redirect("desk:bulk", asked.public_id)
    return render(request, "desk/batch/ask.html", _form_shown(request, deed, form, count))


def bulk(request: StaffRequest, bulk_key: UUID) -> HttpResponse:
    """What the rehearsal found, how far the act is, or what came of it; the next step is posted here."""
    found = _one(request, bulk_key)
    if request.method == "POST":
        _step(request, found)
        return redirect("desk:bulk", found.public_id)
    if found.state in UNDER_WAY:
        return render(request, "desk/batch/waiting.html", _shown(found) | _progress(found))
    counts = found.counts()
    told = found.rows.filter(effect__told__gt=0).count()
    shown = {"counts": counts, "told": told, "rows": _rows(found), "shown": SHOWN}
    shown |= {"ours": found.day == request.today, "mine": found.by_id == request.user.pk}
    shown["may_undo"] = bulk_undo.may_be_taken_back(found, request.user)
    return render(request, "desk/batch/bulk.html", _shown(found) | shown)


def bulk_progress(request: StaffRequest, bulk_key: UUID) -> HttpResponse:
    """The moving part of an act under way; the page is asked for anew when it is done."""
    found = _one(request, bulk_key)
    if found.state not in UNDER_WAY:
        return HttpResponseClientRefresh()
    return render(request, "look/progress.html", _progress(found))


def bulk_result(request: StaffRequest, bulk_key: UUID) -> HttpResponse:
    """Who, what became of it, why not: one line a case."""
    found = _one(request, bulk_key)
    name = _("result %(day)s.csv") % {"day": found.day}
    headers = {"Content-Disposition": content_disposition_header(True, name) or "", "Cache-Control": "no-store"}
    words = {state: str(says) for state, says in RESULTS.items()}
    return HttpResponse(acts.result(found, words).read(), content_type="text/csv; charset=utf-8", headers=headers)


def _deed(request: StaffRequest) -> Deed:
    deed = batch_deeds.DEEDS.get(request.POST.get("act", ""))
    if deed is None or not access.may(request.user, deed.act):
        raise Http404("no act that is done to many")
    return deed


def _chosen(request: StaffRequest) -> CaseQuerySet | None:
    """The cases ticked, or with `everything` all that the list's conditions leave; none where one is not to be seen."""
    if "everything" in request.POST:
        asked, _conditions = queue.asked_of(request)
        return cases(asked, request.user, request.today)
    numbers = set(request.POST.getlist("chosen"))
    found = Case.objects.visible_to(request.user).filter(number__in=numbers)
    return found if found.count() == len(numbers) else None


def _asked(request: StaffRequest, deed: Deed, found: CaseQuerySet, form: MoveForm) -> Bulk | None:
    """Freeze the cases; a few are rehearsed at once, many by a job."""
    said = form.cleaned_data if form.is_bound else {}
    own: dict[str, Any] = {"query": request.GET.urlencode(), "language": get_language() or "", "by": request.user}
    try:
        with transaction.atomic():
            asked = acts.ask(found, kind=deed.slug, said=said, on=request.today, **own)
    except ConditionUnmet as unmet:
        attempt.tell(form, unmet)
        return None
    _set_to_work(request, asked)
    return asked


def _set_to_work(request: StaffRequest, asked: Bulk) -> None:
    if asked.rows_total <= acts.AT_ONCE:
        acts.work(asked.pk, by=request.user)
    else:
        transaction.on_commit(lambda: jobs.work_bulk.delay(asked.pk, person=request.user.pk), robust=True)


def _step(request: StaffRequest, found: Bulk) -> None:
    """Do it, stop, or go on after it broke off. What was asked for twice is done once."""
    step = request.POST.get("step", "")
    try:
        with transaction.atomic():
            if step == "do":
                _do(request, found)
            elif step == "stop":
                acts.cancel(found, by=request.user)
                messages.success(request, _("Given up. What was done before stays done."))
            elif step == "undo":
                bulk_undo.take_back(found, by=request.user)
                _set_to_work(request, Bulk.objects.get(pk=found.pk))
            elif step == "again":
                acts.again(found, by=request.user)
                _set_to_work(request, Bulk.objects.get(pk=found.pk))
    except ConditionUnmet as unmet:
        messages.error(request, unmet.missing[0].says)


def _do(request: StaffRequest, found: Bulk) -> None:
    if found.state in (Bulk.CONFIRMED, Bulk.DONE):
        messages.info(request, _("This was asked for already, and is done once."))
        return
    acts.confirm(found, by=request.user, on=request.today)
    confirmed = Bulk.objects.get(pk=found.pk)
    _set_to_work(request, confirmed)
    done = confirmed.rows.filter(state=BulkRow.DONE).count()
    if done:
        said = {"count": done, "act": batch_deeds.DEEDS[found.kind].label}
        messages.success(request, ngettext("%(act)s: %(count)s case.", "%(act)s: %(count)s cases.", done) % said)


def _one(request: StaffRequest, bulk_key: UUID) -> Bulk:
    return get_object_or_404(Bulk.objects.visible_to(request.user).select_related("by"), public_id=bulk_key)


def _refused(request: StaffRequest) -> HttpResponse:
    """A case that is another office's reads like one that never was."""
    says = _("One of the chosen cases is not there. Nothing was done: choose from the list anew.")
    shown = {"says": says, "back": _back(request.GET.urlencode()), "section": "desk:queue"}
    return render(request, "desk/batch/refused.html", shown, status=404)


def _form_shown(request: StaffRequest, deed: Deed, form: MoveForm, count: int) -> dict[str, Any]:
    everything = "everything" in request.POST
    return {
        "deed": deed,
        "form": form,
        "count": count,
        "chosen": [] if everything else request.POST.getlist("chosen"),
        "everything": everything,
        "asks_more": request.POST.get("step") == "more",
        "back": _back(request.GET.urlencode()),
        "query": request.GET.urlencode(),
        "section": "desk:queue",
    }


def _shown(found: Bulk) -> dict[str, Any]:
    return {
        "bulk": found,
        "deed": batch_deeds.DEEDS[found.kind],
        "back": _back(found.query),
        "section": "desk:queue",
    }


def _progress(found: Bulk) -> dict[str, Any]:
    says = {
        Bulk.ASKED: _("The act is being rehearsed. You may leave this page."),
        Bulk.CONFIRMED: _("The act is being done, a part at a time. You may leave this page."),
        Bulk.UNDOING: _("The act is being taken back, a part at a time. You may leave this page."),
    }
    return {
        "id": "progress",
        "url": reverse("desk:bulk_progress", args=[found.public_id]),
        "says": says.get(found.state, ""),
        "done": found.rows_done,
        "total": found.rows_total,
        "finished": False,
    }


def _rows(found: Bulk) -> list[dict[str, Any]]:
    """The first rows, those that are not done on top, each with what would become or became of it."""
    settled = [BulkRow.OPEN, BulkRow.DONE, BulkRow.UNDONE]
    wanting = found.rows.exclude(state__in=settled).select_related("case", "case__firm")
    rest = found.rows.filter(state__in=settled).select_related("case", "case__firm")
    rows = [*wanting.order_by("state", "case")[: SHOWN // 2]]
    rows += rest.order_by("case")[: SHOWN - len(rows)]
    return [{"row": row, "says": RESULTS[row.state], "effect": _effect(row)} for row in rows]


def _effect(row: BulkRow) -> dict[str, Any]:
    stage = stages.CASE_STAGES.get(row.effect.get("stage", ""))
    return {**row.effect, "stage_says": stage.label(language()) if stage else ""}


def _back(query: str) -> str:
    return reverse("desk:queue") + (f"?{query}" if query else "")
