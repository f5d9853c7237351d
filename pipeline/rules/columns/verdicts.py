"""The second reader of a formula: over the columns of a whole pool at once, and as exact as the first.

A frame has one row a firm and Int64 columns named like the figures of `figures.py`: `sales_y1` in whole fen below
2**53, `rd_total_y1`, `staff_y1` and so on. null is unknown; a column that is absent is unknown for every firm. Persons
are counted in units of 1/HEAD of a head, so that their averages are whole.
A year before the founding holds 0, and `operating_years` tells how many there were.

Numbers stay whole as long as they fit the machine word. Where they do not, a float that knows how far it can be off
answers all rows but those too near a line; these few are read again with integers of 128 bits, and what even they
cannot hold by `exact`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from pipeline.rules.columns.numbers import LONG, WIDE, Word
from pipeline.rules.columns.reader import Reader, Shared
from pipeline.rules.condition import UNKNOWN_VERDICT, VERDICTS
from pipeline.rules.facts.figures import HEAD, in_heads
from pipeline.rules.formula import Facts, Formula, exact, names
from pipeline.rules.programmes import amounts_of, conditions_of, score_items
from pipeline.rules.shelf.dated import Book

NEAR, ROW = "near a line", "number of the row"
VERDICT = pl.Enum([*VERDICTS, UNKNOWN_VERDICT])


def judge(
    frame: pl.DataFrame,
    book: Book,
    day: date,
    *,
    rules: Collection[str] | None = None,
    points: Collection[str] = (),
) -> pl.DataFrame:
    """One verdict column for each rule of the book, or those named; `<item>_low` and `_high` for each score item named.

    Verdicts are an Enum of met, unmet, manual_review, not_applicable, unknown; points are UInt8.
    """
    if book.day != day:
        raise ValueError(f"the book is the one of {book.day}, not of {day}")
    verdicts = {each.rule: each.verdict for each in conditions_of(book) if rules is None or each.rule in rules}
    bounds = {
        f"{each.name}_{bound}": getattr(each, bound)
        for each in score_items(book)
        if each.name in points
        for bound in ("low", "high")
    }
    answers = evaluate(frame, {**verdicts, **bounds})
    return answers.with_columns(
        pl.col(rule).fill_null(len(VERDICTS)).cast(pl.UInt8).cat.to(VERDICT) for rule in verdicts
    )


@dataclass(frozen=True, slots=True)
class Quotients:
    """One amount of every firm as whole numbers over one denominator; null is unknown. Money is in fen."""

    over: pl.Series
    under: int


def amounts(frame: pl.DataFrame, book: Book, day: date) -> dict[str, Quotients]:
    """Every amount of the book, exactly; raises TooLong where 128 bits cannot hold one."""
    if book.day != day:
        raise ValueError(f"the book is the one of {book.day}, not of {day}")
    shared = Shared()
    read = {
        each.name: Reader(frozenset(frame.columns), WIDE, shared).quotient(each.formula) for each in amounts_of(book)
    }
    overs = [over.alias(name) for name, (over, _) in read.items()]
    answered = shared.computed_on(frame.lazy().with_row_index(ROW)).select(ROW, *overs).collect()
    return {name: Quotients(answered[name], under) for name, (_, under) in read.items()}


def evaluate(frame: pl.DataFrame, formulas: Mapping[str, Formula], word: Word = LONG) -> pl.DataFrame:
    """Each formula as a column: exactly what `exact` would say for each row."""
    shared = Shared()
    read = {name: Reader(frozenset(frame.columns), word, shared).answer(formula) for name, formula in formulas.items()}
    fitting = {name: each for name, each in read.items() if each is not None}
    near = {name: each.near for name, each in fitting.items() if each.near is not None}
    any_near = [pl.any_horizontal(each.fill_null(False) for each in near.values()).alias(NEAR)] if near else []
    answers = [each.value.alias(name) for name, each in fitting.items()]
    answered = shared.computed_on(frame.lazy().with_row_index(ROW)).select(ROW, *answers, *any_near).collect()
    if near:
        rows = answered.drop_in_place(NEAR).arg_true()
        again = read_again(frame, {name: formulas[name] for name in near}, rows, word)
        answered = answered.with_columns(answered[name].scatter(rows, values) for name, values in again.items())
    unfit = {name: formula for name, formula in formulas.items() if name not in fitting}
    whole = read_again(frame, unfit, answered[ROW], word)
    return answered.with_columns(values.alias(name) for name, values in whole.items()).select(list(formulas))


def read_again(
    frame: pl.DataFrame, formulas: Mapping[str, Formula], rows: pl.Series, word: Word
) -> dict[str, pl.Series]:
    """The answers of some rows, by integers twice as long or one by one."""
    if frame.is_empty():
        return dict.fromkeys(formulas, pl.Series(dtype=pl.Int64))
    if rows.is_empty() or not formulas:
        return {}
    used = dict.fromkeys(name for formula in formulas.values() for name in names(formula) if name in frame.columns)
    few = frame.select(list(used))[rows]
    if word is LONG:
        return evaluate(few, formulas, WIDE).to_dict()
    figures = [figures_of(row) for row in few.iter_rows(named=True)]
    return {name: pl.Series([exact(formula, row) for row in figures]) for name, formula in formulas.items()}


def figures_of(row: Mapping[str, int | None]) -> Facts:
    """A row as the exact reader takes it: persons in heads."""
    return {
        name: value if value is None or not in_heads(name) else Fraction(value, HEAD) for name, value in row.items()
    }
