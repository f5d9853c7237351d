"""Where a person's day begins, and how the house looks to them: theme, letters, contrast, rows, language."""

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from config import clock
from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import people
from pipeline.models import Seat, User
from pipeline.request import LANGUAGE_COOKIE, LOOK_COOKIE, LOOKS, StaffRequest, kept_look

YEAR = 365 * 24 * 3600
# seats -> the page their day begins on, the first that fits
BEGINNINGS = (
    (access.OFFICE, "desk:queue"),
    (frozenset({"leader"}), "desk:funnel"),
    (frozenset({"coach"}), "advisers:home"),
    (frozenset({"expert"}), "advisers:tasks"),
    (frozenset({"agency"}), "portal:clients"),
    (frozenset({"bank"}), "portal:shown"),
    (frozenset({"system_admin"}), "health"),
    (frozenset({"security_admin"}), "desk:people"),
    (frozenset({"audit_admin"}), "desk:roles"),
)
BACKEND = "django.contrib.auth.backends.ModelBackend"


def home(request: StaffRequest) -> HttpResponse:
    """The page one's seat begins on; a person without a seat that has one is shown their account."""
    kinds = request.user.seat_kinds
    firm = next((seat.firm for seat in request.user.seats if seat.kind in access.FIRM), None)
    if firm is not None:
        return redirect("portal:home", firm.uscc)
    for seats, name in BEGINNINGS:
        if kinds & seats:
            return redirect(name)
    return redirect("account_change_password" if kinds else "portal:claim")


@login_not_required
def look(request: HttpRequest) -> HttpResponse:
    """Keep a choice of look: with the account where there is one, else in a cookie."""
    chosen = {name: request.POST[name] for name, choices in LOOKS.items() if request.POST.get(name) in choices}
    response = redirect(_next(request))
    if isinstance(request.user, User):
        people.prefer(request.user, look=chosen)
    else:
        kept = {**kept_look(request), **chosen}
        _remember(response, LOOK_COOKIE, json.dumps(kept))
    return response


@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    response = redirect(_next(request))
    if chosen in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            people.prefer(request.user, language=chosen)
        _remember(response, LANGUAGE_COOKIE, chosen)
    return response


@login_not_required
def demo_switch(request: HttpRequest) -> HttpResponse:
    """In a demonstration: the people in every seat, and going on as one of them."""
    _demo_only()
    if request.method != "POST":
        return render(request, "desk/preferences/demonstration.html", {"seats": _everybody()})
    person = get_object_or_404(User, username=request.POST.get("username", ""), is_active=True)
    login(request, person, backend=BACKEND)
    return redirect("home")


@login_not_required
def demo_day(request: HttpRequest) -> HttpResponse:
    """In a demonstration: show the house as of another day."""
    _demo_only()
    try:
        clock.move_to(date.fromisoformat(request.POST.get("day", "")))
    except ValueError:
        raise Http404("no such day") from None
    return redirect(_next(request))


def _everybody() -> list[Seat]:
    """All seats held today, offices first; nobody has to be signed in to choose whom to be."""
    with acting(access.INTAKE):
        held = Seat.objects.filter(during__contains=clock.today()).select_related("user", "office", "firm")
        return list(held.order_by(F("office__level").asc(nulls_last=True), "office__name", "firm__name", "pk"))


def _demo_only() -> None:
    if not settings.DEMO:
        raise Http404("there is no demonstration here")


def _next(request: HttpRequest) -> str:
    """The page to go back to, if it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours and wanted.startswith("/") else reverse("home")


def _remember(response: HttpResponse, name: str, value: str) -> None:
    also: dict[str, Any] = {"secure": settings.HTTPS, "httponly": True, "samesite": "Lax"}
    response.set_cookie(name, value, max_age=YEAR, **also)
