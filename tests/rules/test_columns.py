"""The two readers of a formula give the same answer for every row, on the lines of the law above all."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules import books, read_facts
from pipeline.rules.columns import evaluate, judge
from pipeline.rules.condition import VERDICTS, verdict_word
from pipeline.rules.folding import fold
from pipeline.rules.formula import UNKNOWN, Formula, both, choose, either, exact, fact, lifted, smaller, steps
from pipeline.rules.formula import given as first_known
from pipeline.rules.programmes import conditions_of, score_table
from tests.rules.cases import CASES, RuleCase

DAY = date(2026, 5, 20)
BOOKS = {name: books(name, DAY) for name in ("hte", "pool")}
WAN_FEN = 1_000_000
MOST = 2**53 - 1

LINES = [
    0,
    5_000 * WAN_FEN,
    20_000 * WAN_FEN,
    100,
    60,
    2_500 * WAN_FEN,
    1_250 * WAN_FEN,
    135 * WAN_FEN,
    100 * WAN_FEN,
    MOST,
]
BESIDE = [line + step for line in LINES for step in (-1, 0, 1) if abs(line + step) <= MOST]
AMOUNT = st.one_of(st.none(), st.sampled_from(BESIDE), st.integers(-(10**12), 10**12), st.integers(-MOST, MOST))
COUNT = st.one_of(st.none(), st.integers(0, 6))
MONEY = [f"{stem}_y{k}" for stem in ("sales", "rd_total", "rd_domestic", "net_assets") for k in (1, 2, 3)]
CATEGORIES = [
    f"{stem}_y{k}"
    for stem in ("rd_internal", "rd_outsourced_domestic", "rd_outsourced_foreign", "rd_other")
    for k in (1, 2, 3)
]
AMOUNTS = [
    *MONEY,
    *CATEGORIES,
    "total_income_y1",
    "non_taxable_income_y1",
    "hitech_income_y1",
    "staff_y1",
    "tech_staff_y1",
]
COUNTS = ["class_1_rights", "class_2_rights", "all_rights", "own_rights", "core_rights", "recognised_standards"]
COUNTS += [f"{name}_most" for name in COUNTS[:4]] + [f"conversions_y{k}" for k in (1, 2, 3)]
COUNTS += ["certificates", "pool_entries", "major_incidents", "undated_incidents", "resident", "field_chosen"]
SCORES = [f"score_{item.name}" for item in score_table(BOOKS["hte"]).items]


def firms(amounts: list[str]) -> st.SearchStrategy[dict[str, int | None]]:
    columns: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(amounts, AMOUNT)
    columns |= dict.fromkeys(COUNTS, COUNT)
    columns |= dict.fromkeys(SCORES, st.one_of(st.none(), st.integers(0, 31)))
    columns["operating_years"] = st.sampled_from([None, 0, 1, 2, 3])
    columns["registered_days"] = columns["days_since_incident"] = st.sampled_from([None, -1, 0, 364, 365, 366, 9999])
    columns["division"] = st.sampled_from([None, 330099, 330100, 330106, 330199, 330200])
    return st.fixed_dictionaries(columns)


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int64))


def differences(rows: list[dict[str, Any]], name: str) -> list[tuple[str, Any, Any, dict[str, Any]]]:
    book, frame = BOOKS[name], frame_of(rows)
    items = score_table(book).items
    answers = judge(frame, book, DAY, points=[item.name for item in items])
    formulas: dict[str, Formula] = {each.rule: each.verdict for each in conditions_of(book)}
    formulas |= {f"{item.name}_{bound}": getattr(item, bound) for item in items for bound in ("low", "high")}
    found = []
    for column, formula in formulas.items():
        for row, answer in zip(rows, answers[column], strict=True):
            wanted = exact(formula, row)
            if column in {each.rule for each in conditions_of(book)}:
                wanted = verdict_word(wanted)
            if answer != wanted:
                found.append((column, wanted, answer, row))
    return found


@settings(max_examples=30, deadline=None)
@given(rows=st.lists(firms(AMOUNTS), min_size=1, max_size=12))
def test_both_readers_agree_on_every_rule_of_the_hte_book(rows: list[dict[str, Any]]) -> None:
    assert differences(rows, "hte") == []


@settings(max_examples=15, deadline=None)
@given(rows=st.lists(firms(MONEY), min_size=1, max_size=12))
def test_both_readers_agree_on_the_pool_book_where_only_totals_are_known(rows: list[dict[str, Any]]) -> None:
    assert differences(rows, "pool") == []


def on_lines(step: int) -> list[dict[str, Any]]:
    """Firms exactly on a line of each rule, moved by `step` fen or heads."""
    whole = [(5_000, 20), (20_000, 25), (20_001, 33), (30_000, 33), (7_777, 25)]
    base = dict.fromkeys([*AMOUNTS, *COUNTS, *SCORES, "registered_days", "days_since_incident", "division"])
    rows = []
    for sales, part in whole:
        last, rest = sales * WAN_FEN, 100 * WAN_FEN
        total = last + 2 * rest
        rows.append(
            {
                **base,
                "sales_y1": last,
                "sales_y2": rest,
                "sales_y3": rest,
                "operating_years": 3,
                "rd_total_y1": total // part + step,
                "rd_total_y2": 0,
                "rd_total_y3": 0,
                "rd_domestic_y1": total // part * 3 // 5 + step,
                "rd_domestic_y2": 0,
                "rd_domestic_y3": 0,
                "total_income_y1": last,
                "non_taxable_income_y1": 0,
                "hitech_income_y1": last * 3 // 5 + step,
                "staff_y1": 120,
                "tech_staff_y1": 12 + step,
                "net_assets_y3": 640 * WAN_FEN,
                "net_assets_y2": 800 * WAN_FEN,
                "net_assets_y1": 1_000 * WAN_FEN + step,
            }
        )
    return rows


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_both_readers_agree_on_the_line_and_one_fen_beside_it(step: int) -> None:
    assert differences(on_lines(step), "hte") == []


def test_growth_beyond_the_reach_of_a_float_is_still_exact() -> None:
    first, second = 3 * 2**50, 2**51 + 1
    third = [(second * second * 27 // 10 - second * second) // first + k for k in range(-2, 3)]
    rows = [{**on_lines(0)[0], "sales_y3": first, "sales_y2": second, "sales_y1": each} for each in third]
    assert differences(rows, "hte") == []


def whole_figures(case: RuleCase) -> dict[str, Any]:
    """The case's figures; averages over months and panels are left out, as columns hold integers."""
    values = fold(read_facts(case.facts), DAY).values
    return {
        name: None if value is None or Fraction(value).denominator > 1 else int(value) for name, value in values.items()
    }


