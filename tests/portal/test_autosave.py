"""What is typed is on the server within two seconds, whatever is killed: the browser, the web process, the database."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from config.embedded.browser import browser as chromium
from config.postgres.scope import acting
from pipeline.acts import ledger
from pipeline.models import Draft, FinancialYear, Firm, User
from tests.cast import QINGHE, city
from tests.live import QUIET, House

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password of Li"
AT_MOST = 2.0  # seconds of typing that may be missing
WITHIN = 60  # seconds until all is well again
DIGITS = "123456789012345678"
BEAT = 0.2  # seconds between two keys
FIELD = "#id_rd_total-2025"
MOMENTS = (0.0, 0.03, 0.08, 0.15, 0.3)  # seconds after pressing Save


@dataclass
class Desk:
    """Li at the figures of Qinghe."""

    house: House
    li: User
    context: BrowserContext

    @property
    def url(self) -> str:
        return self.house.url + reverse("portal:figures", args=[QINGHE, 2025])

    def page(self, context: BrowserContext | None = None) -> Page:
        page = (context or self.context).new_page()
        page.goto(self.url)
        return page

    def draft(self, page: str = "figures.2025") -> dict[str, str]:
        """What the server keeps of Li's typing, read on a connection of its own."""
        connection.close()
        with acting(self.li), transaction.atomic():
            kept = Draft.objects.filter(person=self.li, page=page).first()
            return dict(kept.content) if kept else {}

    def sales(self) -> set[str]:
        connection.close()
        with acting(self.li), transaction.atomic():
            rows = FinancialYear.objects.filter(firm__uscc=QINGHE, year__in=(2023, 2024, 2025))
            return {f"{row.year}: {row.sales} of {row.total_income}" for row in rows}

    def kill_web(self) -> None:
        os.killpg(self.house.children["web"].process.pid, signal.SIGKILL)

    def start_web(self) -> None:
        self.house.children["web"] = self.house.stack.web()
        self.house.stack.wait_for_web(self.house.children["web"])

    def crash_database(self) -> None:
        """Kill a server process that works for the web: PostgreSQL throws everybody out and recovers from its log."""
        connection.close()
        with self.house.stack.postgres.connect("postgres", self.house.database) as raw:
            query = "select pid from pg_stat_activity where usename = 'web' and datname = current_database()"
            pids = [pid for (pid,) in raw.execute(query)]
        for pid in pids[:1]:
            os.kill(pid, signal.SIGKILL)

    def is_there(self, page: Page) -> bool:
        """Whether the page opens and its field is on it; a connection from before a crash may fail once."""
        page.goto(self.url)
        return page.locator(FIELD).count() == 1


@pytest.fixture(scope="module")
def house(own_house: House) -> House:
    """Its processes are killed here."""
    return own_house


