"""A firm on a later day: its figures if nothing but time passes, and what they become by deeds.

A deed is carried out on the facts once, by one unit; what that does to the figures is added as often as it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from pipeline.rules.condition import MANUAL_REVIEW, UNMET, Condition
from pipeline.rules.facts.figures import Figures
from pipeline.rules.facts.firm import FirmFacts
from pipeline.rules.facts.folding import fold
from pipeline.rules.facts.forecast import Forecast, forecast
from pipeline.rules.formula import COMPARISON, Facts, Formula, Number, Reading, nodes
from pipeline.rules.plans.deeds import KINDS, Deed, carried_out
from pipeline.rules.programmes import conditions_of
from pipeline.rules.shelf.dated import Book


@dataclass(frozen=True, slots=True)
class Means:
    """Something a firm can do: a sort of deed, when it would do it and from when on the rules see it.

    `ready` is the first day that sees it, `by` the last day on which to have done it.
    """

    what: str
    ready: date
    by: date
    year: int | None = None
    since: int = 1
    on: date | None = None
    item: str = ""

    def deed(self, units: int) -> Deed:
        return Deed(self.what, units * KINDS[self.what].step, self.year, self.since, self.on, self.item)


type Amounts = Mapping[Means, int]
"""How much of each means, in units of its kind: fen, persons, rights, points."""


class Altered(Reading):
    """A reading where only some figures are others: what does not ask for these is as it was read before."""

    def __init__(self, moved: Mapping[str, Number], before: Reading) -> None:
        super().__init__(moved)
        self.before = before

    def __missing__(self, node: Formula) -> Any:
        unmoved = node.asks.isdisjoint(self.facts)
        value = self[node] = self.before[node] if unmoved else node.reader(node, self)
        return value


@dataclass(frozen=True, slots=True, eq=False)
class Prospect:
    """The firm as the rules of `on` will see it, foretold on `day`."""

    facts: FirmFacts
    day: date
    on: date
    book: Book
    ahead: Forecast
    figures: Figures
    effects: dict[tuple[str, int, str], dict[str, Number]] = field(default_factory=dict)
    readings: dict[frozenset[tuple[Means, int]], Reading] = field(default_factory=dict)
    levels: dict[tuple[Means, frozenset[tuple[Means, int]]], tuple[int, ...]] = field(default_factory=dict)

    @property
    def values(self) -> Facts:
        return self.figures.values

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return conditions_of(self.book)

    def verdict(self, condition: Condition, amounts: Amounts) -> int | None:
        verdict: int | None = self.read(amounts)[condition.verdict]
        return verdict

    def read(self, amounts: Amounts) -> Reading:
        """What formulas say when so much is done."""
        key = frozenset(each for each in amounts.items() if each[1])
        if key not in self.readings:
            self.readings[key] = Altered(self.moved(amounts), self.read({})) if key else Reading(self.values)
        return self.readings[key]

    def moved(self, amounts: Amounts) -> dict[str, Number]:
        """The figures that are moved by so much done, and only these."""
        moved: dict[str, Number] = {}
        for means, units in amounts.items():
            for name, more in self.effect(means).items():
                moved[name] = moved.get(name, self.values[name] or 0) + more * units
        return moved

    def with_deeds(self, amounts: Amounts) -> Facts:
        """All figures with so much done."""
        return {**self.values, **self.moved(amounts)}

    def effect(self, means: Means) -> dict[str, Number]:
        """What one unit adds to the figures that are known."""
        key = (means.what, means.since, means.item)
        if key not in self.effects:
            self.effects[key] = self.tried(means)
        return self.effects[key]

    def tried(self, means: Means) -> dict[str, Number]:
        then = fold(self.with_done([means.deed(1)]), self.on, self.book.name).values
        now = self.values
        return {
            name: after - before
            for name, after in then.items()
            if after is not None and (before := now[name]) is not None and after != before
        }

    def with_done(self, deeds: Iterable[Deed]) -> FirmFacts:
        return carried_out(self.ahead.facts, deeds, self.day)


def prospect(facts: FirmFacts, day: date, on: date, book: Book) -> Prospect:
    """The firm foretold for `on` and judged by the law of that day; raises NoValue where there is none."""
    ahead = forecast(facts, day, on)
    return Prospect(facts, day, on, law_on(book, on), ahead, fold(ahead.facts, on, book.name))


def law_on(book: Book, day: date) -> Book:
    """The book as it stands on another day. Days between two changes of the law share one book."""
    dated = (each for entry in book.entries.values() for each in entry.values)
    changes = {change for each in dated for change in (each.start, each.end) if change and change <= day}
    return changed_on(book, max(changes, default=day))


@lru_cache(maxsize=64)
def changed_on(book: Book, day: date) -> Book:
    return book if book.day == day else replace(book, day=day)


@lru_cache(maxsize=1024)
def edges(formula: Formula) -> Mapping[str, tuple[Number, ...]]:
    """The lines at which a figure by itself changes what the formula asks for, such as the bands of sales."""
    found: dict[str, set[Number]] = {}
    for node in nodes(formula):
        if node.op in COMPARISON and [each.op for each in node.args] == ["fact", "const"]:
            name, line = node.args[0].args[0], node.args[1].args[0]
            found.setdefault(name, set()).add(line)
    return {name: tuple(sorted(lines)) for name, lines in found.items()}


def is_open(verdict: int | None) -> bool:
    """Whether it is for a person or a paper to settle."""
    return verdict is None or verdict == MANUAL_REVIEW


def is_unmet(verdict: int | None) -> bool:
    return verdict is not None and verdict == UNMET
