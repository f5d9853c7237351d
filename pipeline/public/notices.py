"""The public notice of firms about to enter the pool or leave it: who, from which county, until when, how to object."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render

from config.postgres.scope import acting
from pipeline.access import PUBLICITY
from pipeline.models import Case, Leaver, Office
from pipeline.models.in_force import calendar_in_force
from pipeline.request import StaffRequest
from pipeline.stages import CLOSED
from pipeline.templatetags.look import spoken

SHOWN_FOR = timedelta(days=30)  # after its publication a list of removals stays to be read


@login_not_required
def notices(request: StaffRequest) -> HttpResponse:
    """Read as the service of publicity, for nobody is signed in; nothing is shown but what a notice publishes."""
    today = request.today
    with transaction.atomic(), acting(PUBLICITY):
        rows = [_notice(case) for case in Case.objects.on_public_notice()]
        leavers = [
            (each, spoken(CLOSED[each.reason])) for each in Leaver.objects.published(today, since=today - SHOWN_FOR)
        ]
        offices = list(Office.objects.filter(level=Office.CITY).order_by("name"))
    return render(request, "public/notices/notices.html", {"rows": rows, "leavers": leavers, "offices": offices})


def _notice(case: Any) -> dict[str, Any]:
    return {
        "name": case.firm.name,
        "county": case.county_name,
        "uscc": case.firm.uscc,
        "number": case.number,
        "begins": _day_after(case.clock_from),
        "ends": case.due_on,
        "workdays": case.clock_days,
    }


def _day_after(day: date | None) -> date | None:
    """The first working day that counts: the day of publication is not counted."""
    return calendar_in_force().add(day, 1).due if day else None
