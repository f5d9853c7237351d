"""The firm's record as a workbook: download it, send it back, decide the differences cell by cell."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import workbook as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Workbook
from pipeline.portal import standing
from pipeline.request import StaffRequest, number_sent

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 20


class WorkbookForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("The workbook you filled in"),
        help_text=gettext_lazy(".xlsx, at most 10 MB"),
        widget=forms.ClearableFileInput({"accept": ".xlsx"}),
    )


def workbook(request: StaffRequest, uscc: str) -> HttpResponse:
    """The workbook to take home, the form for one that comes back, and those that came."""
    firm = standing.firm_or_404(request, uscc)
    form = WorkbookForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            back = acts.receive(firm, sent, name=sent.name, by=request.user, on=request.today)
            return redirect("portal:workbook_returned", uscc, back.public_id)
        except ConditionUnmet as unmet:
            for missing in unmet.missing:
                form.add_error("file", missing.says)
    came = Workbook.objects.filter(firm=firm).select_related("by").defer("content").order_by("-pk")[:SHOWN]
    context = {"firm": firm, "form": form, "came": came, "may": access.may(request.user, "workbook.receive")}
    return render(request, "portal/workbook/workbook.html", context)


def file(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    content = acts.given_out(firm, standing.years_asked(firm, request.today), on=request.today)
    return download(content, _("%(firm)s, record of %(day)s.xlsx") % {"firm": firm.name, "day": request.today})


def marked(request: StaffRequest, uscc: str, workbook_key: UUID) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    back = get_object_or_404(Workbook, firm=firm, public_id=workbook_key)
    name = _("%(name)s, marked.xlsx") % {"name": back.name.rpartition(".")[0] or back.name}
    return download(acts.marked(back, language=get_language() or ""), name)


def returned(request: StaffRequest, uscc: str, workbook_key: UUID) -> HttpResponse:
    """One workbook that came back: what it changes, what is in conflict, what is wrong; written once decided."""
    firm = standing.firm_or_404(request, uscc)
    back = get_object_or_404(Workbook.objects.select_related("by"), firm=firm, public_id=workbook_key)
    back.firm = firm
    unmet: dict[str, str] = {}
    if request.method == "POST":
        try:
            return _decide(request, uscc, back)
        except ConditionUnmet as told:
            unmet = {missing.place: missing.says for missing in told.missing}
    return render(request, "portal/workbook/returned.html", _shown(request, back, unmet), status=422 if unmet else 200)


def _decide(request: StaffRequest, uscc: str, back: Workbook) -> HttpResponse:
    version = number_sent(request.POST.get("version", ""))
    if "drop" in request.POST:
        acts.drop(back, version=version, by=request.user)
        messages.success(request, _("Nothing of %(name)s was taken over.") % {"name": back.name})
        return redirect("portal:workbook", uscc)
    take = _taken(request)
    seen = request.POST.get("seen", "")
    count = acts.apply(back, take, seen=seen, version=version, by=request.user, on=request.today)
    messages.success(request, _("%(n)s cells of %(name)s are on record now.") % {"n": count, "name": back.name})
    return redirect("portal:workbook_returned", uscc, back.public_id)


def _taken(request: StaffRequest) -> dict[str, bool]:
    """What was decided of each cell: a change is taken over where its box is ticked, a conflict has two answers."""
    offered = dict.fromkeys(request.POST.getlist("offered"), False)
    decided = {name.removeprefix("conflict."): value == "file" for name, value in request.POST.items()
               if name.startswith("conflict.")}  # fmt: skip
    return offered | dict.fromkeys(request.POST.getlist("take"), True) | decided


def _shown(request: StaffRequest, back: Workbook, unmet: dict[str, str]) -> dict[str, Any]:
    found = acts.compared(back) if back.state == "read" else []
    mine = [each for each in found if acts.may_write(request.user, each.key)]
    sent = _taken(request) if request.method == "POST" else {}
    rows: list[dict[str, Any]] = [
        {
            "difference": each,
            "base": each.told("base"),
            "now": each.told("now"),
            "theirs": each.told("theirs"),
            "take": sent.get(each.key, each.kind == "change" and request.method != "POST"),
            "decided": each.key in sent,
            "unmet": unmet.get(each.key, ""),
        }
        for each in mine
    ]
    return {
        "firm": back.firm,
        "back": back,
        "conflicts": [row for row in rows if row["difference"].kind == "conflict"],
        "changes": [row for row in rows if row["difference"].kind == "change"],
        "not_mine": [each for each in found if each not in mine],
        "faults": acts.faults_of(back),
        "seen": acts.digest(mine),
        "unmet": [(key, next((row["difference"].name for row in rows if row["difference"].key == key), ""), says)
                  for key, says in unmet.items()],
        "may": access.may(request.user, "workbook.apply"),
    }  # fmt: skip


def download(content: bytes, name: str) -> HttpResponse:
    """A workbook as an answer."""
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=XLSX, headers=headers)
