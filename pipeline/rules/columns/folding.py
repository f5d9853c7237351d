"""The second fold: the figures of every firm of a pool by columns, as `folding.fold` has them for one firm.

What cannot be is struck as there, and a year before the founding holds zero; why something is unknown is not said.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from pipeline.rules.codes.fields import carried_fields, is_chosen
from pipeline.rules.codes.industries import carried_industries
from pipeline.rules.columns.records import records, records_of
from pipeline.rules.columns.rights import rights_counted, rights_of
from pipeline.rules.columns.tables import KEY, Tables, table
from pipeline.rules.columns.years import FOUNDED, ON_RECORD, year_figures, years_of
from pipeline.rules.facts.figures import YEARS_BACK, year_name
from pipeline.rules.facts.firm import SCORE_ITEMS

COUNTY, FIELD = "county", "field"
DIVISION_DIGITS = 6
LAST_YEARS = 3
SECTIONS = "ABCDEFGHIJKLMNOPQRST"
FLAGS = ("resident", "audited_taxation", "abnormal_list", "restricted_industry")


def fold_pool(tables: Tables, day: date) -> pl.DataFrame:
    """One row a firm, in the order of `firms`: its key, its division and field as they stand, every figure as Int64."""
    firms = table(tables, "firms")
    parts = (*years_of(tables, day), rights_of(tables, day), conversions_of(tables, day), *records_of(tables, day))
    beside = (firms.select(KEY).join(part, on=KEY, how="left", maintain_order="left").drop(KEY) for part in parts)
    pool = pl.concat([firms, *beside], how="horizontal")  # joined one by one, all columns would be copied each time
    figures = [*identity(day), *year_figures(day), *conversions(day), *rights_counted(), *records(day), *scores()]
    return pool.select(
        KEY,
        pl.col("firm.division").alias(COUNTY),
        pl.col("firm.field").alias(FIELD),
        *(each.cast(pl.Int64) for each in figures),
    ).collect()


def identity(day: date) -> list[pl.Expr]:
    """Who the firm is and for how long it has been there; a day of founding that is still to come cannot be."""
    division = pl.col("firm.division")
    code = division.str.slice(0, DIVISION_DIGITS).str.pad_end(DIVISION_DIGITS, "0")
    since = pl.when(FOUNDED.le(day)).then((pl.lit(day) - FOUNDED).dt.total_days())
    years = (pl.lit(day.year) - FOUNDED.dt.year()).clip(0, LAST_YEARS)
    unfounded = pl.when(pl.col(year_name(ON_RECORD, LAST_YEARS))).then(LAST_YEARS)
    return [
        *(pl.col(f"firm.{name}").alias(name) for name in FLAGS),
        industry_division(),
        pl.when(division.str.contains(r"^[0-9]+$")).then(code.cast(pl.Int64, strict=False)).alias("division"),
        pl.when(pl.col("firm.field").is_in(chosen_fields())).then(1).alias("field_chosen"),
        since.alias("registered_days"),
        pl.when(FOUNDED.is_null()).then(unfounded).when(FOUNDED.le(day)).then(years).alias("operating_years"),
    ]


def industry_division() -> pl.Expr:
    """By the first two digits of a code of any edition, with or without its section's letter."""
    digits = pl.col("firm.industry").str.strip_chars().str.to_uppercase().str.strip_chars_start(SECTIONS)
    code = digits.str.slice(0, 2)
    known = digits.str.contains(r"^[0-9]{2,4}$") & code.is_in(list(carried_industries()))
    return pl.when(known).then(code.cast(pl.Int64, strict=False)).alias("industry_division")


def chosen_fields() -> list[str]:
    return [code for code in carried_fields() if is_chosen(code)]


def conversions_of(tables: Tables, day: date) -> pl.LazyFrame:
    counted = pl.col("count").filter
    return (
        table(tables, "conversions")
        .group_by(KEY)
        .agg(
            counted(pl.col("year") == day.year - back).first().alias(year_name("conversions", back))
            for back in YEARS_BACK
        )
    )


def conversions(day: date) -> Iterator[pl.Expr]:
    """Of a list that is present a year that is missing counts 0."""
    for back in YEARS_BACK:
        name = year_name("conversions", back)
        without_list = pl.when(FOUNDED.dt.year() > day.year - back).then(0)
        yield pl.when(pl.col("conversions")).then(pl.col(name).fill_null(0)).otherwise(without_list).alias(name)


def scores() -> list[pl.Expr]:
    return [pl.col(f"scores.{name}").alias(f"score_{name}") for name in SCORE_ITEMS]
