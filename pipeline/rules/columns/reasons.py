"""The reasons of a whole pool's verdicts as columns: what was found for each rule, and which figures it lacks."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import reduce
from itertools import batched

import polars as pl

from pipeline.rules.columns.numbers import LONG, WIDE, TooLong
from pipeline.rules.columns.reader import Reader, Shared
from pipeline.rules.columns.verdicts import ROW, evaluate, figures_of, judge
from pipeline.rules.condition import UNKNOWN_VERDICT, Condition
from pipeline.rules.formula import COMPARISON, Formula, Reading, choose, names, nodes
from pipeline.rules.programmes import conditions_of
from pipeline.rules.shelf.dated import Book

UNDECIDED, MARKS_IN_A_WORD = 2, 31


def explained(
    frame: pl.DataFrame, book: Book, day: date, *, rules: Collection[str] | None = None, points: Collection[str] = ()
) -> pl.DataFrame:
    """What `judge` says; beside each verdict `<rule>_over` and `<rule>_under`, and `<rule>_missing`.

    What was found is `over / under`, whole numbers of 64 or 128 bits, money in fen; it is unknown where one of them is
    null or `under` is 0. `missing` names the figures that an unknown verdict waits for, with blanks between them.
    """
    told = judge(frame, book, day, rules=rules, points=points)
    conditions = [each for each in conditions_of(book) if each.rule in told.columns]
    told = told.hstack(found(frame, conditions))
    with ThreadPoolExecutor() as threads:  # polars works outside the interpreter's lock
        missing = threads.map(lambda each: lacking(frame, each, told[each.rule] == UNKNOWN_VERDICT), conditions)
        return told.hstack(list(missing))


def found(frame: pl.DataFrame, conditions: Collection[Condition]) -> pl.DataFrame:
    """`<rule>_over` and `<rule>_under` of each rule."""
    shared, counted = Shared(), {each.rule: as_number(each.found) for each in conditions}
    quotients = {rule: quotient(formula, frame, shared) for rule, formula in counted.items()}
    columns = {f"{rule}_{part}": value for rule, parts in quotients.items() for part, value in parts.items()}
    told = shared.computed_on(frame.lazy().with_row_index(ROW)).select(ROW, **columns).drop(ROW).collect()
    too_long = {f"{rule}_over": counted[rule] for rule, parts in quotients.items() if not parts}
    whole = evaluate(frame, too_long) if too_long else pl.DataFrame()
    return told.hstack(whole).with_columns(pl.lit(1).alias(f"{name.removesuffix('over')}under") for name in too_long)


def as_number(formula: Formula) -> Formula:
    return choose((formula, 1), otherwise=0) if formula.op in {*COMPARISON, "and", "or"} else formula


def quotient(formula: Formula, frame: pl.DataFrame, shared: Shared) -> dict[str, pl.Expr]:
    """What stands above and below the line, in words of 64 bits or else of 128; nothing where neither holds it."""
    for word in (LONG, WIDE):
        try:
            over, under = Reader(frozenset(frame.columns), word, shared).parts(formula)
        except TooLong:
            continue
        return {"over": over.value, "under": under.value}
    return {}


def lacking(frame: pl.DataFrame, condition: Condition, unknown: pl.Series) -> pl.Series:
    """The figures that each firm of an unknown verdict lacks.

    Firms of which the same is unknown, and of which the same tests hold, lack the same: one of them is asked for all.
    """
    rows = unknown.arg_true()
    asked = [name for name in frame.columns if any(name in part.asks for part in condition.parts)]
    marks = frame.select(pl.col(asked).is_null())[rows].get_columns()
    tests = {f"branch {number}": choose((test, 1), otherwise=0) for number, test in enumerate(branches(condition))}
    if tests:
        marks += evaluate(frame.select(asked)[rows], tests).select(pl.all().fill_null(UNDECIDED)).get_columns()
    groups = alike(marks) if len(rows) else pl.Series(dtype=pl.List(pl.UInt32))
    firsts = frame.select(asked)[rows[groups.list.first()]]
    texts = [" ".join(condition.lacks(Reading(figures_of(row)))) for row in firsts.iter_rows(named=True)]
    return spread(texts, groups, rows, len(frame)).alias(f"{condition.rule}_missing")


def spread(texts: list[str], groups: pl.Series, rows: pl.Series, firms: int) -> pl.Series:
    """The text of each group at its rows, and nothing at the others."""
    kind = pl.Enum(list(dict.fromkeys(["", *texts])))
    said = pl.Series(texts, dtype=kind).to_physical()
    codes = pl.zeros(firms, dtype=said.dtype, eager=True)
    if len(rows):
        codes = codes.scatter(rows[groups.explode()], said.gather(numbered(groups).explode()))
    return codes.cat.to(kind)


def alike(marks: list[pl.Series]) -> pl.Series:
    """The rows of each group whose marks are the same, each mark a number from 0 to 3."""
    keys = [packed(each).alias(f"key {n}") for n, each in enumerate(batched(marks, MARKS_IN_A_WORD))]
    return pl.DataFrame(keys).with_row_index(ROW).group_by(pl.exclude(ROW)).agg(ROW)[ROW]


def packed(marks: Iterable[pl.Series]) -> pl.Series:
    """Marks of 0 to 3 of each row in one number."""
    return reduce(lambda key, mark: key * 4 + mark.cast(pl.UInt64), marks, pl.Series([0], dtype=pl.UInt64))


def numbered(groups: pl.Series) -> pl.Series:
    """The number of its group for each row of the groups."""
    return pl.select(pl.int_range(len(groups), dtype=pl.UInt32).repeat_by(groups.list.len())).to_series()


def branches(condition: Condition) -> Iterator[Formula]:
    """The tests that decide, beside what is unknown, which figures an unknown verdict waits for."""
    every = dict.fromkeys(node for part in condition.parts for node in nodes(part))
    within = {inner for node in every if node.op == "given" for inner in nodes(node)}
    for node in every:
        if node.op in {"and", "or"}:
            yield node
        elif node.op == "/" and node in within:
            yield node.args[1].equals(0)
        elif node.op == "choose":
            yield from deciding(node, settles=node is condition.verdict, within=node in within)


def deciding(node: Formula, *, settles: bool, within: bool) -> Iterator[Formula]:
    """The tests of a choice that matter: a verdict that one of them settles is not unknown, so there it has failed.

    One behind which nothing is asked for that it does not ask for itself matters only to what stands in for it.
    """
    arms, otherwise = node.args
    behind = set(names(otherwise))
    for test, value in reversed(arms):
        own, more = set(names(test)), set(names(value)) | behind
        failed = settles and value.op == "const" and not any(each.op == "/" for each in nodes(test))
        if within or not (failed or more <= own):
            yield test
        behind = more | own
