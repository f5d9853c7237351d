"""A pool of made-up firms as columns: what a benchmark judges."""

from __future__ import annotations

import polars as pl

from pipeline.rules.facts.figures import HEAD

WAN_FEN = 1_000_000
WHOLE = 1_000_003
"""A prime: what is drawn by chance lies below it."""


def pool(firms: int, *, complete: bool = False) -> pl.DataFrame:
    """A made-up pool, the same every time: one firm in a hundred on a line, some figures zero.

    Some figures are unknown too, unless the pool is to be complete.
    """

    def chance(seed: int) -> pl.Expr:
        return (pl.col("n").hash(seed) % WHOLE).cast(pl.Int64)

    def amount(seed: int, least: int, most: int) -> pl.Expr:
        return least * WAN_FEN + chance(seed) * (most - least) + chance(seed + 1) % 97

    def with_gaps(expression: pl.Expr, seed: int) -> pl.Expr:
        zeroed = pl.when(chance(seed) % 50 == 0).then(0).otherwise(expression)
        return zeroed if complete else pl.when(chance(seed) % 50 == 1).then(None).otherwise(zeroed)

    frame = pl.DataFrame({"n": pl.int_range(firms, eager=True)})
    sales = {f"sales_y{back}": amount(10 * back, 500, 30_000) for back in (1, 2, 3)}
    frame = frame.with_columns(**sales, staff_y1=(20 + chance(60) % 400) * HEAD, on_line=chance(61) % 100 == 0)
    frame = frame.with_columns(
        *(part_of(f"sales_y{k}", chance(70 + k) // 10).alias(f"rd_total_y{k}") for k in (1, 2, 3)),
        *(amount(80 + 2 * k, 100, 9_000).alias(f"net_assets_y{k}") for k in (1, 2, 3)),
        total_income_y1=pl.col("sales_y1") + chance(90) * 100,
        non_taxable_income_y1=chance(91) % 1_000,
        tech_staff_y1=part_of("staff_y1", chance(92) * 3 // 10),
    )
    frame = frame.with_columns(
        *(part_of(f"rd_total_y{k}", (WHOLE + chance(93)) // 2).alias(f"rd_domestic_y{k}") for k in (1, 2, 3)),
        hitech_income_y1=part_of("total_income_y1", chance(94)),
    )
    frame = frame.with_columns(
        **{
            name: pl.when("on_line").then(value * (1 + chance(95) % 1_000_000)).otherwise(name)
            for name, value in on_the_line()
        },
        **{
            name: pl.when("on_line").then(value * (1 + chance(96) % 40) * HEAD).otherwise(name)
            for name, value in (("staff_y1", 10), ("tech_staff_y1", 1))
        },
    )
    figures = [name for name in frame.columns if name not in {"n", "on_line"}]
    return frame.select(with_gaps(pl.col(name), 100 + k).alias(name) for k, name in enumerate(figures))


def part_of(name: str, parts: pl.Expr) -> pl.Expr:
    """So many parts of the amount, rounded down: hardly ever exactly on a line."""
    return pl.col(name) * parts // WHOLE


def on_the_line() -> list[tuple[str, int]]:
    """Figures of which every multiple is exactly on every line: 5 %, 60 %, 60 %, and a growth of 25 %."""
    sales, assets = [5_000, 4_000, 3_200], [1_000, 800, 640]
    money = [(f"sales_y{k + 1}", value) for k, value in enumerate(sales)]
    money += [(f"net_assets_y{k + 1}", value) for k, value in enumerate(assets)]
    money += [(f"rd_total_y{k + 1}", value // 20) for k, value in enumerate(sales)]
    money += [(f"rd_domestic_y{k + 1}", value // 20 * 6 // 10) for k, value in enumerate(sales)]
    return [*money, ("total_income_y1", 5_000), ("non_taxable_income_y1", 0), ("hitech_income_y1", 3_000)]
