"""What a benchmark is: two ways to the same answer, run in turns in one process, compared by their medians."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter

LEAST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Comparison:
    """`prepare` builds the input and checks that both ways answer alike; it returns ours and theirs, ready to run."""

    name: str
    goal: float
    n: int
    says: str
    prepare: Callable[[], tuple[Callable[[], object], Callable[[], object]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    name: str
    ratio: float
    goal: str
    n: int
    ours_s: float
    theirs_s: float

    def as_line(self) -> str:
        return json.dumps({field: getattr(self, field) for field in self.__slots__})

    def in_words(self) -> str:
        return (
            f"{self.name}: {self.ratio:.2f} (goal {self.goal}), ours {self.ours_s:.3f} s, theirs {self.theirs_s:.3f} s"
        )


def measure(comparison: Comparison, rounds: int = LEAST_ROUNDS) -> Outcome:
    """Each round runs both, the one that begins changing from round to round."""
    ours, theirs = comparison.prepare()
    times: dict[str, list[float]] = {"ours": [], "theirs": []}
    ways = [("ours", ours), ("theirs", theirs)]
    for _ in range(max(rounds, LEAST_ROUNDS)):
        for name, run in ways:
            start = perf_counter()
            run()
            times[name].append(perf_counter() - start)
        ways.reverse()
    ours_s, theirs_s = median(times["ours"]), median(times["theirs"])
    return Outcome(
        name=comparison.name,
        ratio=round(ours_s / theirs_s, 3),
        goal=f"<= {comparison.goal}",
        n=comparison.n,
        ours_s=round(ours_s, 4),
        theirs_s=round(theirs_s, 4),
    )
