"""The years of a whole pool by columns, without the figures that cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import polars as pl

from pipeline.rules.columns.tables import KEY, Tables, table
from pipeline.rules.facts.figures import EXPENSE, MONEY, YEARS_BACK, year_name
from pipeline.rules.facts.folding import INTERNAL

FOUNDED = pl.col("firm.registered_on")
ON_RECORD = "on record"
PERSONS = {"staff": ("opening", "closing"), "tech_staff": ("tech_opening", "tech_closing")}
STEMS = (*MONEY, *EXPENSE, *PERSONS)
SIZES = ("total_assets", "costs")
SPENT = (*EXPENSE, "rd_total", "rd_domestic")


def years_of(tables: Tables, day: date) -> Iterator[pl.LazyFrame]:
    """A frame for each year the law looks at; an estimate tells only that there is such a year."""
    numbers = [day.year - back for back in YEARS_BACK]
    years = table(tables, "years").filter(pl.col("year").is_in(numbers))
    if "staff_months" in tables:
        years = years.join(monthly_means(tables), on=[KEY, "year"], how="left").with_columns(
            pl.coalesce(f"{stem} by months", stem).alias(stem) for stem in PERSONS
        )
    struck = years.with_columns(booked()).with_columns(*persons_struck(), *expense_struck(), *sizes_struck())
    struck = struck.with_columns(domestic())
    for back, number in zip(YEARS_BACK, numbers, strict=True):
        figures = [pl.when("estimate").then(None).otherwise(stem).alias(year_name(stem, back)) for stem in STEMS]
        on_record = pl.lit(value=True).alias(year_name(ON_RECORD, back))
        yield struck.filter(pl.col("year") == number).select(KEY, on_record, *figures)


def monthly_means(tables: Tables) -> pl.LazyFrame:
    """The mean persons of each year whose months are complete, as far as each is known."""
    months = table(tables, "staff_months").join(table(tables, "firms").select(KEY, FOUNDED), on=KEY, how="left")
    number, first = pl.len(), pl.col("month").min()
    without_gap = (pl.col("month").max() == 12) & (number == 13 - first)
    founded = FOUNDED.first()
    year = pl.col("year").first()
    begins = (
        pl.when(founded.dt.year() < year)
        .then(first == 1)
        .otherwise((founded.dt.year() == year) & (first >= founded.dt.month()))
    )
    complete = without_gap & (founded.is_null() | begins)
    return months.group_by(KEY, "year").agg(
        pl.when(complete & (pl.col(opening).null_count() + pl.col(closing).null_count() == 0))
        .then((pl.col(opening).sum() + pl.col(closing).sum()) // (2 * number))
        .alias(f"{stem} by months")
        for stem, (opening, closing) in PERSONS.items()
    )


def booked() -> list[pl.Expr]:
    internal = pl.sum_horizontal((pl.col(f"rd.{category}") for category in INTERNAL), ignore_nulls=False)
    outside = [
        pl.col(f"rd.{stem.removeprefix('rd_')}").alias(stem)
        for stem in ("rd_outsourced_domestic", "rd_outsourced_foreign", "rd_other")
    ]
    return [internal.alias("rd_internal"), *outside]


def persons_struck() -> list[pl.Expr]:
    """No negative persons, and not more tech staff than staff."""
    staff, tech = pl.col("staff"), pl.col("tech_staff")
    return [
        pl.when((each < 0) | (tech > staff)).then(None).otherwise(each).alias(stem)
        for stem, each in (("staff", staff), ("tech_staff", tech))
    ]


def expense_struck() -> list[pl.Expr]:
    """No negative expense, and not more than sales and costs together."""
    spent = pl.coalesce(pl.sum_horizontal(EXPENSE, ignore_nulls=False), "rd_total")
    most, tax = pl.col("sales") + pl.col("costs"), pl.col("rd_tax_total")
    cannot_be = pl.any_horizontal(pl.col(SPENT) < 0) | (spent > most)
    return [
        *(pl.when(cannot_be).then(None).otherwise(pl.col(stem)).alias(stem) for stem in SPENT),
        pl.when((tax < 0) | (tax > most)).then(None).otherwise(tax).alias("rd_tax_total"),
    ]


def sizes_struck() -> list[pl.Expr]:
    return [pl.when(pl.col(stem) < 0).then(None).otherwise(pl.col(stem)).alias(stem) for stem in SIZES]


def domestic() -> pl.Expr:
    inside = pl.col("rd_domestic")
    return pl.when(inside > pl.col("rd_total")).then(None).otherwise(inside).alias("rd_domestic")


def year_figures(day: date) -> Iterator[pl.Expr]:
    """Of a year before the founding every figure is zero."""
    for back in YEARS_BACK:
        before_founding = FOUNDED.dt.year() > day.year - back
        for stem in STEMS:
            name = year_name(stem, back)
            yield pl.when(before_founding).then(0).otherwise(pl.col(name)).alias(name)
