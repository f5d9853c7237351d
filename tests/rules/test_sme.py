"""What the cases of the SME book cannot say: its years, its open readings, and whole firms read in both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules import Book, NoValue, assess, books, read_facts
from pipeline.rules.columns.verdicts import judge
from pipeline.rules.facts.figures import HEAD, in_heads
from pipeline.rules.facts.folding import fold
from pipeline.rules.law.sme import conditions
from pipeline.rules.law.sme_year import evaluation_year
from pipeline.rules.shelf.dated import DatedValue, Value
from tests.rules.cases import CASES, changed

DAY = date(2026, 6, 20)
BOOK = books("sme", DAY)
SHORT = CASES["X15c the share of costs is the better one and still too little"].facts
ORDINARY = CASES["X15a an ordinary technology SME"].facts


def with_value(rule: str, value: Value) -> Book:
    """The book with one of its numbers or choices as somebody else reads the law."""
    entry = BOOK.entry(rule)
    other = DatedValue(date(2017, 1, 1), None, value, entry.values[-1].source)
    return replace(BOOK, entries={**BOOK.entries, rule: replace(entry, values=(other,))})


def verdict(facts: Mapping[str, Any], book: Book = BOOK) -> str:
    return assess(read_facts(facts), book=book, day=DAY).finding("score").verdict


def test_the_days_of_2026_stand_in_its_notice() -> None:
    year = evaluation_year(2026)
    assert (year.opens_on, year.closes_on) == (date(2026, 6, 1), date(2026, 8, 31))
    assert (year.publicity_by, year.spot_check_by) == (None, None)
    assert year.update_by == date(2027, 3, 31)
    assert (year.publicity_workdays, year.change_report_months, year.fraud_ban_years) == (10, 3, 3)


def test_the_days_of_2025_stand_in_another_one() -> None:
    year = evaluation_year(2025)
    assert (year.opens_on, year.closes_on) == (date(2025, 6, 30), date(2025, 9, 30))
    assert (year.publicity_by, year.spot_check_by) == (date(2025, 10, 31), date(2025, 12, 15))


def test_in_2021_one_firm_in_twenty_was_checked_and_nobody_was_banned() -> None:
    year = evaluation_year(2021)
    assert (year.spot_check_share, year.spot_check_by) == (Fraction(1, 20), date(2021, 10, 20))
    assert (year.publicity_by, year.fraud_ban_years, year.opens_on) == (date(2021, 11, 15), None, None)


def test_a_year_without_a_notice_has_no_days_and_2016_no_evaluation() -> None:
    assert evaluation_year(2027).closes_on is None
    assert evaluation_year(2019).closes_on == date(2019, 10, 31)
    with pytest.raises(NoValue, match="2016-12-31"):
        evaluation_year(2016)


@pytest.mark.parametrize("ground", ["certificates", "awards", "standards", "rd_institute"])
def test_a_ground_that_nobody_told_of_can_be_read_as_none(ground: str) -> None:
    silent = changed(SHORT, {ground: None})
    assert verdict(silent) == "unknown"
    assert verdict(silent, with_value("direct_unclaimed", "absent")) == "unmet"


def test_a_ground_that_somebody_told_of_counts_in_either_reading() -> None:
    told = changed(SHORT, {"rd_institute": True, "awards": None})
    assert verdict(told, with_value("direct_unclaimed", "absent")) == "met"


def test_rights_of_class_ii_that_served_a_certification_can_be_read_as_spent() -> None:
    case = CASES["SME a right of class II that served a certification counts again"].facts
    score = assess(read_facts(case), book=with_value("rights_used_count", "no"), day=DAY).score
    assert score is not None
    assert {each.item: each.band for each in score.items}["results"] == (0, 0)


def test_the_scope_of_certification_can_be_asked_for_throughout() -> None:
    both_scopes = changed(ORDINARY, {"years": [{"year": 2025, "rd_total": "100000"}]})
    finding = assess(read_facts(both_scopes), book=with_value("rd_scope", "hte"), day=DAY).finding("score")
    assert finding.used["rd"] == "100000"
    assert "scope" not in finding.says.en


def test_without_the_rule_on_tech_staff_the_sum_is_enough() -> None:
    case = CASES["X15b eighty points fail where none of them is for tech staff"].facts
    assert verdict(case, with_value("score_staff_nonzero", "waived")) == "met"


def test_the_industries_left_out_are_those_of_the_super_deduction() -> None:
    assert BOOK.choice("industry") == books("tax", DAY).choice("excluded_divisions")


@pytest.mark.parametrize("rule", ["score_tech_staff", "score_rd_sales", "score_rd_costs", "score_rights_class_2"])
def test_a_better_band_brings_more_points(rule: str) -> None:
    assert all(lower.value < higher.value for lower, higher in pairwise(BOOK.bands(rule)))


def test_a_kept_score_card_of_an_older_day_has_no_sentences_and_is_read_all_the_same() -> None:
    assessment = assess(read_facts(ORDINARY), book=BOOK, day=DAY)
    kept = assessment.to_json()
    for item in kept["score"]["items"]:
        del item["says"]
    score = type(assessment).from_json(kept).score
    assert score is not None
    assert [each.says for each in score.items] == [None, None, None]


YUAN = st.sampled_from([None, "0", "-1", "100000", "500000", "1000000", "10000000", "200000000", "200000000.01"])
HEADS = st.sampled_from([None, "0", "1", "2", "5", "10", "20", "500", "501"])
DAYS = st.sampled_from([None, "2021-06-19", "2021-06-20", "2023-06-20", "2023-06-21", "2026-06-20", "2026-06-21"])
FLAG = st.sampled_from([None, True, False])
RIGHT = st.fixed_dictionaries(
    {"kind": st.sampled_from(["invention", "software", "trademark"])},
    optional={
        "granted_on": DAYS,
        "expires_on": DAYS,
        "acquired_by": st.just("own_rd"),
        "owners": st.integers(1, 2),
        "used_in_certification_on": DAYS,
    },
)
AWARD = st.fixed_dictionaries({"level": st.sampled_from(["national", "city"]), "rank": st.sampled_from([None, 3, 4])})
STANDARD = st.fixed_dictionaries({"level": st.sampled_from(["industry", "group"]), "led": FLAG})
CERTIFICATE = st.fixed_dictionaries({"issued_on": DAYS, "revoked_on": DAYS})
INCIDENT = st.fixed_dictionaries({"kind": st.sampled_from(["fraud", "safety"]), "on": DAYS})


def several(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), st.lists(one, max_size=3))


FIRM = st.fixed_dictionaries(
    dict.fromkeys(("resident", "audited_taxation", "abnormal_list", "restricted_industry"), FLAG)
    | {"industry": st.sampled_from([None, "6513", "5179", "90", "9911"])}
)
YEAR = st.fixed_dictionaries(
    {"year": st.just(2025)}
    | dict.fromkeys(["sales", "costs", "total_assets", "rd_tax_total", "rd_total"], YUAN)
    | dict.fromkeys(["staff", "tech_staff"], HEADS)
)
FACTS = st.fixed_dictionaries(
    {
        "firm": FIRM,
        "years": st.lists(YEAR, min_size=1, max_size=1),
        "ip": several(RIGHT),
        "certificates": several(CERTIFICATE),
        "awards": several(AWARD.flatmap(lambda each: DAYS.map(lambda on: {**each, "on": on}))),
        "standards": several(STANDARD.flatmap(lambda each: DAYS.map(lambda on: {**each, "published_on": on}))),
        "rd_institute": FLAG,
        "incidents": several(INCIDENT),
    }
)


def row_of(facts: dict[str, Any]) -> dict[str, int | None]:
    """The firm as a row of columns: persons in parts of a head, all else whole already."""
    values = fold(read_facts(facts), DAY).values
    return {
        name: None if value is None else int(value * HEAD) if in_heads(name) else int(value)
        for name, value in values.items()
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(FACTS, min_size=1, max_size=8))
def test_a_pool_is_judged_like_each_of_its_firms(firms: list[dict[str, Any]]) -> None:
    rows = [row_of(facts) for facts in firms]
    answers = judge(pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int64)), BOOK, DAY)
    for facts, answer in zip(firms, answers.iter_rows(named=True), strict=True):
        findings = assess(read_facts(facts), book=BOOK, day=DAY).findings
        assert {each.rule: each.verdict for each in findings} == answer


@settings(max_examples=60, deadline=None)
@given(FACTS)
def test_what_is_missing_is_named_and_every_verdict_has_its_sentence(facts: dict[str, Any]) -> None:
    for finding in assess(read_facts(facts), book=BOOK, day=DAY).findings:
        assert bool(finding.missing) == (finding.verdict == "unknown"), finding
        assert "None" not in finding.says.zh + finding.says.en
        assert finding.says.zh.endswith("。")


def test_the_five_findings_stand_in_the_order_of_the_law() -> None:
    assert [each.rule for each in conditions(BOOK)] == ["eligible_body", "size", "industry", "clean", "score"]
