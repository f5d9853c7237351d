"""The rule engine against rules written by hand and against OpenFisca, over a pool and for one firm."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from config.embedded.places import BASE_DIR
from pipeline.rules import Assessment, assess, books, plan, read_facts
from pipeline.rules.columns.reasons import explained
from pipeline.rules.columns.verdicts import judge
from pipeline.rules.facts.folding import fold
from pipeline.rules.formula import Facts
from tests.benchmarks import openfisca_engine as openfisca
from tests.benchmarks.by_hand import by_hand
from tests.benchmarks.comparison import ROUNDS, Allowance, Benchmark, Comparison, Ways, Weighing, seconds
from tests.benchmarks.pool import pool
from tests.rules.cases import CASES

FIRMS, PART = 1_000_000, 10_000
DAY = date(2026, 5, 20)
RULES = ("tech_staff_ratio", "rd_intensity", "rd_domestic", "hitech_income")
GROWTH = ("growth_net_assets", "growth_sales")
BOUNDS = tuple(f"{item}_{bound}" for item in GROWTH for bound in ("low", "high"))
THEIR_NAMES = {"rd_total": "rd_expense", "rd_domestic": "rd_domestic_expense"}
ONE_BY_ONE = (
    "A clean pass",
    "At 200 million of sales the law still asks for 4 %",
    "Too few points are possible",
    "X8 staff by monthly averages fails where the last day of the year would pass",
    "X13 the eight categories with their caps",
)
REMEDIES_WITHIN = 0.020


def columns(frame: pl.DataFrame) -> pl.DataFrame:
    return judge(frame, books("hte", DAY), DAY, rules=RULES, points=GROWTH)


def with_reasons(frame: pl.DataFrame) -> pl.DataFrame:
    return explained(frame, books("hte", DAY), DAY, rules=RULES, points=GROWTH)


def against_hand(firms: int) -> Ways:
    frame = pool(firms)
    theirs = by_hand(frame).with_columns(pl.selectors.ends_with("_missing").cast(pl.String))
    ours = with_reasons(frame).select(theirs.columns).with_columns(pl.selectors.ends_with("_missing").cast(pl.String))
    wrong = [name for name in theirs.columns if not ours[name].equals(theirs[name])]
    if wrong:
        raise AssertionError(f"the two ways differ in {', '.join(wrong)}")
    return Ways(lambda: with_reasons(frame), lambda: by_hand(frame))


def against_openfisca(firms: int) -> Ways:
    frame, system = pool(firms, complete=True), openfisca.law()
    figures = dict(their_columns(frame))
    wanted = ("tech_staff_ratio", "rd_intensity", "rd_domestic", "hitech_income_ratio", *BOUNDS)

    def theirs() -> dict[str, Any]:
        return openfisca.columns_judged(system, figures, wanted, DAY.year - 1)

    right = by_hand(frame).with_columns(pl.col(*RULES).to_physical()).select(*RULES, *BOUNDS).cast(pl.Int64)
    ours_said = columns(frame).with_columns(pl.col(*RULES).to_physical()).select(right.columns).cast(pl.Int64)
    theirs_said = pl.DataFrame(dict(zip(right.columns, theirs().values(), strict=True))).cast(pl.Int64)
    wrong = {"ours": firms_that_differ(ours_said, right), "OpenFisca": firms_that_differ(theirs_said, right)}
    notes = tuple(f"firms judged wrong by {name}: {count:,} of {firms:,}" for name, count in wrong.items())
    return Ways(lambda: columns(frame), theirs, notes)


def their_columns(frame: pl.DataFrame) -> Iterator[tuple[tuple[str, int], Any]]:
    for name in frame.columns:
        stem, _, back = name.rpartition("_y")
        yield (THEIR_NAMES.get(stem, stem), DAY.year - int(back)), frame[name].to_numpy()


def firms_that_differ(one: pl.DataFrame, other: pl.DataFrame) -> int:
    return int(pl.DataFrame([one[name] != other[name] for name in other.columns]).max_horizontal().sum())


def million_against_parts(firms: int) -> Ways:
    frame = pool(firms)
    parts = [frame.slice(start, PART) for start in range(0, firms, PART)]
    return Ways(lambda: with_reasons(frame), lambda: [with_reasons(each) for each in parts])


def one_firm(count: int) -> Ways:
    """Both from what was handed in: a facts file, a situation. Theirs is spared the counting of rights."""
    system, book = openfisca.law(), books("hte", DAY)
    given = [CASES[name].facts for name in islice(cycle(ONE_BY_ONE), count)]
    situations = [situation(fold(read_facts(each), DAY).values) for each in given]
    wanted = [each.__name__ for each in (*openfisca.VERDICTS, *openfisca.POINTS)]

    def ours() -> list[Assessment]:
        return [assess(read_facts(each), book=book, day=DAY) for each in given]

    def theirs() -> list[list[int]]:
        return [openfisca.firm_judged(system, each, wanted, DAY.year - 1) for each in situations]

    for said, numbers in zip(ours(), theirs(), strict=True):
        alike(said, dict(zip(wanted, numbers, strict=True)))
    return Ways(ours, theirs)


def alike(ours: Assessment, theirs: Mapping[str, int]) -> None:
    words = ("unmet", "met", "manual_review", "not_applicable", "unknown")
    verdicts = [words[theirs[each.__name__]] for each in openfisca.VERDICTS]
    if [each.verdict for each in ours.findings] != verdicts:
        raise AssertionError(f"OpenFisca says {verdicts}")


def situation(figures: Facts) -> dict[str, Any]:
    """A firm as OpenFisca's interface takes it: each variable with its values by period."""
    stems = {**{stem: stem for stem in openfisca.YEARLY}, **THEIR_NAMES}
    yearly = {
        name: {str(DAY.year - back): float(value) for back in (1, 2, 3) if (value := figures.get(f"{stem}_y{back}"))}
        for stem, name in stems.items()
    }
    lasting = [
        *openfisca.LASTING,
        *(f"score_{name}" for name in (*openfisca.CONSTANT_ITEMS, *openfisca.COMPUTED_ITEMS)),
    ]
    known = {name: {"ETERNITY": float(value)} for name in lasting if (value := figures.get(name)) is not None}
    return {**{name: values for name, values in yearly.items() if values}, **known}


