"""The certificate and what it asks of its holder."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import certificate as certificate_acts
from pipeline.models import Certificate, Obligation
from pipeline.portal import standing
from pipeline.portal.home import obligation_words
from pipeline.request import StaffRequest, number_sent


def certificate(request: StaffRequest, uscc: str) -> HttpResponse:
    """Every certificate of the firm, newest first. An obligation is named by its kind and year, never by a key."""
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST":
        kind, _colon, year = request.POST.get("obligation", "").partition(":")
        pending = Obligation.objects.filter(firm=firm, fulfilled_on=None)
        owed = get_object_or_404(pending.named(kind, number_sent(year)))
        certificate_acts.fulfil(owed, by=request.user, on=request.today)
        messages.success(request, _("Noted as done: %(what)s") % {"what": obligation_words(owed)})
        return redirect("portal:certificate", uscc)
    held = Certificate.objects.filter(firm=firm).with_ending(request.today).prefetch_related("obligations")
    shown: list[Any] = list(held.order_by("-issued_on"))
    context = {
        "firm": firm,
        "certificates": [(each, _obligations(each), each.state_after(each.ending, request.today)) for each in shown],
        "may": access.may(request.user, "certificate.fulfil"),
    }
    return render(request, "portal/certificate/certificate.html", context)


def _obligations(certificate: Certificate) -> list[tuple[Obligation, str]]:
    by_day = sorted(certificate.obligations.all(), key=lambda owed: owed.due_on)
    return [(owed, obligation_words(owed)) for owed in by_day]