@pytest.fixture(scope="module")
def desk(house: House, chrome: Browser) -> Iterator[Desk]:
    with transaction.atomic():
        li = city().li
        li.set_password(PASSWORD)
        li.save()
    context = chrome.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(house.url + reverse("account_login"))
    page.locator("[name=login]").fill(li.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/portal/**")
    yield Desk(house, li, context)
    context.close()


def typed_slowly(page: Page) -> list[tuple[float, str]]:
    """Types into an emptied field; what stood there at each moment."""
    page.locator(FIELD).fill("")
    told, text = [], ""
    for digit in DIGITS:
        page.keyboard.type(digit)
        text += digit
        told.append((time.monotonic(), text))
        time.sleep(BEAT)
    return told


def wait_until(holds: Callable[[], bool], says: str) -> None:
    for _try in range(WITHIN * 4):
        with contextlib.suppress(Exception):
            if holds():
                return
        time.sleep(0.25)
    raise AssertionError(f"not within {WITHIN} s: {says}")


def test_a_browser_that_is_killed_loses_at_most_the_last_two_seconds(desk: Desk, chrome: Browser) -> None:
    before = desk.sales()
    other = chrome.browser_type.launch(executable_path=chromium(), args=[*QUIET, "--no-sandbox"])
    page = desk.page(other.new_context(locale="zh-CN", storage_state=desk.context.storage_state()))
    page.locator(FIELD).click()
    told = typed_slowly(page)
    at = time.monotonic()
    with contextlib.suppress(Error):
        other.new_browser_cdp_session().send("Browser.crash")
    time.sleep(1)  # what was under way arrives
    kept = desk.draft()["rd_total-2025"]
    sure = max((text for moment, text in told if moment <= at - AT_MOST), key=len, default="")
    assert DIGITS.startswith(kept)
    assert len(kept) >= len(sure)
    assert len(sure) > 0
    assert desk.sales() == before


def test_a_line_of_the_ledger_survives_a_killed_browser(desk: Desk, chrome: Browser) -> None:
    connection.close()
    with acting(desk.li), transaction.atomic():
        named = {"code": "RD01", "title": "苗情监测"}
        ledger.write_project(Firm.objects.get(uscc=QINGHE), named, version=None, by=desk.li)
    url = desk.house.url + reverse("portal:ledger", args=[QINGHE, 2025])
    other = chrome.browser_type.launch(executable_path=chromium(), args=[*QUIET, "--no-sandbox"])
    page = other.new_context(locale="zh-CN", storage_state=desk.context.storage_state()).new_page()
    page.goto(url)
    page.locator("#id_summary").fill("试验用材料")
    wait_until(lambda: desk.draft("ledger.2025").get("summary") == "试验用材料", "the line being typed is kept")
    with contextlib.suppress(Error):
        other.new_browser_cdp_session().send("Browser.crash")
    again = desk.context.new_page()
    again.goto(url)
    assert again.locator("#id_summary").input_value() == "试验用材料"
    again.close()


def test_what_is_typed_without_a_connection_arrives_once_there_is_one(desk: Desk) -> None:
    page = desk.page()
    desk.context.set_offline(True)
    page.locator(FIELD).fill("77.5")
    page.wait_for_timeout(1_500)
    assert desk.draft().get("rd_total-2025") != "77.5"
    assert page.locator("[data-save-state]").inner_text()
    desk.context.set_offline(False)
    wait_until(lambda: desk.draft().get("rd_total-2025") == "77.5", "kept after the line came back")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.close()


def test_a_session_that_ended_keeps_the_typing_on_the_page_and_goes_on_after_signing_in(
    desk: Desk, chrome: Browser
) -> None:
    context = chrome.new_context(locale="zh-CN", storage_state=desk.context.storage_state())
    page = desk.page(context)
    cookies = [cookie for cookie in context.cookies() if "sessionid" in cookie["name"]]
    context.clear_cookies(name=cookies[0]["name"])
    page.locator(FIELD).fill("88.5")
    page.wait_for_timeout(1_500)
    assert page.locator(FIELD).input_value() == "88.5"
    assert desk.draft().get("rd_total-2025") != "88.5"
    context.add_cookies(cookies)  # type: ignore[arg-type]
    wait_until(lambda: desk.draft().get("rd_total-2025") == "88.5", "kept after signing in again")
    context.close()


def test_cells_pasted_onto_a_field_are_spread_over_the_table(desk: Desk) -> None:
    page = desk.page()
    page.locator("#id_net_assets-2023").focus()
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text/plain", "3,000\\t3,600\\t4,400\\n110\\t116\\t123");
          document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.locator("#id_staff-2025")).to_have_value("123")
    expect(page.locator("#id_net_assets-2024")).to_have_value("3,600")
    wait_until(lambda: desk.draft().get("staff-2025") == "123", "the pasted cells are kept")
    page.close()


@pytest.mark.long
def test_a_web_process_killed_while_keeping_loses_nothing_that_is_on_the_page(desk: Desk) -> None:
    page = desk.page()
    page.locator(FIELD).click()
    for at, moment in enumerate((0.85, 0.92, 1.0)):
        text = f"9{at}.25"
        page.locator(FIELD).fill(text)
        time.sleep(moment)  # about when it is sent
        desk.kill_web()
        desk.start_web()
        wait_until(lambda text=text: desk.draft().get("rd_total-2025") == text, f"{text} kept")  # type: ignore[misc]
    page.close()


@pytest.mark.long
@pytest.mark.parametrize("part", ["web", "database"])
def test_figures_are_stored_whole_or_not_at_all(desk: Desk, part: str) -> None:
    for at, moment in enumerate(MOMENTS):
        before, page = desk.sales(), desk.page()
        amount = 20_000 + 100 * at + (50 if part == "web" else 0)
        for year in (2023, 2024, 2025):
            page.locator(f"#id_total_income-{year}").fill(f"{amount + year}")
            page.locator(f"#id_sales-{year}").fill(f"{amount}")
        page.wait_for_timeout(1_500)  # the draft is kept: nothing stands in the way of the click
        page.evaluate("setTimeout(() => document.querySelector('.actions button.go').click())")
        time.sleep(moment)
        if part == "web":
            desk.kill_web()
            desk.start_web()
        else:
            desk.crash_database()
        again = desk.context.new_page()
        wait_until(lambda again=again: desk.is_there(again), "the page opens again")  # type: ignore[misc]
        again.close()
        page.close()
        after = {f"{year}: {amount}0000.00 of {amount + year}0000.00" for year in (2023, 2024, 2025)}
        time.sleep(1)
        assert desk.sales() in (before, after), (part, moment)
        if desk.sales() == before:
            assert desk.draft()["sales-2025"] == str(amount)
