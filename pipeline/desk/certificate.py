"""Certificates: recording one, their state today, and what they ask of their holders by when."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts import certificate as certificate_acts
from pipeline.acts.listings.certification import CERTIFICATES, OBLIGATION_LIST, OBLIGATIONS, STATES
from pipeline.desk.attempt import attempt
from pipeline.desk.holder import MoveInForm, moved_in
from pipeline.desk.identity import identity
from pipeline.desk.listed import list_page, opened
from pipeline.desk.round import tabs
from pipeline.fields import IdentifierField, day_field
from pipeline.models import Certificate, Firm, Obligation
from pipeline.request import StaffRequest
from pipeline.rules.codes.identifiers import certificate_number


class CertificateForm(forms.Form):
    number = IdentifierField(
        reads=certificate_number,
        label=gettext_lazy("Number of the certificate"),
        help_text=gettext_lazy("GR, year, province and serial number, such as GR202633001234"),
        max_length=20,
        widget=forms.TextInput({"class": "w-code", "autocomplete": "off"}),
    )
    issued_on = day_field(gettext_lazy("Day of issue, as printed"))


def certificates(request: StaffRequest) -> HttpResponse:
    """Certificates within reach, the newest first, with their state today."""
    more = {"tabs": tabs("desk:certificates")}
    return list_page(request, opened(request, CERTIFICATES), "desk/certificate/certificates.html", more)


def obligations(request: StaffRequest) -> HttpResponse:
    """What holders owe and have not done, the first due on top."""
    more = {
        "section": "desk:certificates",
        "tabs": tabs("desk:obligations"),
        "may": access.may(request.user, "certificate.fulfil"),
    }
    return list_page(request, opened(request, OBLIGATION_LIST), "desk/certificate/obligations.html", more)


def certificate_issue(request: StaffRequest, uscc: str) -> HttpResponse:
    """Record a certificate; an open case of the firm ends by it."""
    firm: Any = get_object_or_404(Firm.objects.visible_to(request.user).with_county(), uscc=uscc)
    arriving = MoveInForm(request.POST if "moved_in" in request.POST else None, prefix="moved")
    if arriving.is_bound and moved_in(request, firm, arriving):
        return redirect("desk:certificate_issue", uscc)
    form = CertificateForm(None if arriving.is_bound else request.POST or None)
    if form.is_bound and form.is_valid() and attempt(form, lambda: _issue(request, firm, form)):
        says = _("Certificate %(number)s is on record; its obligations are listed.")
        messages.success(request, says % form.cleaned_data)
        return redirect("desk:certificates")
    who = identity(request.user, firm, on=request.today, here="desk:certificate_issue")
    held = Certificate.objects.filter(firm=firm).with_ending(request.today).order_by("-issued_on")
    context = {
        "identity": who,
        "firm": firm,
        "form": arriving if arriving.is_bound else form,
        "issuing": form,
        "arriving": arriving,
        "rows": [_shown(each, request.today) for each in held],
        "may": access.may(request.user, "certificate.issue"),
    }
    return render(request, "desk/certificate/issue.html", context)


def obligation_fulfil(request: StaffRequest, number: str, kind: str, year: int) -> HttpResponse:
    owed = Obligation.objects.within(request.user.reach(access.OFFICE))
    held = owed.filter(certificate__number=number).select_related("firm")
    obligation = get_object_or_404(held.named(kind, year))
    certificate_acts.fulfil(obligation, by=request.user, on=request.today)
    said = {"kind": OBLIGATIONS[kind], "year": year, "firm": obligation.firm}
    messages.success(request, _("%(kind)s %(year)s of %(firm)s is noted as done.") % said)
    return redirect("desk:obligations")


def _issue(request: StaffRequest, firm: Firm, form: CertificateForm) -> None:
    certificate_acts.issue(firm, by=request.user, on=request.today, **form.cleaned_data)


def _shown(certificate: Any, today: date) -> dict[str, Any]:
    state = certificate.state_after(certificate.ending, today)
    return {"certificate": certificate, "state": state, "says": STATES[state]}
