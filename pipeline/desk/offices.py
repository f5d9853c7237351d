"""The offices of the city and its counties: opened, amended, closed; who sits in one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import people as people_acts
from pipeline.acts import places as acts
from pipeline.desk.attempt import attempt
from pipeline.desk.office import HOUSE, tabs
from pipeline.fields import offer_rows
from pipeline.models import Division, Office, Seat, User
from pipeline.models.people import TODAY
from pipeline.request import StaffRequest

SEES_SEATS = access.CITY | {"security_admin"}


class OfficeForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the office"), max_length=100)
    division = forms.ModelChoiceField(Division.objects.none(), empty_label="—", label=gettext_lazy("City or county"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        there = Division.objects.filter(level__in=[Division.CITY, Division.COUNTY], during__contains=TODAY)
        offer_rows(self, "division", there.order_by("code"))

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if Office.objects.filter(name=name).exists():
            raise forms.ValidationError(_("Another office has this name."))
        return name


class AmendForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the office"), max_length=100)
    phone = forms.CharField(label=gettext_lazy("Telephone"), required=False, max_length=30)
    one_signature = forms.BooleanField(
        label=gettext_lazy("Officers sign as the head does"),
        help_text=gettext_lazy("For an office of one or two people. The security administrator decides this."),
        required=False,
    )

    def __init__(self, data: Any, office: Office, *, signs: bool) -> None:
        held = {name: getattr(office, name) for name in ("name", "phone", "one_signature")}
        super().__init__(data, initial=held)
        if not signs or office.level != Office.COUNTY:
            self.fields["one_signature"].disabled = True


def offices(request: StaffRequest) -> HttpResponse:
    form = OfficeForm(request.POST or None)
    if request.method == "POST":
        access.require(request.user, "people.open_office")
        if form.is_valid():
            said = form.cleaned_data
            opened = people_acts.open_office(said["name"], said["division"], by=request.user)
            messages.success(request, _("%(office)s is open.") % {"office": opened.name})
            return redirect("desk:offices")
    sees = bool(request.user.seat_kinds & SEES_SEATS)
    rows = Office.objects.select_related("division").order_by(
        F("closed_on").asc(nulls_first=True), "level", "division__code", "name"
    )
    if sees:
        seated = Q(seats__during__contains=TODAY, seats__user__is_active=True)
        rows = rows.annotate(people=Count("seats__user", filter=seated, distinct=True))
    shown = {
        "tabs": tabs(request.user, "desk:offices", HOUSE),
        "offices": rows,
        "sees": sees,
        "opens": access.opens(request.user.seat_kinds, "desk:office"),
        "form": form,
        "may": access.may(request.user, "people.open_office"),
        "section": "desk:offices",
    }
    return render(request, "desk/offices/offices.html", shown)


def office(request: StaffRequest, office: int) -> HttpResponse:
    held, user = get_object_or_404(Office.objects.select_related("division"), pk=office), request.user
    signs = access.may(user, "people.ask_seat")
    form = AmendForm(request.POST if request.POST.get("do") == "amend" else None, held, signs=signs)
    closing = forms.Form(request.POST if request.POST.get("do") == "close" else None)
    if request.method == "POST" and _done(request, held, form, closing):
        return redirect("desk:office", held.pk)
    sees = bool(user.seat_kinds & SEES_SEATS)
    seated = Seat.objects.filter(office=held, during__contains=TODAY).select_related("user")
    shown = {
        "tabs": tabs(user, "desk:offices", HOUSE),
        "office": held,
        "form": form if not closing.is_bound else closing,
        "amend": form,
        "seats": seated.order_by("kind", "user__name", "pk") if sees else [],
        "sees": sees,
        "opens": access.opens(user.seat_kinds, "desk:person"),
        "may": access.may(user, "people.amend_office"),
        "section": "desk:offices",
    }
    return render(request, "desk/offices/office.html", shown)


def _done(request: StaffRequest, held: Office, form: AmendForm, closing: forms.Form) -> bool:
    user: User = request.user
    access.require(user, "people.amend_office")
    if closing.is_bound:
        done = attempt(closing, lambda: acts.close_office(held, by=user, on=request.today))
        says = _("%(office)s is closed. What it did stays on record.")
    elif form.is_bound:
        done = form.is_valid() and attempt(form, lambda: acts.amend_office(held, by=user, **form.cleaned_data))
        says = _("%(office)s is changed.")
    else:
        return False
    if done:
        messages.success(request, says % {"office": held.name})
    return done
