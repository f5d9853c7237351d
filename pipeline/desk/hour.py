"""The hours that an officer or coach keeps free for firms, and who has booked them."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import hour as acts
from pipeline.desk.attempt import attempt
from pipeline.models import Booking, Hour
from pipeline.request import StaffRequest

LENGTHS = [(30, gettext_lazy("half an hour")), (60, gettext_lazy("an hour")), (120, gettext_lazy("two hours"))]


class OfferForm(forms.Form):
    starts_at = forms.DateTimeField(
        label=gettext_lazy("Begins"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    minutes = forms.TypedChoiceField(label=gettext_lazy("How long"), choices=LENGTHS, coerce=int, initial=60)
    place = forms.CharField(
        label=gettext_lazy("Where"),
        max_length=100,
        help_text=gettext_lazy("A room, a telephone number, a meeting link"),
    )


def hours(request: StaffRequest) -> HttpResponse:
    """One's own hours to come; offering one and taking one back."""
    now = timezone.now()
    if "withdraw" in request.POST:
        return _withdraw(request)
    form = OfferForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _offer(request, form, now)):
        messages.success(request, _("The hour is offered."))
        return redirect("desk:hours")
    offered = list(Hour.objects.offered_by(request.user).to_come(now).exclude(state=Hour.WITHDRAWN))
    booked = Booking.objects.visible_to(request.user).standing().filter(hour__in=offered).select_related("firm")
    by_hour = {each.hour_id: each for each in booked}
    context: dict[str, Any] = {"form": form, "rows": [(each, by_hour.get(each.pk)) for each in offered]}
    return render(request, "desk/hour/hours.html", context)


def _offer(request: StaffRequest, form: OfferForm, now: datetime) -> None:
    acts.offer(by=request.user, now=now, **form.cleaned_data)


def _withdraw(request: StaffRequest) -> HttpResponse:
    mine = Hour.objects.offered_by(request.user).exclude(state=Hour.WITHDRAWN)
    named = {str(each.public_id): each.pk for each in mine}
    hour = get_object_or_404(mine, pk=named.get(request.POST["withdraw"]))
    form = forms.Form(request.POST)
    form.is_valid()
    chosen, note = Hour.objects.filter(pk=hour.pk), request.POST.get("note", "")
    if attempt(form, lambda: acts.withdraw(chosen, by=request.user, on=request.today, note=note)):
        messages.success(request, _("The hour is taken back."))
    for says in form.non_field_errors():
        messages.error(request, str(says))
    return redirect("desk:hours")
