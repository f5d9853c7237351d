"""How much of what has to be done so that every condition holds at once, and no more than that.

Deeds meet: more sales lower the share of R&D expense, people who are hired are staff too. So they are tried together,
each raised to the least that its conditions need beside all the others, until nothing changes any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from pipeline.rules.condition import Condition
from pipeline.rules.formula import Number
from pipeline.rules.plans.bounds import most_of
from pipeline.rules.plans.deeds import KINDS
from pipeline.rules.plans.means import touched
from pipeline.rules.plans.points import gain, levels
from pipeline.rules.plans.prospect import Amounts, Means, Prospect, edges, is_open, is_unmet
from pipeline.rules.plans.remedies import smallest
from pipeline.rules.programmes import SCORED_BY

MOST_ROUNDS = 12
"""How often deeds are weighed against each other before it is given up."""


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """A condition to be met by some means together. `open_will_do`: what only a person can say may stay open."""

    condition: Condition
    means: tuple[Means, ...]
    open_will_do: bool = False

    def reached(self, prospect: Prospect, amounts: Amounts) -> bool:
        verdict = prospect.verdict(self.condition, amounts)
        return self.open_will_do if is_open(verdict) else not is_unmet(verdict)


def solve(prospect: Prospect, goals: Sequence[Goal], means: Sequence[Means]) -> tuple[list[Goal], Amounts] | None:
    """The least amounts by which the goals are reached and no other condition is lost, with the goals this adds.

    None if there are none.
    """
    goals = list(goals)
    while (amounts := settled(prospect, goals)) is not None:
        lost = lost_by(prospect, goals, amounts)
        if not lost:
            return goals, trimmed(prospect, goals, amounts)
        choices = options(prospect, lost[0], means, amounts)
        if not choices:
            return None
        goals.append(Goal(lost[0], choices[0]))
    return None


def lost_by(prospect: Prospect, goals: Sequence[Goal], amounts: Amounts) -> list[Condition]:
    """Conditions that are no goals and are not met beside these deeds; what was open before may stay so."""
    aims = {each.condition.rule for each in goals}
    return [each for each in prospect.conditions if each.rule not in aims and not as_good(prospect, each, amounts)]


def as_good(prospect: Prospect, condition: Condition, amounts: Amounts) -> bool:
    verdict = prospect.verdict(condition, amounts)
    if is_open(verdict):
        return is_open(prospect.verdict(condition, {}))
    return not is_unmet(verdict)


def settled(prospect: Prospect, goals: Sequence[Goal]) -> dict[Means, int] | None:
    """Amounts that reach all goals together; each is raised only as far as needed, over and over until all hold."""
    amounts: dict[Means, int] = {}
    for _ in range(MOST_ROUNDS):
        missed = next((each for each in goals if not each.reached(prospect, amounts)), None)
        if missed is None:
            return amounts
        raised = raised_for(prospect, missed, amounts)
        if raised is None:
            return None
        amounts = raised
    return None


def raised_for(prospect: Prospect, goal: Goal, amounts: dict[Means, int]) -> dict[Means, int] | None:
    """The amounts with those of the goal's means raised, one after the other, until it is reached."""
    *helpers, last = goal.means
    for means in helpers:
        amounts = {**amounts, means: levels(prospect, means, amounts)[-1]}
        if goal.reached(prospect, amounts):
            return amounts
    units = enough(prospect, goal, last, amounts)
    return None if units is None else {**amounts, last: units}


def enough(prospect: Prospect, goal: Goal, means: Means, amounts: Amounts) -> int | None:
    """The least of the means, from what is done of it already on, that reaches the goal beside the other deeds."""

    def holds(start: int, more: int) -> bool:
        return goal.reached(prospect, {**amounts, means: start + more})

    def above(start: int, more: int) -> Number | None:
        read = prospect.read({**amounts, means: start + more})
        found, needed = read[goal.condition.found], read[goal.condition.needed]
        return None if found is None or needed is None else found - needed

    if is_scored(prospect, goal.condition):
        return next((units for units in levels(prospect, means, amounts) if holds(units, 0)), None)
    for start, end in stretches(prospect, goal.condition, means, amounts):
        found = 0 if holds(start, 0) else smallest(partial(holds, start), end - start, partial(above, start))
        if found is not None:
            return start + found
    return None


