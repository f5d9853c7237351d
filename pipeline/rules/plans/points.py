"""How many points a deed can bring, and how much of it each point takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, partial

from pipeline.rules.formula import Formula, Number, Reading, nodes
from pipeline.rules.law.score import ScoreItem
from pipeline.rules.plans.bounds import most_of
from pipeline.rules.plans.means import touched
from pipeline.rules.plans.prospect import Amounts, Means, Prospect
from pipeline.rules.plans.remedies import smallest
from pipeline.rules.programmes import score_items
from pipeline.rules.shelf.dated import Book

FEW = 1000
"""Up to so many units the least one is looked for by halves alone."""


def levels(prospect: Prospect, means: Means, amounts: Amounts) -> Sequence[int]:
    """The amounts of the means, from what is done already on, at which the points it can bring become more."""
    behind = figures_behind(items_for(prospect.book, means.what, means.item))
    key = (means, frozenset((each, units) for each, units in amounts.items() if touched(each.what) & behind))
    if key not in prospect.levels:
        prospect.levels[key] = tuple(found_levels(prospect, means, amounts))
    return prospect.levels[key]


def found_levels(prospect: Prospect, means: Means, amounts: Amounts) -> Iterator[int]:
    items = items_for(prospect.book, means.what, means.item)

    def brings(units: int) -> Number:
        return sure(items, prospect.read({**amounts, means: units}))

    def betters(units: int, now: Number, more: int) -> bool:
        return brings(units + more) > now

    units, most = amounts.get(means, 0), most_of(prospect, means)
    yield units
    while units < most and brings(most) > (now := brings(units)):
        distance = partial(to_next_line, prospect, items, means, amounts, units)
        units += smallest(partial(betters, units, now), most - units, distance if most > FEW else None) or 0
        yield units


def to_next_line(
    prospect: Prospect, items: Sequence[ScoreItem], means: Means, amounts: Amounts, units: int, more: int
) -> Number | None:
    """How far above the nearest next line of a table it is that the items are read from."""
    now = prospect.read({**amounts, means: units})
    then = prospect.read({**amounts, means: units + more})
    gaps = []
    for inner, lines in (table for item in items for table in tables(item.low)):
        x, y = now[inner], then[inner]
        ahead = [line for op, line in lines if x is not None and is_ahead(x, op, line)]
        if ahead and y is not None:
            gaps.append(y - min(ahead))
    return max(gaps, default=None)


def is_ahead(x: Number, op: str, line: Number) -> bool:
    """Whether something changes if the figure rises to the line, or above it."""
    return x < line or (x == line and op in {">", "<="})


@lru_cache(maxsize=256)
def tables(formula: Formula) -> tuple[tuple[Formula, tuple[tuple[str, Number], ...]], ...]:
    """The tables by which the formula turns a figure into points: the figure and its lines."""
    found = dict.fromkeys(node for node in nodes(formula) if node.op == "steps")
    return tuple((node.args[0], tuple((op, line) for op, line, _ in node.args[1])) for node in found)


@lru_cache(maxsize=256)
def items_for(book: Book, what: str, item: str) -> tuple[ScoreItem, ...]:
    """The lines of the score that a sort of deed can better; points are given for one line."""
    moved = frozenset({f"score_{item}"}) if what == "points" else touched(what)
    return tuple(each for each in score_items(book) if figures_behind((each,)) & moved)


@lru_cache(maxsize=256)
def figures_behind(items: tuple[ScoreItem, ...]) -> frozenset[str]:
    return frozenset(name for each in items for part in (each.low, each.points) for name in part.asks)


def sure(items: Iterable[ScoreItem], read: Reading) -> Number:
    """The points that are sure: of each line those given where they are allowed, else the least of its band."""
    total: Number = sum(read[least_of(each)] for each in items)
    return total


@lru_cache(maxsize=256)
def least_of(item: ScoreItem) -> Formula:
    return item.narrowed(item.low)


def gain(prospect: Prospect, means: Means, amounts: Amounts) -> Number:
    """The points that are sure more when the means has brought all it can."""
    items, last = items_for(prospect.book, means.what, means.item), levels(prospect, means, amounts)[-1]
    return sure(items, prospect.read({**amounts, means: last})) - sure(items, prospect.read(amounts))
