"""Looks ahead from the day of a verdict for the ways in which everything will hold, and tries each out on the facts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipeline.rules.condition import Condition
from pipeline.rules.facts.firm import FirmFacts
from pipeline.rules.facts.folding import fold
from pipeline.rules.findings import Assessment, Finding
from pipeline.rules.formula import Number, Reading
from pipeline.rules.plans.deeds import Deed
from pipeline.rules.plans.means import means_by, new_year, ready_days, touched
from pipeline.rules.plans.prospect import Amounts, Means, Prospect, is_open, is_unmet, prospect
from pipeline.rules.plans.solving import Goal, effort, is_scored, options, solve
from pipeline.rules.programmes import score_items
from pipeline.rules.shelf.dated import Book

PAPER_WITHIN = timedelta(days=30)
"""How soon a missing paper is asked for where no round closes earlier."""
MOST_WAYS, MOST_CHOICES, ENOUGH = 5, 3, 6
OPEN_VERDICTS = frozenset({"unmet", "unknown", "manual_review"})


@dataclass(frozen=True, slots=True)
class Round:
    """A call for applications and its last day."""

    name: str
    closes_on: date


@dataclass(frozen=True, slots=True, eq=False)
class Situation:
    """What was found of the firm on the day, by which book, and the rounds to come."""

    assessment: Assessment
    facts: FirmFacts
    book: Book
    rounds: tuple[Round, ...]
    effects: dict[tuple[str, int, str], dict[str, Number]] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return self.assessment.on

    @property
    def open_findings(self) -> list[Finding]:
        return [each for each in self.assessment.findings if each.verdict in OPEN_VERDICTS]

    @property
    def paper_day(self) -> date:
        """When a missing paper is wanted: before the next round closes, and not later than the default."""
        closing = [each.closes_on for each in self.rounds if each.closes_on >= self.day]
        return min([self.day + PAPER_WITHIN, *closing])

    def round_after(self, ready: date) -> Round | None:
        return next((each for each in self.rounds if each.closes_on >= ready), None)

    def seen_on(self, ready: date) -> date:
        """The first day to apply: in the year of the round that is reached, whose rules look at other years."""
        reached = self.round_after(ready)
        return ready if reached is None else max(ready, new_year(reached.closes_on.year))

    def foretold(self, on: date) -> Prospect:
        return replace(prospect(self.facts, self.day, on, self.book), effects=self.effects)

    def is_to_close(self, ahead: Prospect, condition: Condition) -> bool:
        """Whether it is unmet then, or so open that what is unmet today would hang on the experts alone."""
        verdict = ahead.verdict(condition, {})
        unmet_today = any(each.rule == condition.rule and each.verdict == "unmet" for each in self.open_findings)
        return is_unmet(verdict) or (verdict is None and unmet_today and not points_are_missing(ahead))

    def waited_for(self) -> Iterator[tuple[str, date]]:
        """The rules for which there is nothing to do but to wait, each with the day from which on it holds."""
        for each in self.open_findings:
            if each.verdict == "unmet" and each.unit == "days" and each.gap:
                yield each.rule, self.day + timedelta(days=int(next(iter(each.gap.values()))))

    def days_ahead(self) -> list[date]:
        """The days on which more can have been done than on the one before, none before what has to be waited for."""
        papers = [self.paper_day for each in self.open_findings if each.verdict != "unmet"]
        must = [*(day for _, day in self.waited_for()), *papers]
        first = max(must, default=self.day)
        days = {max(first, each) for each in [*ready_days(self.book, self.day, self.paper_day), *must]}
        return sorted({self.seen_on(each) for each in days})


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """What is done by a day, and for which conditions."""

    prospect: Prospect
    goals: tuple[Goal, ...]
    amounts: Amounts

    @property
    def rank(self) -> tuple[date, tuple[int, int, int, int]]:
        return self.prospect.on, effort(self.amounts.items())

    @property
    def deeds(self) -> tuple[Deed, ...]:
        return tuple(means.deed(units) for means, units in self.amounts.items())

    def holds(self) -> bool:
        """Whether the facts with all of it done are as good as the figures promise."""
        then, book = self.prospect.with_done(self.deeds), self.prospect.book
        values = fold(then, self.prospect.on, book.name).values
        read, promised = Reading(values), self.prospect.read(self.amounts)
        return all(read[each.verdict] == promised[each.verdict] for each in self.prospect.conditions)

    def takes_more_than(self, other: Way) -> bool:
        """It asks for all that the other asks for, and is there no earlier."""
        mine, its = ({each.what for each in way.amounts} for way in (self, other))
        return self is not other and its <= mine and other.rank <= self.rank


@dataclass(frozen=True, slots=True)
class Blocked:
    """The conditions that cannot be met by a day, or not together."""

    conditions: tuple[Condition, ...]
    together: bool = False


def ways_ahead(situation: Situation) -> tuple[list[Way], list[Blocked]]:
    """The best ways to a pass, the earliest first, and what cannot be met on the days on which there is none."""
    found: list[Way] = []
    blocked: list[Blocked] = []
    before, fewest = situation.day - timedelta(1), 100
    for on in situation.days_ahead():
        ahead = situation.foretold(on)
        unmet = [each for each in ahead.conditions if situation.is_to_close(ahead, each)]
        after = before if found and len(unmet) >= fewest else situation.day - timedelta(1)
        found += ways_on(ahead, situation, unmet, blocked, after=after)
        before, fewest = on, min(fewest, len(unmet))
        if not unmet or len(found) >= ENOUGH:
            break
    best = sorted(found, key=lambda each: each.rank)
    kept = [way for place, way in enumerate(best) if not any(way.takes_more_than(each) for each in best[:place])]
    return kept[:MOST_WAYS], blocked


def ways_on(
    ahead: Prospect, situation: Situation, unmet: Sequence[Condition], blocked: list[Blocked], *, after: date
) -> list[Way]:
    """The ways that are there on that day, by means of which at least one was not ready by `after`."""
    means = list(means_by(ahead.book, ahead.day, ahead.on, situation.paper_day))
    names = frozenset(name for each in unmet for name in each.verdict.asks)
    if unmet and not any(each.ready > after and touched(each.what) & names for each in means):
        blocked.append(Blocked(tuple(unmet)))
        return []
    choices = chosen_for(ahead, unmet, means)
    stuck = [each for each, goals in choices.items() if not goals and is_unmet(ahead.verdict(each, {}))]
    if stuck:
        blocked.append(Blocked(tuple(stuck)))
        return []
    sets = [each for each in combined([each for each in choices.values() if each]) if is_new(wanted(each), after)]
    ways = [way for each in sets if (way := way_by(ahead, each, means)) is not None]
    if sets and not ways:
        blocked.append(Blocked(tuple(unmet), together=True))
    return [way for way in ways if is_new(way.amounts, after)]


def wanted(goals: Sequence[Goal]) -> list[Means]:
    return [each for goal in goals for each in goal.means]


def is_new(means: Collection[Means], after: date) -> bool:
    """Whether some of them were not ready by then; with nothing to do it is the day itself that is new."""
    return not means or any(each.ready > after for each in means)


def way_by(ahead: Prospect, goals: Sequence[Goal], means: Sequence[Means]) -> Way | None:
    """The least that reaches these goals; None if that is not to be had or if the facts do not bear it out."""
    solution = solve(ahead, goals, means)
    way = None if solution is None else Way(ahead, tuple(solution[0]), solution[1])
    return way if way and way.holds() else None


def chosen_for(ahead: Prospect, unmet: Sequence[Condition], means: Sequence[Means]) -> dict[Condition, list[Goal]]:
    """The choices for each condition, for the score last, and none for it where another has none."""
    chosen: dict[Condition, list[Goal]] = {}
    for condition in sorted(unmet, key=lambda each: is_scored(ahead, each)):
        if not all(chosen.values()) and is_scored(ahead, condition):
            return chosen
        chosen[condition] = choices_for(ahead, condition, means)
    return chosen


def choices_for(ahead: Prospect, condition: Condition, means: Sequence[Means]) -> list[Goal]:
    """The means of which any one set reaches the condition, the least laborious first."""
    lenient = is_scored(ahead, condition) and points_are_missing(ahead)
    chosen = options(ahead, condition, means, {}, open_will_do=lenient)
    return [Goal(condition, each, lenient) for each in chosen[:MOST_CHOICES]]


def points_are_missing(ahead: Prospect) -> bool:
    """Whether experts have points to give yet, so that only they can settle the score."""
    return any(is_open(ahead.read({})[each.points]) for each in score_items(ahead.book) if each.own is None)


def combined(goals: Sequence[Sequence[Goal]]) -> Iterator[list[Goal]]:
    """The first choice for each, then each other choice in its place."""
    first = [choices[0] for choices in goals]
    yield first
    for place, choices in enumerate(goals):
        for other in choices[1:]:
            yield [*first[:place], other, *first[place + 1 :]]
