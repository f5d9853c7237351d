"""What it takes to try out a change of the law: over a whole pool on record, and against firm by firm."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from http import HTTPStatus
from itertools import count
from time import perf_counter, process_time

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.test import Client, override_settings

from config.postgres.scope import acting
from pipeline.desk.numbers import Numbers
from pipeline.models import FinancialYear, Firm, PoolPart, Trial, User
from pipeline.models.pool import pool_figures, tables_on
from pipeline.models.record import facts_of
from pipeline.models.trial import DONE
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
SUPPOSITION = "/desk/laboratory/hte/"
CORRECTED = 1_001  # the first firm of the crowd
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


class Desk:
    """A browser at which the officer changes a number of the book and looks at what comes of it."""

    def __init__(self, firms: int) -> None:
        self.firms, self.shares = firms, count(1_200)
        form = Numbers(None, base=HTE)
        shown = {name: form[name].value() for name in form.fields}
        self.form = {name: str(value) for name, value in shown.items() if value not in (False, None, "")}
        self.folder = tempfile.TemporaryDirectory()
        self.browser = Client()
        with at_the_city() as chen:
            self.browser.force_login(chen)

    def change(self) -> None:
        """From the form that is sent to the page that is shown; each time another number."""
        place = {"location": self.folder.name}
        documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": place}
        with override_settings(ALLOWED_HOSTS=["testserver"], STORAGES=settings.STORAGES | {"documents": documents}):
            sent = self.form | {"tech_staff_ratio.0.value": str(next(self.shares) / 100), "act": "try"}
            answer = self.browser.post(f"{SUPPOSITION}?on={DAY}", sent, follow=True)
        with at_the_city():
            newest = Trial.objects.latest("pk")
        if answer.status_code != HTTPStatus.OK or newest.state != DONE or newest.outcome["firms"] < self.firms:
            raise AssertionError("the change was not answered at once for every firm")

    def first_change(self) -> None:
        with at_the_city():
            PoolPart.objects.all().delete()
        self.change()

    def change_beside_a_correction(self) -> None:
        with at_the_city():
            FinancialYear.objects.filter(firm=CORRECTED).update(sales=F("sales") + 1)
        self.change()


def read_anew() -> int:
    """A change over every firm as it was answered before figures were kept, and without a page."""
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


def at_the_screen(firms: int) -> tuple[list[Callable[[], object]], tuple[str, ...]]:
    crowded(firms)
    desk = Desk(firms)
    ways: dict[str, Callable[[], object]] = {
        "the first of a day, nothing kept": desk.first_change,
        "after a correction at one firm": desk.change_beside_a_correction,
        "as it was before figures were kept, and without a page": read_anew,
    }
    told = [f"{says}: {seconds(run):.3f} s" for says, run in (*ways.items(), *steps())]
    told.append(f"of the processor, without the database: {seconds(desk.change, process_time):.3f} s")
    return [desk.change], (*told, f"load of the machine, {os.cpu_count()} processors: {os.getloadavg()[0]:.1f}")


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
        f"a change of a number tried on every firm: form sent, page answered, as role web; {WITHIN:.0f} s allowed",
        at_the_screen,
        clock=perf_counter,
    ),
    Comparison(
        "laboratory.compare_vs_one_by_one",
        1.0,
        FIRMS,
        f"every firm of a pool judged by two books over columns, against each {EVERY}th of them one by one",
        against_one_by_one,
    ),
)
