"""Booking an hour of a coach or an officer."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import hour as acts
from pipeline.fields import offer
from pipeline.models import Booking, Firm, Hour
from pipeline.portal import standing
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest

MOST_SHOWN = 60
SIDES = {
    Hour.COACH: gettext_lazy("coach"),
    Hour.COUNTY: gettext_lazy("county office"),
    Hour.CITY: gettext_lazy("city office"),
}


class BookingForm(forms.Form):
    hour = forms.ChoiceField(label=gettext_lazy("Hour"))
    about = forms.CharField(label=gettext_lazy("What you want to talk about"), max_length=200)

    def __init__(self, *args: Any, hours: list[Hour], **also: Any) -> None:
        super().__init__(*args, **also)
        offer(self, "hour", [(str(each.public_id), in_words(each)) for each in hours])


def hours(request: StaffRequest, uscc: str) -> HttpResponse:
    """The hours one may book, with who answers; those that are booked; booking and cancelling."""
    firm = standing.firm_or_404(request, uscc)
    now = timezone.now()
    if "cancel" in request.POST:
        return _cancel(request, firm, now)
    offered = list(Hour.objects.open_to(firm).to_come(now).free()[:MOST_SHOWN])
    form = BookingForm(request.POST or None, hours=offered)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _book(request, firm, form, now)):
        messages.success(request, _("The hour is yours. You are reminded the day before."))
        return redirect("portal:hours", uscc)
    booked = Booking.objects.filter(firm=firm).standing().with_hour()
    context = {
        "firm": firm,
        "form": form,
        "offered": offered,
        "coming": [(each, SIDES[each.hour.side]) for each in booked.filter(hour__starts_at__gt=now)],
        "may": access.may(request.user, "hour.book"),
    }
    return render(request, "portal/hour/hours.html", context)


def in_words(hour: Hour) -> str:
    said = {"at": acts.in_words(hour), "n": hour.minutes, "who": hour.host.name, "side": SIDES[hour.side]}
    return _("%(at)s, %(n)s minutes, %(who)s (%(side)s)") % said


def _book(request: StaffRequest, firm: Firm, form: BookingForm, now: datetime) -> None:
    chosen = Hour.objects.filter(public_id=form.cleaned_data["hour"])
    acts.book(chosen, firm, about=form.cleaned_data["about"], by=request.user, on=request.today, now=now)


def _cancel(request: StaffRequest, firm: Firm, now: datetime) -> HttpResponse:
    booked = Booking.objects.filter(firm=firm).standing()
    named = {str(each.hour.public_id): each for each in booked.filter(hour__starts_at__gt=now).select_related("hour")}
    chosen = named.get(request.POST["cancel"])
    one = get_object_or_404(booked, pk=chosen.pk if chosen else None)
    acts.cancel(Booking.objects.filter(pk=one.pk), by=request.user, on=request.today, now=now)
    messages.success(request, _("The hour is given back."))
    return redirect("portal:hours", firm.uscc)
