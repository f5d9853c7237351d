"""Four rules and both growth scores by a good hand, for this one purpose: what the columns must come near to."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

import polars as pl

from pipeline.rules.columns.verdicts import VERDICT

WAN_FEN = 1_000_000
MANUAL, UNKNOWN = 2, 4


def by_hand(frame: pl.DataFrame) -> pl.DataFrame:
    """Verdicts and points with what was found and what is missing: cross-multiplied, Int128 where int64 overflows."""
    c = pl.col
    rd, sales, domestic = total("rd_total"), total("sales"), total("rd_domestic")
    income = c("total_income_y1") - c("non_taxable_income_y1")
    percent = (
        pl.when(c("sales_y1") <= 5_000 * WAN_FEN).then(5).when(c("sales_y1") <= 20_000 * WAN_FEN).then(4).otherwise(3)
    )
    columns = [
        *share("tech_staff_ratio", c("tech_staff_y1"), c("staff_y1"), c("tech_staff_y1") * 10 >= c("staff_y1")),
        *share("rd_intensity", rd, sales, rd * 100 >= sales * percent),
        *share("rd_domestic", domestic, rd, domestic * 10 >= rd * 6),
        *share("hitech_income", c("hitech_income_y1"), income, c("hitech_income_y1") * 10 >= income * 6),
        *growth_points("net_assets"),
        *growth_points("sales"),
    ]
    stems = ("net_assets", "sales")
    lazy = frame.lazy().with_columns(side for stem in stems for side in growth_sides(stem))
    return lazy.with_columns(growth_low(stem).alias(f"{stem}_low") for stem in stems).select(columns).collect()


def total(stem: str) -> pl.Expr:
    return pl.col(f"{stem}_y1") + pl.col(f"{stem}_y2") + pl.col(f"{stem}_y3")


def share(rule: str, part: pl.Expr, whole: pl.Expr, holds: pl.Expr) -> list[pl.Expr]:
    code = pl.when(whole <= 0).then(pl.lit(MANUAL, pl.UInt8)).otherwise(holds.cast(pl.UInt8))
    verdict = pl.when(whole.is_null()).then(pl.lit(UNKNOWN, pl.UInt8)).otherwise(code.fill_null(UNKNOWN))
    over, under = part.alias(f"{rule}_over"), whole.alias(f"{rule}_under")
    names = [*oldest_first(whole), *oldest_first(part)]
    return [
        verdict.cat.to(VERDICT).alias(rule),
        over,
        under,
        missing(verdict == UNKNOWN, names).alias(f"{rule}_missing"),
    ]


def oldest_first(expression: pl.Expr) -> list[str]:
    names = expression.meta.root_names()
    return names[::-1] if len(names) == 3 else names


def missing(unknown: pl.Expr, names: list[str]) -> pl.Expr:
    """One bit for each figure that is not known: the number of the text that names them all."""
    none = pl.lit(0, pl.UInt8)
    bits = [
        pl.when(pl.col(name).is_null()).then(pl.lit(1 << n, pl.UInt8)).otherwise(none) for n, name in enumerate(names)
    ]
    texts = [
        " ".join(name for place, name in enumerate(names) if number >> place & 1) for number in range(1 << len(names))
    ]
    return pl.when(unknown).then(reduce(or_, bits)).otherwise(none).cat.to(pl.Enum(texts))


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
