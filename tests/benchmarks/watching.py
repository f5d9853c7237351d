"""What a page costs: drawn by its view as a person at a desk, with the time and number of its statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from urllib.parse import quote, urlsplit

from django.contrib.sessions.backends.cache import SessionStore
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from django.utils import translation

from config.postgres.scope import acting
from pipeline.models import User
from tests.cast import DAY


@dataclass
class Watch:
    """The statements of a block and how long the database took over each, answers fetched."""

    statements: list[tuple[str, float]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return sum(seconds for _text, seconds in self.statements)

    def __call__(self, execute: Callable[..., Any], text: str, params: Any, many: bool, context: Any) -> Any:
        began = perf_counter()
        try:
            return execute(text, params, many, context)
        finally:
            self.statements.append((text, perf_counter() - began))


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    with connection.execute_wrapper(watch):
        yield watch


@contextmanager
def at_work(username: str) -> Iterator[User]:
    """As that person, under the row policies, in Chinese; their seats are known, as the frame of a page asks them."""
    person = User.objects.get(username=username)
    with acting(person), transaction.atomic(), translation.override("zh-hans"):
        person.seats  # noqa: B018
        yield person


def quoted(address: str) -> str:
    return quote(address, safe="/?=&")


def drawn(person: User, address: str) -> HttpResponse:
    """The page at the address as its view draws it, without what all pages have in common."""
    request: Any = RequestFactory().get(quoted(address))
    request.user, request.today, request.session, request.htmx, request.id = person, DAY, SessionStore(), False, ""
    match = resolve(urlsplit(address).path)
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if response.status_code != 200:
        raise AssertionError(f"{address} answered {response.status_code}")
    return response
