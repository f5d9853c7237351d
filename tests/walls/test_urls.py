"""Every address by every seat: what `access.URLS` declares, for one's own, a foreign and a missing thing.

The walk is over the resolver, so that a new address is tried as soon as it is there. Where its route asks for something
new, `WHAT` must be told how to name one that is there and one that is missing.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import product
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import SEALER
from pipeline.acts import (
    people,
)
from pipeline.desk.application import DEEDS as APPLICATION_DEEDS
from pipeline.desk.case_moves import DEEDS as CASE_DEEDS
from pipeline.desk.faults import RETURNS
from pipeline.desk.scheme import DEEDS as SCHEME_DEEDS
from pipeline.models import (
    Diagnosis,
    TrailEntry,
    User,
)
from pipeline.models.book import BookDraftQuerySet
from pipeline.models.firm import FirmOwnedQuerySet, FirmQuerySet
from pipeline.models.roster import ImportQuerySet
from pipeline.models.trial import WorkQuerySet
from tests.cast import QINGHE, SINCE, YUNLING, city
from tests.walls.furnished import FOREIGN, MISSING, OWN, Home, furnished
from tests.walls.world import without_policies

SEATS = sorted(access.SEATS)
# What the state decides, not the seat: a firm in certification has nothing to submit; no row of the roster is wrong; no
# list has gone to the province.
NOT_NOW = {
    "portal:begin", "portal:submit", "portal:corrections", "portal:withdraw", "desk:roster_marked",
    "desk:province_list_file",
}  # fmt: skip
# A page for one deed tells a seat of the page that lacks the grant so, before anything is pressed.
ONE_DEED = {"desk:firm_lead", "desk:firm_county", "desk:firm_verify"}
# What is posted names the thing, and an empty form names none.
NAMED_BY_FORM = {
    "desk:accept_step", "desk:reopen_step", "desk:batch", "desk:appoint", "desk:obligation_fulfil", "desk:merges",
    "portal:people",
    "portal:certificate", "desk:seats", "portal:events", "portal:rate_visit",
    "desk:adjustment", "desk:hand_overs", "desk:jobs", "desk:result_list", "desk:recommendation",
}  # fmt: skip
DOES_MOST = {"county_officer", "city_officer", "city_head"}
PUBLIC_ANSWERS = {200, 302, 400, 405}


@pytest.fixture(scope="module")
def home(fresh_database: str, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("papers")
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": folder}}
    storages = settings.STORAGES | {"documents": disk}
    with django_db_blocker.unblock(), override_settings(STORAGES=storages):
        with transaction.atomic():
            furnished_home = furnished(Home(city()), folder)
        yield furnished_home


WHAT = {
    "case_number": (lambda home: home.number, "number"),
    "credit_code": (lambda home: QINGHE, "uscc"),
    "uscc": (lambda home: QINGHE, "uscc"),
    "public_id": (lambda home: home.roster, "uuid"),
    "paper": (lambda home: home.paper, "uuid"),
    "certificate_number": (lambda home: home.certificate, "certificate"),
    "version": (lambda home: 1, ""),
    "position": (lambda home: 1, ""),
    "kind": (lambda home: "annual_report", ""),
    "day": (lambda home: home.day.isoformat(), ""),
    "key": (lambda home: 1, ""),
    "trial_key": (lambda home: home.trial, "uuid"),
    "bulk_key": (lambda home: home.bulk, "uuid"),
    "export_key": (lambda home: home.export, "uuid"),
    "view_key": (lambda home: home.view, "uuid"),
    "listing": (lambda home: "queue", ""),
    "scheme_key": (lambda home: home.scheme, "uuid"),
    "name": (lambda home: "pool", ""),
    "project_code": (lambda home: "RD01", "project"),
    "product_code": (lambda home: "PS01", "product"),
    "line": (lambda home: home.own["line"], "row"),
    "conversion": (lambda home: home.own["conversion"], "row"),
    "member": (lambda home: home.own["member"], "row"),
    "workbook_key": (lambda home: home.workbook, "uuid"),
    "account_key": (lambda home: home.accounts, "uuid"),
    "rule": (lambda home: "all", ""),
    "upload_key": (lambda home: home.upload, "uuid"),
    "slot": (lambda home: "licence", ""),
    "bundle_key": (lambda home: home.bundle, "uuid"),
    "hit_key": (lambda home: home.hit, "uuid"),
    "objection_key": (lambda home: home.objection, "uuid"),
    "result_key": (lambda home: home.result_list, "uuid"),
    "adjustment_key": (lambda home: home.adjustment, ""),
    "difficulty_key": (lambda home: home.difficulty, "uuid"),
    "token": (lambda home: "none", ""),
    "listed": (lambda home: "project", ""),
    "row": (lambda home: "RD01", "project"),
    "claim_key": (lambda home: home.claim, "uuid"),
    "event_key": (lambda home: home.event, "uuid"),
    "round_key": (lambda home: home.round, ""),
    "list_number": (lambda home: 1, ""),
    "panel_key": (lambda home: home.panel, "uuid"),
    "task_key": (lambda home: home.task, "uuid"),
    "mark": (lambda home: "0" * 64, ""),
    "office": (lambda home: home.cast.offices["linan"].pk, "row"),
    "person": (lambda home: home.cast.wang.pk, "row"),
}
VARIANTS = {
    "desk:case_move": sorted(CASE_DEEDS), "desk:application_move": sorted(APPLICATION_DEEDS),
    "desk:scheme_move": sorted(SCHEME_DEEDS), "desk:case_faults": sorted(RETURNS),
}  # fmt: skip
YEARS = {"desk:obligation_fulfil": 2026, "desk:sme_registration": 2026}


@dataclass(frozen=True)
class Address:
    """One route, and one variant of it where it has several."""

    name: str
    route: tuple[tuple[str, str], ...]  # each parameter and its converter's kind
    slug: str = ""

    def __str__(self) -> str:
        return f"{self.name} {'/'.join(parameter for parameter, _ in self.route)} {self.slug}".strip()

    @property
    def page(self) -> access.Page:
        page = access.url_page(self.name)
        assert page is not None
        return page

    def of(self, home: Home, *, missing: bool = False) -> str:
        return reverse(self.name, kwargs={name: self._value(name, kind, home, missing) for name, kind in self.route})

    def _value(self, name: str, kind: str, home: Home, missing: bool) -> Any:
        if name == "slug":
            return self.slug
        if name == "year":
            return YEARS.get(self.name, 2025)
        there, absent = WHAT[_known_as(self.name, name, kind)]
        return MISSING[absent] if missing and absent else there(home)

    @property
    def has_thing(self) -> bool:
        return any(
            name not in ("slug", "year") and WHAT[_known_as(self.name, name, kind)][1] for name, kind in self.route
        )


def _known_as(url: str, name: str, kind: str) -> str:
    known = kind if kind in WHAT else "certificate_number" if name == "number" else name
    assert known in WHAT, f"{url} asks for {name}: say in WHAT how to name one"
    return known


@cache
def addresses(*, every_deed: bool = False) -> list[Address]:
    """All of them; of an address with many deeds one, unless every deed is asked for."""
    found = []
    for name, pattern in _routes(get_resolver().url_patterns):
        if not name.startswith(("account_", "mfa_", "usersessions_")):
            route = tuple((each, _kind(converter)) for each, converter in pattern.pattern.converters.items())
            deeds = VARIANTS.get(name, [""])
            found += [Address(name, route, deed) for deed in (deeds if every_deed else deeds[:1])]
    return found


def _routes(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}", pattern


def _kind(converter: Any) -> str:
    words = {"CaseNumber": "case_number", "CreditCode": "credit_code"}
    return words.get(type(converter).__name__.removesuffix("Converter"), "")


class Visitor:
    """A person at a browser whose every request is undone."""

    def __init__(self, home: Home, name: str = "") -> None:
        self.client = Client(raise_request_exception=False)
        if name:
            self.client.force_login(home.cast.people[name])

    def ask(self, method: str, url: str) -> Any:
        with transaction.atomic():
            answer = self.client.generic(method, url, content_type="application/x-www-form-urlencoded")
            transaction.set_rollback(True)
        return answer


@contextmanager
def morning(day: date) -> Iterator[None]:
    with time_machine.travel(datetime.combine(day, time(1, 30), UTC), tick=False):
        yield


def methods(page: access.Page) -> list[str]:
    return sorted(page.methods & {"GET", "POST"})


def body(answer: Any) -> bytes:
    """Without what differs from one request to the next."""
    text = bytes(answer.content)
    text = re.sub(rb'nonce="[^"]*"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', b"", text)
    return re.sub(rb'(csrfmiddlewaretoken" value=|x-csrftoken": ?)"[^"]*"|name="next" value="[^"]*"', b"", text)


def test_no_address_opens_to_who_is_not_signed_in_but_the_public_ones(home: Home):
    nobody = Visitor(home)
    with morning(home.day):
        for address in addresses():
            for method in methods(address.page):
                answer = nobody.ask(method, address.of(home))
                if address.page.seats == "public":
                    assert answer.status_code in PUBLIC_ANSWERS | {404}, (str(address), method, answer.status_code)
                elif address.name in ("api:assess", "api:cases"):
                    assert answer.status_code == 401, (str(address), method)
                else:
                    assert answer.status_code == 302, (str(address), method, answer.status_code)
                    assert answer["Location"].startswith(reverse(settings.LOGIN_URL)), (str(address), method)


@pytest.mark.parametrize("seat", SEATS)
def test_an_address_that_is_not_the_seats_answers_like_one_that_does_not_exist(home: Home, seat: str):
    visitor = Visitor(home, OWN[seat])
    with morning(home.day):
        nowhere = body(visitor.ask("GET", "/there/is/no/such/page"))
        for address in addresses():
            seats = address.page.seats
            if isinstance(seats, str) or seat in seats:
                continue
            for method in methods(address.page):
                answer = visitor.ask(method, address.of(home))
                assert (answer.status_code, body(answer)) == (404, nowhere), (str(address), method)


@pytest.mark.parametrize("seat", SEATS)
def test_an_address_of_the_seat_opens_for_ones_own_thing(home: Home, seat: str):
    """What the seat may open opens; a deed that is not for this seat, or not now, is a 404 or a 403, never an error."""
    visitor = Visitor(home, OWN[seat])
    wrong = []
    with morning(home.day):
        for address in addresses(every_deed=seat in DOES_MOST):
            page = address.page
            if page.seats == "public" or (not isinstance(page.seats, str) and seat not in page.seats):
                continue
            for method in methods(page):
                status = visitor.ask(method, address.of(home)).status_code
                if status not in expected(address, method):
                    wrong.append((str(address), method, status))
    assert not wrong, "\n".join(map(str, wrong))


def expected(address: Address, method: str) -> set[int]:
    allowed = {200, 302} if method == "GET" else {200, 204, 302, 303, 400, 403, 409, 415, 422}
    if address.slug or address.name in NOT_NOW or (method == "POST" and address.name in NAMED_BY_FORM):
        return allowed | {404}
    if address.name == "api:api-root":  # nothing lies there
        return {404}
    return allowed | {403} if address.name in ONE_DEED else allowed


@pytest.mark.parametrize("seat", FOREIGN)
def test_a_foreign_thing_answers_like_a_missing_one(home: Home, seat: str):
    visitor = Visitor(home, FOREIGN[seat])
    tried = 0
    with morning(home.day):
        for address in addresses(every_deed=seat == "county_officer"):
            page = address.page
            if isinstance(page.seats, str) or seat not in page.seats or not address.has_thing:
                continue
            for method in methods(page):
                foreign = visitor.ask(method, address.of(home))
                missing = visitor.ask(method, address.of(home, missing=True))
                assert (foreign.status_code, missing.status_code) == (404, 404), (str(address), method)
                assert body(foreign) == body(missing), (str(address), method)
                tried += 1
    assert tried or seat == "leader"


@pytest.mark.parametrize("seat", [seat for seat in SEATS if seat != "expert" and seat not in FOREIGN])
def test_a_missing_thing_of_ones_own_kind_is_a_404(home: Home, seat: str):
    """For the seats of whom nothing is foreign: of the others the test above asks the same."""
    visitor = Visitor(home, OWN[seat])
    with morning(home.day):
        for address in addresses():
            page = address.page
            if isinstance(page.seats, str) or seat not in page.seats or not address.has_thing:
                continue
            for method in methods(page):
                answer = visitor.ask(method, address.of(home, missing=True))
                assert answer.status_code == 404, (str(address), method, answer.status_code)


@pytest.mark.parametrize("seat", ["sun", "he", "foreign coach", "tang"])
def test_what_is_refused_writes_nothing(home: Home, seat: str):
    """The trail tells of every write: after all those requests by somebody with no right to the thing it is as long."""
    client = Client(raise_request_exception=False)
    client.force_login(home.cast.people[seat])
    kinds = {kind for names in (OWN, FOREIGN) for kind, name in names.items() if name == seat}
    with morning(home.day):
        before = told()
        for address, method in product(addresses(), ("POST", "DELETE")):
            page = address.page
            if isinstance(page.seats, str) or not (address.has_thing or not kinds & page.seats):
                continue
            status = client.generic(method, address.of(home)).status_code
            assert status in (404, 405), (str(address), method, status)
        assert told() == before


def told() -> int:
    with acting(SEALER), transaction.atomic():
        return TrailEntry.objects.count()


@pytest.mark.parametrize("seat", ["chen", "wang", "li"])
def test_looking_changes_nothing(home: Home, seat: str):
    client = Client(raise_request_exception=False)
    client.force_login(home.cast.people[seat])
    with morning(home.day):
        before = told()
        for address in addresses():
            if "GET" in address.page.methods:
                client.get(address.of(home))
        assert told() == before


@pytest.mark.parametrize(("seat", "method"), [("chen", "PUT"), ("chen", "DELETE"), ("li", "PUT"), ("li", "DELETE")])
def test_a_method_that_is_not_declared_is_not_taken(home: Home, seat: str, method: str):
    visitor = Visitor(home, seat)
    with morning(home.day):
        for address in addresses():
            status = visitor.ask(method, address.of(home)).status_code
            assert status in (404, 405) or (status == 401 and address.name.startswith("api:")), (str(address), status)


def test_no_page_of_one_firm_holds_a_word_of_another(home: Home):
    """Yunling is what people of Qinghe and Lin'an may not see; its name and code must be on none of their pages."""
    strange = [YUNLING, "云岭"]
    with morning(home.day):
        for seat in ("wang", "li", "zhang"):
            visitor = Visitor(home, seat)
            for address in addresses():
                if "GET" in address.page.methods:
                    answer = visitor.ask("GET", address.of(home))
                    text = answer.content.decode(errors="replace") if not answer.streaming else ""
                    assert [word for word in strange if word in text] == [], (seat, str(address))
        assert "云岭" in Visitor(home, "he").ask("GET", reverse("portal:home", args=[YUNLING])).content.decode()


