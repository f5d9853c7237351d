"""What closes a gap, found by asking the exact reader and never by a second formula."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pipeline.rules.condition import MET
from pipeline.rules.formula import Facts, Formula, Number, exact

MOST_FEN = 2**53


def raised(values: Facts, names: Iterable[str], amount: Number) -> Facts:
    """The figures with those that are known among `names` raised by the same amount."""
    more = {name: value + amount for name in names if (value := values.get(name)) is not None}
    return {**values, **more}


def smallest(holds: Callable[[int], bool], most: int) -> int | None:
    """The least whole number from 0 to `most` that holds, where all above one that holds do too."""
    if not holds(most):
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def least(verdict: Formula, values: Facts, names: tuple[str, ...], most: int = MOST_FEN) -> int | None:
    """The least amount to add to the named figures together so that the verdict is met; None if none up to `most` does.

    Adding it holds and adding one less does not. The figures must not cross a band of the verdict; see `least_across`.
    """
    return smallest(lambda amount: exact(verdict, raised(values, names, amount)) == MET, most)


def least_across(verdict: Formula, values: Facts, name: str, edges: Iterable[int], most: int = MOST_FEN) -> int | None:
    """Like `least` for one figure whose bands end at the `edges`: tried from the start of each band to its end."""
    now = values[name]
    if now is None:
        return None
    ends = sorted({int(edge - now) for edge in edges if now < edge <= now + most} | {most})
    start = 0
    for end in ends:
        found = within(verdict, values, name, start, end)
        if found is not None:
            return found
        start = end + 1
    return None


def within(verdict: Formula, values: Facts, name: str, start: int, end: int) -> int | None:
    """The least amount from `start` to `end` that is met, in a band where more only helps or only hurts."""
    if exact(verdict, raised(values, (name,), start)) == MET:
        return start
    found = smallest(lambda more: exact(verdict, raised(values, (name,), start + more)) == MET, end - start)
    return None if found is None else start + found
