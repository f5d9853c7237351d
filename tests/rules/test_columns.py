"""The two readers of a formula give the same answer for every row, on the lines of the law above all."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.rules import Book, books, read_facts
from pipeline.rules.columns.reasons import explained
from pipeline.rules.columns.verdicts import evaluate, figures_of, judge
from pipeline.rules.condition import VERDICTS
from pipeline.rules.facts.figures import HEAD, in_heads
from pipeline.rules.facts.folding import fold
from pipeline.rules.formula import (
    UNKNOWN,
    Formula,
    Number,
    Reading,
    both,
    choose,
    either,
    exact,
    fact,
    lifted,
    names,
    nodes,
    smaller,
    steps,
)
from pipeline.rules.formula import given as first_known
from pipeline.rules.programmes import CONDITIONS, conditions_of, score_items
from tests.rules.cases import CASES, RuleCase

DAY = date(2026, 5, 20)
BOOKS = {name: books(name, DAY) for name in CONDITIONS}
WAN_FEN = 1_000_000
MOST = 2**53 - 1
FIRMS_A_RULE = 25
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A smaller seed is no simpler firm."""


def formulas_of(book: Book) -> dict[str, Formula]:
    """All that a pool is asked: each verdict, and what each item of the score allows."""
    verdicts = {each.rule: each.verdict for each in conditions_of(book)}
    items = score_items(book)
    return verdicts | {f"{item.name}_{bound}": getattr(item, bound) for item in items for bound in ("low", "high")}


def lines_in(formula: Formula) -> list[Fraction]:
    """Every number that the formula is made of or compares with."""
    lines: set[Number] = set()
    for node in nodes(formula):
        match node.op, node.args:
            case "const", (int() | Fraction() as value,):
                lines.add(value)
            case "steps", (_, table, _):
                lines.update(line for _, line, _ in table)
    return sorted(map(Fraction, lines)) or [Fraction(1)]


def firm_near(lines: list[Fraction], asked: list[str], chance: Random) -> dict[str, int | None]:
    """A firm whose figures are made of the parts of one line, so that it often stands on it or one unit beside it."""
    line = chance.choice(lines)
    shares = [(share.numerator, share.denominator) for share in (line, line + 1)]
    parts = [0, *(part for p, q in shares for part in (p, q, q * q, p * q, p * p))]
    unit, unknown = chance.choice([1, 3, 100, 10**6, 10**9]), chance.choice([0, 0, 0.05, 0.3])
    odd = [*map(int, lines), 0, 1, 2, -1, -unit, MOST, -MOST, chance.randint(-MOST, MOST)]

    def figure(name: str) -> int | None:
        scale = unit * HEAD if in_heads(name) else unit
        value = chance.choice(parts) * scale if chance.random() < 0.8 else chance.choice(odd)
        value += chance.choice([0, 0, 0, -1, 1])
        return None if chance.random() < unknown else max(-MOST, min(MOST, value))

    return {name: figure(name) for name in asked}


def firms_near_every_line(book: Book, chance: Random) -> list[dict[str, int | None]]:
    formulas = formulas_of(book).values()
    every = dict.fromkeys(name for formula in formulas for name in names(formula))
    rows = []
    for formula in formulas:
        asked, lines = list(dict.fromkeys(names(formula))), lines_in(formula)
        rows += [{**every, **firm_near(lines, asked, chance)} for _ in range(FIRMS_A_RULE)]
    return rows


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.Int64))


def differences(rows: list[dict[str, Any]], book: Book) -> list[tuple[str, Any, Any, dict[str, Any]]]:
    formulas = formulas_of(book)
    answers = evaluate(frame_of(rows), formulas)
    figures = [figures_of(row) for row in rows]
    return [
        (column, wanted, answer, row)
        for column, formula in formulas.items()
        for row, known, answer in zip(rows, figures, answers[column], strict=True)
        if answer != (wanted := exact(formula, known))
    ]


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=4, deadline=None, phases=UNSHRUNK)
@given(seed=st.integers(0, 2**32))
def test_both_readers_agree_on_every_rule_of_every_book(name: str, seed: int) -> None:
    assert differences(firms_near_every_line(BOOKS[name], Random(seed)), BOOKS[name]) == []


