"""WCAG 2.2 contrast of every pair of tokens that the components put together, in each theme and contrast."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOKENS = Path(__file__).parent.parent / "pipeline" / "static" / "css" / "tokens.css"
TINTS = ["met", "unmet", "warn", "manual", "unknown", "info", "old", "new"]
GROUNDS = ["paper", "surface", "sunken", "hover", "brand-tint"]
TEXTS = ["ink", "ink-2", "ink-3", "brand", "unmet", "warn", "manual", "unknown"]
MARKS = ["line-strong", "chart-1", "chart-4", "chart-5", "focus"]
THEMES = {
    "light": [':root, [data-bs-theme="light"]'],
    "dark": [':root, [data-bs-theme="light"]', '[data-bs-theme="dark"]'],
    "light, more": [':root, [data-bs-theme="light"]', '[data-contrast="more"]'],
    "dark, more": [
        ':root, [data-bs-theme="light"]',
        '[data-bs-theme="dark"]',
        '[data-contrast="more"]',
        '[data-contrast="more"][data-bs-theme="dark"]',
    ],
}


def tokens(theme: str) -> dict[str, str]:
    """The colours that hold in a theme: later rules over earlier ones."""
    css = re.sub(r"/\*.*?\*/", "", TOKENS.read_text(encoding="utf-8"), flags=re.S)
    found: dict[str, str] = {}
    for selector in THEMES[theme]:
        block = re.search(r"(?:^|\})\s*" + re.escape(selector) + r"\s*\{(.*?)\}", css, re.S | re.M)
        assert block, f"no rule for {selector}"
        found |= dict(re.findall(r"--mp-([a-z0-9-]+):\s*(#[0-9a-f]{6})\b", block.group(1)))
    return found


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def text_pairs() -> Iterator[tuple[str, str]]:
    yield from ((text, ground) for text in TEXTS for ground in GROUNDS)
    yield from ((tint, f"{tint}-tint") for tint in TINTS)
    yield from ((text, f"{tint}-tint") for text in ("ink", "ink-2") for tint in ("unmet", "warn", "info", "met"))
    yield from (("on-brand", "brand"), ("on-brand", "brand-strong"), ("brand-strong", "brand-tint"), ("surface", "ink"))


def test_the_formula_gives_the_published_extremes() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_is_readable_on_every_ground_it_is_put_on(theme: str) -> None:
    colours = tokens(theme)
    low = {(a, b): round(contrast(colours[a], colours[b]), 2) for a, b in text_pairs()}
    assert {pair: value for pair, value in low.items() if value < 4.5} == {}


@pytest.mark.parametrize("theme", ["light, more", "dark, more"])
def test_high_contrast_lifts_all_text_to_seven(theme: str) -> None:
    colours = tokens(theme)
    low = {(a, b): round(contrast(colours[a], colours[b]), 2) for a, b in text_pairs()}
    assert {pair: value for pair, value in low.items() if value < 7} == {}


@pytest.mark.parametrize("theme", list(THEMES))
def test_edges_and_marks_stand_out_from_the_ground(theme: str) -> None:
    colours = tokens(theme)
    grounds = {"line-strong": ["surface", "paper", "sunken"], "focus": ["surface", "paper", "sunken"]}
    low = {
        (mark, ground): round(contrast(colours[mark], colours[ground]), 2)
        for mark in MARKS
        for ground in grounds.get(mark, ["surface"])
    }
    assert {pair: value for pair, value in low.items() if value < 3} == {}


@pytest.mark.parametrize("theme", ["light, more", "dark, more"])
def test_high_contrast_turns_hairlines_into_lines(theme: str) -> None:
    colours = tokens(theme)
    assert contrast(colours["line"], colours["surface"]) >= 3
