"""Seats that were asked for and wait for a second person, and what came of the others."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import seating
from pipeline.desk.attempt import attempt
from pipeline.desk.office import HOUSE, tabs
from pipeline.models import SeatRequest
from pipeline.request import StaffRequest, number_sent

DECIDED_SHOWN = 50
STATE_NAMES = {
    SeatRequest.ASKED: gettext_lazy("waits"),
    SeatRequest.GIVEN: gettext_lazy("given"),
    SeatRequest.REFUSED: gettext_lazy("not given"),
    SeatRequest.DROPPED: gettext_lazy("taken back"),
}


class DecisionForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=200)


def seats(request: StaffRequest) -> HttpResponse:
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, form):
        return redirect("desk:seats")
    asked = SeatRequest.objects.visible_to(request.user).with_people()
    decided = asked.exclude(state=SeatRequest.ASKED).order_by("-decided_on", "-pk")[:DECIDED_SHOWN]
    shown = {
        "tabs": tabs(request.user, "desk:seats", HOUSE),
        "waiting": [_line(each, request) for each in asked.waiting().order_by("pk")],
        "decided": [(each, STATE_NAMES[each.state]) for each in decided],
        "form": form,
        "opens": access.opens(request.user.seat_kinds, "desk:person"),
        "section": "desk:offices",
    }
    return render(request, "desk/seats/seats.html", shown)


def _line(asked: SeatRequest, request: StaffRequest) -> dict[str, Any]:
    own = request.user.pk in (asked.asked_by_id, asked.user_id)
    return {"asked": asked, "may_decide": not own, "may_drop": asked.asked_by_id == request.user.pk}


def _decided(request: StaffRequest, form: DecisionForm) -> bool:
    user, today, why = request.user, request.today, form.cleaned_data["why"]
    deed, key = request.POST.get("do", ""), number_sent(request.POST.get("asked", ""))
    chosen = SeatRequest.objects.visible_to(user).filter(pk=key)
    if not chosen.exists():
        raise Http404("no such request")
    deeds = {
        "give": (lambda: seating.give(chosen, by=user, on=today), _("The seat is given, and its person is told.")),
        "refuse": (
            lambda: seating.refuse(chosen, by=user, on=today, why=why),
            _("The seat is not given; who asked for it is told why."),
        ),
        "drop": (lambda: seating.drop(chosen, by=user, on=today), _("Taken back.")),
    }
    if deed not in deeds:
        raise Http404("no such deed")
    act, says = deeds[deed]
    done = attempt(form, act)
    if done:
        messages.success(request, says)
    return done
