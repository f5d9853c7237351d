"""The coach's firms: those assigned and consented, with their plan and visits."""

from datetime import date
from typing import Any

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import render

from pipeline.models import Application, Appointment, Case, Visit
from pipeline.request import StaffRequest


def home(request: StaffRequest) -> HttpResponse:
    """Firms by the next step that is due; a firm without an open case stands last."""
    appointments = Appointment.objects.current().filter(coach=request.user.pk).select_related("firm")
    firms = [each.firm_id for each in appointments]
    cases = Case.objects.open().filter(firm__in=firms).with_county().with_progress()
    by_firm = {case.firm_id: case for case in cases.order_by(F("next_due").asc(nulls_last=True))}
    dossiers = {each.firm_id: each for each in Application.objects.open().filter(firm__in=firms)}
    visits = {each.firm_id: each for each in Visit.objects.filter(firm__in=firms).order_by("on", "pk")}
    rows = [
        _row(each, by_firm.get(each.firm_id), dossiers.get(each.firm_id), visits.get(each.firm_id), request.today)
        for each in appointments
    ]
    rows.sort(key=lambda row: (row["next_due"] is None, row["next_due"] or date.max))
    return render(request, "advisers/home/home.html", {"rows": rows})


def _row(
    appointment: Appointment, case: Any, dossier: Application | None, visit: Visit | None, today: date
) -> dict[str, Any]:
    due = case.next_due if case else None
    return {
        "firm": appointment.firm,
        "until": appointment.during,
        "case": case,
        "row": dossier or case,
        "next_due": due,
        "late": due is not None and due < today,
        "visit": visit,
    }
