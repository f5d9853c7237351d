"""The last diagnosis in plain words: what is met, what is short, what closes it."""

from collections import Counter

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import diagnosis as diagnosis_acts
from pipeline.models import Firm
from pipeline.portal import standing
from pipeline.request import StaffRequest
from pipeline.templatetags import what_if

FINE = ("met", "not_applicable")
WORST_FIRST = ("unmet", "manual_review", "unknown", "met", "not_applicable")


def diagnosis(request: StaffRequest, uscc: str) -> HttpResponse:
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST":
        diagnosis_acts.keep(Firm.objects.filter(pk=firm.pk), by=request.user, on=request.today)
        messages.success(request, _("Judged anew with what is on record today."))
        return redirect("portal:diagnosis", uscc)
    kept = firm.latest_diagnosis
    if kept is not None and request.GET.get("part") == what_if.PART:
        return render(request, "look/what_if_outcome.html", what_if.outcome(kept, request.GET, request.today))
    findings = sorted(kept.findings, key=lambda each: WORST_FIRST.index(each["verdict"])) if kept else []
    score = kept.assessment["score"] if kept else None
    context = {
        "firm": firm,
        "kept": kept,
        "wanting": [each for each in findings if each["verdict"] not in FINE],
        "met": [each for each in findings if each["verdict"] in FINE],
        "counts": Counter(each["verdict"] for each in findings),
        "score": score,
        "points": score["items"] if score else [],
        "may": access.may(request.user, "diagnosis.keep"),
    }
    return render(request, "portal/diagnosis/diagnosis.html", context)
