"""What would undo a way, and what would make it easier: true at the limit that is told, and not a unit before it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from pipeline.rules import Assessment, assess, books, plan, read_facts
from pipeline.rules.plans.deeds import KINDS, Deed, done
from pipeline.rules.plans.margins import FALLS, TURNS, Turn, least_fall, means_of, nearest, year_of
from pipeline.rules.plans.ways import Situation, Way, ways_ahead
from pipeline.rules.programmes import score_items
from tests.rules.cases import CASES, RuleCase, changed

DAY = date(2026, 5, 20)
CLEAN = CASES["A clean pass"].facts
SHORT: dict[str, Any] = {
    "years": [{"year": 2025, "sales": "49900000", "rd_total": "2000000", "rd_domestic": "2000000"}],
    "scores": None,
}
PLANNED = [each for each in CASES.values() if each.book in {"hte", "pool"}]


def ways_of(case: RuleCase) -> list[Way]:
    assessment = case.assessment()
    assert assessment.facts
    ways, _ = ways_ahead(Situation(assessment, assessment.facts, books(case.book, case.on), ()))
    return [each for each in ways if each.prospect.on.year > case.on.year]


def with_more(way: Way, what: str, units: int) -> Assessment:
    """What the engine says when the way is gone and the figure turns by so many units besides."""
    extra = Deed(what, units * KINDS[what].step, year_of(way))
    ahead = way.prospect
    then = done(ahead.facts, [*way.deeds, extra], ahead.day, ahead.on)
    return assess(then, book=books(ahead.book.name, ahead.on), day=ahead.on)


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: f"{turn.what}{turn.sign:+}")
def test_a_way_is_lost_at_its_limit_and_not_a_unit_before_it(turn: Turn) -> None:
    tried = 0
    for way in (way for case in PLANNED for way in ways_of(case)):
        found = nearest(way, turn)
        if found:
            condition, units = found
            assert with_more(way, turn.what, turn.sign * units).finding(condition.rule).verdict == "unmet"
            assert with_more(way, turn.what, turn.sign * (units - 1)).finding(condition.rule).verdict == "met"
            tried += 1
    assert tried > 5


@pytest.mark.parametrize("what", FALLS)
def test_a_fall_costs_points_at_its_limit_and_not_a_fen_before_it(what: str) -> None:
    tried = 0
    for way in (way for case in PLANNED for way in ways_of(case)):
        item = next(each for each in score_items(way.prospect.book) if each.name == FALLS[what])
        value = way.prospect.with_deeds(way.amounts)[f"{what}_y1"]
        fall = least_fall(way, means_of(way, what), item, int(value or 0) // 2)
        if fall:
            units, before, after = fall
            assert [band_of(with_more(way, what, -each), item.name) for each in (units - 1, units)] == [before, after]
            assert after < before
            tried += 1
    assert tried > 5


def band_of(assessment: Assessment, item: str) -> int | str:
    assert assessment.score
    return next(each.band[1] for each in assessment.score.items if each.item == item)


def assessed(change: dict[str, Any]) -> Assessment:
    return assess(read_facts(changed(CLEAN, change)), book=books("hte", DAY), day=DAY)


def test_the_next_band_of_sales_makes_it_easier_by_what_is_told() -> None:
    path = plan(assessed(SHORT))[0]
    assert "2026 年销售收入超过 5,000 万元时，研发费用达到 200 万元即可。" in [each.zh for each in path.helps]
    facts, on = read_facts(changed(CLEAN, SHORT)), date(2027, 1, 1)
    for sales, verdict in (("100000", "unmet"), ("100000.01", "met")):
        then = done(facts, [Deed("sales", Decimal(sales), 2026)], DAY)
        assert assess(then, book=books("hte", on), day=on).finding("rd_intensity").verdict == verdict


def test_what_undoes_a_way_is_told_with_its_limit_on_the_safe_side() -> None:
    says = [each.zh for each in plan(assessed(SHORT))[0].hurts]
    assert says[0] == "2026 年销售收入超过 4,990 万元时，研发费用占比不再达标。"
    assert "2026 年年末净资产低于 1,312 万元时，净资产增长率最多得 2 分（现最多 4 分）。" in says


def test_what_may_not_rise_at_all_is_told_so() -> None:
    says = plan(assessed({"years": [{"year": 2025, "tech_staff": "11"}], "scores": None}))[0].hurts
    assert "2026 年一有新聘其他人员（按全年计），科技人员占比即不再达标。" in [each.zh for each in says]


def test_a_way_of_this_year_cannot_be_undone_by_its_figures() -> None:
    low = {"scores": {"conversion": 25, "ip_advance": 3, "ip_support": 3, "rd_system": 4, "talent": 2}}
    path = plan(assessed(low))[0]
    assert path.ready_on.year == DAY.year
    assert path.hurts == ()
