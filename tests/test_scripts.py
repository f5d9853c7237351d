"""What the small scripts do, on pages as small as they need."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parent.parent / "pipeline" / "static" / "js"
ROW = '<tr><td><input type="checkbox" name="chosen"></td><td><a class="firm" href="#firm{n}">{n}</a></td></tr>'
LIST = f"""
<form><table data-rows><thead><tr><th><input type="checkbox" data-all></th></tr></thead>
<tbody><tr class="group"><th>today</th></tr>{"".join(ROW.format(n=n) for n in range(3))}</tbody></table>
<div data-batch><span data-says="{{n}} chosen"></span><button type="button" data-clear>none</button></div>
<button type="button" data-key="R" onclick="document.title = 'returned'">return</button><input id="note"></form>
<dialog id="keys">keys</dialog>
"""


def opened(page: Page, html: str, *scripts: str) -> Page:
    page.set_content(f"<!doctype html><html><body>{html}</body></html>")
    for script in scripts:
        text = (SCRIPTS / script).read_text() + "\ndocument.documentElement.dataset.ran = 'yes'"
        page.add_script_tag(content=text, type="module")
        page.wait_for_selector("html[data-ran]", state="attached")
        page.evaluate("delete document.documentElement.dataset.ran")
    return page


def at(page: Page) -> str:
    return page.locator("tr.at a.firm").inner_text()


def test_j_and_k_walk_over_rows_and_never_over_a_group(page: Page) -> None:
    opened(page, LIST, "rows.js")
    for key, row in (("j", "0"), ("j", "1"), ("k", "0"), ("k", "0"), ("j", "1"), ("j", "2"), ("j", "2")):
        page.keyboard.press(key)
        assert at(page) == row
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#firm2'")


def test_the_batch_bar_counts_what_x_selects_and_escape_clears(page: Page) -> None:
    opened(page, LIST, "rows.js")
    assert page.locator("[data-batch]").is_hidden()
    for key in ("j", "x", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("[data-says]").inner_text() == "2 chosen"
    page.keyboard.press("Escape")
    assert page.locator("[data-batch]").is_hidden()
    page.locator("[data-all]").check()
    assert page.locator("[data-says]").inner_text() == "3 chosen"
    page.locator("[data-clear]").click()
    assert page.locator("[data-batch]").is_hidden()


def test_a_letter_presses_its_button_but_not_while_somebody_types(page: Page) -> None:
    opened(page, LIST, "rows.js")
    page.locator("#note").press("r")
    assert page.title() == ""
    page.locator("#note").blur()
    page.keyboard.press("r")
    assert page.title() == "returned"


def test_single_keys_can_be_turned_off(page: Page) -> None:
    opened(page, LIST, "rows.js")
    page.evaluate("document.documentElement.dataset.keys = 'off'")
    page.keyboard.press("j")
    assert page.locator("tr.at").count() == 0


def test_the_question_mark_opens_the_list_of_keys(page: Page) -> None:
    opened(page, LIST, "rows.js")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()


def test_a_dialog_opens_from_its_link_and_the_link_still_works_with_control(page: Page) -> None:
    html = '<a id="more" href="#plain" data-opens="ask">ask</a><dialog id="ask">sure?</dialog>'
    opened(page, html, "openings.js")
    page.locator("#more").click()
    assert page.locator("#ask").is_visible()
    assert "#plain" not in page.url


def answered(text: str) -> str:
    """The palette with what was found for a text, in a form that would lead elsewhere."""
    found = f'<div data-for="{text}"><ul><li><a href="#one">one</a></li><li><a href="#two">two</a></li></ul></div>'
    form = '<form action="#sent" onsubmit="location.hash = \'sent\'; return false"><input name="q"></form>'
    return f'<dialog id="palette">{form}<div id="palette-found">{found}</div></dialog>'


def test_the_palette_moves_with_arrows_and_follows_with_enter(page: Page) -> None:
    opened(page, answered(""), "palette.js")
    page.keyboard.press("Control+k")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "Enter"):  # over the end and back to the last
        page.keyboard.press(key)
    page.wait_for_function("location.hash === '#two'")


def test_the_palette_follows_nothing_that_was_found_for_an_older_text(page: Page) -> None:
    opened(page, answered("青"), "palette.js")
    page.evaluate("window.htmx = {}")
    page.keyboard.press("Meta+k")
    page.keyboard.type("青禾")
    page.keyboard.press("Enter")
    assert not page.evaluate("location.hash")
    page.evaluate("""() => {
        document.querySelector("[data-for]").dataset.for = "青禾";
        document.dispatchEvent(new Event("htmx:afterSwap"));
    }""")
    page.wait_for_function("location.hash === '#one'")


def test_the_palette_asks_the_server_where_nothing_else_answers(page: Page) -> None:
    opened(page, answered("青"), "palette.js")
    page.keyboard.press("Control+k")
    page.keyboard.type("青禾")
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash === '#sent'")


@pytest.mark.parametrize(
    ("wan", "yuan"),
    [
        ("8,640.5", "86405000.00"),
        ("4999.999999", "49999999.99"),
        ("0.01", "100.00"),
        ("−12.5", "-125000.00"),
        ("８６４０", "86400000.00"),
        ("9007199254740993", "90071992547409930000.00"),
        ("", ""),
        ("12o", "12o"),
    ],
)
def test_the_unit_switch_moves_the_point_of_the_text(page: Page, wan: str, yuan: str) -> None:
    form = '<form data-unit="wan" data-wan="W" data-yuan="Y"><input name="unit" type="hidden" value="wan">'
    links = "".join(f'<a href="?unit={unit}" data-switch-unit="{unit}">{unit}</a>' for unit in ("wan", "yuan"))
    opened(page, f'{form}<input id="sales" data-money></form><b id="sales-echo"></b>{links}', "units.js")
    page.locator("#sales").fill(wan)
    page.locator("[data-switch-unit=yuan]").click()
    assert page.locator("#sales").input_value() == yuan
