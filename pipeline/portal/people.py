"""Who may do what for the firm, and which coach may look in."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import coaching as coaching_acts
from pipeline.models import Appointment, Seat
from pipeline.portal import standing
from pipeline.request import StaffRequest


def people(request: StaffRequest, uscc: str) -> HttpResponse:
    """Seats are given by the bureau's security administrator and are read here; a coach is let in here."""
    firm = standing.firm_or_404(request, uscc)
    if request.method == "POST":
        coach = request.POST.get("coach", "")
        appointment = get_object_or_404(Appointment, firm=firm, coach__username=coach, consented_on=None)
        coaching_acts.consent(appointment, by=request.user, on=request.today)
        messages.success(request, _("Your coach may now see your papers."))
        return redirect("portal:people", uscc)
    seats = Seat.objects.filter(firm=firm, during__contains=request.today).select_related("user").order_by("pk")
    coaches = Appointment.objects.filter(firm=firm, during__contains=request.today).select_related("coach")
    may = access.may(request.user, "coaching.consent")
    return render(request, "portal/people/people.html", {"firm": firm, "seats": seats, "coaches": coaches, "may": may})
