"""What it takes to try out a change of the law: over a whole pool on record, and against firm by firm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial

import polars as pl
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Firm, User
from pipeline.models.pool import pool_figures, tables_on
from pipeline.models.record import facts_of
from pipeline.rules import Book, FirmFacts, assess, books
from pipeline.rules.columns.folding import fold_pool
from pipeline.rules.columns.laboratory import compare
from pipeline.rules.shelf.revision import revised
from tests.benchmarks import database
from tests.benchmarks.comparison import Allowance, Benchmark, Comparison, Ways, seconds
from tests.benchmarks.crowd import crowd
from tests.cast import DAY

FIRMS, EVERY = 100_000, 100
WITHIN = 2.0
HTE = books("hte", DAY)
CHANGED = revised(HTE, {"tech_staff_ratio": "0.12", "hitech_income": "0.55"})


@cache
def crowded(firms: int) -> None:
    database.fresh()
    crowd(firms)


@contextmanager
def at_the_city() -> Iterator[User]:
    """As an officer of the city, who sees every firm, under the row policies."""
    chen = User.objects.get(username="chen")
    with acting(chen), transaction.atomic():
        yield chen


def tried() -> int:
    """A change over every firm, from the record to the numbers."""
    with at_the_city() as chen:
        return compare(pool_figures(Firm.objects.visible_to(chen), DAY), HTE, CHANGED).total


def steps() -> Iterator[tuple[str, Callable[[], object]]]:
    with at_the_city() as chen:
        firms = Firm.objects.visible_to(chen)
        tables = tables_on(firms, DAY)
        yield "read", partial(tables_on, firms, DAY)
    frame = fold_pool(tables, DAY)
    yield "fold", partial(fold_pool, tables, DAY)
    yield "compare", partial(compare, frame, HTE, CHANGED)


def allowed(firms: int) -> tuple[list[Callable[[], object]], tuple[str, ...]]:
    crowded(firms)
    return [tried], tuple(f"{name}: {seconds(run):.3f} s" for name, run in steps())


def against_one_by_one(firms: int) -> Ways:
    crowded(firms)
    with at_the_city() as chen:
        everyone = Firm.objects.visible_to(chen)
        frame = pool_figures(everyone, DAY)
        few = facts_of(everyone.filter(pk__in=frame["firm"].gather_every(EVERY).to_list()), DAY)
    check(frame, few)
    return Ways(partial(compare, frame, HTE, CHANGED), partial(one_by_one, few))


def one_by_one(few: dict[int, FirmFacts]) -> dict[int, tuple[str, str]]:
    return {key: (verdict(firm, HTE), verdict(firm, CHANGED)) for key, firm in few.items()}


def verdict(firm: FirmFacts, book: Book) -> str:
    return assess(firm, book=book, day=DAY).verdict


def check(frame: pl.DataFrame, few: dict[int, FirmFacts]) -> None:
    compared = compare(frame, HTE, CHANGED)
    if {each.firm: (each.before, each.after) for each in compared.lines(list(few))} != one_by_one(few):
        raise AssertionError("the two ways differ")


BENCHMARKS: tuple[Benchmark, ...] = (
    Allowance(
        "laboratory.change",
        WITHIN,
        FIRMS,
        f"a change of two numbers over a pool on record, read as role web, folded and judged; {WITHIN:.0f} s allowed",
        allowed,
    ),
    Comparison(
        "laboratory.compare_vs_one_by_one",
        1.0,
        FIRMS,
        f"every firm of a pool judged by two books over columns, against each {EVERY}th of them one by one",
        against_one_by_one,
    ),
)
