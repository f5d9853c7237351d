"""The plan drawn from the gaps: how much, what closes it, who, by when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pipeline.rules import Assessment, Path, Round, Step, assess, books, plan, planned, read_facts
from tests.rules.cases import CASES, RuleCase, changed

DAY = date(2026, 5, 20)
CLEAN = CASES["A clean pass"].facts


def assessed(change: dict[str, Any], day: date = DAY, book: str = "hte") -> Assessment:
    return assess(read_facts(changed(CLEAN, change)), book=books(book, day), day=day)


PLANNED = {"hte", "pool", "sme"}


def paths(change: dict[str, Any], *rounds: Round) -> list[Path]:
    return plan(assessed(change), rounds=rounds)


def only_step(change: dict[str, Any]) -> Step:
    (step,) = paths(change)[0].steps
    return step


def test_a_clean_firm_has_nothing_to_do() -> None:
    assert paths({}) == []


@pytest.mark.parametrize("case", [each for each in CASES.values() if each.book in PLANNED], ids=lambda case: case.name)
def test_every_open_finding_has_a_step_on_every_path(case: RuleCase) -> None:
    assessment = case.assessment()
    open_rules = {each.rule for each in assessment.findings if each.verdict not in {"met", "not_applicable"}}
    found = planned(assessment)
    assert bool(open_rules) == bool(found.paths or found.obstacles)
    assert not (found.paths and found.obstacles)
    assert len(found.paths) <= 5
    for path in found.paths:
        assert open_rules <= {rule for step in path.steps for rule in step.rules}
        assert list(path.steps) == sorted(path.steps, key=lambda step: step.by)
        assert all(step.by >= case.on and step.article and step.who for step in path.steps)
        assert path.ready_on >= max(step.by for step in path.steps)


def test_a_missing_paper_names_its_place_and_its_holder() -> None:
    step = only_step({"years": [{"year": 2024, "sales": None}]})
    assert (step.kind, step.who, step.places) == ("provide", "firm_finance", ("years[2024].sales",))
    assert step.closes.zh == "提供：2024 年销售收入。"


def test_what_the_county_has_to_ask_for() -> None:
    assert only_step({"incidents": None}).who == "county"


def test_a_missing_paper_is_wanted_before_the_round_closes() -> None:
    (path,) = paths({"incidents": None}, Round("第一批", date(2026, 6, 5)), Round("第二批", date(2026, 9, 1)))
    assert path.steps[0].by == date(2026, 6, 5)
    assert path.round == Round("第一批", date(2026, 6, 5))
    assert path.says.zh == "补齐后最早可报：第一批（2026-06-05 截止）。"
    assert path.says.en == "The first round to reach: 第一批, until 2026-06-05."


def test_a_round_that_is_over_is_no_round() -> None:
    (path,) = paths({"incidents": None}, Round("去年", date(2025, 6, 5)))
    assert path.round is None
    assert path.steps[0].by == date(2026, 6, 19)


def test_a_gap_in_closed_years_is_told_for_the_open_one() -> None:
    step = only_step({"years": [{"year": 2025, "rd_total": "1000000", "rd_domestic": "1000000"}]})
    assert (step.rule, step.amount, step.unit) == ("rd_intensity", Fraction(1_050_000), "yuan")
    # 5 % of sales of 2024 to 2026, 2026 like 2025, less the R&D of 2024 and 2025
    assert (step.target_year, step.target) == (2026, Fraction(36 + 45 + 45) * 10**6 / 20 - 1_900_000 - 1_000_000)
    assert step.by == date(2026, 12, 31)
    assert step.closes.zh == (
        "2025 年已结账，从 2026 年补起：2026 年研发费用达到 340 万元"
        "（比预计多 240 万元，其余按上年估计），2027 年申报。"
    )


def test_the_target_is_enough_when_the_year_comes() -> None:
    change: dict[str, Any] = {"years": [{"year": 2025, "rd_total": "1000000", "rd_domestic": "1000000"}]}
    target = only_step(change).target
    assert target is not None
    last = {**changed(CLEAN, change)["years"][-1], "year": 2026}
    for spent, verdict in ((target, "met"), (target - Fraction(1, 100), "unmet")):
        year = {**last, "rd_total": f"{float(spent):.2f}", "rd_domestic": f"{float(spent):.2f}"}
        assessment = assessed({"years": [*change["years"], year]}, date(2027, 5, 20))
        assert assessment.finding("rd_intensity").verdict == verdict


def test_more_sales_are_another_way_where_a_line_is_near() -> None:
    year = {"year": 2025, "sales": "49900000", "rd_total": "2000000", "rd_domestic": "2000000"}
    first, other = paths({"years": [year], "scores": None})[:2]
    steps = [next(step for step in path.steps if step.rule == "rd_intensity") for path in (first, other)]
    assert steps[0].target == Fraction(2_890_000)
    assert steps[1].target == Fraction("50000000.01")


def test_heads_are_whole_and_count_by_the_months_that_are_left() -> None:
    first, other = paths({"years": [{"year": 2025, "tech_staff": "11"}], "scores": None})
    hired, moved = (next(step for step in path.steps if step.kind == "raise") for path in (first, other))
    assert (hired.amount, hired.unit, hired.by) == (Fraction(2), "heads", date(2026, 6, 1))
    assert hired.target == 11 + 2 * Fraction(5833, 10_000)
    assert "新聘 2 名科技人员" in hired.closes.zh
    assert "安排 2 名职工转做研发" in moved.closes.zh


def test_who_comes_too_late_in_the_year_counts_for_the_next_one() -> None:
    change = {"years": [{"year": 2025, "tech_staff": "11"}], "scores": None}
    (early,), (late,) = ({path.ready_on for path in plan(assessed(change, day))} for day in (DAY, date(2026, 7, 10)))
    assert (early, late) == (date(2027, 1, 1), date(2028, 1, 1))


def test_a_young_firm_waits_for_its_day() -> None:
    steps = paths({"firm": {"registered_on": "2025-06-01"}, "scores": None})[0].steps
    assert [(step.kind, step.by) for step in steps if step.rule == "registered_days"] == [("wait", date(2026, 6, 1))]


def test_an_accident_is_waited_out() -> None:
    step = only_step({"incidents": [{"kind": "safety", "on": "2026-01-10"}]})
    assert (step.kind, step.by) == ("wait", date(2027, 1, 11))


def test_points_are_won_where_there_is_room_for_them() -> None:
    change = {"scores": {"conversion": 19}, "conversions": [{"year": 2025, "count": 12}]}
    low = {"ip_advance": 5, "ip_support": 5, "rd_system": 4}
    own_work, assets, sales = paths(changed(change, {"scores": low}))
    assert [(step.rule, step.amount, step.unit, step.closes.zh) for step in own_work.steps] == [
        ("innovation_score", Fraction(2), "points", "研发组织管理制度与辅助账由 4 分提高到 6 分，以专家评审为准。"),
        ("innovation_score", Fraction(1), "points", "研发机构、条件与产学研合作由 4 分提高到 5 分，以专家评审为准。"),
    ]
    assert own_work.helps[0].zh == "研发组织管理还有 3 分空间。"
    assert [(deed.what, deed.amount) for deed in assets.deeds] == [("net_assets", Decimal(3_520_000))]
    # more sales are worth points too, but they lower the share of hi-tech income: both are raised together
    assert {deed.what: deed.amount for deed in sales.deeds} == {"sales": 11_250_000, "hitech_income": 1_950_000}


def test_results_bring_the_points_of_the_next_band() -> None:
    most = {"rd_system": 6, "rd_institute": 6, "incentives": 4, "talent": 4}
    change = {
        "conversions": [{"year": year, "count": 4} for year in (2023, 2024, 2025)],
        "scores": {"conversion": 19, "ip_advance": 3, "ip_support": 3, **most},
    }
    path = paths(change)[0]
    assert {deed.what: deed.amount for deed in path.deeds} == {"conversions": 3, "net_assets": 320_000}
    assert [step.closes.zh for step in path.steps if step.deed and step.deed.what == "conversions"] == [
        "2026 年再转化 3 项成果（年均达到 5 项）。"
    ]


def test_a_zero_denominator_goes_to_a_person() -> None:
    step = only_step({"years": [{"year": 2025, "staff": "0", "tech_staff": "0"}]})
    assert (step.kind, step.who) == ("judge", "county")


def test_a_kept_assessment_can_be_planned_with_its_facts_only() -> None:
    assessment = assessed({"incidents": None})
    kept = assessment.to_json()
    assert plan(Assessment.from_json(kept, assessment.facts)) == plan(assessment)
    with pytest.raises(ValueError, match="together with them"):
        plan(Assessment.from_json(kept))


def obstacles(change: dict[str, Any], book: str = "hte") -> list[tuple[str, str]]:
    found = planned(assessed(change, book=book))
    assert found.best is None
    assert found.steps == found.obstacles
    return [(step.rule, step.closes.zh) for step in found.obstacles if step.kind == "blocked"]


def test_where_no_way_leads_to_a_pass_it_says_what_stands_in_it() -> None:
    nothing = "三年内企业自身没有办法达到此项。"
    assert obstacles({"firm": {"resident": False}}) == [("registered_days", nothing)]
    assert obstacles({"firm": {"division": "110108"}}, "pool") == [("region", "仅限在本市注册的企业。")]
    one_step_more = {"firm": {"resident": False}, "years": [{"year": 2025, "rd_total": "1", "rd_domestic": "1"}]}
    assert obstacles(one_step_more) == [("registered_days", nothing)]


def test_an_estimate_of_the_open_year_is_what_the_plan_counts_with() -> None:
    short = {"years": [{"year": 2025, "rd_total": "1000000", "rd_domestic": "1000000"}]}
    row = {"year": 2026, "estimate": True, "sales": "60000000", "rd_total": "2000000", "rd_domestic": "2000000"}
    step = next(step for step in paths({"years": [*short["years"], row]})[0].steps if step.rule == "rd_intensity")
    # 4 % of sales of 2024 to 2026 less the R&D of 2024 and 2025
    assert step.target == Fraction(36 + 45 + 60) * 10**6 / 25 - 1_900_000 - 1_000_000


def test_a_round_of_next_year_looks_at_next_years_figures() -> None:
    low = {"scores": {"conversion": 25, "ip_advance": 3, "ip_support": 3, "rd_system": 4, "talent": 2}}
    (first, *_), (later, *_) = paths(low), paths(low, Round("明年第一批", date(2027, 6, 5)))
    assert first.ready_on.year == 2026
    assert (later.ready_on, later.round) == (date(2027, 1, 1), Round("明年第一批", date(2027, 6, 5)))


@pytest.mark.parametrize(
    ("what", "months", "ready"),
    [
        ("class_2_bought", 3, date(2026, 8, 20)),
        ("class_2_right", 8, date(2027, 1, 20)),
        ("class_1_right", 24, date(2028, 5, 20)),
    ],
)
def test_a_right_takes_the_months_that_the_book_says(what: str, months: int, ready: date) -> None:
    found = {path.deeds[0].what: path.ready_on for path in paths({"ip": [], "scores": None})}
    assert found.get(what) == ready
    book = books("hte", DAY)
    assert book.number(f"lead_{'bought' if 'bought' in what else what.removesuffix('_right')}_months") == months


def test_people_who_work_fewer_days_than_the_law_asks_for_do_not_count_for_the_year() -> None:
    change = {"years": [{"year": 2025, "tech_staff": "11"}], "scores": None}
    since = {day: plan(assessed(change, day))[0].deeds[0] for day in (date(2026, 6, 30), date(2026, 7, 1))}
    assert [(deed.year, deed.since) for deed in since.values()] == [(2026, 7), (2027, 1)]


def test_the_same_deed_closes_several_conditions_at_once() -> None:
    assessment = assessed({"ip": [], "scores": {"ip_count": 0, "ip_origin": 0, "conversion": 25}})
    bought = next(path for path in plan(assessment) if path.deeds[0].what == "class_1_bought")
    step = next(step for step in bought.steps if step.deed == bought.deeds[0])
    assert step.rules == ("owns_ip", "innovation_score")
