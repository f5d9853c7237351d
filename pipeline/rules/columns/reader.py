"""Reads a formula's tree into expressions over columns, with the rows in which rounding leaves the answer open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

import polars as pl

from pipeline.rules.columns.numbers import (
    COMPARE,
    LONG,
    NARROW,
    UNIT_ROUNDOFF,
    Column,
    Exact,
    Ratio,
    Real,
    TooLong,
    Whole,
    Word,
    added,
    alike,
    compared,
    divided,
    joined,
    literal,
    multiplied,
    smaller,
    whole,
)
from pipeline.rules.facts.figures import HEAD, in_heads
from pipeline.rules.formula import Formula, Number, names, nodes

FACT_BITS = 53


@dataclass(frozen=True, slots=True)
class Answer:
    """The values of a formula, and the rows in which they are open (None where they are all exact)."""

    value: pl.Expr
    near: pl.Expr | None


type Key = str | Formula
"""What a formula is known by while a formula is read: a fact by its name, any other node by itself."""


@dataclass(slots=True)
class Shared:
    """Columns that several answers are made of, computed once, in stages: each is made of those of earlier stages."""

    stages: list[list[pl.Expr]] = field(default_factory=list)
    stage_of: dict[str, int] = field(default_factory=dict)
    lines: dict[object, Lines] = field(default_factory=dict)
    numbers: dict[object, tuple[Column, list[pl.Expr]]] = field(default_factory=dict)

    def keep(self, *expressions: pl.Expr) -> list[pl.Expr]:
        """The expressions as columns of their own."""
        return [pl.col(self.add(each)) for each in expressions]

    def add(self, expression: pl.Expr) -> str:
        name = f"shared {len(self.stage_of)}"
        stage = max(
            (self.stage_of[root] + 1 for root in expression.meta.root_names() if root in self.stage_of), default=0
        )
        if stage == len(self.stages):
            self.stages.append([])
        self.stages[stage].append(expression.alias(name))
        self.stage_of[name] = stage
        return name

    def computed_on(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        for stage in self.stages:
            frame = frame.with_columns(stage)
        return frame


@dataclass(frozen=True, slots=True)
class Lines:
    """Where a number stands against the lines of a table, and the conditions under which that is open."""

    tests: list[pl.Expr]
    near: list[pl.Expr]


@dataclass(slots=True)
class Reader:
    """Reads one formula over frames that have these columns. None is unknown for every row.

    `reached` are the conditions under which the node being read matters; `not_zero` and `not_negative` what they imply.
    """

    columns: frozenset[str]
    word: Word
    shared: Shared
    near: list[pl.Expr] = field(default_factory=list)
    reached: list[pl.Expr] = field(default_factory=list)
    not_zero: frozenset[Key] = frozenset()
    not_negative: frozenset[Key] = frozenset()

    def answer(self, formula: Formula) -> Answer | None:
        """The formula over the columns; None where it does not fit this word."""
        try:
            number = self.number(formula)
        except TooLong:
            return None
        near = pl.any_horizontal(self.near) if self.near else None
        match number:
            case Whole():
                return Answer(number.value if number.narrow else number.value.cast(pl.Int64), near)
            case None:
                return Answer(pl.lit(None, dtype=pl.UInt8), near)
        raise ValueError("only whole answers are read over columns")

    def quotient(self, formula: Formula) -> tuple[pl.Expr, int]:
        """The formula as whole numbers over one constant; raises TooLong where this word cannot hold it exactly."""
        over, under = self.parts(formula)
        if under.constant is None:
            raise TooLong
        return over.value, under.constant

    def parts(self, formula: Formula) -> tuple[Whole, Whole]:
        """The formula as a quotient of whole numbers, the lower may be zero; raises TooLong as `quotient` does."""
        over, under = self.sides(formula)
        if self.near:
            raise TooLong
        return over.widened(self.word), under.widened(self.word)

    def sides(self, formula: Formula) -> tuple[Whole, Whole]:
        if formula.op == "/":
            present = [each for each in map(self.number, formula.args) if each is not None]
            same = alike(present, self.word) if len(present) == len(formula.args) else None
            if same is not None:
                return same[0][0], same[0][1]
        match self.number(formula):
            case None:
                return Whole(pl.lit(None, dtype=self.word.dtype), 0), whole(1, self.word)
            case Whole() as number:
                return number, whole(1, self.word)
            case Ratio(over, under):
                return over, under
        raise TooLong

    def number(self, formula: Formula) -> Column | None:
        match formula.op, formula.args:
            case "const", (value,):
                return None if value is None else literal(Fraction(value), self.word)
            case "fact", (name,):
                return self.fact(name)
            case "choose", (arms, otherwise):
                return self.choose(arms, otherwise)
            case "steps", (inner, table, otherwise):
                return self.steps(inner, table, otherwise)
            case "given", _:
                return self.given(formula)
            case op, (left, right) if op not in COMPARE:
                x, y = self.number(left), self.number(right)
                return None if x is None or y is None else self.combined(op, x, self.signed(right, y))
        raise ValueError(f"{formula.op} is no number")

    def given(self, formula: Formula) -> Column | None:
        """Worked out once, as other formulas are made of it: what a score item allows, what counts as R&D of a year."""
        known = (formula, self.not_zero, self.not_negative)
        if known not in self.shared.numbers:
            alone = replace(self, near=[], reached=[])
            present = [each for each in map(alone.number, formula.args) if each is not None]
            if len(present) < 2:
                self.near += [pl.all_horizontal(each, *self.reached) for each in alone.near]
                return present[0] if present else None
            number = stored(joined(present, pl.coalesce, self.word), self.shared)
            self.shared.numbers[known] = number, self.shared.keep(*alone.near)
        number, near = self.shared.numbers[known]
        self.near += [pl.all_horizontal(each, *self.reached) for each in near]
        return number

    def fact(self, name: str) -> Exact | None:
        if name not in self.columns:
            return None
        column = pl.col(name)
        number = Whole(column if self.word is LONG else column.cast(self.word.dtype), FACT_BITS)
        return Ratio(number, whole(HEAD, self.word)) if in_heads(name) else number

    def signed(self, formula: Formula, number: Column) -> Column:
        known = key(formula)
        if known not in self.not_zero or known not in self.not_negative:
            return number
        match number:
            case Whole():
                return replace(number, positive=True)
            case Ratio(over, under):
                return Ratio(replace(over, positive=True), under)
        return number

    def combined(self, op: str, x: Column, y: Column) -> Column:
        match op:
            case "*":
                return multiplied(x, y, self.word)
            case "/":
                return divided(x, y, self.word)
            case "min":
                return smaller(x, y, self.word)
        return added(op, x, y, self.word)

    def truth(self, formula: Formula) -> pl.Expr | None:
        match formula.op, formula.args:
            case ("and" | "or") as op, (left, right):
                return self.both_truths(op, left, right)
            case op, (left, right) if op in COMPARE:
                x, y = self.number(left), self.number(right)
                return None if x is None or y is None else self.compare(op, x, y)
            case "fact", (name,):
                return pl.col(name).cast(pl.Boolean) if name in self.columns else None
        return None

    def both_truths(self, op: str, left: Formula, right: Formula) -> pl.Expr | None:
        parts = self.truth(left), self.truth(right)
        if all(each is None for each in parts):
            return None
        x, y = (pl.lit(None, dtype=pl.Boolean) if each is None else each for each in parts)
        return x & y if op == "and" else x | y

    def compare(self, op: str, x: Column, y: Column) -> pl.Expr:
        holds, near = compared(op, x, y, self.word)
        if near is not None:
            self.near.append(pl.all_horizontal(near, *self.reached))
        return holds

    def steps(self, inner: Formula, table: tuple[tuple[str, Number, Number], ...], otherwise: Number) -> Whole | None:
        lines = self.lines(inner, tuple((op, line) for op, line, _ in table))
        if lines is None:
            return None
        self.near += [pl.all_horizontal(each, *self.reached) for each in lines.near]
        numbers = [*(int(result) for *_, result in table), int(otherwise)]
        narrow = all(number in range(NARROW) for number in numbers)
        *results, last = (pl.lit(each, dtype=pl.UInt8 if narrow else self.word.dtype) for each in numbers)
        bits = max(number.bit_length() for number in numbers)
        return Whole(first_that_holds(lines.tests, results, last), bits, narrow=narrow)

    def lines(self, inner: Formula, table: tuple[tuple[str, Number], ...]) -> Lines | None:
        """Worked out once for all tables that ask the same of the same number."""
        known = (inner, table, self.not_zero, self.not_negative)
        if known not in self.shared.lines:
            found = self.new_lines(inner, table)
            if found is None:
                return None
            self.shared.lines[known] = found
        return self.shared.lines[known]

    def new_lines(self, inner: Formula, table: tuple[tuple[str, Number], ...]) -> Lines | None:
        alone = replace(self, near=[], reached=[])
        number = alone.number(inner)
        if number is None:
            return None
        number = stored(number, self.shared)
        if isinstance(number, Real):
            return real_lines(number, table, self.shared)
        tests = [alone.compare(op, number, literal(Fraction(line), self.word)) for op, line in table]
        return Lines(self.shared.keep(*tests), alone.near)

    def choose(self, arms: tuple[tuple[Formula, Formula], ...], otherwise: Formula) -> Column | None:
        """The arm of the first test that holds; what comes behind a test that is unknown for every row is unknown."""
        outer = self.reached, self.not_zero, self.not_negative
        tests: list[pl.Expr] = []
        values: list[Column | None] = []
        for test, value in arms:
            holds = self.truth(test)
            if holds is None:
                break
            before = self.reached
            self.reached = [*before, holds]
            values.append(self.number(value))
            self.reached = [*before, ~holds]
            self.learn(test)
            tests.append(holds)
        values.append(self.number(otherwise) if len(tests) == len(arms) else None)
        self.reached, self.not_zero, self.not_negative = outer
        return picked(tests, values, null_checks(arms, otherwise), self.word)

    def learn(self, test: Formula) -> None:
        """What is known of a divisor where the test fails."""
        for known, zero, negative in excluded(test):
            self.not_zero |= {known} if zero else frozenset()
            self.not_negative |= {known} if negative else frozenset()


def real_lines(number: Real, table: tuple[tuple[str, Number], ...], shared: Shared) -> Lines:
    """A float stands open where its least and its greatest possible value stand on different sides of a line."""
    most = max(abs(float(line)) for _, line in table)
    error = (number.magnitude + most) * (2 * (number.slack + UNIT_ROUNDOFF))
    least, greatest = shared.keep(number.value - error, number.value + error)
    tests = shared.keep(*(COMPARE[op](least, pl.lit(float(line))) for op, line in table))
    others = [COMPARE[op](greatest, pl.lit(float(line))) for op, line in table]
    return Lines(tests, shared.keep(pl.any_horizontal(x != y for x, y in zip(tests, others, strict=True))))


def stored(number: Column, shared: Shared) -> Column:
    """The number with its parts computed as columns of their own."""
    match number:
        case Real(value, _, None):
            return replace(number, value=shared.keep(value)[0])
        case Real(value, _, pl.Expr() as size):
            value, size = shared.keep(value, size)
            return replace(number, value=value, size=size)
        case Ratio(over, under):
            return Ratio(stored_whole(over, shared), stored_whole(under, shared))
        case Whole():
            return stored_whole(number, shared)
    raise TypeError(f"{number} is no column")


def stored_whole(number: Whole, shared: Shared) -> Whole:
    return number if number.constant is not None else replace(number, value=shared.keep(number.value)[0])


def key(formula: Formula) -> Key:
    return str(formula.args[0]) if formula.op == "fact" else formula


def excluded(test: Formula) -> Iterator[tuple[Key, bool, bool]]:
    """Formulas with whether they cannot be zero, and cannot be negative, where the test fails."""
    match test.op, test.args:
        case "or", (left, right):
            yield from excluded(left)
            yield from excluded(right)
        case "==", (x, Formula(op="const", args=(0,))):
            yield key(x), True, False
        case ("<" | "<=") as op, (x, Formula(op="const", args=(int() | Fraction() as line,))) if line >= 0:
            yield key(x), line > 0 or op == "<=", True


def null_checks(arms: tuple[tuple[Formula, Formula], ...], otherwise: Formula) -> list[bool]:
    """For each test whether what follows it must be made null where the test is, as it would not be by itself."""
    followers = [*(test for test, _ in arms[1:]), otherwise]
    return [
        divides(test) or not set(names(test)) <= needed(follower)
        for (test, _), follower in zip(arms, followers, strict=True)
    ]


def divides(formula: Formula) -> bool:
    """Whether it can be unknown though all its facts are known."""
    return any(node.op == "/" for node in nodes(formula))


def needed(formula: Formula) -> set[str]:
    """Facts without which the formula is unknown, whatever the others are."""
    match formula.op, formula.args:
        case "fact", (name,):
            return {name}
        case ("choose", (((test, _), *_), _)) | ("steps", (test, _, _)):
            return needed(test)
        case (("given" | "and" | "or" | "const"), _):
            return set()
    return set().union(*(needed(part) for part in formula.args))


def picked(tests: list[pl.Expr], values: list[Column | None], checks: list[bool], word: Word) -> Column | None:
    present = [each for each in values if each is not None]
    if not present:
        return None
    if len(tests) > 1 and [constant_of(each) for each in values[-2:]] == [1, 0]:
        truth = Whole(tests[-1].cast(pl.UInt8), 8, narrow=True)  # with its nulls, so no check is needed
        return picked(tests[:-1], [*values[:-2], truth], checks[:-1], word)
    places = [place for place, each in enumerate(values) if each is not None]
    return joined(present, partial(by_tests, tests, places, checks), word)


def constant_of(number: Column | None) -> int | None:
    return number.constant if isinstance(number, Whole) else None


def by_tests(tests: list[pl.Expr], places: list[int], checks: list[bool], present: list[pl.Expr]) -> pl.Expr:
    """The value of the first test that holds, the last one if none does, null behind a test that is null."""
    values = dict(zip(places, present, strict=True))
    result = values.get(len(tests), pl.lit(None))
    for place in reversed(range(len(tests))):
        held = pl.when(tests[place]).then(values.get(place, pl.lit(None)))
        result = held.when(~tests[place]).then(result) if checks[place] else held.otherwise(result)
    return result


def first_that_holds(tests: list[pl.Expr], values: list[pl.Expr], last: pl.Expr) -> pl.Expr:
    """Like `by_tests` for comparisons of one number, which are all known or all null."""
    result: pl.Expr = pl.when(tests[-1]).then(values[-1]).when(tests[-1].is_not_null()).then(last)
    for test, value in zip(reversed(tests[:-1]), reversed(values[:-1]), strict=True):
        result = pl.when(test).then(value).otherwise(result)
    return result
