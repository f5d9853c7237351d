"""Papers in a real browser: dropped, pasted, photographed, broken off and gone on with; and without scripts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from config.postgres.scope import acting
from pipeline.models import Document, DocumentVersion, User
from tests.cast import QINGHE, city
from tests.live import Complaints, House

pytestmark = pytest.mark.browser

PASSWORD = "a long enough password of Li"
PIECE = 512 * 1024
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
# dispatches an event with a file of its own on the form, as a hand or a clipboard does
WITH_FILE = """([kind, name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  const about = { bubbles: true, cancelable: true };
  const event = kind === "paste" ? new ClipboardEvent(kind, { ...about, clipboardData: transfer })
    : new DragEvent(kind, { ...about, dataTransfer: transfer });
  document.querySelector("[data-drop]").dispatchEvent(event);
}"""


@pytest.fixture(scope="module")
def li(house: House) -> User:
    with transaction.atomic():
        person = city().li
        person.set_password(PASSWORD)
        person.save()
    return person


@pytest.fixture(scope="module")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of three pieces."""
    path = tmp_path_factory.mktemp("papers") / "审计报告.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"0123456789abcdef" * 75_000)
    return path


def shelf(page: Page, house: House, li: User) -> Page:
    page.goto(house.url + reverse("account_login"))
    page.locator("[name=login]").fill(li.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/portal/**")
    page.goto(house.url + reverse("portal:papers", args=[QINGHE]))
    return page


def titles(li: User) -> set[str]:
    """What stands on the shelf, read on a connection of its own."""
    connection.close()
    with acting(li), transaction.atomic():
        return set(Document.objects.values_list("title", flat=True))


def offsets(page: Page) -> list[int]:
    """From which byte on each piece is sent, as they go out."""
    sent: list[int] = []

    def note(request: Request) -> None:
        if "?offset=" in request.url:
            sent.append(int(request.url.rpartition("=")[2]))

    page.on("request", note)
    return sent


@pytest.mark.parametrize(("kind", "name"), [("drop", "营业执照.png"), ("paste", "image.png")])
def test_a_picture_that_is_dropped_or_pasted_is_on_the_shelf(
    house: House, page: Page, li: User, kind: str, name: str
) -> None:
    shelf(page, house, li)
    content = PNG if kind == "drop" else PNG[:-8] + "AAAAAAA="
    page.evaluate(WITH_FILE, [kind, name, "image/png", content])
    expect(page.locator("[data-under-way] li a")).to_have_count(1, timeout=30_000)
    expected = "营业执照.png" if kind == "drop" else page.locator("[data-under-way] li a").inner_text()
    assert expected in titles(li)
    assert expected.endswith(".png")


def test_a_broken_line_costs_the_last_piece_only(
    house: House, page: Page, complaints: Complaints, li: User, pieces: Path
) -> None:
    shelf(page, house, li)
    sent = offsets(page)
    broken: list[str] = []

    def cut(route: Route) -> None:
        if len(broken) < 2:
            broken.append(route.request.url)
            route.abort("internetdisconnected")
        else:
            route.continue_()

    page.route(f"**/upload/*?offset={PIECE}", cut)
    page.get_by_label("证明什么").or_(page.locator("#id_proves")).first.select_option("figures.2025.sales")
    page.locator("#id_chosen").set_input_files(pieces)
    page.locator(".take-in button.go").click()
    expect(page.locator("[data-under-way] li a")).to_have_count(1, timeout=30_000)
    assert sent == [0, PIECE, PIECE, PIECE, 2 * PIECE]
    complaints.expect("ERR_INTERNET_DISCONNECTED")
    connection.close()
    with acting(li), transaction.atomic():
        kept = DocumentVersion.objects.get(name=pieces.name)
        assert kept.size == pieces.stat().st_size
        assert kept.document.proves.get().figure == "sales"


def test_a_browser_that_was_closed_goes_on_when_the_file_is_chosen_again(
    house: House, new_context: Callable[..., BrowserContext], li: User, tmp_path: Path
) -> None:
    path = tmp_path / "专项审计.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"fedcba9876543210" * 75_000)
    context = new_context()
    first = shelf(context.new_page(), house, li)
    first.route(f"**/upload/*?offset={PIECE}", lambda route: None)  # hangs, as on a line that is gone
    first.locator("#id_chosen").set_input_files(path)
    with first.expect_request(f"**/upload/*?offset={PIECE}"):
        first.locator(".take-in button.go").click()
    first.goto("about:blank")  # what hangs would be sent on if the page were closed at once
    first.close()
    second = context.new_page()
    sent = offsets(second)
    second.goto(house.url + reverse("portal:papers", args=[QINGHE]))
    expect(second.locator("main")).to_contain_text("专项审计.pdf")
    second.locator("#id_chosen").set_input_files(path)
    second.locator(".take-in button.go").click()
    expect(second.locator("[data-under-way] li a")).to_have_count(1, timeout=30_000)
    assert sent == [PIECE, 2 * PIECE]
    assert "专项审计.pdf" in titles(li)


def test_what_is_refused_says_so_beside_its_file_and_the_rest_goes_on(
    house: House, page: Page, complaints: Complaints, li: User, tmp_path: Path
) -> None:
    shelf(page, house, li)
    bad, good = tmp_path / "宏.xlsm", tmp_path / "其他.pdf"
    bad.write_bytes(b"PK\x03\x04")
    good.write_bytes(b"%PDF-1.7\nother")
    page.locator("#id_chosen").set_input_files([bad, good])
    page.locator(".take-in button.go").click()
    lines = page.locator("[data-under-way] li")
    expect(lines.nth(0)).to_contain_text("XLSX")
    expect(lines.nth(1).locator("a")).to_have_count(1, timeout=30_000)
    complaints.expect("422")
    assert "其他.pdf" in titles(li)


def test_without_scripts_the_form_sends_the_files(
    house: House, new_context: Callable[..., BrowserContext], li: User, tmp_path: Path
) -> None:
    page = shelf(new_context(java_script_enabled=False).new_page(), house, li)
    path = tmp_path / "无脚本.pdf"
    path.write_bytes(b"%PDF-1.7\nplain")
    page.locator("#id_chosen").set_input_files(path)
    page.locator(".take-in button.go").click()
    assert "无脚本.pdf" in page.locator("main").inner_text()
    page.get_by_role("link", name="无脚本.pdf").first.click()
    assert page.locator("h1").inner_text() == "无脚本.pdf"
