"""What a benchmark is: two ways to the same answer, run in turns in one process, compared by their medians.

Beside it stand a time that must stay within an allowance, and memory weighed against the memory of the input.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Protocol

ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """A ratio of ours to theirs, both in `unit`, with what else is worth knowing."""

    name: str
    goal: float
    n: int
    ours: float
    theirs: float
    unit: str = "s"
    notes: tuple[str, ...] = ()

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs

    def as_line(self) -> str:
        numbers = {f"ours_{self.unit}": round(self.ours, 4), f"theirs_{self.unit}": round(self.theirs, 4)}
        about = {"name": self.name, "ratio": round(self.ratio, 3), "goal": f"<= {self.goal:.3g}", "n": self.n}
        return json.dumps({**about, **numbers, **({"notes": self.notes} if self.notes else {})})

    def in_words(self) -> str:
        kept = "" if self.ratio <= self.goal else " MISSED"
        numbers = f"ours {self.ours:.3g} {self.unit}, theirs {self.theirs:.3g} {self.unit}"
        return "\n  ".join([f"{self.name}: {self.ratio:.2f} (goal <= {self.goal:.3g}{kept}), {numbers}", *self.notes])


@dataclass(frozen=True, slots=True)
class Ways:
    """Both ways, ready to run, and what was found out while they were made ready."""

    ours: Callable[[], object]
    theirs: Callable[[], object]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """`prepare` builds an input of n and checks that both ways answer alike."""

    name: str
    goal: float
    n: int
    says: str
    prepare: Callable[[int], Ways]

    def outcome(self, n: int, rounds: int = ROUNDS) -> Outcome:
        """Each round runs both, the one that begins changing from round to round."""
        ways = self.prepare(n)
        times: dict[str, list[float]] = {"ours": [], "theirs": []}
        turns = [("ours", ways.ours), ("theirs", ways.theirs)]
        for _ in range(rounds):
            for name, run in turns:
                times[name].append(seconds(run))
            turns.reverse()
        ours, theirs = median(times["ours"]), median(times["theirs"])
        return Outcome(self.name, self.goal, n, ours, theirs, notes=ways.notes)


@dataclass(frozen=True, slots=True)
class Allowance:
    """The slowest of several runs against the seconds it may take; `prepare` returns the runs and notes on them.

    These are seconds of the processor, as the work of others on the machine is not ours, unless another clock is told.
    """

    name: str
    allowed: float
    n: int
    says: str
    prepare: Callable[[int], tuple[list[Callable[[], object]], tuple[str, ...]]]
    goal: float = 1.0
    clock: Callable[[], float] = process_time

    def outcome(self, n: int, rounds: int = ROUNDS) -> Outcome:
        runs, notes = self.prepare(n)
        slowest = max(median(seconds(run, self.clock) for _ in range(rounds)) for run in runs)
        return Outcome(self.name, self.goal, n, slowest, self.allowed, notes=notes)


@dataclass(frozen=True, slots=True)
class Weighing:
    """Megabytes that come on top of the input, against those of the input."""

    name: str
    goal: float
    n: int
    says: str
    weigh: Callable[[int], tuple[float, float]]

    def outcome(self, n: int, rounds: int = ROUNDS) -> Outcome:
        grown, given = zip(*(self.weigh(n) for _ in range(min(rounds, 3))), strict=True)
        return Outcome(self.name, self.goal, n, median(grown), median(given), unit="mb")


class Benchmark(Protocol):
    """What can be run by its name."""

    @property
    def name(self) -> str: ...
    @property
    def n(self) -> int: ...
    @property
    def says(self) -> str: ...
    def outcome(self, n: int, rounds: int = ROUNDS) -> Outcome: ...


def seconds(run: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    start = clock()
    run()
    return clock() - start
