"""A million firms judged by the engine's columns, against the same rules written by hand for this one purpose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import polars as pl

from pipeline.rules import books
from pipeline.rules.columns import VERDICT, judge
from tests.benchmarks.comparison import Comparison

FIRMS = 1_000_000
DAY = date(2026, 5, 20)
RULES = ("tech_staff_ratio", "rd_intensity", "rd_domestic", "hitech_income")
GROWTH = ("growth_net_assets", "growth_sales")
WAN_FEN = 1_000_000
MET, UNMET, MANUAL, UNKNOWN = 1, 0, 2, 4


def pool(firms: int = FIRMS) -> pl.DataFrame:
    """A made-up pool, the same every time: one firm in a hundred on a line, some figures zero or unknown."""

    def chance(seed: int) -> pl.Expr:
        return (pl.col("n").hash(seed) % 1_000_003).cast(pl.Int64)

    def amount(seed: int, least: int, most: int) -> pl.Expr:
        return least * WAN_FEN + chance(seed) * (most - least) + chance(seed + 1) % 97

    def with_gaps(expression: pl.Expr, seed: int) -> pl.Expr:
        zeroed = pl.when(chance(seed) % 50 == 0).then(0).otherwise(expression)
        return pl.when(chance(seed) % 50 == 1).then(None).otherwise(zeroed)

    frame = pl.DataFrame({"n": pl.int_range(firms, eager=True)})
    sales = {f"sales_y{back}": amount(10 * back, 500, 30_000) for back in (1, 2, 3)}
    frame = frame.with_columns(**sales, staff_y1=20 + chance(60) % 400, on_line=chance(61) % 100 == 0)
    frame = frame.with_columns(
        *((pl.col(f"sales_y{k}") * (chance(70 + k) % 100) // 1000).alias(f"rd_total_y{k}") for k in (1, 2, 3)),
        *(amount(80 + 2 * k, 100, 9_000).alias(f"net_assets_y{k}") for k in (1, 2, 3)),
        total_income_y1=pl.col("sales_y1") + chance(90) * 100,
        non_taxable_income_y1=chance(91) % 1_000,
        tech_staff_y1=pl.col("staff_y1") * (chance(92) % 30) // 100,
    )
    frame = frame.with_columns(
        *((pl.col(f"rd_total_y{k}") * (50 + chance(93) % 51) // 100).alias(f"rd_domestic_y{k}") for k in (1, 2, 3)),
        hitech_income_y1=(pl.col("total_income_y1") * (chance(94) % 101)) // 100,
    )
    frame = frame.with_columns(
        **{name: pl.when("on_line").then(value).otherwise(name) for name, value in on_the_line()}
    )
    figures = [name for name in frame.columns if name not in {"n", "on_line"}]
    return frame.select(with_gaps(pl.col(name), 100 + k).alias(name) for k, name in enumerate(figures))


def on_the_line() -> list[tuple[str, int]]:
    """Figures of a firm that is exactly on every line: 5 %, 10 %, 60 %, 60 %, and a growth of 25 %."""
    sales, assets = [5_000, 4_000, 3_200], [1_000, 800, 640]
    money = [(f"sales_y{k + 1}", value * WAN_FEN) for k, value in enumerate(sales)]
    money += [(f"net_assets_y{k + 1}", value * WAN_FEN) for k, value in enumerate(assets)]
    money += [(f"rd_total_y{k + 1}", value * WAN_FEN // 20) for k, value in enumerate(sales)]
    money += [(f"rd_domestic_y{k + 1}", value * WAN_FEN // 20 * 6 // 10) for k, value in enumerate(sales)]
    income = [("total_income_y1", 5_000 * WAN_FEN), ("non_taxable_income_y1", 0), ("hitech_income_y1", 3_000 * WAN_FEN)]
    return [*money, *income, ("staff_y1", 120), ("tech_staff_y1", 12)]


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """The four rules and both growth scores by a good hand: cross-multiplied, Int128 where int64 overflows."""
    c = pl.col
    rd, sales = c("rd_total_y1") + c("rd_total_y2") + c("rd_total_y3"), c("sales_y1") + c("sales_y2") + c("sales_y3")
    domestic = c("rd_domestic_y1") + c("rd_domestic_y2") + c("rd_domestic_y3")
    income = c("total_income_y1") - c("non_taxable_income_y1")
    percent = (
        pl.when(c("sales_y1") <= 5_000 * WAN_FEN).then(5).when(c("sales_y1") <= 20_000 * WAN_FEN).then(4).otherwise(3)
    )
    columns = [
        verdict(c("staff_y1"), c("tech_staff_y1") * 10 >= c("staff_y1")).alias("tech_staff_ratio"),
        verdict(sales, rd * 100 >= sales * percent).alias("rd_intensity"),
        verdict(rd, domestic * 10 >= rd * 6).alias("rd_domestic"),
        verdict(income, c("hitech_income_y1") * 10 >= income * 6).alias("hitech_income"),
        *growth_points("net_assets"),
        *growth_points("sales"),
    ]
    stems = ("net_assets", "sales")
    lazy = frame.lazy().with_columns(side for stem in stems for side in growth_sides(stem))
    return lazy.with_columns(growth_low(stem).alias(f"{stem}_low") for stem in stems).select(columns).collect()


def verdict(whole: pl.Expr, holds: pl.Expr) -> pl.Expr:
    code = pl.when(whole <= 0).then(pl.lit(MANUAL, pl.UInt8)).otherwise(holds.cast(pl.UInt8))
    return pl.when(whole.is_null()).then(pl.lit(UNKNOWN, pl.UInt8)).otherwise(code.fill_null(UNKNOWN)).cat.to(VERDICT)


def growth_sides(stem: str) -> list[pl.Expr]:
    """Twice first times second times (1 + growth) is second squared plus third times first; both sides times 100."""
    first, second, third = (pl.col(f"{stem}_y{back}").cast(pl.Int128) for back in (3, 2, 1))
    from_zero = first == 0
    grown = pl.when(from_zero).then(third * 100).otherwise((second * second + third * first) * 100)
    base = pl.when(from_zero).then(second).otherwise(first * second * 2)
    return [grown.alias(f"{stem}_grown"), base.alias(f"{stem}_base")]


def growth_low(stem: str) -> pl.Expr:
    grown, base = pl.col(f"{stem}_grown"), pl.col(f"{stem}_base")
    band: Any = pl.when((pl.col(f"{stem}_y2") <= 0) | (pl.col(f"{stem}_y3") < 0)).then(pl.lit(0, pl.UInt8))
    for per_cent, low in ((135, 9), (125, 7), (115, 5), (105, 3)):
        band = band.when(grown >= base * per_cent).then(pl.lit(low, pl.UInt8))
    known = grown.is_not_null() & base.is_not_null()
    answer: pl.Expr = band.when(grown > base * 100).then(pl.lit(1, pl.UInt8)).when(known).then(pl.lit(0, pl.UInt8))
    return answer


def growth_points(stem: str) -> list[pl.Expr]:
    low, name = pl.col(f"{stem}_low"), f"growth_{stem}"
    high = (
        pl.when(low > 0)
        .then(low + pl.lit(1, pl.UInt8))
        .when(low == 0)
        .then(pl.lit(0, pl.UInt8))
        .otherwise(pl.lit(10, pl.UInt8))
    )
    return [low.fill_null(0).alias(f"{name}_low"), high.alias(f"{name}_high")]


def prepared() -> tuple[Callable[[], object], Callable[[], object]]:
    frame, book = pool(), books("hte", DAY)

    def ours() -> pl.DataFrame:
        return judge(frame, book, DAY, rules=RULES, points=GROWTH)

    def theirs() -> pl.DataFrame:
        return by_hand(frame)

    one, other = ours(), theirs()
    if not one.select(other.columns).equals(other):
        wrong = [name for name in other.columns if not one[name].equals(other[name])]
        raise AssertionError(f"the two ways differ in {', '.join(wrong)}")
    return ours, theirs


COMPARISONS = (
    Comparison(
        name="engine.columns_vs_exact_polars",
        goal=1.5,
        n=FIRMS,
        says="four numeric rules and two growth scores, ours against cross-multiplied integers written by hand",
        prepare=prepared,
    ),
)
