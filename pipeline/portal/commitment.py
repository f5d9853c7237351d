"""Signing a commitment in place of copies of certificates."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import commitment as acts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Commitment
from pipeline.portal import standing
from pipeline.portal.shelf import PURPOSES
from pipeline.request import StaffRequest


class SignForm(forms.Form):
    agreed = forms.BooleanField(label=gettext_lazy("I have read this and commit my firm"))
    signed_as = forms.CharField(label=gettext_lazy("Your name, as signature"), max_length=40)


def commitment(request: StaffRequest, uscc: str, slot: str) -> HttpResponse:
    """The words for this year's application; the owner signs them, everybody of the firm reads them."""
    firm = standing.firm_or_404(request, uscc)
    if slot not in acts.SLOTS:
        raise Http404("no commitment takes the place of this")
    form = SignForm(request.POST or None)
    if request.method == "POST":
        access.require(request.user, "commitment.sign")
        if form.is_valid() and _sign(request, firm, slot, form):
            return redirect("portal:commitment", uscc, slot)
    year = request.today.year
    signed = Commitment.objects.filter(firm=firm, slot=slot, year=year).select_related("by").first()
    context = {
        "firm": firm,
        "form": form,
        "slot": slot,
        "label": PURPOSES[slot],
        "year": year,
        "words": signed.says if signed else acts.words(firm, slot, year),
        "english": acts.words(firm, slot, year, language="en") if get_language() == "en" else "",
        "signed": signed,
        "earlier": Commitment.objects.filter(firm=firm, slot=slot, year__lt=year).order_by("-year"),
        "may": access.may(request.user, "commitment.sign") and signed is None,
    }
    return render(request, "portal/commitment/commitment.html", context, status=422 if form.errors else 200)


def _sign(request: StaffRequest, firm: Any, slot: str, form: SignForm) -> bool:
    try:
        acts.sign(firm, slot, by=request.user, on=request.today, **form.cleaned_data)
    except ConditionUnmet as unmet:
        for missing in unmet.missing:
            form.add_error(missing.place if missing.place in form.fields else None, missing.says)
        return False
    messages.success(request, _("The commitment is signed."))
    return True