def stretches(prospect: Prospect, condition: Condition, means: Means, amounts: Amounts) -> Iterator[tuple[int, int]]:
    """From what is done already to the most, parted where a figure crosses a line of the condition by itself."""
    start, most = amounts.get(means, 0), most_of(prospect, means)
    for end in sorted({*crossings(prospect, condition, means), most}):
        if start <= end <= most:
            yield start, end
            start = end + 1


def crossings(prospect: Prospect, condition: Condition, means: Means) -> Iterator[int]:
    """The most units of the means at which a figure is not above a line yet."""
    for name, more in prospect.effect(means).items():
        for line in edges(condition.verdict).get(name, ()):
            if more > 0:
                yield int((line - (prospect.values[name] or 0)) // more)


def is_scored(prospect: Prospect, condition: Condition) -> bool:
    return SCORED_BY.get(prospect.book.name) == condition.rule


def options(
    prospect: Prospect, condition: Condition, means: Sequence[Means], amounts: Amounts, *, open_will_do: bool = False
) -> list[tuple[Means, ...]]:
    """The means that reach the condition, alone or, for points, together; the least laborious first."""
    useful = list(of_use(prospect, condition, means))
    singly = [(each, enough(prospect, Goal(condition, (each,), open_will_do), each, amounts)) for each in useful]
    alone = sorted(((each, units) for each, units in singly if units is not None), key=lambda pair: effort([pair]))
    if alone or not is_scored(prospect, condition):
        return [(each,) for each, _ in alone]
    return together(prospect, condition, useful, amounts, open_will_do=open_will_do)


def of_use(prospect: Prospect, condition: Condition, means: Sequence[Means]) -> Iterator[Means]:
    """Those that move a figure the condition asks for, without those that move it as one before them does."""
    names, seen = condition.verdict.asks, set()
    for each in means:
        if each.what != "points" and not touched(each.what) & names:
            continue
        moved = frozenset((name, more) for name, more in prospect.effect(each).items() if name in names)
        if moved and (moved, each.ready) not in seen:
            seen.add((moved, each.ready))
            yield each


def together(
    prospect: Prospect, condition: Condition, useful: Sequence[Means], amounts: Amounts, *, open_will_do: bool
) -> list[tuple[Means, ...]]:
    """Several means that reach the points together: those that bring most, and what goes without one of them."""
    first = enough_together(prospect, condition, useful, amounts, open_will_do=open_will_do)
    others = (
        enough_together(
            prospect, condition, [each for each in useful if each != left_out], amounts, open_will_do=open_will_do
        )
        for left_out in first
    )
    return list(dict.fromkeys(each for each in (first, *others) if each))


def enough_together(
    prospect: Prospect, condition: Condition, useful: Sequence[Means], amounts: Amounts, *, open_will_do: bool
) -> tuple[Means, ...]:
    """The fewest means that are enough at their best, those that bring most first, sales last; none if all are not."""
    gains = {each: gain(prospect, each, amounts) for each in useful}
    taken: list[Means] = []
    now = dict(amounts)
    for means in sorted((each for each in useful if gains[each]), key=lambda each: (is_hoped_for(each), -gains[each])):
        taken.append(means)
        now[means] = levels(prospect, means, now)[-1]
        if Goal(condition, tuple(taken), open_will_do).reached(prospect, now):
            return tuple(taken)
    return ()


def trimmed(prospect: Prospect, goals: Sequence[Goal], amounts: Amounts) -> Amounts:
    """The amounts without what is not needed beside the others."""

    def holds(means: Means, units: int) -> bool:
        fewer = {**amounts, means: units}
        return all(each.reached(prospect, fewer) for each in goals) and not lost_by(prospect, goals, fewer)

    for means in reversed(list(amounts)):
        if amounts[means] and holds(means, amounts[means] - 1):
            units = smallest(partial(holds, means), amounts[means] - 1) or 0
            return trimmed(prospect, goals, {**amounts, means: units})
    return {means: units for means, units in amounts.items() if units}


def effort(amounts: Iterable[tuple[Means, int]]) -> tuple[int, int, int, int]:
    """What to rank by: sales are in nobody's hand; then how much there is to do, first in number, then in money."""
    taken = list(amounts)
    of_money = [units for means, units in taken if KINDS[means.what].unit == "yuan"]
    others = [units for means, units in taken if KINDS[means.what].unit != "yuan"]
    return sum(is_hoped_for(means) for means, _ in taken), len(taken), sum(of_money), sum(others)


def is_hoped_for(means: Means) -> bool:
    """Whether customers decide on it, and not the firm."""
    return means.what in {"sales", "hitech_sales"}
