"""The eight main screens as the manual shows them. With PICTURES=folder they are kept there:

PICTURES=docs/pictures ./dev test tests/browser/test_pictures.py
"""

import os
import re
from io import BytesIO
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook
from playwright.sync_api import FilePayload, Page, expect

from pipeline.management.commands.demonstrate import FILE
from tests.browser.conftest import Demonstration, NewContext

pytestmark = pytest.mark.browser

SPOILT = {"B5": "", "A7": "91330108MAWF5ABM3X", "C9": "钱江县", "K12": 98_765_432_100, "I14": "两件"}


@pytest.fixture
def album(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def spoilt_roster() -> bytes:
    """The demonstration roster with five faults in it."""
    book = load_workbook(FILE)
    for cell, value in SPOILT.items():
        book.worksheets[0][cell] = value
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def take(page: Page, album: Path, name: str, address: str, *, shows: str) -> None:
    page.goto(address)
    expect(page.locator("h1").first).to_be_visible()
    expect(page.get_by_text(shows).first).to_be_visible()
    page.screenshot(path=album / f"{name}.png")


def test_the_desk_can_be_shown(demonstration: Demonstration, new_context: NewContext, album: Path) -> None:
    url, firms = demonstration.house.url, demonstration.firms
    page = demonstration.page("chen", new_context)
    reviewed, coached = firms["city_review"], firms["coaching"]
    take(page, album, "queue", url + reverse("desk:queue") + "?view=all", shows="全部在办")
    take(page, album, "screening", url + reverse("desk:screening") + "?group=one", shows="差 1 项")
    take(page, album, "case", url + reverse("desk:case", args=[reviewed.number]), shows=reviewed.number)
    take(page, album, "diagnosis", url + reverse("desk:diagnosis", args=[coached.uscc]), shows="八项条件，九个结论")
    take(page, album, "plan", url + reverse("desk:plan", args=[coached.number]), shows="辅导计划")
    take(page, album, "funnel", url + reverse("desk:funnel"), shows="从线索到证书")


def test_a_roster_with_faults_can_be_shown(demonstration: Demonstration, new_context: NewContext, album: Path) -> None:
    page = demonstration.page("chen", new_context)
    page.goto(demonstration.house.url + reverse("desk:rosters"))
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    payload = FilePayload(name="杭州名册（改过）.xlsx", mimeType=sheet, buffer=spoilt_roster())
    page.set_input_files("input[name=file]", payload)
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_text(re.compile(r"有错 \d+ 行"))).to_be_visible(timeout=60_000)
    page.screenshot(path=album / "roster.png")
    page.get_by_role("button", name="放弃").click()


def test_the_portal_can_be_shown(demonstration: Demonstration, new_context: NewContext, album: Path) -> None:
    returned = demonstration.firms["city_returned"]
    page = demonstration.page(returned.owner, new_context)
    take(page, album, "portal", demonstration.house.url + reverse("portal:home", args=[returned.uscc]), shows="补正")
