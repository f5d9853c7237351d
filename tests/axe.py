"""What axe finds on a page (WCAG 2.2 AA): the rule and the element, one line each."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

Rules = dict[str, Any]

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
COLOURS: Rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# What another dress or another window can change.
DRESS: Rules = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}}
# Only what is wrong leaves the browser: all that is right, element by element, takes longer to carry than to find.
RUN = """rules => axe.run({...rules, resultTypes: ["violations"]}).then(found =>
  found.violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 120)}`)))"""


def faults(page: Page, rules: Rules = WCAG) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, rules)
    return found


def wear(page: Page, window: ViewportSize | None = None, **look: str) -> Page:
    """Dress a page as its settings would: `size="large"`, `contrast="more"`, `theme="dark"`."""
    if window:
        page.set_viewport_size(window)
    named = {f"data-{'bs-theme' if name == 'theme' else name}": value for name, value in look.items()}
    page.evaluate("look => Object.entries(look).forEach(each => document.documentElement.setAttribute(...each))", named)
    return page
