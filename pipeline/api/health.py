"""The state of the house: a screen for the system administrator, and two answers for a monitor, without a log-in."""

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from pipeline import health
from pipeline.request import StaffRequest


def screen(request: StaffRequest) -> HttpResponse:
    checks = health.look(timezone.now(), request.today)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(health.as_json(checks), json_dumps_params={"ensure_ascii": False})
    bad = [check for check in checks if not check.good]
    return render(request, "api/health/health.html", {"checks": checks, "bad": bad, "now": timezone.now()})


@login_not_required
@transaction.non_atomic_requests
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else, so that a database that is down does not get web servers restarted."""
    return JsonResponse({"live": True})


@login_not_required
@transaction.non_atomic_requests
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests may be sent here: 200 while the database answers, 503 while it does not. Tells no more."""
    answers = health.database_answers()
    return JsonResponse({"ready": answers}, status=200 if answers else 503)
