"""A roster in a real browser with a real worker: upload, watch, look, let in; bad files leave the worker up."""

from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from config.postgres.scope import acting
from pipeline.models import Firm
from tests.cast import Cast, city
from tests.live import House
from tests.outside.workbooks import CODE, HEAD, OTHER_CODE, xlsx

pytestmark = pytest.mark.browser
PASSWORD = "a long pass phrase for tests"
ROWS = [
    [*HEAD, "2025年销售收入（万元）"],
    [CODE, "临安新苗有限公司", "临安区", 1234.5],
    [OTHER_CODE[:-1] + "4", "西湖新叶公司", "西湖区", 800],
]


@pytest.fixture(scope="module")
def officer(house: House) -> Cast:
    with transaction.atomic():
        cast = city()
        cast.chen.set_password(PASSWORD)
        cast.chen.save()
    return cast


@pytest.fixture
def desk(house: House, officer: Cast, page: Page) -> Page:
    page.goto(house.url + reverse("account_login"))
    page.locator("[name=login]").fill(officer.chen.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/desk/**")
    page.goto(house.url + reverse("desk:rosters"))
    return page


def upload(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)
    page.locator("form.fields button.go").click()


def test_a_roster_goes_from_upload_to_the_record(desk: Page, officer: Cast, tmp_path: Path) -> None:
    upload(desk, xlsx(tmp_path / "名册.xlsx", ROWS))
    expect(desk.get_by_text("校验不符").first).to_be_visible(timeout=30_000)
    with desk.expect_download() as download:
        desk.locator(".acts a[href$='/marked']").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    desk.locator(".acts button.go").click()
    expect(desk.locator(".acts .state.good")).to_be_visible()
    with transaction.atomic(), acting(officer.chen):
        assert Firm.objects.get(uscc=CODE).name == "临安新苗有限公司"
        assert not Firm.objects.filter(uscc=OTHER_CODE).exists()


def test_a_file_that_is_no_roster_says_what_to_do_and_the_next_one_is_read(desk: Page, tmp_path: Path) -> None:
    upload(desk, xlsx(tmp_path / "空.xlsx", [["企业名称", "所属县区"], ["甲公司", "临安区"]]))
    expect(desk.get_by_text("没有“统一社会信用代码”这一列")).to_be_visible()
    desk.locator("a.button.go").click()
    (tmp_path / "假.xlsx").write_bytes(b"%PDF-1.7")
    upload(desk, tmp_path / "假.xlsx")
    expect(desk.get_by_text("内容却是PDF").first).to_be_visible()
    upload(desk, xlsx(tmp_path / "名册.xlsx", ROWS))
    expect(desk.locator("table.cells td.wrong")).to_be_visible()
