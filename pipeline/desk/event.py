"""Trainings: those of the office, one with the firms invited to it, and its list to be signed."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access
from pipeline.acts import event as acts
from pipeline.acts.conditions import demand
from pipeline.desk.attempt import attempt
from pipeline.desk.coaching import pages
from pipeline.desk.paging import page_of
from pipeline.fields import day_field
from pipeline.models import Attendance, Contact, Event, Firm
from pipeline.models.people import own_offices
from pipeline.request import StaffRequest, number_sent

STATES = {
    Attendance.INVITED: ("", gettext_lazy("has not answered")),
    Attendance.ACCEPTED: ("good", gettext_lazy("comes")),
    Attendance.DECLINED: ("", gettext_lazy("does not come")),
    Attendance.ATTENDED: ("good", gettext_lazy("was there")),
    Attendance.ABSENT: ("bad", gettext_lazy("was absent")),
}
MOST_SHOWN = 1_000


class EventForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("What about"), max_length=100)
    says = forms.CharField(
        label=gettext_lazy("What the firms read"), max_length=2_000, required=False, widget=forms.Textarea({"rows": 3})
    )
    on = day_field(gettext_lazy("Day"))
    begins = forms.TimeField(label=gettext_lazy("Begins"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    place = forms.CharField(label=gettext_lazy("Place of the training"), max_length=100)
    seats = forms.IntegerField(label=gettext_lazy("Seats"), min_value=1, max_value=acts.MOST_SEATS)
    answer_by = day_field(gettext_lazy("Answers by"))


class InviteForm(forms.Form):
    codes = forms.CharField(
        label=gettext_lazy("Firms"), max_length=40_000, widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("Credit codes, one a line, as they stand in a list."),
    )  # fmt: skip


class CallOffForm(forms.Form):
    why = forms.CharField(label=gettext_lazy("Why"), max_length=200)


def events(request: StaffRequest) -> HttpResponse:
    """Trainings to come and past, and the form for another."""
    form = EventForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made: list[Event] = []
        if attempt(form, lambda: made.append(acts.plan(form.cleaned_data, by=request.user, on=request.today))):
            messages.success(request, _("The training is announced. Invite firms to it now."))
            return redirect("desk:event", made[0].public_id)
    seen = Event.objects.visible_to(request.user).select_related("office").order_by("-on", "-pk")
    page = page_of(request, seen.with_counts(), seen.count())
    context = {
        "pages": pages(request.user, "desk:events"),
        "page": page,
        "rows": list(page.object_list),
        "form": form,
        "section": "desk:coaching",
    }
    return render(request, "desk/event/events.html", context, status=422 if form.errors else 200)


def event(request: StaffRequest, event_key: UUID) -> HttpResponse:
    """One training: who is invited and comes; inviting more, noting who was there, changing it, calling it off."""
    found = _one(request, event_key)
    do = request.POST.get("do", "")
    bound = {name: form(request.POST if do == name else None, **_initial(found, name)) for name, form in FORMS.items()}
    form = bound.get(do)
    if request.method == "POST" and form is not None and form.is_valid() and _done(request, found, do, form):
        return redirect("desk:event", event_key)
    invited = _invited(request, found)
    context = {
        "event": found,
        "rows": [(each, *STATES[each.state]) for each in invited],
        "counts": [(says, sum(each.state == state for each in invited)) for state, (_tone, says) in STATES.items()],
        "coming": sum(each.people for each in invited if each.state in Attendance.COMING),
        "ours": found.office_id in own_offices(request.user),
        "to_come": found.on >= request.today and found.called_off_on is None,
        "over": found.on <= request.today and found.called_off_on is None,
        "forms": bound,
        "form": form,
        "pages": pages(request.user, "desk:events"),
        "section": "desk:coaching",
    }
    return render(request, "desk/event/event.html", context, status=422 if form is not None and form.errors else 200)


def event_sheet(request: StaffRequest, event_key: UUID) -> HttpResponse:
    """Those who said they come, with whom to call and a place to sign, for printing."""
    found = _one(request, event_key)
    coming = [each for each in _invited(request, found) if each.state in (*Attendance.COMING, Attendance.ABSENT)]
    contacts: dict[int, Contact] = {}
    for contact in Contact.objects.filter(firm__in=[each.firm_id for each in coming]).order_by("-pk"):
        contacts[contact.firm_id] = contact
    rows = [(each, contacts.get(each.firm_id)) for each in coming]
    context = {"event": found, "rows": rows, "people": sum(each.people for each in coming), "section": "desk:coaching"}
    return render(request, "desk/event/sheet.html", context)


def _one(request: StaffRequest, event_key: UUID) -> Event:
    return get_object_or_404(Event.objects.visible_to(request.user).select_related("office"), public_id=event_key)


def _invited(request: StaffRequest, found: Event) -> list[Any]:
    """The firms invited, as far as the person sees them, by county and name."""
    seen = Attendance.objects.visible_to(request.user).filter(event=found)
    rows: Any = seen.with_county().select_related("firm")
    return list(rows.defer("firm__search").order_by("county_name", "firm__pinyin", "pk")[:MOST_SHOWN])


def _initial(found: Event, name: str) -> dict[str, Any]:
    return {"initial": {field: getattr(found, field) for field in acts.FIELDS}} if name == "change" else {}


def _done(request: StaffRequest, found: Event, do: str, form: forms.Form) -> bool:
    said, today, who = form.cleaned_data, request.today, request.user
    version = number_sent(request.POST.get("version", ""))
    if do == "invite":
        return _invite(request, found, form)
    deeds: dict[str, tuple[Any, str]] = {
        "change": (
            lambda: acts.change(found, said, by=who, on=today, version=version),
            _("Changed. Firms that may come are told of another day, time or place."),
        ),
        "call_off": (
            lambda: acts.call_off(found, why=said["why"], by=who, on=today, version=version),
            _("The training is called off. The firms are told."),
        ),
        "mark": (
            lambda: acts.mark(found, _ticked(request), by=who, on=today),
            _("Noted who was there. It counts as contact with the firms."),
        ),
    }
    act, says = deeds[do]
    if not attempt(form, act):
        return False
    messages.success(request, says)
    return True


def _ticked(request: StaffRequest) -> list[int]:
    return [number_sent(key) for key in request.POST.getlist("there")]


def _invite(request: StaffRequest, found: Event, form: forms.Form) -> bool:
    """The firms of these codes but those invited already; a code that is nobody's here refuses all."""
    codes = {line.strip().upper() for line in form.cleaned_data["codes"].split() if line.strip()}
    firms = Firm.objects.within(request.user.reach(access.OFFICE)).filter(uscc__in=codes)
    new = firms.exclude(pk__in=Attendance.objects.filter(event=found).values("firm"))
    count: list[int] = []

    def act() -> None:
        strange = sorted(codes - set(firms.values_list("uscc", flat=True)))
        demand(not strange, "codes", _("Not a firm within your reach: %(codes)s") % {"codes": ", ".join(strange[:5])})
        keys = list(new.values_list("pk", flat=True))
        demand(bool(keys), "codes", _("All of them are invited already."))
        count.append(acts.invite(Firm.objects.filter(pk__in=keys), found, by=request.user, on=request.today))

    if not attempt(form, act):
        return False
    says = ngettext("%(n)s firm is invited and told.", "%(n)s firms are invited and told.", count[0])
    messages.success(request, says % {"n": count[0]})
    return True


FORMS: dict[str, type[forms.Form]] = {
    "invite": InviteForm,
    "change": EventForm,
    "call_off": CallOffForm,
    "mark": forms.Form,
}
