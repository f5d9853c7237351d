"""A number that a book works out for a firm and that nobody is judged by: how it is made, and from which sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipeline.rules.formula import UNKNOWN, Formula, lifted, smaller
from pipeline.rules.labels import Label
from pipeline.rules.shelf.dated import Book, NoValue, Source

type Remark = tuple[Formula, Label]
"""Said where its test holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """Money is in fen. `remarks` tell what the number takes for granted, or why it is what it is."""

    formula: Formula
    sources: tuple[Source, ...]
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """An amount as long as no day is given; its title may name `{year}`, the year before the book's day."""

    title: Label
    unit: str
    make: Callable[[Book], Made]


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """An amount of one book on one day. `lacks` tells why the law has no such number then; the formula is UNKNOWN."""

    name: str
    title: Label
    unit: str
    formula: Formula
    sources: tuple[Source, ...] = ()
    remarks: tuple[Remark, ...] = ()
    lacks: Label | None = None


def amounts_of_plans(plans: Mapping[str, Plan], book: Book) -> tuple[Amount, ...]:
    return tuple(amount_of(name, plan, book) for name, plan in plans.items())


def amount_of(name: str, plan: Plan, book: Book) -> Amount:
    title = plan.title.filled(year=book.day.year - 1)
    try:
        made = plan.make(book)
    except NoValue as reason:
        lacks = Label("手册在该日没有这一项数值", f"the book has no such number on that day ({reason})")
        return Amount(name, title, plan.unit, UNKNOWN, lacks=lacks)
    return Amount(name, title, plan.unit, made.formula, made.sources, made.remarks)


def always(zh: str, en: str) -> Remark:
    return lifted(1), Label(zh, en)


def sources_of(book: Book, *rules: str) -> tuple[Source, ...]:
    """Where these numbers are written, each place once."""
    return tuple(dict.fromkeys(book.source(rule) for rule in rules))


def least_certain(sources: Iterable[Source]) -> str:
    """The mark of the least certain source; nothing without one."""
    marks = {each.certainty for each in sources}
    return next((mark for mark in "ULC" if mark in marks), "")


def none_below(value: Formula) -> Formula:
    """The value, and nothing where it is below nothing."""
    return value - smaller(value, 0)
