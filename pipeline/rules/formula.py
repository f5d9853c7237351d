"""A formula is data: written once in the words of the law, read exactly for one firm or as columns for a whole pool.

`exact` is the reader for one firm: integers and fractions, None for what is unknown. `columns.py` holds the other one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any
from weakref import WeakValueDictionary

type Number = int | Fraction
type Facts = Mapping[str, Number | None]
type Operand = Formula | Number

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": lambda x, y: None if y == 0 else Fraction(x, y),
    "min": min,
}
COMPARISON: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}


class Formula:
    """One node of a formula. The same node is the same object, so what is written twice is read once.

    `==` compares identity, as nodes are looked up by it; `equals` builds the comparison. `asks` names the facts it may
    ask for, `reader` is what `exact` reads it with.
    """

    __slots__ = ("__weakref__", "args", "asks", "op", "reader")
    op: str
    args: tuple[Any, ...]
    asks: frozenset[str]
    reader: Callable[[Formula, Reading], Any]

    def __new__(cls, op: str, args: tuple[Any, ...]) -> Formula:
        node = NODES.get((op, args))
        if node is None:
            node = object.__new__(cls)
            node.op, node.args, node.reader = op, args, READERS[op]
            node.asks = frozenset(args) if op == "fact" else frozenset().union(*(each.asks for each in inner(args)))
            NODES[op, args] = node
        return node

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


NODES: WeakValueDictionary[tuple[str, tuple[Any, ...]], Formula] = WeakValueDictionary()


def inner(args: tuple[Any, ...]) -> Iterator[Formula]:
    """The formulas that a node is made of directly."""
    for each in args:
        if isinstance(each, Formula):
            yield each
        elif isinstance(each, tuple):
            yield from inner(each)


def fact(name: str) -> Formula:
    return Formula("fact", (name,))


def lifted(value: Operand) -> Formula:
    return value if isinstance(value, Formula) else Formula("const", (plain(value),))


def plain(number: Number) -> Number:
    """A whole number as an integer, which is quicker to calculate with."""
    return number.numerator if number.denominator == 1 else number


def total(parts: Iterable[Formula]) -> Formula:
    return reduce(operator.add, parts)


def smaller(x: Formula, y: Operand) -> Formula:
    return Formula("min", (x, lifted(y)))


def choose(*arms: tuple[Formula, Operand], otherwise: Operand) -> Formula:
    """The value of the first arm whose test holds; unknown if a test before it is."""
    return Formula("choose", (tuple((test, lifted(value)) for test, value in arms), lifted(otherwise)))


def steps(value: Formula, table: Iterable[tuple[str, Number, Number]], *, otherwise: Number) -> Formula:
    """The result of the first line (comparison, threshold, result) that the value satisfies."""
    lines = tuple((op, plain(line), plain(result)) for op, line, result in table)
    return Formula("steps", (value, lines, plain(otherwise)))


def given(*alternatives: Operand) -> Formula:
    """The first alternative that is known."""
    return Formula("given", tuple(lifted(each) for each in alternatives))


def both(x: Formula, y: Formula) -> Formula:
    """Holds if both do; one that fails settles it, whatever is unknown of the other."""
    return Formula("and", (x, y))


def either(x: Formula, y: Formula) -> Formula:
    """Holds if one does, whatever is unknown of the other."""
    return Formula("or", (x, y))


class Reading(dict[Formula, Any]):
    """What formulas say of one firm, each node read once. The facts must stay as they are meanwhile."""

    def __init__(self, facts: Facts) -> None:
        super().__init__()
        self.facts = facts

    def __missing__(self, node: Formula) -> Any:
        value = self[node] = node.reader(node, self)
        return value


def exact(formula: Formula, facts: Facts) -> Any:
    """A number, a truth value, or None for unknown. Only the arms that are reached are read."""
    return Reading(facts)[formula]


def read_choose(node: Formula, read: Reading) -> Any:
    chosen = arm_taken(node, read)
    return None if chosen is None else read[chosen]


def arm_taken(node: Formula, read: Reading) -> Formula | None:
    arms, otherwise = node.args
    for test, value in arms:
        hit = read[test]
        if hit is None:
            return None
        if hit:
            return value  # type: ignore[no-any-return]
    return otherwise  # type: ignore[no-any-return]


def read_steps(node: Formula, read: Reading) -> Any:
    inner, table, otherwise = node.args
    x = read[inner]
    if x is None:
        return None
    for op, line, result in table:
        if COMPARISON[op](x, line):
            return result
    return otherwise


def read_given(node: Formula, read: Reading) -> Any:
    for each in node.args:
        value = read[each]
        if value is not None:
            return value
    return None


def settled_by(by: bool) -> Callable[[Formula, Reading], bool | None]:
    """Kleene's "and" (settled by False) and "or" (settled by True)."""

    def settled(node: Formula, read: Reading) -> bool | None:
        open_part = False
        for part in node.args:
            value = read[part]
            if value is None:
                open_part = True
            elif bool(value) is by:
                return by
        return None if open_part else not by

    return settled


def of_both(operation: Callable[[Any, Any], Any]) -> Callable[[Formula, Reading], Any]:
    """Unknown where one of the two is."""

    def read_both(node: Formula, read: Reading) -> Any:
        left, right = node.args
        x = read[left]
        if x is None:
            return None
        y = read[right]
        return None if y is None else operation(x, y)

    return read_both


READERS: dict[str, Callable[[Formula, Reading], Any]] = {
    "const": lambda node, read: node.args[0],
    "fact": lambda node, read: read.facts.get(node.args[0]),
    "choose": read_choose,
    "steps": read_steps,
    "given": read_given,
    "and": settled_by(False),
    "or": settled_by(True),
    **{op: of_both(operation) for op, operation in (ARITHMETIC | COMPARISON).items()},
}
UNKNOWN = Formula("const", (None,))


def unknowns(formula: Formula, read: Reading) -> Iterator[str]:
    """The facts that would have to be known for the formula to have a value; nothing if it has one."""
    if read[formula] is not None:
        return
    match formula.op, formula.args:
        case "fact", (name,):
            yield name
        case "choose", (arms, _):
            yield from unknowns(arm_taken(formula, read) or first_open(arms, read), read)
        case "steps", (inner, _, _):
            yield from unknowns(inner, read)
        case "given", alternatives:
            yield from unknowns(best_known(alternatives, read.facts), read)
        case _, parts:
            for part in parts:
                if isinstance(part, Formula):
                    yield from unknowns(part, read)


def first_open(arms: tuple[tuple[Formula, Formula], ...], read: Reading) -> Formula:
    return next(test for test, _ in arms if read[test] is None)


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


def alike(x: Any, y: Any) -> bool:
    """Whether two formulas say the same, number by number."""
    if x is y:
        return True
    if isinstance(x, Formula):
        return isinstance(y, Formula) and x.op == y.op and alike(x.args, y.args)
    if isinstance(x, tuple):
        return isinstance(y, tuple) and len(x) == len(y) and all(map(alike, x, y))
    return type(x) is type(y) and bool(x == y)
