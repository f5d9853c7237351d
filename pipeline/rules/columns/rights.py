"""The rights of a whole pool, counted by columns as `rights.fold_rights` counts those of one firm."""

from __future__ import annotations

from datetime import date

import polars as pl

from pipeline.rules.columns.records import HELD
from pipeline.rules.columns.tables import KEY, Tables, table
from pipeline.rules.facts.firm import CLASS_1, CLASS_2
from pipeline.rules.facts.rights import MISSING_WORDS

KIND, CORE = pl.col("kind"), pl.col("core")
CLASSED = {"class_1_rights": KIND.is_in(CLASS_1), "class_2_rights": KIND.is_in(CLASS_2)}
COUNTS: dict[str, pl.Expr] = {
    **CLASSED,
    "all_rights": pl.lit(value=True),
    "own_rights": pl.col("acquired_by").is_null() | (pl.col("acquired_by") == "own_rd"),
}
VALID, OPEN, POSSIBLE, CERTAIN = "valid right", "open question", "possible right", "certain right"
WANTING, COUNTED_CORE = "wanting core right", "certain core rights"
VALID_2 = "valid_class_2_rights"


def rights_of(tables: Tables, day: date) -> pl.LazyFrame:
    """What the list of each firm comes to: the certain and the possible rights by class and origin, the core ones."""
    used = CLASSED["class_2_rights"] & pl.col("used_in_certification_on").is_not_null()
    rights = table(tables, "ip").with_columns((~lapsed(day)).alias(VALID), open_question(day).alias(OPEN))
    rights = rights.with_columns((pl.col(VALID) & ~used).alias(POSSIBLE))
    rights = rights.with_columns((pl.col(POSSIBLE) & ~pl.col(OPEN)).alias(CERTAIN))
    sums = [
        (pl.col(usable) & counts).sum().cast(pl.Int64).alias(f"{name}{suffix}")
        for name, counts in COUNTS.items()
        for suffix, usable in (("", CERTAIN), ("_most", POSSIBLE))
    ]
    second = CLASSED["class_2_rights"] & pl.col(VALID)
    wanting = pl.col(POSSIBLE) & CORE.ne_missing(pl.lit(value=False)) & (~pl.col(CERTAIN) | CORE.is_null())
    return rights.group_by(KEY).agg(
        *sums,
        (second & ~pl.col(OPEN)).sum().alias(VALID_2),
        second.sum().alias(f"{VALID_2}_most"),
        (pl.col(CERTAIN) & CORE).sum().cast(pl.Int64).alias(COUNTED_CORE),
        wanting.any().alias(WANTING),
    )


def lapsed(day: date) -> pl.Expr:
    """Of no class, licensed, or past its last day: of no use, whatever else is known."""
    return (
        ~pl.any_horizontal(*CLASSED.values())
        | (pl.col("acquired_by") == "licensed").fill_null(value=False)
        | (pl.col("expires_on") < day).fill_null(value=False)
    )


def open_question(day: date) -> pl.Expr:
    """Something that would have to be known before the right counts for certain."""
    unknown = [pl.col(name).is_null() for name in MISSING_WORDS]
    later, shared = pl.col("granted_on") > day, pl.col("owners") > 1
    return pl.any_horizontal(*unknown, later.fill_null(value=False), shared.fill_null(value=False))


def rights_counted() -> list[pl.Expr]:
    """The figures: from the list where it is present, else from the numbers that stand in for it."""
    listed, one, two = pl.col("ip").fill_null(value=False), pl.col("ip_counts.class_1"), pl.col("ip_counts.class_2")
    nothing = pl.when(one + two == 0).then(0)
    none_held = pl.col("certificates") & pl.col(HELD).is_null()
    totals = {"class_1_rights": one, "class_2_rights": two, "all_rights": one + two, "own_rights": nothing}
    counts = [
        pl.when(listed).then(pl.col(f"{name}{suffix}").fill_null(0)).otherwise(number).alias(f"{name}{suffix}")
        for name, number in totals.items()
        for suffix in ("", "_most")
    ]
    most_of_2 = pl.when(pl.col("never_certified") | none_held).then(two)
    certain = pl.col(COUNTED_CORE).fill_null(0)
    core = pl.when((certain > 0) | ~pl.col(WANTING).fill_null(value=False)).then(certain)
    return [
        *counts,
        pl.when(listed).then(pl.col(VALID_2).fill_null(0)).otherwise(two).alias(VALID_2),
        pl.when(listed).then(pl.col(f"{VALID_2}_most").fill_null(0)).otherwise(most_of_2).alias(f"{VALID_2}_most"),
        pl.when(listed).then(core).otherwise(nothing).alias("core_rights"),
    ]
