"""Trainings the firm is invited to: whether it comes, and with whom."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import event as acts
from pipeline.models import Attendance, Firm
from pipeline.models.event import MOST_PEOPLE
from pipeline.portal import standing
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest

STATES = {
    Attendance.INVITED: ("warn", gettext_lazy("your answer is wanted")),
    Attendance.ACCEPTED: ("good", gettext_lazy("you come")),
    Attendance.DECLINED: ("", gettext_lazy("you do not come")),
    Attendance.ATTENDED: ("good", gettext_lazy("you were there")),
    Attendance.ABSENT: ("", gettext_lazy("you were not there")),
}
ANSWERABLE = (Attendance.INVITED, Attendance.ACCEPTED, Attendance.DECLINED)
MOST_SHOWN = 100


class AnswerForm(forms.Form):
    people = forms.IntegerField(label=gettext_lazy("How many come"), min_value=1, max_value=MOST_PEOPLE, initial=1)
    who = forms.CharField(label=gettext_lazy("Who comes"), max_length=100, required=False)
    why = forms.CharField(label=gettext_lazy("If you cannot come: why"), max_length=200, required=False)


def events(request: StaffRequest, uscc: str) -> HttpResponse:
    """Invitations, the newest on top; those that can still be answered with their form."""
    firm = standing.firm_or_404(request, uscc)
    sent = request.POST.get("event", "")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and _answered(request, firm, sent, form):
        return redirect("portal:events", uscc)
    invited = list(Attendance.objects.filter(firm=firm).with_event()[:MOST_SHOWN])
    may = access.may(request.user, "event.answer")
    context = {
        "firm": firm,
        "rows": [_row(each, may, form if str(each.event.public_id) == sent else None, request) for each in invited],
        "form": form,
    }
    return render(request, "portal/event/events.html", context, status=422 if form.errors else 200)


def _row(invited: Attendance, may: bool, form: AnswerForm | None, request: StaffRequest) -> dict[str, Any]:
    event = invited.event
    tone, says = STATES[invited.state]
    is_open = event.called_off_on is None and event.answer_by >= request.today and invited.state in ANSWERABLE
    known = {"people": invited.people, "who": invited.who, "why": invited.why}
    own = form or AnswerForm(initial=known, auto_id=f"id_{event.public_id}_%s")
    return {"invited": invited, "event": event, "tone": tone, "says": says, "form": own if is_open and may else None}


def _answered(request: StaffRequest, firm: Firm, sent: str, form: AnswerForm) -> bool:
    own = Attendance.objects.filter(firm=firm).select_related("event")
    chosen = get_object_or_404(own, pk=next((each.pk for each in own if str(each.event.public_id) == sent), None))
    comes = "comes" in request.POST
    if not form.is_valid():
        return False
    said = form.cleaned_data

    def act() -> None:
        told = {"people": said["people"], "who": said["who"]} if comes else {"why": said["why"]}
        rows = Attendance.objects.filter(pk=chosen.pk)
        acts.answer(rows, comes=comes, by=request.user, on=request.today, **told)

    if not attempt(form, act):
        return False
    messages.success(request, _("You are counted in.") if comes else _("Noted: you do not come."))
    return True
