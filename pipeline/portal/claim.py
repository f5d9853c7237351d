"""Saying which firm one acts for: its code, its name, its registration paper. The county checks it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import claim as acts
from pipeline.fields import IdentifierField, offer_rows
from pipeline.models import Claim, Office
from pipeline.portal.attempt import attempt
from pipeline.request import StaffRequest
from pipeline.rules.codes.identifiers import credit_code


class OfficeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, office: Office) -> str:
        return office.division.name


class ClaimForm(forms.Form):
    uscc = IdentifierField(
        reads=credit_code,
        label=gettext_lazy("Credit code"),
        help_text=gettext_lazy("18 characters, as on the business licence"),
        max_length=40,
        widget=forms.TextInput({"class": "w-code", "autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("Name of the firm"), max_length=200)
    office = OfficeField(
        Office.objects.none(),
        label=gettext_lazy("County"),
        empty_label=gettext_lazy("Choose a county"),
        help_text=gettext_lazy("where the firm is registered; its office checks the paper"),
    )
    paper = forms.FileField(
        label=gettext_lazy("Registration paper"),
        help_text=gettext_lazy("the business licence with your authorisation on it, PDF, PNG or JPEG, at most 20 MB"),
    )

    def __init__(self, *args: Any, **also: Any) -> None:
        super().__init__(*args, **also)
        offices = Office.objects.filter(level=Office.COUNTY).select_related("division").order_by("division__code")
        offer_rows(self, "office", offices)


def claim(request: StaffRequest) -> HttpResponse:
    """One's own claims with what came of them, and the form for another."""
    form = ClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid() and attempt(form, lambda: _made(request, form)):
        messages.success(request, _("The office has your paper. You act for the firm as soon as it is checked."))
        return redirect("portal:claim")
    claims = Claim.objects.filter(person=request.user).select_related("office").order_by("-pk")
    return render(request, "portal/claim/claim.html", {"form": form, "claims": claims})


def _made(request: StaffRequest, form: ClaimForm) -> Claim:
    said = form.cleaned_data
    file = said["paper"]
    return acts.make(
        said["office"],
        uscc=said["uscc"],
        name=said["name"].strip(),
        content=file.file,
        file_name=file.name,
        size=file.size,
        by=request.user,
        on=request.today,
    )
