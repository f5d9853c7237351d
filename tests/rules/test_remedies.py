"""What closes a gap: that much holds, and one fen or one head less does not."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.rules import assess, books, read_facts
from pipeline.rules.condition import MET, Condition
from pipeline.rules.facts.folding import fold
from pipeline.rules.formula import exact, fact, smaller
from pipeline.rules.plans.remedies import least, raised, smallest
from pipeline.rules.programmes import conditions_of
from tests.rules.cases import CASES

DAY = date(2026, 5, 20)
BOOK = books("hte", DAY)
WAN_FEN = 1_000_000
CONDITIONS = {each.rule: each for each in conditions_of(BOOK)}
EDGES = [5_000 * WAN_FEN, 20_000 * WAN_FEN]
AMOUNT = st.one_of(
    st.integers(1, 30_000 * WAN_FEN), st.sampled_from([each + step for each in EDGES for step in (-1, 0, 1)])
)


def firm(**figures: int) -> dict[str, Any]:
    years = {f"{stem}_y{k}": 0 for stem in ("sales", "rd_total", "rd_domestic") for k in (1, 2, 3)}
    return {**years, **figures}


def holds(condition: Condition, values: Any, amount: int) -> bool:
    assert condition.lever
    return bool(exact(condition.verdict, raised(values, condition.lever.raises, amount)) == MET)


def closes_exactly(condition: Condition, values: dict[str, Any]) -> None:
    assert condition.lever
    amount = least(condition.verdict, values, condition.lever.raises)
    assert amount is not None
    assert holds(condition, values, amount)
    assert amount == 0 or not holds(condition, values, amount - 1)


@settings(deadline=None)
@given(sales=st.tuples(AMOUNT, AMOUNT, AMOUNT), rd=st.integers(0, 1_000 * WAN_FEN))
def test_the_least_rd_expense_that_closes_the_share(sales: tuple[int, int, int], rd: int) -> None:
    values = firm(sales_y1=sales[0], sales_y2=sales[1], sales_y3=sales[2], rd_total_y1=rd, rd_domestic_y1=rd)
    closes_exactly(CONDITIONS["rd_intensity"], values)


@settings(deadline=None)
@given(total=AMOUNT, share=st.integers(0, 100))
def test_the_least_domestic_expense(total: int, share: int) -> None:
    closes_exactly(CONDITIONS["rd_domestic"], firm(rd_total_y1=total, rd_domestic_y1=total * share // 100))


@settings(deadline=None)
@given(staff=st.integers(1, 5_000), tech=st.integers(0, 600))
def test_the_least_number_of_people_to_hire(staff: int, tech: int) -> None:
    assume(tech <= staff)
    closes_exactly(CONDITIONS["tech_staff_ratio"], {"staff_y1": staff, "tech_staff_y1": tech})


@settings(deadline=None)
@given(income=AMOUNT, hitech=AMOUNT)
def test_the_least_hitech_income(income: int, hitech: int) -> None:
    values = {"total_income_y1": income, "non_taxable_income_y1": 0, "hitech_income_y1": min(income, hitech)}
    closes_exactly(CONDITIONS["hitech_income"], values)


def test_booked_categories_are_raised_before_their_caps() -> None:
    """0.80 of what is outsourced counts and other expenses up to a fifth of all: one yuan in house can bring 1.25."""
    booked = {"rd_internal_y1": 100 * WAN_FEN, "rd_outsourced_domestic_y1": 0, "rd_outsourced_foreign_y1": 0}
    values = {**firm(sales_y1=5_000 * WAN_FEN), **booked, "rd_other_y1": 200 * WAN_FEN}
    values |= {f"{stem}_y{k}": 0 for stem in (*(name[:-3] for name in booked), "rd_other") for k in (2, 3)}
    condition = CONDITIONS["rd_intensity"]
    closes_exactly(condition, values)
    assert least(condition.verdict, values, ("rd_internal_y1",)) == 100 * WAN_FEN


def test_what_no_amount_closes() -> None:
    never = smaller(fact("x"), 5) >= 6
    assert least(never, {"x": 0}, ("x",)) is None
    assert smallest(lambda amount: amount >= 7, most=7) == 7
    assert smallest(lambda amount: True, most=7) == 0
    assert smallest(lambda amount: amount >= 8, most=7) is None


@settings(deadline=None)
@given(line=st.integers(0, 2**50), slope=st.integers(1, 9), bend=st.integers(0, 2**40))
def test_a_guess_by_the_distance_finds_the_same_least_number(line: int, slope: int, bend: int) -> None:
    def distance(amount: int) -> Fraction:
        return Fraction(slope * amount, amount + bend + 1) - Fraction(slope * line, line + bend + 1)

    def holds(amount: int) -> bool:
        return distance(amount) >= 0

    assert smallest(holds, 2**50, distance) == smallest(holds, 2**50) == line


def test_a_gap_that_is_closed_as_told_is_closed() -> None:
    for case in CASES.values():
        if case.book != "hte":
            continue
        facts, book = read_facts(case.facts), books(case.book, case.on)
        values = fold(facts, case.on).values
        for finding in assess(facts, book=book, day=case.on).findings:
            condition = CONDITIONS[finding.rule]
            if finding.verdict == "unmet" and condition.lever and condition.lever.raises and finding.gap:
                closes_exactly(condition, dict(values))
