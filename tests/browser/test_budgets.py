"""What the main screens weigh on the wire and how often they ask, in a browser that knows nothing and in one that
has been there before.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.browser.conftest import Demonstration, NewContext

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class Budget:
    """Thousands of bytes on the first visit and on the next, compressed, and requests on the first."""

    who: str
    address: Callable[[Demonstration], str]
    first: int
    repeat: int
    requests: int


def case(city: Demonstration) -> str:
    return reverse("desk:case", args=[city.firms["coaching"].number])


def diagnosis(city: Demonstration) -> str:
    return reverse("desk:diagnosis", args=[city.firms["coaching"].uscc])


def plan(city: Demonstration) -> str:
    return reverse("desk:plan", args=[city.firms["coaching"].number])


def home(city: Demonstration) -> str:
    return reverse("portal:home", args=[city.firms["coaching"].uscc])


def data_entry(city: Demonstration) -> str:
    return reverse("portal:figures", args=[city.firms["coaching"].uscc, 2025])


def roster(city: Demonstration) -> str:
    return reverse("desk:roster", args=[city.roster])


# The design names no budget of its own for screening and roster: lists, they take the queue's.
BUDGETS = {
    "queue": Budget("chen", lambda city: reverse("desk:queue") + "?view=all", 140, 25, 12),
    "case": Budget("chen", case, 160, 35, 14),
    "diagnosis": Budget("chen", diagnosis, 150, 30, 12),
    "plan": Budget("chen", plan, 140, 25, 12),
    "home of a firm": Budget("li", home, 90, 15, 9),
    "data entry": Budget("li", data_entry, 110, 20, 10),
    "funnel": Budget("chen", lambda city: reverse("desk:funnel"), 260, 40, 14),
    "screening": Budget("chen", lambda city: reverse("desk:screening"), 140, 25, 12),
    "roster": Budget("chen", roster, 140, 25, 12),
}


class Wire:
    """The bytes that came over the wire since the last visit, heads included, one number a request."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.received: list[int] = []
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda event: self.received.append(int(event["encodedDataLength"])))

    def visit(self, url: str) -> list[int]:
        self.received.clear()
        self.page.goto(url, wait_until="networkidle")
        return [size for size in self.received if size]


@pytest.mark.parametrize("name", BUDGETS)
def test_a_main_screen_keeps_to_its_weight(demonstration: Demonstration, new_context: NewContext, name: str) -> None:
    budget = BUDGETS[name]
    wire = Wire(demonstration.page(budget.who, new_context))
    url = demonstration.house.url + budget.address(demonstration)
    first, repeat = wire.visit(url), wire.visit(url)
    assert wire.page.locator("h1").count() == 1, "the screen itself, and one heading"
    assert len(first) <= budget.requests
    assert sum(first) <= budget.first * 1_000, first
    assert sum(repeat) <= budget.repeat * 1_000, repeat