def on_lines(step: int) -> list[dict[str, Any]]:
    """Firms exactly on a line of each rule, moved by `step` fen or heads."""
    whole = [(5_000, 20), (20_000, 25), (20_001, 33), (30_000, 33), (7_777, 25)]
    base = dict.fromkeys(name for formula in formulas_of(BOOKS["hte"]).values() for name in names(formula))
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
                "staff_y1": 120 * HEAD,
                "tech_staff_y1": 12 * HEAD + step,
                "net_assets_y3": 640 * WAN_FEN,
                "net_assets_y2": 800 * WAN_FEN,
                "net_assets_y1": 1_000 * WAN_FEN + step,
            }
        )
    return rows


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_both_readers_agree_on_the_line_and_one_fen_beside_it(step: int) -> None:
    assert differences(on_lines(step), BOOKS["hte"]) == []


def test_growth_beyond_the_reach_of_a_float_is_still_exact() -> None:
    first, second = 3 * 2**50, 2**51 + 1
    third = [(second * second * 27 // 10 - second * second) // first + k for k in range(-2, 3)]
    rows = [{**on_lines(0)[0], "sales_y3": first, "sales_y2": second, "sales_y1": each} for each in third]
    assert differences(rows, BOOKS["hte"]) == []


def as_row(case: RuleCase) -> dict[str, int | None]:
    """The case's figures as columns hold them; a panel's average of points has no place there and is left out."""
    values = {
        name: value if value is None or not in_heads(name) else value * HEAD
        for name, value in fold(read_facts(case.facts), DAY).values.items()
    }
    return {name: int(value) if value is not None and value == int(value) else None for name, value in values.items()}


@pytest.mark.parametrize("name", BOOKS)
def test_a_pool_is_judged_like_the_firms_of_the_cases(name: str) -> None:
    rows = [as_row(case) for case in CASES.values() if case.on == DAY]
    assert differences([{**dict.fromkeys(rows[0]), **each} for each in rows], BOOKS[name]) == []


def test_persons_are_columns_of_parts_of_a_head() -> None:
    frame = pl.DataFrame({"staff_y1": [120 * HEAD, 120 * HEAD - 1, 300 * HEAD], "tech_staff_y1": [12 * HEAD] * 3})
    assert judge(frame, BOOKS["hte"], DAY, rules=["tech_staff_ratio"])["tech_staff_ratio"].to_list() == [
        "met",
        "met",
        "unmet",
    ]
    small = {"small": choose((fact("staff_y1") < 120, 1), otherwise=0)}
    assert evaluate(frame, small)["small"].to_list() == [0, 1, 0]


@pytest.mark.parametrize("months", range(1, 13))
def test_every_average_of_persons_is_whole_in_parts_of_a_head(months: int) -> None:
    assert (HEAD * Fraction(1, 2 * months)).denominator == 1
    assert (HEAD * Fraction(1, 10_000)).denominator == 1


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


EQUAL = {
    "a product in another order": (X * Y * Z, Z * Y * X),
    "a sum that was added and taken away": (X * Y + Z * Z - X * Y, Z * Z),
    "a quotient by another way": (X * X / Y, X / Y * X),
}


@pytest.mark.parametrize("name", EQUAL)
def test_what_rounding_would_part_is_equal_all_the_same(name: str) -> None:
    chance = Random(name)
    rows = [{each: chance.randint(2**50, MOST) for each in "xyz"} for _ in range(300)]
    one, other = EQUAL[name]
    for holds in (one >= other, other >= one):
        answers = evaluate(pl.DataFrame(rows), {"holds": choose((holds, 1), otherwise=0)})
        assert answers["holds"].to_list() == [1] * len(rows)


EVER_KNOWN = {
    name
    for case in CASES.values()
    for name, value in fold(read_facts(case.facts), case.on).values.items()
    if value is not None
}
"""Without what only stands for a question that is open."""


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=2, deadline=None, phases=UNSHRUNK)
@given(seed=st.integers(0, 2**32))
def test_a_pool_is_told_what_was_found_and_what_is_missing_like_a_firm(name: str, seed: int) -> None:
    rows = [
        {figure: value if figure in EVER_KNOWN else None for figure, value in row.items()}
        for row in firms_near_every_line(BOOKS[name], Random(seed))[::3]
    ]
    told = explained(frame_of(rows), BOOKS[name], DAY)
    readings = [Reading(figures_of(row)) for row in rows]
    for each in conditions_of(BOOKS[name]):
        columns = [told[f"{each.rule}_{part}"] for part in ("over", "under", "missing")]
        for read, over, under, missing in zip(readings, *columns, strict=True):
            found = None if over is None or not under else Fraction(over, under)
            assert found == read[each.found], each.rule
            wanted = each.lacks(read) if read[each.verdict] is None else []
            assert missing == " ".join(wanted), each.rule
