"""How good the forecast of a rehearsal is, against simulated reviews: `python -m tests.benchmarks.forecast`.

A world draws firms with the bands their figures allow and a quality within them, and two panels for each: the
rehearsal's and the real one's, of other experts. Each expert is milder or stricter than others and unsteady, each
county's reviews are milder or stricter, and the weight of both is the world's own: the forecast knows none of it.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean

from pipeline.rules.chance import chance
from pipeline.rules.panels import FINANCIAL, ITEMS, TECHNICAL, Points, result

TUNED_ON = range(1, 11)
HELD_OUT = range(9_001, 9_021)  # never used for tuning
FIRMS = 400
COUNTIES = 12
LINE, BLOCK = Fraction(70), Fraction(30)
GOAL = 0.85
MOST = {"ip_advance": 8, "ip_support": 8, "rd_system": 6, "rd_institute": 6, "incentives": 4, "talent": 4}
COUNTED = {
    "ip_count": ((0, 0), (1, 2), (3, 4), (5, 6), (7, 8)),
    "ip_origin": ((0, 0), (1, 3), (1, 6), (1, 6)),
    "standards": ((0, 0), (0, 0), (0, 0), (1, 2)),
    "conversion": ((0, 0), (1, 6), (7, 12), (13, 18), (19, 24), (25, 30)),
    "growth_net_assets": ((0, 0), (1, 2), (3, 4), (5, 6), (7, 8), (9, 10)),
    "growth_sales": ((0, 0), (1, 2), (3, 4), (5, 6), (7, 8), (9, 10)),
}


@dataclass(frozen=True)
class World:
    """How far counties, experts and single points lie apart, as shares of an item's band."""

    name: str
    county: float
    expert: float
    point: float
    near: bool = False  # firms that lie near the line alone, as those do that are coached for the review


WORLDS = (
    World("quiet", 0.05, 0.10, 0.15),
    World("usual", 0.10, 0.15, 0.25),
    World("unequal counties", 0.20, 0.15, 0.25),
    World("unequal experts", 0.10, 0.30, 0.30),
    World("near the line", 0.10, 0.15, 0.25, near=True),
    World("near the line, unequal", 0.15, 0.25, 0.30, near=True),
)


@dataclass(frozen=True)
class Told:
    chance: float
    passed: bool


def simulated(world: World, seed: int) -> list[Told]:
    """What was forecast of each firm, and what became of it."""
    lot = random.Random(f"{world.name} {seed}")
    mood = [lot.gauss(0, world.county) for _ in range(COUNTIES)]
    told = []
    for _ in range(FIRMS):
        strength = lot.gauss(0.75, 0.07) if world.near else lot.betavariate(4, 2)
        bands = _bands(lot, strength)
        quality = {item: min(max(lot.gauss(strength, 0.15), 0.0), 1.0) for item in bands}
        rehearsal = _panel(lot, world, bands, quality, 0.0)
        real = _panel(lot, world, bands, quality, lot.choice(mood))
        found, became = chance(rehearsal, bands, line=LINE, block=BLOCK), result(real, BLOCK)
        assert found is not None
        assert became is not None
        told.append(Told(found, became > LINE))
    return told


def _bands(lot: random.Random, strength: float) -> dict[str, tuple[int, int]]:
    bands = {item: (0, most) for item, most in MOST.items()}
    for item, steps in COUNTED.items():
        at = round(min(max(lot.gauss(strength, 0.15), 0.0), 1.0) * (len(steps) - 1))
        bands[item] = steps[at]
    return bands


def _panel(
    lot: random.Random, world: World, bands: dict[str, tuple[int, int]], quality: dict[str, float], mood: float
) -> list[tuple[str, Points]]:
    sheets: list[tuple[str, Points]] = []
    for kind, seats in ((TECHNICAL, 4), (FINANCIAL, 1)):
        for _ in range(seats):
            mild = lot.gauss(0, world.expert) + mood
            points = {}
            for item in ITEMS[kind]:
                low, high = bands[item]
                share = quality[item] + mild + lot.gauss(0, world.point)
                points[item] = round(low + (high - low) * min(max(share, 0.0), 1.0))
            sheets.append((kind, points))
    return sheets


def brier(told: Iterable[Told]) -> float:
    return fmean((each.chance - each.passed) ** 2 for each in told)


def of_base_rate(told: list[Told]) -> float:
    """The forecast's Brier score over that of who says of each firm how many pass."""
    rate = fmean(each.passed for each in told)
    return brier(told) / (rate * (1 - rate))


def reliability(told: list[Told]) -> list[tuple[str, int, float, float]]:
    """Of each tenth of the forecast: how many firms, what was said on average, how many passed."""
    rows = []
    for tenth in range(10):
        own = [each for each in told if min(int(each.chance * 10), 9) == tenth]
        if own:
            said, passed = fmean(each.chance for each in own), fmean(each.passed for each in own)
            rows.append((f"{tenth * 10}–{tenth * 10 + 10} %", len(own), said, passed))
    return rows


def told_in(world: World, seeds: Iterable[int]) -> list[Told]:
    return [each for seed in seeds for each in simulated(world, seed)]


def report(seeds: Iterable[int]) -> None:
    seeds = list(seeds)
    for world in WORLDS:
        told = told_in(world, seeds)
        rate = fmean(each.passed for each in told)
        print(
            f"\n{world.name}: {len(told)} firms, {rate:.1%} pass; Brier {brier(told):.4f}, "
            f"{of_base_rate(told):.3f} of the base rate's (goal <= {GOAL})"
        )
        for group, count, said, passed in reliability(told):
            print(f"  {group:>9} {count:6} firms, said {said:6.1%}, passed {passed:6.1%}")


if __name__ == "__main__":
    report(HELD_OUT)
