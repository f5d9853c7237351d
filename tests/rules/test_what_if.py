"""What would be if the open year came out differently: the sliders' marks are true, and nothing is rounded away."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from pipeline.rules import read_facts
from pipeline.rules.plans.what_if import CLOSES, LIFTS, Outlook, Slider, outlook
from tests.rules.cases import CASES

DAY = date(2026, 5, 20)
STEP = {"yuan": Decimal(10_000), "heads": Decimal(1), "count": Decimal(1)}


def of(name: str, **changes: object) -> Outlook:
    return outlook(read_facts({**CASES[name].facts, **changes}), book="hte", day=DAY)


def short_of_everything() -> Outlook:
    years = [dict(each) for each in CASES["A clean pass"].facts["years"]]
    years[-1] |= {"rd_total": "1500000", "rd_domestic": "1500000", "hitech_income": "20000000", "tech_staff": "9"}
    return of("A clean pass", years=years, conversions=[{"year": 2025, "count": 3}], ip=[])


def sliders(supposed: Outlook) -> dict[str, Slider]:
    return {each.what: each for each in supposed.sliders()}


def test_nothing_moved_is_the_open_year_like_the_last_one() -> None:
    after = of("A clean pass").supposed({}, {})
    assert after.on == date(2027, 1, 1)
    assert after.finding("rd_intensity").used["years"] == [2024, 2025, 2026]
    assert after.finding("tech_staff_ratio").found == "0.15"


@pytest.mark.parametrize("what", CLOSES)
def test_the_mark_is_the_least_step_that_closes_the_condition(what: str) -> None:
    supposed = short_of_everything()
    slider = sliders(supposed)[what]
    assert slider.closes
    assert slider.mark is not None
    step = STEP[slider.unit]
    met, below = (
        supposed.supposed({what: value}, {}).finding(CLOSES[what]).verdict
        for value in (slider.mark, slider.mark - step)
    )
    assert (met, below) == ("met", "unmet")


@pytest.mark.parametrize("what", LIFTS)
def test_the_mark_of_a_line_of_the_score_wins_a_point_and_a_step_less_does_not(what: str) -> None:
    supposed = short_of_everything()
    slider = sliders(supposed)[what]
    assert slider.mark is not None

    def most(value: Decimal) -> int:
        score = supposed.supposed({what: value}, {}).score
        assert score
        return int(next(each.band[1] for each in score.items if each.item == LIFTS[what]))

    now = most(slider.now)
    assert most(slider.mark) > now
    assert most(slider.mark - STEP[slider.unit]) == now


def test_what_is_met_has_no_mark() -> None:
    assert sliders(of("A clean pass"))["rd_expense"].mark is None


def test_figures_that_are_not_known_have_no_slider() -> None:
    assert sliders(of("A clean pass", years=[], conversions=None, ip=None)) == {}


def test_rd_expense_falls_by_what_is_spent_inside_the_country_at_most() -> None:
    supposed = of("A clean pass")
    slider = sliders(supposed)["rd_expense"]
    assert slider.least == Decimal(100_000)
    finding = supposed.supposed({"rd_expense": Decimal(0)}, {}).finding("rd_domestic")
    assert finding.used["by_year"]["2026"] == {"rd_domestic": "0", "rd": "100000"}


def test_papers_that_are_missing_may_be_supposed_in_order() -> None:
    supposed = of("A clean pass", incidents=None)
    assert [box.what for box in supposed.boxes()] == ["no_incident"]
    assert supposed.supposed({}, {}).finding("no_incident").verdict == "unknown"
    assert supposed.supposed({}, {"no_incident": True}).finding("no_incident").verdict == "met"


def test_a_right_whose_part_is_not_known_may_be_supposed_to_be_core() -> None:
    rights = [{key: value for key, value in CASES["A clean pass"].facts["ip"][0].items() if key != "core"}]
    supposed = of("A clean pass", ip=rights)
    assert supposed.supposed({}, {}).finding("owns_ip").verdict == "unknown"
    assert supposed.supposed({}, {"core": True}).finding("owns_ip").verdict == "met"
