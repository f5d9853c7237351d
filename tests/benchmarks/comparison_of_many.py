"""Many comparisons under one name: several things to do, each in two ways that tell their time; the worst counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from tests.benchmarks.comparison import ROUNDS, Outcome

type Told = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ways to the same rows; each runs once and tells the seconds that count."""

    ours: Told
    theirs: Told


@dataclass(frozen=True, slots=True)
class Worst:
    """`prepare` checks that both ways of each pair answer alike. The worst pair is the outcome; all are told."""

    name: str
    goal: float
    n: int
    says: str
    prepare: Callable[[int], tuple[Mapping[str, Pair], tuple[str, ...]]]

    def outcome(self, n: int, rounds: int = ROUNDS) -> Outcome:
        pairs, notes = self.prepare(n)
        measured = {name: medians(pair, rounds) for name, pair in pairs.items()}
        worst = max(measured, key=lambda name: measured[name][0] / measured[name][1])
        told = [self._told(name, *times) for name, times in measured.items()]
        ours, theirs = measured[worst]
        return Outcome(self.name, self.goal, n, ours, theirs, notes=(f"the worst is {worst}", *told, *notes))

    def _told(self, name: str, ours: float, theirs: float) -> str:
        missed = " MISSED" if ours / theirs > self.goal else ""
        return f"{name}: {ours / theirs:.2f}{missed}, ours {ours * 1000:.1f} ms, theirs {theirs * 1000:.1f} ms"


def medians(pair: Pair, rounds: int) -> tuple[float, float]:
    """Each round runs both, the one that begins changing from round to round; one run of each goes before."""
    turns = [("ours", pair.ours), ("theirs", pair.theirs)]
    for _name, way in turns:
        way()
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(rounds):
        for name, way in turns:
            times[name].append(way())
        turns.reverse()
    return median(times["ours"]), median(times["theirs"])
