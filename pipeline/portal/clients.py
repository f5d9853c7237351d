"""The firms an agency acts for, until when and in which parts."""

from django.http import HttpResponse
from django.shortcuts import render

from pipeline.models import Announcement, Mandate
from pipeline.portal.people import PART_NAMES
from pipeline.request import StaffRequest


def clients(request: StaffRequest) -> HttpResponse:
    mandates = Mandate.objects.current().filter(agent=request.user).select_related("firm").order_by("firm__pinyin")
    rows = [(each, [PART_NAMES[part] for part in each.parts]) for each in mandates]
    pinned = Announcement.objects.pinned(request.today, request.user.seat_kinds)
    return render(request, "portal/clients/clients.html", {"rows": rows, "pinned": pinned})
