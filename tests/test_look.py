"""The components of the look: what each tag draws, and what no template may hold."""

import re
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from pipeline import access
from pipeline.stages import CASE_STAGES, Due
from pipeline.templatetags.icons import ICONS

TEMPLATES = sorted((Path(__file__).parent.parent / "pipeline" / "templates").rglob("*.html"))
TODAY = date(2026, 11, 23)


def drawn(source: str, **context: Any) -> str:
    with translation.override("en"):
        return Template(source).render(Context({"today": TODAY, **context}))


def case(stage: str, reason: str = "") -> Any:
    return SimpleNamespace(stage=stage, reason=reason, place=CASE_STAGES[stage])


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-3:]))
def test_no_template_holds_what_the_security_policy_forbids(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert not re.search(r"<[^>]+\sstyle\s*=", text), "style attributes are not applied"
    assert not re.search(r"<[^>]+\son[a-z]+\s*=", text), "inline handlers do not run"
    assert not re.search(r"<(script|style)(?![^>]*(\bsrc=|nonce))[^>]*>", text), "inline blocks need the nonce"
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "nothing comes from another address"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: "/".join(path.parts[-3:]))
def test_every_icon_that_is_asked_for_is_drawn(template: Path) -> None:
    wanted = set(re.findall(r"\{% icon [\"']([a-z]+)[\"'] %\}", template.read_text(encoding="utf-8")))
    assert wanted <= set(ICONS)


def test_a_returned_stage_is_hollow_and_what_follows_is_empty() -> None:
    dots = re.findall(r'circle class="(dot-\w+)"', drawn("{% stage_dots case %}", case=case("city_returned")))
    assert dots == ["dot-on", "dot-back", "dot-off", "dot-off"]


def test_a_closed_case_shows_its_reason_and_no_dots() -> None:
    shown = drawn("{% stage_dots case %}", case=case("closed", "certified"))
    assert "certified" in shown
    assert "svg" not in shown


def test_the_firm_reads_its_own_label() -> None:
    assert CASE_STAGES["coaching"].firm_en in drawn('{% stage_dots case "firm" %}', case=case("coaching"))


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (Due("over", date(2026, 11, 19), -2), "2 working days over"),
        (Due("today", TODAY, 0), "due today"),
        (Due("soon", date(2026, 11, 27), 4), "4 working days left"),
        (Due("paused", date(2026, 12, 4), 9), "paused · firm by 12-04"),
        (Due("notice", date(2026, 11, 26), 2), "on notice until 11-26"),
    ],
)
def test_a_clock_says_working_days_and_its_date(due: Due, words: str) -> None:
    shown = drawn("{% due_chip due 'not counted: a weekend' %}", due=due)
    assert words in shown
    assert f"{due.day:%m-%d}" in shown
    assert 'title="not counted: a weekend"' in shown


def test_a_bar_is_short_in_ochre_and_never_reaches_a_line_it_is_below() -> None:
    shown = drawn('{% bar "0.0399999999" "0.04" %}')
    assert 'class="short"' in shown
    widths = [float(width) for width in re.findall(r'class="short" width="([\d.]+)"', shown)]
    line = [float(place) for place in re.findall(r'x1="([\d.]+)"', shown)]
    assert widths[0] <= line[0] == pytest.approx(133.3)
    assert 'aria-label="3.99%, standard 4%"' in shown


def test_a_score_is_drawn_on_a_hundred_points() -> None:
    assert 'width="128.0"' in drawn('{% bar "64" "70" 100 %}')


@pytest.mark.parametrize(
    ("finding", "gap"),
    [
        ({"verdict": "unmet", "found": "0.036003", "needed": "0.04", "unit": "share", "op": ">="}, "0.40"),
        ({"verdict": "unmet", "found": "64", "needed": "70", "unit": "points", "op": ">"}, "7 points"),
        ({"verdict": "unmet", "found": None, "needed": None, "unit": "code", "op": "in"}, "Not met"),
    ],
)
def test_a_gap_counts_what_is_really_missing(finding: dict[str, Any], gap: str) -> None:
    assert gap in drawn("{{ finding|finding_gap }}", finding=finding)


def test_what_is_typed_by_people_is_escaped() -> None:
    assert "<script>" not in drawn("{% diff old new %}", old="<script>", new="<b>")


def test_the_menu_shows_only_pages_that_a_seat_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(access.URLS, "home", access.Page(access.CITY))
    request = RequestFactory().get("/")
    request.resolver_match = None
    source = '{% menu_item "home" "queue" "My work" 3 %}'
    officer, owner = SimpleNamespace(seat_kinds={"city_officer"}), SimpleNamespace(seat_kinds={"firm_owner"})
    assert "My work" in drawn(source, user=officer, request=request)
    assert drawn(source, user=owner, request=request) == ""
