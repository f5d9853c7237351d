"""The firm's face in a real browser: what it weighs and what its scripts do."""

from collections.abc import Callable

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Response

from tests.cast import QINGHE, Story, city
from tests.live import House

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password of Li"
HOME_REQUESTS, HOME_BYTES = 9, 90_000


@pytest.fixture(scope="module")
def li(house: House) -> str:
    """Qinghe in coaching; its owner's log-in name."""
    with transaction.atomic():
        story = Story(city()).to("coaching")
        story.cast.li.set_password(PASSWORD)
        story.cast.li.save()
    return story.cast.li.username


def sign_in(page: Page, house: House, username: str) -> None:
    page.goto(house.url + reverse("account_login"))
    page.get_by_label("账号").or_(page.locator("[name=login]")).first.fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/portal/**")


def first_load(page: Page, url: str) -> dict[str, int]:
    """Every response that an empty browser needs for a page, with its bytes on the wire."""
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return {answer.url: answer.request.sizes()["responseBodySize"] for answer in answers}


def address(house: House, name: str, *more: object) -> str:
    return house.url + reverse(f"portal:{name}", args=[QINGHE, *more])


def test_the_home_of_a_firm_is_light_on_a_slow_line(
    house: House, page: Page, new_context: Callable[..., BrowserContext], li: str
) -> None:
    sign_in(page, house, li)
    elsewhere = new_context(storage_state=page.context.storage_state()).new_page()
    sizes = first_load(elsewhere, address(house, "home"))
    assert len(sizes) <= HOME_REQUESTS, sizes
    assert sum(sizes.values()) <= HOME_BYTES, sizes


def test_the_unit_switch_moves_the_point_and_loses_no_fen(house: House, page: Page, li: str) -> None:
    sign_in(page, house, li)
    page.goto(address(house, "figures", 2025))
    sales = page.locator("#id_sales-2025")
    sales.fill("4,999.999999")
    page.locator("[data-switch-unit=yuan]").click()
    assert sales.input_value() == "49999999.99"
    assert page.locator("[name=unit]").input_value() == "yuan"
    page.locator("[data-switch-unit=wan]").click()
    assert sales.input_value() == "4999.999999"
    assert page.locator("#echo-sales").inner_text().startswith("49,999,999.99")


def test_a_look_is_kept_by_the_server_and_comes_without_a_flash(house: House, page: Page, li: str) -> None:
    sign_in(page, house, li)
    page.locator("button[name=size]").first.click()
    page.goto(address(house, "plan"))
    assert page.locator("html").get_attribute("data-size") == "large"
    page.locator("button[name=size]").first.click()
    assert page.locator("html").get_attribute("data-size") == "normal"


def test_a_menu_closes_by_escape_and_gives_the_focus_back(house: House, page: Page, li: str) -> None:
    sign_in(page, house, li)
    menu = page.locator("details.menu").last
    menu.locator("summary").click()
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