def test_a_seat_taken_away_closes_its_pages_at_the_next_request(home: Home):
    visitor = Visitor(home, "wang")
    page = reverse("desk:case", args=[home.number])
    with morning(home.day), transaction.atomic():
        assert visitor.ask("GET", page).status_code == 200
        with acting(home.cast.song):
            [seat] = User.objects.get(pk=home.cast.wang.pk).seats
            people.end_seat(seat, by=home.cast.song, on=SINCE)
        assert visitor.ask("GET", page).status_code == 404
        transaction.set_rollback(True)


@pytest.fixture
def no_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a programmer had forgotten the filter, in every view at once."""
    for rows in (FirmQuerySet, FirmOwnedQuerySet, ImportQuerySet, WorkQuerySet, BookDraftQuerySet):
        monkeypatch.setattr(rows, "visible_to", lambda rows, actor: rows.all())
        monkeypatch.setattr(rows, "within", lambda rows, reach: rows.all(), raising=False)


@pytest.mark.parametrize("seat", ["county_officer", "coach", "firm_owner"])
def test_where_django_forgets_its_filter_the_database_still_hides(home: Home, no_filter: None, seat: str):
    assert opened(home, seat) == []


def test_without_either_wall_the_walk_finds_the_leak(home: Home, no_filter: None):
    """The control: what the test above looks for is there to be found."""
    with without_policies():
        assert len(opened(home, "county_officer")) > 5


def opened(home: Home, seat: str) -> list[str]:
    """The foreign things a seat gets to see."""
    visitor = Visitor(home, FOREIGN[seat])
    tried = [each for each in addresses() if each.has_thing and "GET" in each.page.methods and seat in each.page.seats]
    with morning(home.day):
        return [str(each) for each in tried if visitor.ask("GET", each.of(home)).status_code == 200]


def test_every_diagnosis_day_and_step_named_here_is_there(home: Home):
    with acting(home.cast.chen), transaction.atomic():
        assert Diagnosis.objects.filter(firm__uscc=QINGHE, day=home.day).exists()
