"""Every screen without a mouse: all that can be done is reached by the Tab key, shows that it has the focus, has a name
and does what it says by Enter or Space; what opens over a page keeps the focus and gives it back.
"""

from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Demonstration, NewContext
from tests.browser.keyboard import Hands, Tabbed, tab_through
from tests.browser.test_looks import SCREENS, Walk

pytestmark = pytest.mark.browser

QUICK = ("queue", "case, on notice", "move: return", "timeline", "supposition", "account", "home", "log-in")
LEAST = 500  # controls of the quick ones together: a page that failed to draw has none
FRAMES = (".top", ".ptop")  # what is the same on all pages of a person is gone through on the first of them
MOST_IN_DIALOG = 15
UNTOLD = """[...document.querySelectorAll("main [data-key], .identity [data-key]")]
.filter(each => each.querySelector("kbd")?.textContent !== each.dataset.key).map(each => each.outerHTML)"""
DIALOGS = {"keys": ("?",), "palette": ("Control+k",)}


@pytest.fixture
def walk(demonstration: Demonstration, chrome: Browser) -> Iterator[Walk]:
    walk = Walk(demonstration, chrome, "zh-hans")
    walk.page = chrome.new_context(locale="zh-CN", viewport=walk.window).new_page()
    yield walk
    walk.page.context.close()


def gone_through(walk: Walk, names: Iterable[str]) -> dict[str, Tabbed]:
    known: set[str] = set()
    found = {}
    for name in names:
        walk.go_to(SCREENS[name])
        who = SCREENS[name].who or SCREENS[name].stage
        frame = next((each for each in FRAMES if who in known and walk.page.locator(each).count()), "")
        known.add(who)
        found[name] = tab_through(walk.page, after=frame)
    return found


@pytest.mark.parametrize("names", [QUICK, pytest.param(SCREENS, marks=pytest.mark.long)], ids=["quick", "all"])
def test_everything_is_reached_and_pressed_by_keyboard(walk: Walk, names: Iterable[str]) -> None:
    found = gone_through(walk, names)
    assert {name: each.wrong for name, each in found.items() if each.wrong} == {}
    assert sum(each.reached for each in found.values()) > LEAST


SPOILT = """
<style>
  a, button { outline: 0 }
  a:focus, b:focus, #ok:focus, #pale:focus { outline: 2px solid black }
  #pale:focus { outline-color: #eee }
  #under { position: absolute; left: 0; bottom: 0 }
  p { margin: 0; position: fixed; inset: auto 0 0 0; height: 3rem; background: white }
  div { overflow: hidden; width: 4rem }
  span { display: flex; flex-direction: row-reverse }
</style>
<a href="#a" onkeydown="if (event.key === 'Enter') event.preventDefault()">deaf</a>
<button id="bare">bare</button><button id="pale">pale</button><button id="ok" aria-label=""></button>
<a href="#u" id="under">under</a><div><a href="#c">cut</a></div><p></p><h2 onclick="1">title</h2>
<b tabindex="0">loose</b><span><a href="#r" id="right">right</a><a href="#l" id="left">left</a></span>
"""
FAULTS = {
    "does nothing when it is pressed: a deaf",
    "no ring: button#bare bare",
    "a ring that cannot be told from its ground: button#pale pale",
    "no name: button#ok",
    "out of sight, or behind something, when it has the focus: a#under under",
    "a ring that is cut off: a cut",
    "only a pointer can press it: h2 title",
    "reached, and nobody knows what for: b loose",
    "reached after what stands right of it: a#left left",
}
TRAP = """<style>:focus { outline: 2px solid black }</style><a href="#a">one</a>
<input aria-label="two" onkeydown="if (event.key === 'Tab') event.preventDefault()"><a href="#b">three</a>"""


def test_the_walk_notices_what_is_wrong(page: Page) -> None:
    """The control: a page on which each of these is wrong once."""
    page.set_content(
        f"<!doctype html>{SPOILT.replace('<span>', '<span style="display: flex; flex-direction: row-reverse">')}"
    )
    assert {line.partition("<")[0].strip() for line in tab_through(page).wrong} == FAULTS


def test_the_walk_notices_a_trap(page: Page) -> None:
    page.set_content(f"<!doctype html>{TRAP}")
    assert tab_through(page).wrong == ["the Tab key does not come to an end", "not reached: a three"]


@pytest.mark.parametrize("dialog", DIALOGS)
def test_a_dialog_keeps_the_focus_and_gives_it_back(
    demonstration: Demonstration, new_context: NewContext, dialog: str
) -> None:
    page = demonstration.page("chen", new_context)
    page.goto(demonstration.house.url + SCREENS["queue"].at(demonstration))
    hands = Hands(page)
    hands.press("j")
    row = hands.focus()
    hands.press(*DIALOGS[dialog])
    assert page.locator(f"#{dialog}").is_visible()
    for _press in range(MOST_IN_DIALOG):
        inside = page.evaluate("id => document.getElementById(id).contains(document.activeElement)", dialog)
        assert inside or page.evaluate("document.activeElement === document.body"), hands.focus()
        hands.press("Tab")
    hands.press("Escape")
    assert not page.locator(f"#{dialog}").is_visible()
    assert hands.focus() == row


def test_the_skip_link_leads_past_the_navigation_and_a_menu_gives_the_focus_back(
    demonstration: Demonstration, new_context: NewContext
) -> None:
    page = demonstration.page("chen", new_context)
    page.goto(demonstration.house.url + SCREENS["queue"].at(demonstration))
    hands = Hands(page)
    hands.press("Tab", "Enter", "Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
    hands.go_to("列")
    menu = hands.focus()
    hands.press("Enter", "Tab")
    assert hands.focus() != menu
    hands.press("Escape")
    assert hands.focus() == menu
    assert page.locator("details[data-opening][open]").count() == 0


def test_every_key_of_a_button_is_told_on_it_and_every_key_of_the_list_in_the_help(
    demonstration: Demonstration, new_context: NewContext
) -> None:
    page = demonstration.page("chen", new_context)
    for name in ("queue", "case, on notice", "screening"):
        page.goto(demonstration.house.url + SCREENS[name].at(demonstration))
        assert page.evaluate(UNTOLD) == []
    help_says = set(page.locator("#keys kbd").all_text_contents())
    assert help_says >= {"J", "K", "Enter", "X", "Ctrl", "C", "[", "Esc", "?"}
