"""The lot that draws a panel, what makes a panel legal, and what its sheets come to."""

from fractions import Fraction

import pytest

from pipeline.rules.panels import (
    FINANCIAL,
    ITEMS,
    TECHNICAL,
    Candidate,
    Demands,
    TooFew,
    drawn,
    outliers,
    result,
    spreads,
    total,
)

BLOCK = Fraction(30)
DEMANDS = Demands(5, Fraction(3, 5), 1)
POOL = [Candidate(key, TECHNICAL if key % 4 else FINANCIAL) for key in range(1, 41)]
MOST = {TECHNICAL: Fraction(80), FINANCIAL: Fraction(20)}


@pytest.mark.parametrize(
    ("technical", "financial", "faults"),
    [(3, 2, 0), (4, 1, 0), (6, 4, 0), (3, 1, 1), (2, 3, 1), (5, 0, 1), (5, 4, 1), (0, 0, 2), (1, 1, 2)],
)
def test_a_panel_has_five_experts_three_in_five_technical_and_one_financial(
    technical: int, financial: int, faults: int
) -> None:
    assert len(DEMANDS.lacks([TECHNICAL] * technical + [FINANCIAL] * financial)) == faults


def test_the_lot_does_not_hang_on_the_order_of_the_candidates() -> None:
    first = drawn("seed", POOL, technical=4, financial=1)
    assert first == drawn("seed", reversed(POOL), technical=4, financial=1)
    assert len(first.members) == 5
    assert sorted(first.members + first.reserve) == [each.key for each in POOL]


def test_every_candidate_is_drawn_about_as_often_as_another() -> None:
    """2,000 draws of 4 of 30 technical experts: 267 for each, give or take five deviations."""
    seen = [key for seed in range(2_000) for key in drawn(str(seed), POOL, technical=4, financial=0).members]
    counts = [seen.count(each.key) for each in POOL if each.kind == TECHNICAL]
    assert 190 < min(counts) <= max(counts) < 345


def test_whose_field_fits_comes_first() -> None:
    pool = [Candidate(key, TECHNICAL, key <= 3) for key in range(1, 20)]
    assert set(drawn("x", pool, technical=4, financial=0).members) > {1, 2, 3}


def test_too_few_of_a_kind_are_said_so() -> None:
    with pytest.raises(TooFew) as refused:
        drawn("x", POOL[:5], technical=4, financial=2)
    assert (refused.value.kind, refused.value.there, refused.value.wanted) == (FINANCIAL, 1, 2)


def test_points_for_rights_count_up_to_the_most_of_their_block() -> None:
    points = {"ip_advance": 8, "ip_support": 8, "ip_count": 8, "ip_origin": 6, "standards": 2, "conversion": 30}
    assert total(points, BLOCK) == 60


def test_the_panels_points_are_the_mean_of_each_kind_and_are_not_rounded() -> None:
    sheets = [(TECHNICAL, {"conversion": 30}), (TECHNICAL, {"conversion": 29}), (FINANCIAL, {"growth_sales": 9})]
    assert result(sheets, BLOCK) == Fraction(77, 2)
    assert result(sheets[:2], BLOCK) is None


def test_a_sheet_far_from_the_others_stands_out_and_one_of_two_does_not() -> None:
    given = [60, 62, 64, 40]
    sheets = [(key, TECHNICAL, {"conversion": each}) for key, each in enumerate(given)]
    assert outliers(sheets, MOST, BLOCK) == {3}
    assert outliers([sheets[0], sheets[3]], MOST, BLOCK) == frozenset()
    within = [(key, TECHNICAL, {"conversion": each}) for key, each in enumerate([60, 62, 64, 46])]
    assert outliers(within, MOST, BLOCK) == frozenset(), "sixteen points, a fifth of 80, are within"


def test_the_spread_tells_of_items_that_somebody_gave_points_for() -> None:
    [found] = spreads([(TECHNICAL, {"talent": 1}), (TECHNICAL, {"talent": 4}), (FINANCIAL, {})])
    assert (found.item, found.low, found.high, found.middle, found.mean) == ("talent", 1, 4, 2.5, Fraction(5, 2))
    assert set(ITEMS[TECHNICAL]).isdisjoint(ITEMS[FINANCIAL])
