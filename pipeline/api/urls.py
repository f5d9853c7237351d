"""Addresses of the interface. It describes itself at api/v1/openapi.json; a page to try it out would need a foreign
host, so there is none.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import SessionAuth

from pipeline.api import cases, facts, health
from pipeline.api.answers import fault, refusal
from pipeline.rules import Fault


class StrictParser(Parser):
    """JSON in which no name stands twice in one object: the later would silently win."""

    def parse_body(self, request: HttpRequest) -> Any:
        return json.loads(request.body, object_pairs_hook=_without_repeats)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name} stands twice in one object")
        found[name] = value
    return found


api = NinjaAPI(
    title="Miaopu",
    version="1",
    description="Judge a firm's figures by the law's books, and read the cases one sees. Signed in by session for now.",
    urls_namespace="api",
    docs_url=None,
    auth=SessionAuth(),
    parser=StrictParser(),
)
api.add_router("", facts.router)
api.add_router("", cases.router)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return refusal(request, [fault("session", "请先登录", "sign in first")], 401)


@api.exception_handler(HttpError)
def not_understood(request: HttpRequest, error: HttpError) -> HttpResponse:
    """A body that is no JSON, or a session without its token."""
    if error.status_code == 403:
        says = fault("X-CSRFToken", "缺少或不符的 CSRF 令牌", "the CSRF token is missing or does not fit")
        return refusal(request, [says], 403)
    return refusal(request, [fault("body", f"不是 JSON：{error}", str(error))], error.status_code)


@api.exception_handler(RawPostDataException)
def not_sent_as_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    """A form, whose fields the CSRF check has read already."""
    return refusal(request, [fault("body", "请以 application/json 发送", "send it as application/json")], 415)


@api.exception_handler(ValidationError)
def not_of_the_form(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return refusal(request, _faults(error))


def _faults(error: ValidationError) -> Iterator[Fault]:
    for each in error.errors:
        place = ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0])
        if each["type"] == "missing":
            yield fault(place, "缺少此项", "is missing")
        else:
            yield fault(place, "不是有效的值", each["msg"])


def _open_to_ninja(patterns: list[Any]) -> list[Any]:
    """Ninja asks for the session itself and answers 401 in JSON, where the log-in middleware would send a page."""
    for pattern in patterns:
        if pattern.name not in ("openapi-json", "api-root"):
            login_not_required(pattern.callback)
    return patterns


_patterns, _app, _space = api.urls
urlpatterns = [
    path("health", health.screen, name="health"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("api/v1/", (_open_to_ninja(_patterns), _app, _space)),
]
