"""The workbook and the books of a year in a real browser: at 360 px, in the dark, usable by everybody."""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page

from tests.acts.test_accounts import HEAD, LINES
from tests.axe import faults, wear
from tests.cast import QINGHE, city
from tests.live import House
from tests.outside.workbooks import xlsx
from tests.portal.test_browser import PASSWORD, sign_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def li(house: House) -> str:
    with transaction.atomic():
        owner = city().li
        owner.set_password(PASSWORD)
        owner.save()
    return owner.username


def is_usable(page: Page) -> None:
    for theme in ("light", "dark"):
        assert faults(wear(page, theme=theme)) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_workbook_goes_round_on_a_small_phone(house: House, li: str, page: Page, tmp_path: Path):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, house, li)
    page.goto(house.url + reverse("portal:workbook", args=[QINGHE]))
    is_usable(page)
    with page.expect_download() as download:
        page.locator(f"a[href='{reverse('portal:workbook_file', args=[QINGHE])}']").click()
    book = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    book["财务数据"]["E3"].value, book["人员"]["E3"].value = 8_700, "很多"
    book.save(tmp_path / "数据.xlsx")
    page.locator("input[type=file]").set_input_files(tmp_path / "数据.xlsx")
    page.locator("form.fields button").click()
    page.wait_for_url("**/workbook/*-*")
    is_usable(page)
    assert page.locator("input[name=take]").is_checked()
    page.locator("button.go").click()
    page.locator(".state.good").wait_for()
    is_usable(page)


def test_the_books_of_a_year_come_in_on_a_small_phone(house: House, li: str, page: Page, tmp_path: Path):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, house, li)
    page.goto(house.url + reverse("portal:accounts", args=[QINGHE]))
    is_usable(page)
    page.locator("input[type=file]").set_input_files(xlsx(tmp_path / "余额表.xlsx", [HEAD, *LINES]))
    page.locator("form.fields button").click()
    page.wait_for_url("**/accounts/*-*")
    is_usable(page)
    page.locator("button[name=map]").click()
    page.locator("input[name=take]").first.wait_for()
    is_usable(page)
