"""Numbers as columns: whole ones and quotients of whole ones are exact, real ones know how far they may be off.

A number stays exact as long as its integers are sure to fit the machine word; beyond that it becomes a float with a
bound on its error. A comparison of floats also tells for which rows that bound leaves it open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import gcd, lcm

import polars as pl

UNIT_ROUNDOFF = 2.0**-52
"""Twice the relative error of one float operation, so that second-order terms need no thought."""
FLOAT_BITS = 53
NARROW = 2**8
COMPARE: dict[str, Callable[[pl.Expr, pl.Expr], pl.Expr]] = {
    ">=": lambda x, y: x >= y,
    ">": lambda x, y: x > y,
    "<=": lambda x, y: x <= y,
    "<": lambda x, y: x < y,
    "==": lambda x, y: x == y,
}


@dataclass(frozen=True, slots=True)
class Word:
    """An integer type and the bits that a value's magnitude may take in it."""

    dtype: type[pl.Int64] | type[pl.Int128]
    bits: int


class TooLong(ArithmeticError):
    """The formula cannot be read in integers of this length: it has to be read in longer ones."""


LONG, WIDE = Word(pl.Int64, 63), Word(pl.Int128, 126)


@dataclass(frozen=True, slots=True)
class Whole:
    """An integer column with |value| < 2**bits. `constant` is set where all rows are the same number."""

    value: pl.Expr
    bits: int
    constant: int | None = None
    positive: bool = False
    narrow: bool = False
    """Held in eight bits, as results of tables are: to be widened before it is calculated with."""

    def widened(self, word: Word) -> Whole:
        return replace(self, value=self.value.cast(word.dtype), narrow=False) if self.narrow else self


@dataclass(frozen=True, slots=True)
class Ratio:
    """`over / under` with a positive `under`."""

    over: Whole
    under: Whole


@dataclass(frozen=True, slots=True)
class Real:
    """A float column, off by at most `slack * size`; without a size by `slack * |value|`."""

    value: pl.Expr
    slack: float
    size: pl.Expr | None = None
    constant: float | None = None

    @property
    def magnitude(self) -> pl.Expr:
        return self.value.abs() if self.size is None else self.size


type Exact = Whole | Ratio
type Column = Exact | Real


def literal(number: Fraction, word: Word) -> Exact:
    over, under = whole(number.numerator, word), whole(number.denominator, word)
    return over if number.denominator == 1 else Ratio(over, under)


def whole(number: int, word: Word) -> Whole:
    return Whole(pl.lit(number, dtype=word.dtype), number.bit_length(), number, positive=number > 0)


def as_ratio(x: Exact, word: Word) -> Ratio:
    return x if isinstance(x, Ratio) else Ratio(x, whole(1, word))


def as_real(x: Column) -> Real:
    match x:
        case Real():
            return x
        case Whole(value, bits, constant):
            slack = 0.0 if bits <= FLOAT_BITS else UNIT_ROUNDOFF
            return Real(value.cast(pl.Float64), slack, constant=None if constant is None else float(constant))
        case Ratio(Whole(constant=int(over)), Whole(constant=int(under))):
            return Real(pl.lit(over / under), UNIT_ROUNDOFF, constant=over / under)
        case Ratio(over, under):
            x, y = as_real(over), as_real(under)
            return Real(x.value / y.value, x.slack + y.slack + UNIT_ROUNDOFF)


def times(x: Whole, y: Whole, word: Word) -> Whole | None:
    """The product, or None where it might not fit."""
    if x.constant == 1:
        return y
    if y.constant == 1:
        return x
    if x.constant is not None and y.constant is not None:
        return whole(x.constant * y.constant, word)
    bits, positive = x.bits + y.bits, x.positive and y.positive
    return Whole(x.widened(word).value * y.widened(word).value, bits, positive=positive) if bits <= word.bits else None


