"""A change of the law over a whole pool: every firm judged by two books, or on two days, and what comes of it.

All answers are plain numbers, words and keys of firms, so that every number opens to the firms it counts. `rule` None
is the overall verdict. A firm *holds* a condition that is met or that its book does not ask for; who holds it only
afterwards has gained, who held it only before has dropped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from io import BytesIO
from typing import Any, Literal

import polars as pl

from pipeline.rules.columns.folding import COUNTY, FIELD
from pipeline.rules.columns.tables import KEY
from pipeline.rules.columns.verdicts import VERDICT, figures_of, judge
from pipeline.rules.condition import Condition
from pipeline.rules.formula import Facts, Formula, Number, alike, exact, names
from pipeline.rules.judging import FEN, WORST_FIRST
from pipeline.rules.programmes import conditions_of
from pipeline.rules.shelf.dated import Book

type Side = Literal["before", "after"]

HOLDS = ("met", "not_applicable")
ALL = "all"
"""In place of a code of a county or a field: every one, with those that have none."""
FIELD_DIGITS = 2
SALES = "sales_y1"
LATER = "later."
"""Before the name of a figure: as it is known on the day of the later book, where that is another day."""


@dataclass(frozen=True, slots=True)
class Group:
    """Firms by whether they hold a condition; `unknown` and `manual` cannot be told afterwards without more papers."""

    code: str | None
    firms: int
    before: int
    after: int
    gained: int
    dropped: int
    unknown: int
    manual: int


@dataclass(frozen=True, slots=True)
class StillShort:
    """Of the firms that gained one condition: how many fail another one, and which, the most frequent first."""

    firms: int
    by_rule: dict[str, int]


@dataclass(frozen=True, slots=True)
class Line:
    """One firm of a list: its verdicts and exact numbers by either book; sales of the last year in yuan."""

    firm: int
    county: str | None
    field: str | None
    sales: Decimal | None
    before: str
    after: str
    found_before: Number | None
    found_after: Number | None
    needed_before: Number | None
    needed_after: Number | None


def compare(frame: pl.DataFrame, before: Book, after: Book, *, later: pl.DataFrame | None = None) -> Comparison:
    """Judges every firm of the frame by both books; `later` holds the figures of `after.day` where the days differ.

    Raises ValueError where the two frames are not of the same firms.
    """
    rules = rules_of(before, after)
    figures = [name for name in shown_figures(before, after) if name in frame.columns]
    known = frame if later is None else aligned(later, frame)
    judged = judge(frame, before, before.day)
    again = judged_again(frame, judged, before, after) if later is None else judge(known, after, after.day)
    parts = [
        known.select(KEY, COUNTY, FIELD),
        verdicts_by(judged, rules, "before"),
        verdicts_by(again, rules, "after"),
        frame.select(figures),
        *([] if later is None else [known.select(pl.col(figures).name.prefix(LATER))]),
    ]
    return Comparison(before, after, rules, pl.concat(parts, how="horizontal"))


def aligned(later: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    rows = frame.select(KEY).join(later, on=KEY, how="left", maintain_order="left", validate="1:1")
    if frame.height != later.height or not frame[KEY].is_in(later[KEY].implode()).all():
        raise ValueError("the figures of the two days are not of the same firms")
    return rows


def rules_of(before: Book, after: Book) -> tuple[str, ...]:
    """The rules of both books in their order, each once."""
    return tuple(dict.fromkeys(each.rule for book in (before, after) for each in conditions_of(book)))


def judged_again(frame: pl.DataFrame, judged: pl.DataFrame, before: Book, after: Book) -> pl.DataFrame:
    """The verdicts by the other book; what both ask alike is not judged twice."""
    known = {each.rule: each.verdict for each in conditions_of(before)}
    asked = {each.rule: each.verdict for each in conditions_of(after)}
    other = [rule for rule, verdict in asked.items() if rule not in known or not alike(verdict, known[rule])]
    again = judge(frame, after, after.day, rules=other)
    return pl.DataFrame([(again if rule in other else judged)[rule] for rule in asked])


def verdicts_by(judged: pl.DataFrame, rules: Sequence[str], side: Side) -> pl.DataFrame:
    """A column for each rule and one for the worst of them; a rule that the book does not have is not applicable."""
    asked = [pl.lit("not_applicable", dtype=VERDICT) if rule not in judged.columns else pl.col(rule) for rule in rules]
    return judged.select(
        worst(judged.columns).alias(side),
        *(each.alias(column(side, rule)) for each, rule in zip(asked, rules, strict=True)),
    )


def worst(rules: Collection[str]) -> pl.Expr:
    """The overall verdict, as `judging.overall` has it."""

    def arm(milder: pl.Expr, word: str) -> pl.Expr:
        return pl.when(pl.any_horizontal(pl.col(rules) == word)).then(pl.lit(word, dtype=VERDICT)).otherwise(milder)

    return reduce(arm, reversed(WORST_FIRST), pl.lit("met", dtype=VERDICT))


def column(side: Side, rule: str | None) -> str:
    return side if rule is None else f"{side}.{rule}"


def shown_figures(before: Book, after: Book) -> list[str]:
    """The figures that a list of firms shows: sales, and what stands on either side of a comparison."""
    sides = (each for book in (before, after) for condition in conditions_of(book) for each in both_sides(condition))
    return list(dict.fromkeys([SALES, *(name for side in sides for name in names(side))]))


def figures_asked(*books: Book) -> frozenset[str]:
    """Every figure that comparing these books reads or shows."""
    conditions = [each for book in books for each in conditions_of(book)]
    read = {name for each in conditions for name in names(each.verdict)}
    return frozenset(read).union(*(shown_figures(book, book) for book in books))


def both_sides(condition: Condition) -> tuple[Formula, Formula]:
    return condition.found, condition.needed


def holds(side: Side, rule: str | None) -> pl.Expr:
    return pl.col(column(side, rule)).is_in(HOLDS)


def change(rule: str | None, *, gained: bool) -> pl.Expr:
    """The firms that gained, or dropped, the condition."""
    before, after = holds("before", rule), holds("after", rule)
    return after & ~before if gained else before & ~after


def counted(rule: str | None) -> list[pl.Expr]:
    """The numbers of a group, by their names."""
    after = pl.col(column("after", rule))
    return [
        pl.len().alias("firms"),
        holds("before", rule).sum().alias("before"),
        holds("after", rule).sum().alias("after"),
        change(rule, gained=True).sum().alias("gained"),
        change(rule, gained=False).sum().alias("dropped"),
        (after == "unknown").sum().alias("unknown"),
        (after == "manual_review").sum().alias("manual"),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What two books say of every firm; `pool` has one row a firm: key, county, field, verdicts, figures shown."""

    before: Book
    after: Book
    rules: tuple[str, ...]
    pool: pl.DataFrame

    @property
    def total(self) -> int:
        return self.pool.height

    def crossed(self, rule: str | None = None) -> dict[tuple[str, str], int]:
        """How many firms have which verdict before and after; only pairs that occur."""
        counted = self.pool.group_by(column("before", rule), column("after", rule)).len()
        return {(one, other): number for one, other, number in counted.iter_rows()}

    def summed(self, rule: str | None = None) -> Group:
        """All firms of the pool as one group."""
        [row] = self.pool.select(counted(rule)).iter_rows(named=True)
        return Group(code=None, **row)

    def by_county(self, rule: str | None = None) -> list[Group]:
        """In the order of codes, the firms without a county last."""
        return self.grouped(rule, pl.col(COUNTY))

    def by_field(self, rule: str | None = None) -> list[Group]:
        """By the top level of the list of fields."""
        return self.grouped(rule, pl.col(FIELD).str.slice(0, FIELD_DIGITS))

    def grouped(self, rule: str | None, by: pl.Expr) -> list[Group]:
        groups = self.pool.group_by(by.alias("code")).agg(counted(rule)).sort("code", nulls_last=True)
        return [Group(**row) for row in groups.iter_rows(named=True)]

    def firms(
        self,
        rule: str | None = None,
        *,
        before: Collection[str] | None = None,
        after: Collection[str] | None = None,
        county: str | None = ALL,
        field: str | None = ALL,
    ) -> list[int]:
        """The keys of the firms with one of these verdicts, of a county, of a field by its code or how that begins."""
        chosen = [
            *(pl.col(column(side, rule)).is_in(list(words)) for side, words in sides(before, after)),
            *place(county, field),
        ]
        return self.keys(pl.all_horizontal(pl.lit(value=True), *chosen))

    def together(self, rules: Collection[str], side: Side) -> list[int]:
        """The keys of the firms that hold all of these conditions, before or after."""
        return self.keys(pl.all_horizontal(pl.lit(value=True), *(holds(side, rule) for rule in rules)))

    def gained(self, rule: str | None = None) -> list[int]:
        return self.keys(change(rule, gained=True))

    def dropped(self, rule: str | None = None) -> list[int]:
        return self.keys(change(rule, gained=False))

    def still_short(self, rule: str) -> StillShort:
        """What the firms that gained the condition fail besides."""
        others = [each for each in self.rules if each != rule]
        failed = self.pool.filter(change(rule, gained=True)).select(
            (pl.col(column("after", each)) == "unmet").alias(each) for each in others
        )
        counts = sorted(((each, int(failed[each].sum())) for each in others), key=lambda pair: -pair[1])
        short = failed.select(pl.any_horizontal(pl.all()).sum()).item() if others else 0
        return StillShort(int(short), {each: number for each, number in counts if number})

    def short_firms(self, rule: str, other: str) -> list[int]:
        """The firms that gained one condition and fail another."""
        return self.keys(change(rule, gained=True) & (pl.col(column("after", other)) == "unmet"))

    def keys(self, chosen: pl.Expr) -> list[int]:
        return self.pool.filter(chosen)[KEY].sort().to_list()

    def lines(self, keys: Sequence[int], rule: str | None = None) -> list[Line]:
        """The firms of these keys, in their order, with what each book found and needed; other keys are left out."""
        rows = {row[KEY]: row for row in self.pool.filter(pl.col(KEY).is_in(list(keys))).iter_rows(named=True)}
        return [self.line(rows[key], rule) for key in keys if key in rows]

    def line(self, row: dict[str, Any], rule: str | None) -> Line:
        known, later = self.figures(row, ""), self.figures(row, LATER if LATER + SALES in row else "")
        found_before, needed_before = self.numbers(self.before, rule, known)
        found_after, needed_after = self.numbers(self.after, rule, later)
        sales = later.get(SALES)
        return Line(
            firm=row[KEY],
            county=row[COUNTY],
            field=row[FIELD],
            sales=None if sales is None else Decimal(int(sales)) / FEN,
            before=row[column("before", rule)],
            after=row[column("after", rule)],
            found_before=found_before,
            found_after=found_after,
            needed_before=needed_before,
            needed_after=needed_after,
        )

    def figures(self, row: dict[str, Any], prefix: str) -> Facts:
        shown = shown_figures(self.before, self.after)
        return figures_of({name: row.get(prefix + name) for name in shown})

    def numbers(self, book: Book, rule: str | None, figures: Facts) -> Sequence[Number | None]:
        """What the condition found and needs; nothing where the book does not have it."""
        condition = next((each for each in conditions_of(book) if each.rule == rule), None)
        return (None, None) if condition is None else [exact(each, figures) for each in both_sides(condition)]

    def to_bytes(self) -> bytes:
        """All of it, to be kept beside the two books; `from_bytes` reads it again."""
        kept = BytesIO()
        self.pool.write_ipc_stream(kept, compression="zstd")
        return kept.getvalue()

    @classmethod
    def from_bytes(cls, kept: bytes, before: Book, after: Book) -> Comparison:
        return cls(before, after, rules_of(before, after), pl.read_ipc_stream(BytesIO(kept)))


def sides(before: Collection[str] | None, after: Collection[str] | None) -> Iterator[tuple[Side, Collection[str]]]:
    if before is not None:
        yield "before", before
    if after is not None:
        yield "after", after


def place(county: str | None, field: str | None) -> Iterator[pl.Expr]:
    if county != ALL:
        yield pl.col(COUNTY).is_null() if county is None else pl.col(COUNTY) == county
    if field != ALL:
        yield pl.col(FIELD).is_null() if field is None else pl.col(FIELD).str.starts_with(field)


def joined(parts: Iterable[Comparison]) -> Comparison:
    """One comparison of the firms of several, which are by the same two books and share no firm."""
    first, *others = parts
    return Comparison(first.before, first.after, first.rules, pl.concat([first.pool, *(each.pool for each in others)]))