@pytest.mark.parametrize("name", BOOKS)
def test_a_pool_is_judged_like_the_firms_of_the_cases(name: str) -> None:
    figures = [whole_figures(case) for case in CASES.values() if case.on == DAY]
    assert differences([{**dict.fromkeys(figures[0]), **each} for each in figures], name) == []


def test_a_column_that_is_absent_is_unknown_for_every_firm() -> None:
    verdicts = judge(pl.DataFrame({"sales_y1": [1, 2]}), BOOKS["hte"], DAY)
    assert {verdicts[rule][0] for rule in verdicts.columns} == {"unknown"}


def test_the_verdicts_are_words() -> None:
    verdicts = judge(frame_of(on_lines(0)), BOOKS["hte"], DAY, rules=["rd_intensity"])
    assert verdicts.columns == ["rd_intensity"]
    assert verdicts["rd_intensity"].dtype == pl.Enum([*VERDICTS, "unknown"])


def test_the_book_must_be_the_days() -> None:
    with pytest.raises(ValueError, match="not of 2025-01-01"):
        judge(frame_of(on_lines(0)), BOOKS["hte"], date(2025, 1, 1))


VALUE = st.one_of(st.none(), st.integers(-3, 3), st.integers(-MOST, MOST))
X, Y, Z = fact("x"), fact("y"), fact("z")
SHAPES = {
    "a quotient without any guard": steps(X / Y, [(">=", 1, 2), (">", 0, 1)], otherwise=0),
    "a quotient by a quotient": steps(X / (Y / Z), [(">=", Fraction(1, 3), 1)], otherwise=0),
    "a small constant by what may be negative": steps(lifted(5) / X, [(">", 1, 2), (">=", 0, 1)], otherwise=0),
    "a choice of constants by a choice": choose(
        (choose((X < 0, 3), otherwise=7) / choose((Y < 0, -2), otherwise=9) >= Fraction(7, 9), 1), otherwise=-1
    ),
    "results below zero": steps(X, [(">", 0, 300)], otherwise=-5) + choose((Y > 0, 200), otherwise=100),
    "the smaller of two": steps(smaller(X, Y / 3), [(">=", 1, 1)], otherwise=0),
    "a sum of quotients": steps(
        X / Y + Z / 7 - Fraction(1, 2), [(">=", Fraction(1, 10), 3), (">=", 0, 2)], otherwise=1
    ),
    "both, where one is not known": choose((both(X >= 0, Y > 1), 1), otherwise=0),
    "either, where one is not known": choose((either(X >= 0, Y.equals(1)), 1), otherwise=0),
    "a test that is not known": choose((X < 0, 5), (Y < 0, 6), otherwise=lifted(7)),
    "an arm that is not known": choose((X < 0, UNKNOWN), otherwise=1),
    "a product too large for a word": choose((X * Y * Z >= X * X, 1), otherwise=0),
    "the first that is known": choose((first_known(X / 3, Y, 4) > Z, 1), otherwise=0),
}


@settings(max_examples=80, deadline=None)
@given(rows=st.lists(st.fixed_dictionaries({"x": VALUE, "y": VALUE, "z": VALUE}), min_size=6, max_size=6))
def test_both_readers_agree_on_shapes_that_no_rule_has_yet(rows: list[dict[str, Any]]) -> None:
    answers = evaluate(pl.DataFrame(rows, schema=dict.fromkeys("xyz", pl.Int64)), SHAPES)
    for name, formula in SHAPES.items():
        assert answers[name].to_list() == [exact(formula, row) for row in rows], name