def cancelled(x: Whole, y: Whole, word: Word) -> tuple[Whole, Whole]:
    """Both without the factors they share, where they are constants: one stands above a line, the other below."""
    if x.constant is None or y.constant is None:
        return x, y
    shared = gcd(x.constant, y.constant)
    return (x, y) if shared in {0, 1} else (whole(x.constant // shared, word), whole(y.constant // shared, word))


def plus(op: str, x: Whole, y: Whole, word: Word) -> Whole | None:
    bits, x, y = max(x.bits, y.bits) + 1, x.widened(word), y.widened(word)
    return Whole(x.value + y.value if op == "+" else x.value - y.value, bits) if bits <= word.bits else None


def added(op: str, x: Column, y: Column, word: Word) -> Column:
    """Sum or difference, exact where it fits."""
    if not (isinstance(x, Real) or isinstance(y, Real)):
        sum_ = exact_sum(op, x, y, word)
        if sum_ is not None:
            return sum_
    a, b = as_real(x), as_real(y)
    value = a.value + b.value if op == "+" else a.value - b.value
    return Real(value, max(a.slack, b.slack) + UNIT_ROUNDOFF, a.magnitude + b.magnitude)


def exact_sum(op: str, x: Exact, y: Exact, word: Word) -> Exact | None:
    if isinstance(x, Whole) and isinstance(y, Whole):
        return plus(op, x, y, word)
    same = alike([x, y], word)
    if same is not None:
        over = plus(op, same[0][0], same[0][1], word)
        return None if over is None else Ratio(over, same[1])
    a, b = as_ratio(x, word), as_ratio(y, word)
    left, right, under = times(a.over, b.under, word), times(b.over, a.under, word), times(a.under, b.under, word)
    if left is None or right is None or under is None:
        return None
    over = plus(op, left, right, word)
    return None if over is None else Ratio(over, under)


def multiplied(x: Column, y: Column, word: Word) -> Column:
    if not (isinstance(x, Real) or isinstance(y, Real)):
        a, b = as_ratio(x, word), as_ratio(y, word)
        a_over, b_under = cancelled(a.over, b.under, word)
        b_over, a_under = cancelled(b.over, a.under, word)
        over, under = times(a_over, b_over, word), times(a_under, b_under, word)
        if over is not None and under is not None:
            return over if under.constant == 1 else Ratio(over, under)
    a_, b_ = as_real(x), as_real(y)
    size = None if a_.size is None and b_.size is None else a_.magnitude * b_.magnitude
    return Real(a_.value * b_.value, a_.slack + b_.slack + UNIT_ROUNDOFF, size)


def divided(x: Column, y: Column, word: Word) -> Column:
    """The quotient, null where the divisor is zero; an inexact divisor may hide a zero and is refused."""
    if isinstance(y, Real):
        raise TooLong
    divisor = as_ratio(y, word)
    if divisor.over.positive:
        return multiplied(x, Ratio(divisor.under, divisor.over), word)
    over = divisor.over.widened(word)
    value = over.value
    size = replace(over, value=pl.when(value > 0).then(value).when(value < 0).then(value * -1), positive=True)
    return multiplied(negated_where(x, over, word), Ratio(divisor.under, size), word)


def negated_where(x: Column, divisor: Whole, word: Word) -> Column:
    """The number with its sign turned in the rows with a negative divisor."""
    match x:
        case Ratio(over, under):
            return Ratio(turned_whole(over.widened(word), divisor), under)
        case Whole():
            return turned_whole(x.widened(word), divisor)
    return replace(x, value=turned(x.value, divisor), constant=None)


def turned_whole(x: Whole, divisor: Whole) -> Whole:
    return replace(x, value=turned(x.value, divisor), constant=None, positive=False)


def turned(value: pl.Expr, divisor: Whole) -> pl.Expr:
    return pl.when(divisor.value < 0).then(value * -1).otherwise(value)


def compared(op: str, x: Column, y: Column, word: Word) -> tuple[pl.Expr, pl.Expr | None]:
    """Whether the relation holds, and the rows in which the errors leave that open (None for exact numbers)."""
    if not (isinstance(x, Real) or isinstance(y, Real)):
        a, b = as_ratio(x, word), as_ratio(y, word)
        a_under, b_under = cancelled(a.under, b.under, word)
        left, right = times(a.over, b_under, word), times(b.over, a_under, word)
        if left is not None and right is not None:
            return COMPARE[op](left.widened(word).value, right.widened(word).value), None
    a_, b_ = as_real(x), as_real(y)
    return COMPARE[op](a_.value, b_.value), too_near(a_, b_)


def too_near(x: Real, y: Real) -> pl.Expr:
    slack = 2 * (x.slack + y.slack + UNIT_ROUNDOFF)
    if y.constant and x.size is None:
        margin = abs(y.constant) * slack
        return x.value.is_between(y.constant - margin, y.constant + margin)
    return (x.value - y.value).abs() <= (x.magnitude + y.magnitude) * slack


def alike(numbers: Sequence[Column], word: Word) -> tuple[list[Whole], Whole] | None:
    """The numbers over one constant denominator, if they have such and fit."""
    exact = [as_ratio(each, word) for each in numbers if not isinstance(each, Real)]
    unders = [each.under.constant for each in exact]
    if len(exact) < len(numbers) or None in unders:
        return None
    under = reduce(lcm, (each for each in unders if each is not None), 1)
    overs = [times(each.over, whole(under // (each.under.constant or 1), word), word) for each in exact]
    fitting = [each for each in overs if each is not None]
    return (fitting, whole(under, word)) if len(fitting) == len(overs) else None


def joined(numbers: Sequence[Column], join: Callable[[list[pl.Expr]], pl.Expr], word: Word) -> Column:
    """One number made by picking from several row by row; `join` does the picking and must keep nulls."""
    same = alike(numbers, word)
    if same is not None:
        over, under = joined_wholes(same[0], join, word), same[1]
        return over if under.constant == 1 else Ratio(over, under)
    ratios = [as_ratio(each, word) for each in numbers if not isinstance(each, Real)]
    if len(ratios) == len(numbers):
        under = joined_wholes([each.under for each in ratios], join, word)
        return Ratio(joined_wholes([each.over for each in ratios], join, word), replace(under, positive=True))
    reals = [as_real(each) for each in numbers]
    size = None if all(each.size is None for each in reals) else join([each.magnitude for each in reals])
    return Real(join([each.value for each in reals]), max(each.slack for each in reals), size)


def joined_wholes(numbers: Sequence[Whole], join: Callable[[list[pl.Expr]], pl.Expr], word: Word) -> Whole:
    """Picked from eight bits where all of them fit, which is faster."""
    bits = max(each.bits for each in numbers)
    small = [each for each in map(in_eight_bits, numbers) if each is not None]
    if len(small) == len(numbers):
        return Whole(join(small), bits, narrow=True)
    return Whole(join([each.widened(word).value for each in numbers]), bits)


def in_eight_bits(number: Whole) -> pl.Expr | None:
    """The number as UInt8, if it is a small constant or held so already."""
    if number.narrow:
        return number.value
    return pl.lit(number.constant, dtype=pl.UInt8) if number.constant in range(NARROW) else None


def smaller(x: Column, y: Column, word: Word) -> Column:
    """The smaller of the two; of two floats either may be taken where they are too near to tell."""
    if isinstance(x, Real) or isinstance(y, Real) or alike([x, y], word) is None:
        x, y = as_real(x), as_real(y)
        x, y = replace(x, size=x.magnitude + y.magnitude), replace(y, size=x.magnitude + y.magnitude)
    return joined([x, y], picked_smaller, word)


def picked_smaller(values: list[pl.Expr]) -> pl.Expr:
    """Null where one is null: `min_horizontal` would skip it."""
    x, y = values
    return pl.when(x <= y).then(x).when(x > y).then(y)