def remedies(count: int) -> tuple[list[Callable[[], object]], tuple[str, ...]]:
    """A plan for each case in which something is open."""
    short = [(case, said) for case in CASES.values() if (said := case.assessment()).verdict != "met"][:count]
    assessed = median(seconds(case.assessment) for case, _ in short for _ in range(ROUNDS))
    plans = [partial(plan, said) for _, said in short]
    planned = median(map(seconds, plans))
    notes = (f"in the middle of {len(plans)} firms {planned * 1000:.2f} ms, {planned / assessed:.1f} x an assessment",)
    return list(plans), notes


def memory(firms: int) -> tuple[float, float]:
    """Megabytes that judging adds at its peak, and those of the columns it reads, in a process of its own."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "pool.arrow"
        pool(firms).write_ipc(file)
        command = [sys.executable, "-m", "tests.benchmarks.peak", str(file)]
        told = json.loads(subprocess.run(command, check=True, capture_output=True, cwd=BASE_DIR).stdout)
    return told["grown"], told["given"]


BENCHMARKS: tuple[Benchmark, ...] = (
    Comparison(
        name="engine.columns_vs_exact_polars",
        goal=1.5,
        n=FIRMS,
        says="four numeric rules with what was found and is missing and two growth scores, against integers by hand",
        prepare=against_hand,
    ),
    Comparison(
        name="engine.columns_vs_openfisca",
        goal=0.7,
        n=FIRMS,
        says="the same rules, ours against OpenFisca from the same columns of integers",
        prepare=against_openfisca,
    ),
    Comparison(
        name="engine.million_vs_parts",
        goal=1.0,
        n=FIRMS,
        says=f"the same rules, all firms at once against {PART:,} at a time: the time for a firm does not grow",
        prepare=million_against_parts,
    ),
    Weighing(
        name="engine.memory",
        goal=1.0,
        n=FIRMS,
        says="the same rules, what judging takes at its peak against the columns it reads",
        weigh=memory,
    ),
    Comparison(
        name="engine.one_vs_openfisca",
        goal=1 / 3,
        n=20 * len(ONE_BY_ONE),
        says="single firms by the whole HTE book, ours with findings and sentences against OpenFisca's bare numbers",
        prepare=one_firm,
    ),
    Allowance(
        name="engine.remedies",
        allowed=REMEDIES_WITHIN,
        n=len(CASES),
        says=f"plans for the firms of the YAML cases, the slowest against {REMEDIES_WITHIN * 1000:.0f} ms",
        prepare=remedies,
    ),
)
