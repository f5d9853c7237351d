"""The tax book: amounts that both readers agree on, that add up, and that a plain calculation comes to as well."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules import Assessment, books
from pipeline.rules.columns.verdicts import amounts, figures_of
from pipeline.rules.findings import FoundAmount
from pipeline.rules.formula import exact, names
from pipeline.rules.programmes import amounts_of
from pipeline.rules.reckoning import in_words
from pipeline.rules.shelf.dated import Book
from tests.rules.cases import CASES
from tests.rules.test_columns import firm_near, lines_in

DAY = date(2026, 5, 20)
DAYS = [date(2017, 5, 20), date(2018, 5, 20), date(2021, 5, 20), date(2023, 5, 20), DAY, date(2029, 5, 20)]
X13 = "X13 R&D expense in two scopes"
TAX_CASES = [case for case in CASES.values() if case.book == "tax"]
FIRMS_AN_AMOUNT = 12


def assessed(name: str) -> Assessment:
    return CASES[name].assessment()


def firms_near_every_line(book: Book, chance: Random) -> list[dict[str, int | None]]:
    every = dict.fromkeys(name for amount in amounts_of(book) for name in names(amount.formula))
    return [
        {**every, **firm_near(lines_in(amount.formula), list(dict.fromkeys(names(amount.formula))), chance)}
        for amount in amounts_of(book)
        for _ in range(FIRMS_AN_AMOUNT)
    ]


def differences(book: Book, rows: list[dict[str, int | None]]) -> list[tuple[str, Any, Any, Any]]:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int64))
    columns, firms = amounts(frame, book, book.day), [figures_of(row) for row in rows]
    found = []
    for amount in amounts_of(book):
        column = columns[amount.name]
        for firm, over in zip(firms, column.over, strict=True):
            wanted, answer = exact(amount.formula, firm), None if over is None else Fraction(over, column.under)
            found += [(amount.name, wanted, answer, firm)] if wanted != answer else []
    return found


@pytest.mark.parametrize("day", DAYS)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_both_readers_agree_on_every_amount(day: date, seed: int) -> None:
    book = books("tax", day)
    assert differences(book, firms_near_every_line(book, Random(seed))) == []


def test_amounts_over_a_pool_are_of_the_books_day() -> None:
    with pytest.raises(ValueError, match="not of 2025-01-01"):
        amounts(pl.DataFrame({"staff_y1": [1]}), books("tax", DAY), date(2025, 1, 1))


def test_an_amount_whose_columns_are_absent_is_unknown_for_every_firm() -> None:
    pool = amounts(pl.DataFrame({"rd_internal_y1": [1, 2]}), books("tax", DAY), DAY)
    assert pool["certification_in_house"].over.to_list() == [1, 2]
    assert pool["tax_scope"].over.to_list() == [None, None]
    assert pool["days_to_settlement"].over.to_list() == [11, 11]


EXPENSE = st.integers(0, 10**12)
FEW = st.integers(0, 10**6)


@settings(max_examples=150, deadline=None)
@given(
    in_house=EXPENSE,
    other=EXPENSE,
    inside=EXPENSE,
    abroad=EXPENSE,
    share=st.integers(0, 100),
    buildings=FEW,
    income=FEW,
)
def test_the_tax_scope_is_what_a_plain_calculation_comes_to(
    in_house: int, other: int, inside: int, abroad: int, share: int, buildings: int, income: int
) -> None:
    persons = abroad * share // 100
    figures = {
        "rd_internal_y1": in_house,
        "rd_other_y1": other,
        "rd_outsourced_domestic_y1": inside,
        "rd_outsourced_foreign_y1": abroad,
        "outsourced_foreign_persons_y1": persons,
        "buildings_depreciation_y1": buildings,
        "special_income_y1": income,
        **dict.fromkeys(["deferred_expense_y1", "property_rent_y1", "sold_materials_y1", "fiscal_funds_y1"], 0),
    }
    five = in_house - buildings
    eligible = five + min(Fraction(other), Fraction(five * 10, 90)) + Fraction(inside * 80, 100)
    bodies = min(Fraction((abroad - persons) * 80, 100), eligible * 2 / 3) if abroad else Fraction(0)
    formula = next(each.formula for each in amounts_of(books("tax", DAY)) if each.name == "tax_scope")
    assert exact(formula, figures) == max(Fraction(0), eligible + bodies - income)


@pytest.mark.parametrize("case", TAX_CASES, ids=[case.name for case in TAX_CASES])
def test_the_lines_of_the_difference_add_up(case: Any) -> None:
    found = {each.name: each for each in case.assessment().amounts}
    lines = [each for name, each in found.items() if name.startswith("difference_")]
    figures = amounts_of(books("tax", case.on))
    assert len(lines) == 11
    assert {each.name for each in figures} == set(found)
    if found["difference"].found is None or any(each.found is None for each in lines):
        return
    total = sum((Fraction(each.found) for each in lines if each.found), Fraction(0))
    assert abs(total - Fraction(found["difference"].found)) < Fraction(1, 10**6)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("case", TAX_CASES, ids=[case.name for case in TAX_CASES])
def test_every_amount_has_its_source_and_one_plain_sentence(case: Any, language: str) -> None:
    for each in case.assessment().amounts:
        sentence = each.says.in_language(language)
        assert sentence.endswith("。" if language == "zh" else "."), sentence
        assert "{" not in sentence, sentence
        assert "None" not in sentence, sentence
        assert each.sources or each.found is None, each.name


def test_the_super_deduction_is_no_part_of_what_certification_is_worth() -> None:
    book = {each.name: each.formula for each in amounts_of(books("tax", DAY))}
    asked = set(names(book["certification_benefit"]))
    assert asked.isdisjoint(names(book["tax_scope"]))
    assert asked.isdisjoint({"sme_listed", "ic_machine_tool"})


def says(assessment: Assessment, name: str) -> str:
    return assessment.amount(name).says.zh


def test_a_small_firm_is_told_why_certification_saves_nothing() -> None:
    line = assessed("At 3,000,000 yuan of taxable income certification saves nothing")
    assert "小型微利企业实际税负已低于高企税率" in says(line, "rate_benefit")
    assert "小型微利" not in says(assessed("At 3,010,000 yuan it saves 301,000"), "rate_benefit")
    assert "应纳税所得额不大于零" in says(assessed("No taxable income and nothing is saved"), "rate_benefit")


def test_whether_a_firm_is_small_is_told_by_yes_or_no() -> None:
    assert says(assessed("A small firm of 300 persons"), "small_low_profit") == "2025 年属于小型微利企业：是。"
    assert says(assessed("With 301 persons it is none"), "small_low_profit") == "2025 年属于小型微利企业：否。"


def test_at_the_edge_of_no_income_the_reason_changes() -> None:
    none, least = assessed("No taxable income and nothing is saved"), assessed("One fen of income in a small firm")
    assert "小型微利" not in says(none, "rate_benefit")
    assert "小型微利企业实际税负" in says(least, "rate_benefit")
    assert "应纳税所得额不大于零" not in says(least, "rate_benefit")


def test_who_may_not_claim_is_told_why_the_deduction_is_nothing() -> None:
    assert "核定征收" in says(assessed("A firm taxed by estimate may not claim"), "super_deduction")
    assert "所属行业" in says(assessed("One fen more of the main business and it may not claim"), "super_deduction")
    assert "不得加计扣除" not in says(assessed(X13), "super_deduction")


def test_a_year_of_two_rates_says_how_they_were_weighed() -> None:
    mixed = assessed("The expense of 2022 of a service firm weighs three months at the new rate")
    assert "按月份加权" in says(mixed, "super_deduction_rate_last_year")
    assert "按月份加权" not in says(assessed(X13), "super_deduction_rate_last_year")
    assert [each for each in mixed.amount("super_deduction_rate_last_year").sources if "2022年第28号" in each]


def test_what_the_law_does_not_know_on_a_day_is_said_in_words() -> None:
    later = assessed("For 2028 nothing is published yet").amount("rate_benefit")
    assert later.says.zh == "认定带来的 2028 年税率收益：手册在该日没有这一项数值。"
    assert "small_profit_income ended on 2028-01-01" in later.says.en
    assert later.missing == ()


def test_terms_are_told_with_their_days() -> None:
    terms = assessed("Terms on 2026-08-01")
    assert "2026 年度在 2027-05-31 前汇算清缴" in says(terms, "days_to_settlement")
    assert "Expense of 2026 is claimed at the settlement by 2027-05-31" in terms.amount("days_to_settlement").says.en
    assert "2026 年 10 月预缴申报可享受当年 1–9 月" in says(terms, "days_to_prepayment")


def test_an_amount_names_the_figures_it_was_made_of_and_what_is_missing() -> None:
    benefit = assessed(X13).amount("rate_benefit")
    years = {"staff": "120", "taxable_income": "3010000", "total_assets": "30000000"}
    assert benefit.used == {"restricted_industry": "0", "by_year": {"2025": years}}
    unknown = assessed("A loss that is not known").amount("losses_kept")
    assert [each.place for each in unknown.missing] == ["years[2018].loss"]
    assert unknown.says.zh == "凭资格才能结转的亏损尚不能计算，缺少：2018 年尚未弥补的亏损。"


def test_an_open_reading_marks_what_rests_on_it() -> None:
    found = assessed(X13)
    marks = [found.amount(name).certainty for name in ("tax_scope", "certification_other", "tax_other", "rate_benefit")]
    assert marks == ["U", "L", "C", "C"]


def test_a_firm_that_left_a_wholesaler_unsettled_is_for_a_person() -> None:
    found = assessed("A wholesaler without other income").amount("super_deduction")
    assert found.says.zh == "2025 年加计扣除额：需人工判定。"


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Fraction(1_999_999, 100), "1.99 万元", "19,999.99 yuan"),
        (Fraction(999_999, 100), "9,999.99 元", "9,999.99 yuan"),
        (10_000, "1 万元", "10,000 yuan"),
        (Fraction(5, 1000), "0 元", "0 yuan"),
        (Fraction(-5, 1000), "0 元", "0 yuan"),
        (-10_000, "-1 万元", "-10,000 yuan"),
        (-1_234_560, "-123.45 万元", "-1,234,560 yuan"),
        (Fraction(52_000_000, 9), "577.77 万元", "5,777,777.77 yuan"),
    ],
)
def test_money_is_cut_so_that_no_benefit_reads_larger_than_it_is(value: Fraction, zh: str, en: str) -> None:
    assert (in_words(value, "yuan").zh, in_words(value, "yuan").en) == (zh, en)


def test_an_assessment_that_was_kept_before_there_were_amounts_reads_back() -> None:
    kept = assessed("A clean pass").to_json()
    assert kept.pop("amounts") == []
    assert Assessment.from_json(kept).amounts == ()


def test_a_kept_amount_reads_back_as_it_was() -> None:
    benefit = assessed("A loss that is not known").amount("certification_benefit")
    assert FoundAmount.from_json(benefit.to_json()) == benefit
    assert benefit.to_json("zh")["missing"] == ["years[2018].loss"]


def test_a_number_of_the_book_may_be_a_fraction() -> None:
    assert books("tax", DAY).number("tax_foreign_limit") == Fraction(2, 3)
