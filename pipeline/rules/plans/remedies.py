"""What closes a gap, found by asking the exact reader and never by a second formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil

from pipeline.rules.condition import MET
from pipeline.rules.formula import Facts, Formula, Number, exact

MOST_FEN = 2**53
STRIDE, GUESSES = 64, 8


def raised(values: Facts, names: Iterable[str], amount: Number) -> Facts:
    """The figures with those that are known among `names` raised by the same amount."""
    more = {name: value + amount for name in names if (value := values.get(name)) is not None}
    return {**values, **more}


def smallest(
    holds: Callable[[int], bool], most: int, distance: Callable[[int], Number | None] | None = None
) -> int | None:
    """The least whole number from 0 to `most` that holds, where all above one that holds do too.

    `distance` tells how far a number is above the line; where it is known it is found quickly, and in any case exactly.
    """
    if not holds(most):
        return None
    low, high = bracket(holds, most) if distance is None else between(holds, distance, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def bracket(holds: Callable[[int], bool], most: int) -> tuple[int, int]:
    """One that does not hold and one that does, found in great strides, as what is short is mostly far below `most`."""
    low, high = -1, min(0, most)
    while not holds(high):
        low, high = high, min(most, high * STRIDE + 1)
    return low, high


def between(holds: Callable[[int], bool], distance: Callable[[int], Number | None], most: int) -> tuple[int, int]:
    """One that does not hold and one that does, as near as some guesses by the distance come."""
    low, high, now = -1, most, 0
    for _ in range(GUESSES):
        guess = next_guess(distance, now)
        if guess is None or not low < guess < high:
            break
        low, high = (low, guess) if holds(guess) else (guess, high)
        if high - low > 1 and high == guess and not holds(guess - 1):
            low = guess - 1
        if high - low == 1:
            break
        now = guess
    return low, high


def next_guess(distance: Callable[[int], Number | None], now: int) -> int | None:
    """Where the line would be crossed if the distance grew on as it does here."""
    here, there = distance(now), distance(now + 1)
    if here is None or there is None or there <= here:
        return None
    return now + (ceil(-here / Fraction(there - here)) if here else 1)


def least(verdict: Formula, values: Facts, names: tuple[str, ...], most: int = MOST_FEN) -> int | None:
    """The least amount to add to the named figures together so that the verdict is met; None if none up to `most` does.

    Adding it holds and adding one less does not. The figures must not cross a band of the verdict.
    """
    return smallest(lambda amount: exact(verdict, raised(values, names, amount)) == MET, most)
