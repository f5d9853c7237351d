"""The lists of the desk in a city of a million firms: against SQL by hand, and against themselves in a small one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from functools import partial
from html import unescape
from time import perf_counter
from typing import Any

import time_machine
from django.db import connection
from django.test import Client

from pipeline.models import User
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.models.moving import SOON_WITHIN
from pipeline.models.people import own_offices
from pipeline.models.text_search import bigram_query
from pipeline.models.work import FRESH_FOR, GROUPED_WITHIN
from tests.benchmarks import kept_city
from tests.benchmarks import lists_by_hand as by_hand
from tests.benchmarks.comparison import Benchmark
from tests.benchmarks.comparison_of_many import Pair, Worst
from tests.benchmarks.lists_by_hand import ByHand
from tests.benchmarks.watching import at_work, drawn, quoted, watched
from tests.cast import DAY

FIRMS, FEW, COUNTY_OFFICER = 1_000_000, 10_000, "officer3301060"
CASE, CERTIFICATE, CODE = r"GP\d{4}-\d{6}", r"GR\d{12}", r"/firms/([0-9A-Z]{18})/"
MOST_STATEMENTS = 12


@dataclass(frozen=True)
class Listing:
    """A list as a person opens it, how its rows are named on the page, and the same by hand."""

    who: str
    address: str
    names: str
    hand: Callable[[Mapping[str, Any]], ByHand]


def cases(level: str, where: str = "true", sort: str = "due", **values: Any) -> Callable[[Mapping[str, Any]], ByHand]:
    return lambda seen: by_hand.queue(level, where, {**seen, **values}, sort=sort)


def constant(hand: ByHand) -> Callable[[Mapping[str, Any]], ByHand]:
    return lambda seen: replace(hand, values={**seen, **hand.values})


def mine(seen: Mapping[str, Any], level: str) -> ByHand:
    return by_hand.queue(level, by_hand.views(by_hand.TURNS[level])[0], dict(seen))


IN_COUNTY = "c.county_id = (select d.id from pipeline_division d where d.code = %(county)s)"
NAMED = "exists (select from pipeline_firm f where f.id = c.firm_id and f.search @@ %(query)s::tsquery)"
LISTS: dict[str, Listing] = {
    "my work, city": Listing("chen", "/desk/", CASE, partial(mine, level="city")),
    "my work, county": Listing(COUNTY_OFFICER, "/desk/", CASE, partial(mine, level="county")),
    "all cases, city": Listing("chen", "/desk/?view=all", CASE, cases("city")),
    "all cases, county": Listing(COUNTY_OFFICER, "/desk/?view=all", CASE, cases("county")),
    "all cases by firm": Listing("chen", "/desk/?view=all&sort=firm", CASE, cases("city", sort="firm")),
    "cases of a county": Listing(
        "chen", "/desk/?view=all&county=330106", CASE, cases("city", IN_COUNTY, county="330106")
    ),
    "cases of firms named": Listing(
        "chen", "/desk/?view=all&text=华新", CASE, cases("city", NAMED, query=bigram_query("华新"))
    ),
    "cases at a stage": Listing(
        "chen", "/desk/?view=all&stage=city_review", CASE, cases("city", "c.stage = 'city_review'")
    ),
    "applications": Listing("chen", "/desk/applications/", CASE, constant(by_hand.APPLICATIONS)),
    "certificates": Listing("chen", "/desk/certificates/", CERTIFICATE, constant(by_hand.CERTIFICATES)),
    "obligations": Listing("chen", "/desk/obligations/", CERTIFICATE, constant(by_hand.OBLIGATIONS)),
    "screening, city": Listing("chen", "/desk/screening/", CODE, constant(by_hand.SCREENING)),
    "screening, county": Listing(COUNTY_OFFICER, "/desk/screening/", CODE, constant(by_hand.SCREENING)),
    "palette, rare": Listing("chen", "/desk/find?q=华新", CODE, constant(by_hand.firms_named("华新"))),
    "palette, common": Listing("chen", "/desk/find?q=科技", CODE, constant(by_hand.firms_named("科技"))),
    "palette, county": Listing(COUNTY_OFFICER, "/desk/find?q=智能", CODE, constant(by_hand.firms_named("智能"))),
}


def seen_by(person: User) -> dict[str, Any]:
    """The days and the person that statements by hand want to know."""
    calendar = calendar_in_force()
    limit = int(book_in_force(POOL, DAY).number("stuck_workdays"))
    return {
        "me": person.pk,
        "office": own_offices(person)[0],
        "here": next(iter(person.reach().counties), None),
        "decides": ["case.publish", "case.remove", "application.recommend"] if person.username == "zhou" else [],
        "today": DAY,
        "almost": calendar.add(DAY, SOON_WITHIN).due,
        "soon": calendar.add(DAY, GROUPED_WITHIN).due,
        "since": calendar.add(DAY, -FRESH_FOR).due,
        "stuck": calendar.add(DAY, -limit).due,
    }


def by_the_page(listing: Listing) -> tuple[list[str], float]:
    """The names of the rows on the page, and the seconds its statements took."""
    with at_work(listing.who) as person, watched() as watch:
        page = drawn(person, listing.address).content.decode()
    return list(dict.fromkeys(re.findall(listing.names, unescape(page)))), watch.seconds


def by_the_hand(listing: Listing) -> tuple[list[str], float]:
    with at_work(listing.who) as person:
        hand = listing.hand(seen_by(person))
        with watched() as watch, connection.cursor() as cursor:
            for statement in hand.statements:
                cursor.execute(statement, hand.values)
                rows = cursor.fetchall()
    return list(dict.fromkeys(row[0] for row in rows)), watch.seconds


def against_hand(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    kept_city.stand_on(firms)
    for name, listing in LISTS.items():
        shown, right = by_the_page(listing)[0], by_the_hand(listing)[0]
        if not shown or shown != right[: len(shown)] or len(right) > len(shown) + 1:
            raise AssertionError(f"{name}: the page shows {shown[:3]}…, by hand it is {right[:3]}…")
    return {
        name: Pair(partial(seconds, by_the_page, listing), partial(seconds, by_the_hand, listing))
        for name, listing in LISTS.items()
    }, ()


def seconds(way: Callable[[Listing], tuple[list[str], float]], listing: Listing) -> float:
    return way(listing)[1]


# --------------------------------------------------------------------------------------------- whole pages


def page_seconds(listing: Listing, firms: int) -> float:
    """The whole page as a browser gets it, in a city of so many firms."""
    kept_city.stand_on(firms)
    client = signed_in(listing.who, firms)
    with on_the_day():
        client.get(quoted(listing.address))  # the connection is a new one
        began = perf_counter()
        response = client.get(quoted(listing.address))
        taken = perf_counter() - began
    if response.status_code != 200:
        raise AssertionError(f"{listing.address} answered {response.status_code}")
    return taken


def on_the_day() -> time_machine.travel:
    """The clock of screens stands on the day of the city: on a later one all of it would be overdue."""
    return time_machine.travel(datetime.combine(DAY, time(1, 30), UTC))


CLIENTS: dict[tuple[str, int], Client] = {}


def signed_in(who: str, firms: int) -> Client:
    if (who, firms) not in CLIENTS:
        CLIENTS[who, firms] = Client(SERVER_NAME="localhost")
        with on_the_day():
            CLIENTS[who, firms].force_login(User.objects.get(username=who))
    return CLIENTS[who, firms]


def growth(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    few = min(FEW, firms)
    kept_city.stand_on(few)
    kept_city.stand_on(firms)
    most = {name: statements(listing, firms) for name, listing in LISTS.items()}
    over = [f"{name} takes {count} statements" for name, count in most.items() if count > MOST_STATEMENTS]
    if over:
        raise AssertionError("; ".join(over))
    pairs = {
        name: Pair(partial(page_seconds, listing, firms), partial(page_seconds, listing, few))
        for name, listing in LISTS.items()
    }
    return pairs, (f"statements of a whole page: {min(most.values())} to {max(most.values())}",)


def statements(listing: Listing, firms: int) -> int:
    """Of the whole page, the frame's included; what opens and closes transactions is not counted."""
    client = signed_in(listing.who, firms)
    with on_the_day(), watched() as watch:
        client.get(quoted(listing.address))
    return sum(
        not text.startswith(("SAVEPOINT", "RELEASE", "select set_config")) for text, _seconds in watch.statements
    )


BENCHMARKS: tuple[Benchmark, ...] = (
    Worst(
        "lists.sql_vs_hand",
        1.5,
        FIRMS,
        "the time in SQL of each list and the palette, its counts included, against SQL by hand for the same rows",
        against_hand,
    ),
    Worst(
        "lists.page_growth",
        1.4,
        FIRMS,
        f"each whole page against itself in a city of {FEW:,} firms; at most {MOST_STATEMENTS} statements",
        growth,
    ),
)
