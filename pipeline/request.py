"""What every request passes through: compression, language, scope, the page's entry in the access table, and how
refusals are answered.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation

from config import clock
from config.postgres.scope import REQUEST, acting
from pipeline import access
from pipeline.models import MoveRefused, User

Answer = Callable[[HttpRequest], HttpResponse]
NUL = "\x00"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_SENT = 80 * 1024 * 1024  # a roster may have 64 MB, four papers of a firm 20 MB each
LONGEST_NUMBER = 9  # digits
LANGUAGE_COOKIE = "language"
LOOK_COOKIE = "look"
LOOKS = {
    "theme": ("light", "dark"),
    "size": ("normal", "large"),
    "contrast": ("normal", "more"),
    "density": ("normal", "compact", "roomy"),
    "keys": ("on", "off"),  # shortcuts of a single letter
}


class DoorMiddleware:
    """Turns away what no page can use, before anything reads it: signs that PostgreSQL keeps in no text, and more bytes
    than the largest file with its form.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = str(request.META.get("CONTENT_LENGTH") or "")
        if length.isdecimal() and not 0 <= number_sent(length) <= MOST_SENT:
            return HttpResponse(render_to_string("413.html"), status=413)
        if NUL in request.path_info or _holds_nul(request.GET) or any(NUL in kept for kept in request.COOKIES.values()):
            raise BadRequest("an address or a cookie holds a sign that no text can hold")
        return self.get_response(request)


def _holds_nul(sent: QueryDict) -> bool:
    return any(NUL in text for name, values in sent.lists() for text in (name, *values))


class CompressionMiddleware(GZipMiddleware):
    """Pages and answers in JSON go compressed, padded at random so that their length tells no secret; files go as they
    are, with their length told.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        written = response.headers.get("Content-Type", "").startswith(("text/", "application/json"))
        return super().process_response(request, response) if written and not response.streaming else response


class LanguageMiddleware:
    """Chinese unless the person chose English; what the browser happens to prefer decides nothing."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE) or getattr(request.user, "language", "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ScopeMiddleware:
    """Runs the request as the person who asks, and opens only pages that the access table gives to one of their
    seats.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.today = clock.today()  # type: ignore[attr-defined]
        person = request.user if request.user.is_authenticated else None
        request_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64]
        request.id = request_id  # type: ignore[attr-defined]
        token = REQUEST.set(request_id)
        try:
            with acting(person):
                response = self.get_response(request)
        finally:
            REQUEST.reset(token)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        page = access.url_page(name)
        if page is None:
            raise Http404(f"{name} has no line in access.URLS")
        if page.seats != "public":
            with transaction.atomic():
                kinds = request.user.seat_kinds if request.user.is_authenticated else frozenset()
            if page.seats != "signed_in" and not kinds & page.seats:
                raise Http404("none of the person's seats opens this page")
        if request.method not in page.methods:
            return HttpResponseNotAllowed(sorted(page.methods))
        if request.method == "POST" and request.content_type in FORMS and _holds_nul(request.POST):
            raise BadRequest("a form holds a sign that no text can hold")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, access.Refused):
            return render(request, "403.html", {"act": error.act}, status=403)
        if isinstance(error, MoveRefused):
            return render(request, "409.html", {"refused": error}, status=409)
        return None


def page(request: HttpRequest) -> dict[str, Any]:
    """What every template may use: the day, the look, the language of labels, the demonstration's people."""
    user = getattr(request, "user", None)
    stored = user.look if isinstance(user, User) else kept_look(request)
    return {
        "today": getattr(request, "today", None) or clock.today(),
        "request_id": getattr(request, "id", ""),
        "look": {name: stored.get(name, choices[0]) for name, choices in LOOKS.items()},
        "language": "en" if translation.get_language() == "en" else "zh",
        "demo": settings.DEMO,
    }


def number_sent(text: str) -> int:
    """The whole number that a hidden field sends back; -1, which is no row's, where it is none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else -1


def kept_look(request: HttpRequest) -> dict[str, str]:
    """The look that the browser of somebody who is not signed in keeps; only what may be chosen."""
    try:
        kept = json.loads(request.COOKIES.get(LOOK_COOKIE, "{}"))
    except (ValueError, RecursionError):
        return {}
    kept = kept if isinstance(kept, dict) else {}
    return {name: kept[name] for name, choices in LOOKS.items() if kept.get(name) in choices}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are invited; nobody signs up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords lock an account for the address they came from. Allauth's own key holds the Host header,
        which the sender chooses, and would let anybody lock anybody out.
        """
        login = str(credentials.get("email") or credentials.get("username") or "").lower()
        return f"{self.get_client_ip(request)} {login}"


class StaffRequest(HttpRequest):
    """For annotations: a request that passed the middleware, by a person who signed in."""

    user: User
    today: date
