"""Every page of the portal, as `access.URLS` names them, in every dress: usable by everybody, on a desk and on a phone.

The firm has one of everything, answered and in conflict where that can be. What a firm in certification has no page for
is looked at in tests/browser/test_looks.py.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import BrowserContext, Page, ViewportSize

from config.postgres.scope import acting
from pipeline.acts import difficulty, figures, hour, workbook
from pipeline.models import Difficulty, FinancialYear, Hour, User
from tests.axe import DRESS, WCAG, Rules, faults, wear
from tests.cast import YEARS, city, yuan
from tests.live import House
from tests.walls.furnished import Home, furnished
from tests.walls.test_urls import Address, addresses

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password of anybody"
VISITORS = {"firm_owner": "li", "agency": "agent", "bank": "lender"}
FILES = {
    "portal:workbook_file", "portal:workbook_marked", "portal:ledger_book", "portal:ledger_detail",
    "portal:upload_piece",
}  # fmt: skip
NOT_NOW = {"portal:submit", "portal:corrections", "portal:withdraw"}  # in test_looks.py
DESK: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 640, "height": 740}
PHONE: ViewportSize = {"width": 360, "height": 740}
DRESSES = {
    "light": {"theme": "light", "contrast": "normal", "size": "normal"},
    "dark": {"theme": "dark", "contrast": "normal", "size": "normal"},
    "strong": {"theme": "light", "contrast": "more", "size": "normal"},
    "large": {"theme": "light", "contrast": "normal", "size": "large"},
    "dark, strong and large": {"theme": "dark", "contrast": "more", "size": "large"},
}
Look = tuple[ViewportSize, str, Rules]
QUICK: list[Look] = [(DESK, "light", WCAG), (PHONE, "dark, strong and large", DRESS)]
WHOLE: list[Look] = [(window, dress, WCAG) for window in (DESK, TABLET, PHONE) for dress in DRESSES]


@pytest.fixture(scope="module")
def home(house: House) -> Home:
    disk = {
        "BACKEND": "pipeline.outside.storage.DiskStorage",
        "OPTIONS": {"location": house.stack.folder / "documents"},
    }
    with override_settings(STORAGES=settings.STORAGES | {"documents": disk}), transaction.atomic():
        home = furnished(Home(city()), house.stack.folder)
        fill(home)
        User.objects.filter(username__in=("newcomer", *VISITORS.values())).update(password=make_password(PASSWORD))
    return home


def fill(home: Home) -> None:
    """What is asked is answered, an hour is free and one is taken, a workbook comes back older than the record."""
    li, wang, moment = home.cast.li, home.cast.wang, now()
    with acting(wang), transaction.atomic():
        asked = Difficulty.objects.filter(public_id=home.difficulty)
        difficulty.answer(asked, says="答", by=wang, on=home.day, version=asked.get().version)
        for days in (3, 4):
            offered = hour.offer(starts_at=moment + timedelta(days), minutes=30, place="一楼", by=wang, now=moment)
    with acting(li), transaction.atomic():
        qinghe = home.cast.qinghe
        hour.book(Hour.objects.filter(pk=offered.pk), qinghe, about="台账", by=li, on=home.day, now=moment)
        content = edited(workbook.given_out(qinghe, [2023, 2024, 2025], on=home.day))
        home.workbook = workbook.receive(qinghe, content, name="旧.xlsx", by=li, on=home.day).public_id
        row = FinancialYear.objects.get(firm=qinghe, year=2025)
        newer = {**yuan(YEARS[2025]), "sales": Decimal(86_400_001)}
        figures.enter(qinghe, 2025, newer, version=row.version, by=li, on=home.day, source="年度审计报告")


def edited(content: bytes) -> BytesIO:
    book, kept = openpyxl.load_workbook(BytesIO(content)), BytesIO()
    book["财务数据"]["E3"].value, book["人员"]["E3"].value = 8_700, "很多"
    book.save(kept)
    return kept


@pytest.fixture
def visit(house: House, home: Home, new_context: Callable[..., BrowserContext]) -> Callable[[Address], Page]:
    """Opens a page as the first person whose seat it is."""
    opened: dict[str, Page] = {}

    def open_page(address: Address) -> Page:
        who = visitor_of(address)
        if who not in opened:
            opened[who] = signed_in(new_context().new_page(), house, who)
        answer = opened[who].goto(house.url + address.of(home))
        assert answer.status == 200, (str(address), answer.status)
        return opened[who]

    return open_page


def visitor_of(address: Address) -> str:
    seats = address.page.seats
    if isinstance(seats, str):
        return "newcomer"
    return next(who for seat, who in VISITORS.items() if seat in seats)


def signed_in(page: Page, house: House, who: str) -> Page:
    page.goto(house.url + reverse("account_login"))
    page.locator("[name=login]").fill(who)
    page.locator("[name=password]").fill(PASSWORD)
    with page.expect_navigation():
        page.locator("button.go").click()
    return page


def pages() -> list[Address]:
    shown = [each for each in addresses() if each.name.startswith("portal:") and "GET" in each.page.methods]
    return [each for each in shown if each.name not in FILES | NOT_NOW]


@pytest.mark.parametrize("looks", [QUICK, pytest.param(WHOLE, marks=pytest.mark.long)], ids=["quick", "whole"])
def test_everybody_can_use_every_page_of_the_portal(visit: Callable[[Address], Page], looks: list[Look]) -> None:
    wrong: dict[str, Any] = {}
    for address in pages():
        page = visit(address)
        for window, dress, rules in looks:
            wear(page, window, **DRESSES[dress])
            where = f"{address.name}, {dress}, {window['width']}"
            wrong[where] = faults(page, rules)
            across = page.evaluate("document.documentElement.scrollWidth")
            if across > window["width"]:
                wrong[where] += [f"{across} wide"]
    assert {where: found for where, found in wrong.items() if found} == {}
    assert len({where.split(",")[0] for where in wrong}) == len(pages()) > 40
