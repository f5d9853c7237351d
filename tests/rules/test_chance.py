"""The forecast of a rehearsal, by hand and against reviews that it knows nothing of."""

from fractions import Fraction

import pytest

from pipeline.rules.chance import SUREST, chance
from pipeline.rules.panels import FINANCIAL, ITEMS, TECHNICAL, Points
from tests.benchmarks.forecast import GOAL, HELD_OUT, TUNED_ON, WORLDS, World, of_base_rate, reliability, told_in

BANDS = {item: (0, 10) for items in ITEMS.values() for item in items}
LINE = {"line": Fraction(70), "block": Fraction(30)}
A_FEW = 2  # seeds; all of them are in `python -m tests.benchmarks.forecast`


def sheets(technical: list[int], financial: list[int]) -> list[tuple[str, Points]]:
    """Of these sums, all on an item that no most holds down."""
    given = [(TECHNICAL, "conversion", each) for each in technical]
    given += [(FINANCIAL, "growth_sales", each) for each in financial]
    return [(kind, {item: each}) for kind, item, each in given]


def test_on_the_line_it_is_even_and_further_off_it_is_surer() -> None:
    on_the_line = chance(sheets([60] * 4, [10]), BANDS, **LINE)
    assert on_the_line == pytest.approx(0.5)
    above = [chance(sheets([60 + more] * 4, [10]), BANDS, **LINE) for more in (0, 2, 5, 30)]
    assert above == sorted(above, key=lambda each: each or 0)
    assert above[-1] == SUREST
    below = chance(sheets([58] * 4, [10]), BANDS, **LINE)
    assert below is not None
    assert above[1] is not None
    assert below + above[1] == pytest.approx(1)


def test_experts_who_lie_apart_make_it_less_sure() -> None:
    near, apart = chance(sheets([66] * 4, [10]), BANDS, **LINE), chance(sheets([46, 86, 56, 76], [10]), BANDS, **LINE)
    assert near is not None
    assert apart is not None
    assert 0.5 < apart < near


def test_where_the_figures_decide_no_expert_is_asked() -> None:
    assert chance([], {"conversion": (71, 80)}, **LINE) == 1
    assert chance([], {"conversion": (0, 70)}, **LINE) == 0, "70 is not above 70"


def test_without_one_kind_of_expert_nothing_is_said() -> None:
    assert chance(sheets([60], []), BANDS, **LINE) is None


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_its_brier_score_is_at_most_85_percent_of_the_base_rates_on_seeds_never_used_for_tuning(world: World) -> None:
    told = told_in(world, HELD_OUT[:A_FEW])
    assert of_base_rate(told) <= GOAL
    said = {group: (found, passed) for group, _count, found, passed in reliability(told)}
    assert said["0–10 %"][1] < said["90–100 %"][1], "the control: it tells firms apart"


def test_tuning_and_trying_share_no_seed() -> None:
    assert not set(TUNED_ON) & set(HELD_OUT)


def test_who_says_the_same_of_all_firms_misses_the_goal() -> None:
    """The control: without the sheets the score is the base rate's."""
    told = told_in(WORLDS[1], HELD_OUT[:1])
    blind = [type(each)(sum(other.passed for other in told) / len(told), each.passed) for each in told]
    assert of_base_rate(blind) == pytest.approx(1)
