"""The laboratory says of every firm what the engine says of it alone, and every number opens to its firms."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.rules import FirmFacts, assess, books
from pipeline.rules.columns.folding import fold_pool
from pipeline.rules.columns.laboratory import Comparison, Group, compare, joined
from pipeline.rules.facts.figures import HEAD
from pipeline.rules.shelf.revision import revised
from tests.rules.pools import DAY, FIRMS, tables_of

HTE, POOL = books("hte", DAY), books("pool", DAY)
MIDDLE_AT_3_5 = revised(
    HTE,
    {
        "rd_intensity": [
            {"upto": "50000000", "value": "0.05"},
            {"upto": "200000000", "value": "0.035"},
            {"value": "0.03"},
        ]
    },
)
STRICTER = revised(HTE, {"tech_staff_ratio": "0.2"})
PAIRS = [(HTE, MIDDLE_AT_3_5), (POOL, HTE), (HTE, POOL), (HTE, HTE), (books("sme", DAY), STRICTER)]
NEXT_YEAR = date(2027, 1, 1)
WAN_FEN = 1_000_000
# sales in 万元, R&D expense in the thousand of them, tech staff of 100; None where it is not known
FIRMS_SEEN: dict[int, tuple[str | None, str | None, int | None, int, int]] = {
    11: ("330112", "10101", 8_640, 36, 16),
    12: ("330112", "80101", 6_310, 35, 20),
    13: ("330106", "10102", 6_310, 34, 9),
    14: ("330106", None, 4_000, 50, 20),
    15: (None, "30101", None, 36, 16),
}


def seen() -> pl.DataFrame:
    rows = []
    for key, (county, field, sales, share, tech) in FIRMS_SEEN.items():
        fen = None if sales is None else sales * WAN_FEN
        expense = None if fen is None else fen * share // 1_000
        row: dict[str, Any] = {"firm": key, "county": county, "field": field, "registered_days": 900, "resident": 1}
        row["division"] = None if county is None else int(county)
        for back in (1, 2, 3):
            row |= {f"sales_y{back}": fen, f"rd_total_y{back}": expense, f"rd_domestic_y{back}": expense}
        rows.append({**row, "staff_y1": 100 * HEAD, "tech_staff_y1": tech * HEAD})
    return pl.DataFrame(rows, infer_schema_length=None)


@pytest.fixture(scope="module")
def looser() -> Comparison:
    return compare(seen(), HTE, MIDDLE_AT_3_5)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(firms=st.lists(FIRMS, min_size=1, max_size=3), pair=st.sampled_from(PAIRS))
def test_a_pool_is_judged_like_each_of_its_firms(firms: list[FirmFacts], pair: Any) -> None:
    compared = compare(fold_pool(tables_of(firms), DAY), *pair)
    for key, firm in enumerate(firms):
        for side, book in zip(("before", "after"), pair, strict=True):
            assessment = assess(firm, book=book, day=DAY)
            verdicts = {each.rule: each.verdict for each in assessment.findings}
            wanted = {**dict.fromkeys(compared.rules, "not_applicable"), **verdicts}
            [line] = compared.lines([key])
            assert getattr(line, side) == assessment.verdict
            assert [
                rule for rule, word in wanted.items() if getattr(compared.lines([key], rule)[0], side) != word
            ] == []


def test_a_looser_line_lets_in_the_firms_between_the_old_one_and_the_new(looser: Comparison) -> None:
    assert looser.gained("rd_intensity") == [11, 12]
    assert looser.dropped("rd_intensity") == []
    assert looser.crossed("rd_intensity") == {
        ("unmet", "met"): 2,
        ("unmet", "unmet"): 1,
        ("met", "met"): 1,
        ("unknown", "unknown"): 1,
    }


def test_a_stricter_line_drops_firms_and_leaves_the_other_conditions_alone() -> None:
    compared = compare(seen(), HTE, STRICTER)
    assert compared.dropped("tech_staff_ratio") == [11, 15]
    assert compared.dropped("rd_intensity") == compared.gained("rd_intensity") == []


def test_the_numbers_of_a_county_and_of_a_field_add_up_to_the_pool(looser: Comparison) -> None:
    assert looser.by_county("rd_intensity") == [
        Group("330106", firms=2, before=1, after=1, gained=0, dropped=0, unknown=0, manual=0),
        Group("330112", firms=2, before=0, after=2, gained=2, dropped=0, unknown=0, manual=0),
        Group(None, firms=1, before=0, after=0, gained=0, dropped=0, unknown=1, manual=0),
    ]
    assert [(each.code, each.firms, each.gained) for each in looser.by_field("rd_intensity")] == [
        ("10", 2, 1),
        ("30", 1, 0),
        ("80", 1, 1),
        (None, 1, 0),
    ]
    assert looser.summed("rd_intensity") == Group(None, 5, before=1, after=3, gained=2, dropped=0, unknown=1, manual=0)


def test_every_number_opens_to_its_firms(looser: Comparison) -> None:
    rule = "rd_intensity"
    for (before, after), number in looser.crossed(rule).items():
        assert len(looser.firms(rule, before={before}, after={after})) == number
    for group in looser.by_county(rule):
        assert len(looser.firms(rule, county=group.code)) == group.firms
    for group in looser.by_field(rule):
        assert len(looser.firms(rule, field=group.code)) == group.firms
    assert looser.firms(rule, after={"met"}, county="330112", field="80") == [12]
    assert looser.firms() == list(FIRMS_SEEN)


def test_who_holds_several_conditions_together_is_named_before_and_after(looser: Comparison) -> None:
    assert looser.together(["rd_intensity", "tech_staff_ratio"], "before") == [14]
    assert looser.together(["rd_intensity", "tech_staff_ratio"], "after") == [11, 12, 14]
    assert looser.together(["tech_staff_ratio"], "after") == [11, 12, 14, 15]


def test_what_the_winners_still_lack_is_told_with_its_firms() -> None:
    both = revised(STRICTER, {"rd_intensity": [{"upto": "200000000", "value": "0.034"}, {"value": "0.03"}]})
    compared = compare(seen(), HTE, both)
    assert compared.gained("rd_intensity") == [11, 12, 13]
    short = compared.still_short("rd_intensity")
    assert (short.firms, short.by_rule) == (2, {"tech_staff_ratio": 2})
    assert compared.short_firms("rd_intensity", "tech_staff_ratio") == [11, 13]


def test_a_line_shows_exactly_what_either_book_found_and_needs(looser: Comparison) -> None:
    line, other = looser.lines([12, 11, 99], "rd_intensity")
    assert (line.firm, line.county, line.sales, line.before, line.after) == (
        12, "330112", Decimal(63_100_000), "unmet", "met",
    )  # fmt: skip
    assert (line.found_before, line.needed_before, line.needed_after) == (
        Fraction(35, 1000), Fraction(4, 100), Fraction(35, 1000),
    )  # fmt: skip
    assert other.firm == 11
    [staff] = looser.lines([11], "tech_staff_ratio")
    assert staff.found_after == Fraction(16, 100)


def test_two_days_are_compared_by_the_figures_of_each() -> None:
    last, first = seen(), seen().with_columns(pl.col("rd_total_y1", "rd_total_y2", "rd_total_y3") // 2)
    compared = compare(first, HTE, books("hte", NEXT_YEAR), later=last.reverse())
    assert compared.gained("rd_intensity") == [14]
    [line] = compared.lines([14], "rd_intensity")
    assert (line.found_before, line.found_after) == (Fraction(25, 1000), Fraction(50, 1000))
    [staff] = compared.lines([11], "tech_staff_ratio")
    assert staff.found_after == Fraction(16, 100)


def test_two_days_must_be_of_the_same_firms() -> None:
    for other in (seen().head(4), seen().with_columns(firm=pl.col("firm") + 1)):
        with pytest.raises(ValueError, match="not of the same firms"):
            compare(seen(), HTE, HTE, later=other)


def test_a_rule_that_one_book_lacks_stands_in_nobodys_way_there() -> None:
    compared = compare(seen(), HTE, POOL)
    assert {pair for pair, _ in compared.crossed("region")} == {"not_applicable"}
    assert compared.dropped("region") == [15]


def test_parts_of_a_pool_are_joined_to_the_whole(looser: Comparison) -> None:
    parts = joined(compare(part, HTE, MIDDLE_AT_3_5) for part in (seen().head(2), seen().tail(3)))
    assert parts.total == looser.total == 5
    assert parts.by_county("rd_intensity") == looser.by_county("rd_intensity")


def test_a_pool_without_firms_is_compared_too() -> None:
    nobody = compare(fold_pool(tables_of([]), DAY), HTE, MIDDLE_AT_3_5)
    assert nobody.summed("rd_intensity") == Group(None, 0, before=0, after=0, gained=0, dropped=0, unknown=0, manual=0)
    assert (nobody.crossed(), nobody.by_county(), nobody.still_short("rd_intensity").firms) == ({}, [], 0)


def test_what_is_kept_is_read_again(looser: Comparison) -> None:
    again = Comparison.from_bytes(looser.to_bytes(), HTE, MIDDLE_AT_3_5)
    assert again.by_county() == looser.by_county()
    assert again.lines([11, 12], "rd_intensity") == looser.lines([11, 12], "rd_intensity")
    assert again.firms("rd_intensity", after={"met"}) == looser.firms("rd_intensity", after={"met"})
