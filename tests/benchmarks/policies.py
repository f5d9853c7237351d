"""What the row policies cost: whole pages of a county's officer beside the same pages by a role that none binds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from html import unescape
from time import perf_counter

from django.db import connection
from django.test import Client

from pipeline.models import Division, User
from tests.benchmarks import kept_city
from tests.benchmarks.comparison import Benchmark, Outcome
from tests.benchmarks.comparison_of_many import Pair, Worst
from tests.benchmarks.lists import CASE
from tests.benchmarks.metropolis import weight_of

FIRMS, PAIRS, SHARE = 100_000, 30, 0.1
UNBOUND = "postgres"  # no policy binds the superuser; what Django's own conditions show stays the same


class OfThirty(Worst):
    """So many pairs, as single pages differ by more than what is to be seen."""

    def outcome(self, n: int, rounds: int = PAIRS) -> Outcome:
        return Worst.outcome(self, n, rounds)


@contextmanager
def role(name: str) -> Iterator[None]:
    """Django works as that role of the server, on the database it stands on."""
    before = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    connection.close()
    connection.settings_dict.update({"USER": name, "PASSWORD": kept_city.server().postgres.passwords().get(name, "")})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


@cache
def officer_of_a_tenth() -> str:
    """Who sits in the county that has nearest to a tenth of the firms."""
    codes = list(Division.objects.counties().order_by("code").values_list("code", flat=True))
    whole = sum(weight_of(place) for place in range(len(codes)))
    nearest = min(range(len(codes)), key=lambda place: abs(weight_of(place) / whole - SHARE))
    return f"officer{codes[nearest]}0"


@cache
def client() -> Client:
    """Signed in once, as its session may be read by either role."""
    signed_in = Client(SERVER_NAME="localhost")
    signed_in.force_login(User.objects.get(username=officer_of_a_tenth()))
    return signed_in


def numbers_on(address: str) -> list[str]:
    answer = client().get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answered {answer.status_code}")
    return list(dict.fromkeys(re.findall(CASE, unescape(answer.content.decode()))))


def seconds(address: str, by: str) -> float:
    with role(by):
        numbers_on(address)  # the connection is a new one
        began = perf_counter()
        client().get(address)
        return perf_counter() - began


def against_none(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    kept_city.stand_on(firms)
    queue = "/desk/?view=all"
    pages = {"queue": queue, "case": f"/desk/cases/{numbers_on(queue)[0]}/"}
    for name, address in pages.items():
        bound = numbers_on(address)
        with role(UNBOUND):
            free = numbers_on(address)
        if not bound or bound != free:
            raise AssertionError(f"{name}: with policies the page shows {bound[:3]}…, without {free[:3]}…")
    return {
        name: Pair(partial(seconds, address, "web"), partial(seconds, address, UNBOUND))
        for name, address in pages.items()
    }, ()


BENCHMARKS: tuple[Benchmark, ...] = (
    OfThirty(
        "rls.page",
        1.15,
        FIRMS,
        "whole pages of the queue and of a case, of a county's officer with a tenth of the firms, against the same"
        " pages without row policies",
        against_none,
    ),
)
