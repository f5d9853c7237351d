"""A formula is data: written once in the words of the law, read exactly for one firm or as columns for a whole pool.

`exact` is the reader for one firm: integers and fractions, None for what is unknown. `columns.py` holds the other one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

type Number = int | Fraction
type Facts = Mapping[str, Number | None]
type Operand = Formula | Number

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda x, y: None if y == 0 else Fraction(x) / y,
    "min": min,
}
COMPARISON: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


@dataclass(frozen=True, slots=True, eq=False)
class Formula:
    """One node of a formula. `==` compares identity, as nodes are looked up by it; `equals` builds the comparison."""

    op: str
    args: tuple[Any, ...]

    def __add__(self, other: Operand) -> Formula:
        return Formula("+", (self, lifted(other)))

    def __sub__(self, other: Operand) -> Formula:
        return Formula("-", (self, lifted(other)))

    def __mul__(self, other: Operand) -> Formula:
        return Formula("*", (self, lifted(other)))

    def __truediv__(self, other: Operand) -> Formula:
        return Formula("/", (self, lifted(other)))

    def __ge__(self, other: Operand) -> Formula:
        return Formula(">=", (self, lifted(other)))

    def __gt__(self, other: Operand) -> Formula:
        return Formula(">", (self, lifted(other)))

    def __le__(self, other: Operand) -> Formula:
        return Formula("<=", (self, lifted(other)))

    def __lt__(self, other: Operand) -> Formula:
        return Formula("<", (self, lifted(other)))

    def equals(self, other: Operand) -> Formula:
        return Formula("==", (self, lifted(other)))


UNKNOWN = Formula("const", (None,))


def fact(name: str) -> Formula:
    return Formula("fact", (name,))


def lifted(value: Operand) -> Formula:
    return value if isinstance(value, Formula) else Formula("const", (value,))


def total(parts: Iterable[Formula]) -> Formula:
    return reduce(operator.add, parts)


def smaller(x: Formula, y: Operand) -> Formula:
    return Formula("min", (x, lifted(y)))


def choose(*arms: tuple[Formula, Operand], otherwise: Operand) -> Formula:
    """The value of the first arm whose test holds; unknown if a test before it is."""
    return Formula("choose", (tuple((test, lifted(value)) for test, value in arms), lifted(otherwise)))


def steps(value: Formula, table: Iterable[tuple[str, Number, Number]], *, otherwise: Number) -> Formula:
    """The result of the first line (comparison, threshold, result) that the value satisfies."""
    return Formula("steps", (value, tuple(table), otherwise))


def given(*alternatives: Operand) -> Formula:
    """The first alternative that is known."""
    return Formula("given", tuple(lifted(each) for each in alternatives))


def both(x: Formula, y: Formula) -> Formula:
    """Holds if both do; one that fails settles it, whatever is unknown of the other."""
    return Formula("and", (x, y))


def either(x: Formula, y: Formula) -> Formula:
    """Holds if one does, whatever is unknown of the other."""
    return Formula("or", (x, y))


def exact(formula: Formula, facts: Facts) -> Any:
    """A number, a truth value, or None for unknown. Only the arms that are reached are read."""
    match formula.op, formula.args:
        case "const", (value,):
            return value
        case "fact", (name,):
            return facts.get(name)
        case "choose", (arms, otherwise):
            chosen = arm_taken(arms, otherwise, facts)
            return None if chosen is None else exact(chosen, facts)
        case "steps", (inner, table, otherwise):
            x = exact(inner, facts)
            return None if x is None else next((r for op, line, r in table if COMPARISON[op](x, line)), otherwise)
        case "given", alternatives:
            return next((x for x in (exact(each, facts) for each in alternatives) if x is not None), None)
        case ("and" | "or") as op, (left, right):
            return settled(op == "or", exact(left, facts), exact(right, facts))
        case op, (left, right):
            x, y = exact(left, facts), exact(right, facts)
            return None if x is None or y is None else (ARITHMETIC.get(op) or COMPARISON[op])(x, y)
    raise ValueError(f"no such formula: {formula.op}")


def arm_taken(arms: tuple[tuple[Formula, Formula], ...], otherwise: Formula, facts: Facts) -> Formula | None:
    for test, value in arms:
        hit = exact(test, facts)
        if hit is None:
            return None
        if hit:
            return value
    return otherwise


def settled(by: bool, x: bool | None, y: bool | None) -> bool | None:
    """Kleene's "and" (settled by False) and "or" (settled by True)."""
    if x is by or y is by:
        return by
    return None if x is None or y is None else not by


def unknowns(formula: Formula, facts: Facts) -> Iterator[str]:
    """The facts that would have to be known for the formula to have a value; nothing if it has one."""
    if exact(formula, facts) is not None:
        return
    match formula.op, formula.args:
        case "fact", (name,):
            yield name
        case "choose", (arms, otherwise):
            chosen = arm_taken(arms, otherwise, facts)
            yield from unknowns(first_open(arms, facts) if chosen is None else chosen, facts)
        case "steps", (inner, _, _):
            yield from unknowns(inner, facts)
        case "given", alternatives:
            yield from unknowns(best_known(alternatives, facts), facts)
        case _, parts:
            for part in parts:
                if isinstance(part, Formula):
                    yield from unknowns(part, facts)


def first_open(arms: tuple[tuple[Formula, Formula], ...], facts: Facts) -> Formula:
    return next(test for test, _ in arms if exact(test, facts) is None)


def best_known(alternatives: tuple[Formula, ...], facts: Facts) -> Formula:
    """The alternative of which most is known already, as that is the one the firm works with; the last if none is."""
    return max(reversed(alternatives), key=lambda each: any(facts.get(name) is not None for name in names(each)))


def names(formula: Formula) -> Iterator[str]:
    """The names of all facts that the formula may ask for."""
    return (str(node.args[0]) for node in nodes(formula) if node.op == "fact")


def nodes(part: Any) -> Iterator[Formula]:
    """The formula and everything it is made of."""
    if isinstance(part, Formula):
        yield part
        part = part.args
    if isinstance(part, tuple):
        for each in part:
            yield from nodes(each)
