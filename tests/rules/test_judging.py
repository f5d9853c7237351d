"""What an assessment says beyond its verdicts: figures, sentences, the version of its book."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from pipeline.rules import Assessment, NoValue, assess, books, read_facts
from pipeline.rules.facts.folding import fold
from pipeline.rules.formula import Formula, alike, both, fact, names
from pipeline.rules.judging import overall
from pipeline.rules.law.score import IP_BLOCK, most_points
from pipeline.rules.programmes import CONDITIONS, conditions_of
from pipeline.rules.sentences import exact_text, money, percent
from tests.rules.cases import CASES, changed

DAY = date(2026, 5, 20)


DAYS, POINTS = ("registered_days", "days", ("registered_days",)), ("points", "points", ())
SINCE = ("days", "days", ("days_since_incident",))
SPENT = ("rd_internal_y1", "rd_total_y1", "rd_domestic_y1")
SHARES = {
    "tech_staff_ratio": ("tech_staff", "heads", ("tech_staff_y1", "staff_y1")),
    "rd_intensity": ("rd_total", "yuan", SPENT),
    "rd_domestic": ("rd_domestic", "yuan", SPENT),
    "hitech_income": ("hitech_income", "yuan", ("hitech_income_y1",)),
}
LEVERS = {
    "hte": SHARES
    | {
        "registered_days": DAYS,
        "owns_ip": ("core_rights", "count", ("core_rights",)),
        "innovation_score": POINTS,
        "no_incident": SINCE,
    },
    "pool": SHARES | {"registered_days": DAYS, "entry_score": POINTS, "no_incident": SINCE},
    "sme": {"score": POINTS},
    "tax": {},
    "obligations": {},
}


def clean(**change: object) -> Assessment:
    facts = read_facts(changed(CASES["A clean pass"].facts, change))
    return assess(facts, book=books("hte", DAY), day=DAY)


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_figure_a_book_asks_for_is_folded_for_it(name: str) -> None:
    conditions = conditions_of(books(name, DAY))
    asked = {each for one in conditions for part in (one.verdict, one.found, one.needed) for each in names(part)}
    facts = read_facts(CASES["A clean pass"].facts)
    alone, together = (fold(facts, DAY, book).values for book in (name, None))
    assert asked & together.keys() == asked & alone.keys()


@pytest.mark.parametrize("name", CONDITIONS)
def test_what_closes_a_gap_is_told_by_its_key_its_unit_and_what_rises_with_it(name: str) -> None:
    levers = {each.rule: each.lever for each in conditions_of(books(name, DAY)) if each.lever is not None}
    assert {rule: (lever.key, lever.unit, lever.raises) for rule, lever in levers.items()} == LEVERS[name]


def test_a_finding_shows_the_figures_it_used() -> None:
    finding = clean().finding("rd_intensity").to_json("zh")
    assert finding["used"] == {
        "years": [2023, 2024, 2025],
        "rd": "5900000",
        "sales": "111000000",
        "by_year": {
            "2023": {"rd": "1600000", "sales": "30000000"},
            "2024": {"rd": "1900000", "sales": "36000000"},
            "2025": {"rd": "2400000", "sales": "45000000"},
        },
    }
    assert finding["gap"] == {"rd_total": "0"}
    assert finding["source"] == "国科发火〔2016〕32号 第十一条（五）"
    assert finding["says"] == "研发费用占同期销售收入 5.31%，达到标准（不低于 5%）。"


def test_an_unmet_finding_says_how_much_is_short() -> None:
    year = {"year": 2025, "rd_total": "1000000", "rd_domestic": "1000000"}
    finding = clean(years=[year]).finding("rd_intensity")
    assert finding.says.zh == "研发费用占同期销售收入 4.05%，未达标准（不低于 5%），还差 105 万元。"
    assert finding.says.en == (
        "R&D expense as a share of sales: 4.05%, but at least 5% is needed; short by 1,050,000 yuan."
    )
    assert finding.found_shown is not None
    assert finding.found_shown.zh == "4.05%"


def test_an_unknown_finding_names_each_missing_thing_once() -> None:
    years = [{"year": 2023, "sales": None}, {"year": 2024, "sales": None, "rd_total": None}]
    finding = clean(years=years).finding("rd_intensity")
    assert finding.says.zh == "缺少：2023–2024 年销售收入、2024 年研发费用，暂不能判断。"
    assert [each.place for each in finding.missing] == [
        "years[2023].sales",
        "years[2024].sales",
        "years[2024].rd_total",
    ]


def test_booked_categories_that_are_begun_are_asked_for_one_by_one() -> None:
    year = {"year": 2024, "rd_total": None, "rd_domestic": None, "rd": {"personnel": "1", "other": "1"}}
    places = [each.place for each in clean(years=[year]).finding("rd_intensity").missing]
    assert "years[2024].rd_total" not in places
    assert "years[2024].rd_internal" in places


@pytest.mark.parametrize(
    ("verdicts", "worst"),
    [
        (["met", "unmet", "manual_review", "unknown"], "unmet"),
        (["met", "manual_review", "unknown"], "manual_review"),
        (["met", "unknown"], "unknown"),
        (["met", "not_applicable"], "met"),
        (["not_applicable"], "met"),
    ],
)
def test_the_worst_verdict_counts(verdicts: list[str], worst: str) -> None:
    assert overall(verdicts) == worst


def test_refused_points_say_what_is_allowed() -> None:
    score = clean(scores={"growth_sales": 7}).score
    assert score is not None
    assert score.given is None
    (refused,) = (each.refused for each in score.items if each.refused)
    assert refused.zh == "给 7 分，增长率 22.50% 只允许 5–6 分。"


def test_an_assessment_knows_the_version_of_its_book() -> None:
    assert clean().version == books("hte", DAY).version


def test_a_day_before_the_law_cannot_be_judged() -> None:
    day = date(2015, 5, 20)
    with pytest.raises(NoValue, match="starts on 2016-01-01"):
        assess(read_facts({}), book=books("hte", day), day=day)


def test_the_book_must_be_the_one_of_the_day() -> None:
    with pytest.raises(ValueError, match="the book is the one of 2026-05-20, not of 2026-05-21"):
        assess(read_facts({}), book=books("hte", DAY), day=date(2026, 5, 21))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 20), "0.05"),
        (Fraction(590, 11100), "0.05315315315315315"),
        (Fraction(399999997, 10**10), "0.0399999997"),
        (Fraction(2, 3), "0.6666666666666666"),
        (Fraction(-2, 3), "-0.6666666666666666"),
        (Fraction(1, 2**60), "0.000000000000000000867361737988403547205962240695953369140625"),
        (Fraction(400, 3), "133.3333333333333"),
        (0, "0"),
        (-5, "-5"),
        (1200, "1200"),
    ],
)
def test_a_number_is_cut_and_never_rounded(value: Fraction, text: str) -> None:
    assert exact_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.0399999997", "3.99%"), ("0.04", "4%"), ("0.1", "10%"), ("0.09999", "9.99%"), ("1.5", "150%")],
)
def test_a_share_just_below_the_line_does_not_read_like_the_line(value: str, text: str) -> None:
    assert percent(Fraction(value)) == text


@pytest.mark.parametrize(
    ("yuan", "zh", "en"),
    [
        ("918000", "91.80 万元", "918,000 yuan"),
        ("0.01", "0.01 元", "0.01 yuan"),
        ("10000.01", "1.01 万元", "10,000.01 yuan"),
        ("123456789", "12,345.68 万元", "123,456,789 yuan"),
    ],
)
def test_what_is_short_is_rounded_up(yuan: str, zh: str, en: str) -> None:
    assert (money(Fraction(yuan)).zh, money(Fraction(yuan)).en) == (zh, en)


def test_the_blocks_of_the_score_have_the_most_points_of_the_book():
    book = books("hte", DAY)
    growth, rd = ("growth_net_assets", "growth_sales"), ("rd_system", "rd_institute", "incentives", "talent")
    assert [most_points(book, names) for names in (IP_BLOCK, ("conversion",), rd, growth)] == [30, 30, 20, 20]


def test_formulas_are_alike_where_they_say_the_same_number_by_number() -> None:
    def share(most: int) -> Formula:
        return both(fact("sales_y1") >= most, fact("staff_y1").equals(0))

    assert alike(share(1), share(1))
    assert not alike(share(1), share(2))
    assert not alike(share(1), fact("sales_y1"))
