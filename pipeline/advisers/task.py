"""An expert's tasks; one of them: its firms, the declaration, stepping back, handing in, and the chair's summary."""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import scoring
from pipeline.acts.conditions import ConditionUnmet
from pipeline.advisers.enter import CodeForm, wrong_code
from pipeline.fields import offer
from pipeline.models import Expert, Panel, PanelFile, PanelMember, ScoreSheet
from pipeline.models.in_force import book_in_force
from pipeline.models.panel import REASON_LENGTH
from pipeline.request import StaffRequest
from pipeline.rules.panels import ITEMS, result


class RecuseForm(forms.Form):
    file = forms.TypedChoiceField(label=gettext_lazy("Because of"), coerce=int, empty_value=None, required=False)
    why = forms.CharField(
        label=gettext_lazy("What binds me to it"), max_length=REASON_LENGTH, widget=forms.Textarea({"rows": 3})
    )


class SummaryForm(forms.Form):
    summary = forms.CharField(
        label=gettext_lazy("Summary of the panel"), max_length=8_000, widget=forms.Textarea({"rows": 6})
    )


FORMS: dict[str, type[forms.Form]] = {
    "enter": CodeForm,
    "declare": forms.Form,
    "recuse": RecuseForm,
    "submit": forms.Form,
    "summarise": SummaryForm,
}


def tasks(request: StaffRequest) -> HttpResponse:
    """Those that are open first; of ended ones no more than the day and the fee."""
    mine = PanelMember.objects.visible_to(request.user).filter(user=request.user.pk).order_by("-pk")
    open_ = list(mine.reviewing(request.user).select_related("panel"))
    context = {
        "open": _progress(open_),
        "waiting": _waiting(request, mine),
        "ended": mine.exclude(done_at=None)[:50],
        "kept": Expert.objects.visible_to(request.user).filter(user=request.user.pk).first(),
    }
    return render(request, "advisers/task/tasks.html", context)


def task(request: StaffRequest, task_key: UUID) -> HttpResponse:
    """What the expert has of a task: before they came in, a place for the code; after its end, that it ended."""
    member = get_object_or_404(PanelMember.objects.visible_to(request.user), public_id=task_key, user=request.user.pk)
    inside = PanelMember.objects.reviewing(request.user).filter(pk=member.pk).exists()
    files = list(PanelFile.objects.filter(panel=member.panel_id).order_by("position")) if inside else []
    do = request.POST.get("do", "")
    bound = {name: made(request.POST if do == name else None) for name, made in FORMS.items()}
    offer(bound["recuse"], "file", [("", _("all of it")), *((each.pk, _names(each)) for each in files)])
    form = bound.get(do)
    if request.method == "POST" and form is not None and form.is_valid() and _done(request, member, do, form, files):
        return redirect(
            "advisers:tasks" if do == "recuse" else "advisers:task", *([] if do == "recuse" else [task_key])
        )
    context = {
        "member": member,
        "panel": Panel.objects.filter(pk=member.panel_id).first(),
        "files": _rows(member, files),
        "inside": inside,
        "asked": bool(member.salt) and not inside and member.done_at is None and member.recused_on is None,
        "forms": bound,
        "form": form,
        "chaired": _chaired(request, member, files) if inside and member.chair and member.submitted_at else None,
    }
    return render(request, "advisers/task/task.html", context, status=422 if form is not None and form.errors else 200)


def _done(request: StaffRequest, member: PanelMember, do: str, form: forms.Form, files: list[PanelFile]) -> bool:
    who, now, said = request.user, timezone.now(), form.cleaned_data
    if do == "enter":
        if scoring.enter(member.public_id, said["code"], by=who, at=now, mark=None) is None:
            form.add_error("code", wrong_code())
        return not form.errors
    file = next((each for each in files if each.pk == said.get("file")), None)
    deeds: dict[str, tuple[Callable[[], object], str]] = {
        "declare": (lambda: scoring.declare(member, by=who, at=now), _("Declared. You may give points now.")),
        "recuse": (
            lambda: scoring.recuse(member, said["why"], by=who, on=request.today, file=file),
            _("You stepped back. Another expert is drawn; you need do no more."),
        ),
        "submit": (lambda: scoring.submit(member, by=who, at=now), _("Handed in. Nothing of it is changed now.")),
        "summarise": (
            lambda: scoring.summarise(member, said["summary"], by=who, at=now),
            _("Summed up. Your task has ended."),
        ),
    }
    act, says = deeds[do]
    try:
        act()
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            form.add_error(missing.place if missing.place in form.fields else None, missing.says)
        return False
    messages.success(request, says)
    return True


def _waiting(request: StaffRequest, mine: Any) -> list[PanelMember]:
    """Tasks one was told of and has not come in to."""
    return [each for each in mine.filter(entered_at=None, recused_on=None, done_at=None) if each.salt]


def _progress(members: list[PanelMember]) -> list[tuple[PanelMember, int, int]]:
    """Of each task how many sheets are filled in whole, of how many."""
    whole = Counter(
        each.member_id
        for each in ScoreSheet.objects.filter(member__in=members)
        if all(item in each.points and item in each.reasons for item in ITEMS[each.kind])
    )
    there = Counter(
        PanelFile.objects.filter(panel__in={each.panel_id for each in members}).values_list("panel", flat=True)
    )
    return [(each, whole[each.pk], there[each.panel_id]) for each in members]


def _rows(member: PanelMember, files: list[PanelFile]) -> list[dict[str, Any]]:
    sheets = {each.file_id: each for each in ScoreSheet.objects.filter(member=member)}
    wanted = ITEMS[member.kind]
    rows = []
    for file in files:
        points = sheets[file.pk].points if file.pk in sheets else {}
        given = [points[item] for item in wanted if item in points]
        row = {"file": file, "name": _names(file), "given": len(given), "wanted": len(wanted), "total": sum(given)}
        rows.append(row)
    return rows


def _chaired(request: StaffRequest, member: PanelMember, files: list[PanelFile]) -> dict[str, Any]:
    """What all sheets come to, once all are in; how many wait cannot be told before."""
    ready = PanelMember.objects.to_sum_up(request.user).filter(pk=member.pk).exists()
    if not ready:
        return {"ready": False}
    block = book_in_force("hte", request.today).number("score_ip_block")
    sheets = list(ScoreSheet.objects.filter(panel=member.panel_id))
    rows = []
    for file in files:
        own = [(each.kind, each.points) for each in sheets if each.file_id == file.pk]
        found = result(own, block)
        rows.append((_names(file), len(own), None if found is None else round(float(found), 2)))
    return {"ready": True, "rows": rows}


def _names(file: PanelFile) -> str:
    """A blind panel knows a firm by its number."""
    return str(file.content.get("name") or _("Firm %(n)s") % {"n": file.position})
