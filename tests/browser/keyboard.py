"""A page gone through with the Tab key alone: what can be reached, in which order, whether it shows and does something.

What a press of Enter or Space would do is noticed and held back, so that a page is left as it was found.
"""

from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).with_suffix(".js").read_text()
FAR = 120  # presses of Tab, more than a page has controls on the way to anything
CALLED = """() => {
  const node = document.activeElement;
  const said = [node.getAttribute("aria-label"), ...[...(node.labels ?? [])].map((label) => label.textContent)];
  return [...said, node.matches("input, select, textarea, body") ? "" : node.textContent].filter(Boolean).join(" ");
}"""
LEEWAY = 10  # presses of Tab beyond what the controls take, before a page counts as a trap


@dataclass
class Tabbed:
    """How many controls the keyboard reached on a page, and what is wrong there, one line each."""

    reached: int = 0
    wrong: list[str] = field(default_factory=list)


def tab_through(page: Page, *, after: str = "", fire: bool = True) -> Tabbed:
    """From the top, or from behind the control that a selector names, until the page has no more.

    With `fire` each link, button and box is pressed too; what has to open is opened in any case.
    """
    page.evaluate(SCRIPT)
    wanted: int = page.evaluate("how => keyboard.begin(how)", {"after": after, "fire": fire})
    walked = Tabbed()
    for _press in range(wanted + LEEWAY):
        page.keyboard.press("Tab")
        keys: list[str] | None = page.evaluate("keyboard.stop()")
        if keys is None:
            break
        walked.reached += 1
        for key in keys:
            page.keyboard.press(key)
    else:
        walked.wrong.append("the Tab key does not come to an end")
    walked.wrong += page.evaluate("keyboard.end()")
    return walked


@dataclass
class Hands:
    """Somebody who has a keyboard and nothing else: what they do goes through the focus."""

    page: Page

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        """Into what has the focus, in place of what stands there."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def go_to(self, name: str, *, back: bool = False) -> None:
        """With the Tab key to a control by what it is called."""
        passed = []
        for _press in range(FAR):
            self.press("Shift+Tab" if back else "Tab")
            passed.append(self.focus())
            if name in passed[-1]:
                return
        raise AssertionError(f"the Tab key does not come to {name!r}; it came to {passed}")

    def choose(self, text: str) -> None:
        """Among the choices of the list that has the focus, the next one that says this."""
        for _press in range(FAR):
            self.press("ArrowDown")
            if text in self.page.evaluate("document.activeElement.selectedOptions[0].text"):
                return
        raise AssertionError(f"{text!r} is not among the choices of {self.focus()}")

    def focus(self) -> str:
        """What the control that has the focus is called."""
        return str(self.page.evaluate(CALLED))

    def follow(self, *keys: str) -> None:
        """Press what leads to another page, and be there."""
        with self.page.expect_navigation():
            self.press(*keys)
