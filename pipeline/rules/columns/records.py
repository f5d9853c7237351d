"""What registers say of a whole pool: accidents, certificates, awards and standards, by columns."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date

import polars as pl

from pipeline.rules.columns.tables import KEY, Tables, table
from pipeline.rules.facts.figures import RANKS, top
from pipeline.rules.facts.folding import MAJOR_INCIDENTS, RECOGNISED_STANDARDS
from pipeline.rules.facts.grounds import DRAFTED, NEVER

PLAIN = ("rd_ledger", "credit_clean", "sme_listed", "pool_entries", "rd_institute")
HELD, UNDATED = "certificates held", "certificates without a day to go by"
ON, ISSUED = pl.col("on"), pl.col("issued_on")
KINDS = {"major": pl.col("kind").is_in(MAJOR_INCIDENTS), "any": pl.col("kind").is_not_null()}
MONTHS = {
    stem: [f"{top(stem, rank)}{suffix}" for rank in RANKS for suffix in ("", "_least")]
    for stem in ("award", "standard")
}


def records_of(tables: Tables, day: date) -> Iterator[pl.LazyFrame]:
    """What the lists of registers come to for each firm that has an entry in them."""
    yield table(tables, "incidents").group_by(KEY).agg(incidents_counted(day))
    yield table(tables, "certificates").group_by(KEY).agg(newest_certificate(day))
    recognised = pl.col("level").is_in(RECOGNISED_STANDARDS).sum().alias("recognised_standards")
    yield table(tables, "standards").group_by(KEY).agg(recognised)
    awards = table(tables, "awards").filter(pl.col("level") == "national")
    yield merits_of(awards, "award", pl.col("rank"), ON, day)
    led = pl.col("led")
    drafted = table(tables, "standards").filter(pl.col("level").is_in(DRAFTED))
    ours = drafted.filter(pl.col("rank").is_not_null() | led.ne_missing(pl.lit(value=False)))
    place = pl.when(led).then(1).otherwise(pl.col("rank"))
    yield merits_of(ours, "standard", place, pl.col("published_on"), day)


def records(day: date) -> list[pl.Expr]:
    """The figures: of a list that is present and empty the counts are 0."""
    return [
        *incidents(),
        *certificates(),
        listed("standards", pl.col("recognised_standards").fill_null(0)).alias("recognised_standards"),
        *(listed(f"{stem}s", pl.col(name).fill_null(NEVER)).alias(name) for stem in MONTHS for name in MONTHS[stem]),
        *(pl.col(name) for name in PLAIN),
    ]


def listed(name: str, figure: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(name)).then(figure)


def incidents_counted(day: date) -> Iterator[pl.Expr]:
    """Of each kind: how many, how many without a day, how many to come, which cannot be; and the last one."""
    for kind, chosen in KINDS.items():
        yield chosen.sum().alias(f"{kind}_incidents")
        yield (chosen & ON.is_null()).sum().alias(f"undated_{kind}")
        yield (chosen & (day < ON).fill_null(value=False)).any().alias(f"{kind}_to_come")
    last_major, last = ON.filter(KINDS["major"]).max(), ON.max()
    yield (pl.lit(day) - last_major).dt.total_days().alias("days_since_incident")
    yield (day.year - last.dt.year()).alias("years_since_any_incident")


def incidents() -> Iterator[pl.Expr]:
    for kind, undated in (("major", "undated_incidents"), ("any", "undated_any_incidents")):
        counted = pl.when(~pl.col(f"{kind}_to_come").fill_null(value=False)).then(
            pl.col(f"{kind}_incidents").fill_null(0)
        )
        yield listed("incidents", counted).alias(f"{kind}_incidents")
        yield listed("incidents", pl.col(f"undated_{kind}").fill_null(0)).alias(undated)
    yield from (pl.col("days_since_incident"), pl.col("years_since_any_incident"))


def newest_certificate(day: date) -> list[pl.Expr]:
    """How many there are, whether one has no day to go by, and of the newest its age and whether it was revoked."""
    newest = pl.col("revoked_on").filter(ISSUED.max() == ISSUED).first()
    return [
        pl.len().alias(HELD),
        (ISSUED.is_null() | (day < ISSUED)).any().alias(UNDATED),
        months_apart(ISSUED.max(), day, begun=False).alias("certificate_months"),
        newest.is_not_null().and_(newest <= day).alias("certificate_revoked"),
    ]


def certificates() -> list[pl.Expr]:
    held, known = pl.col(HELD).fill_null(0), pl.col("certificates") & ~pl.col(UNDATED)
    certified = pl.when(pl.col("certificates")).then(held).otherwise(~pl.col("never_certified"))
    return [
        certified.alias("certificates"),
        *(pl.when(known).then(pl.col(name)).alias(name) for name in ("certificate_months", "certificate_revoked")),
    ]


def merits_of(rows: pl.LazyFrame, stem: str, rank: pl.Expr, on: pl.Expr, day: date) -> pl.LazyFrame:
    """The months begun since the newest merit of each rank: of those that are certain, and at least of the others."""
    past = on.is_not_null() & (on <= day)
    months = pl.when(past).then(months_apart(on, day, begun=True)).otherwise(0)
    rows = rows.select(KEY, rank.alias("rank"), past.fill_null(value=False).alias("past"), months.alias("months"))
    within = {each: pl.col("rank") <= each for each in RANKS}
    return rows.group_by(KEY).agg(
        *(smallest("months", pl.col("past") & inside).alias(top(stem, each)) for each, inside in within.items()),
        *(
            smallest("months", pl.col("rank").is_null() | inside).alias(f"{top(stem, each)}_least")
            for each, inside in within.items()
        ),
    )


def smallest(name: str, chosen: pl.Expr) -> pl.Expr:
    return pl.col(name).filter(chosen).min()


def months_apart(start: pl.Expr, day: date, *, begun: bool) -> pl.Expr:
    """As `periods.months_begun`, or `periods.whole_months`: a short month ends the count on its last day."""
    apart = (day.year - start.dt.year()) * 12 + day.month - start.dt.month().cast(pl.Int32)
    due = pl.min_horizontal(start.dt.day().cast(pl.Int32), pl.lit(monthrange(day.year, day.month)[1]))
    return apart + (day.day > due).cast(pl.Int32) if begun else apart - (day.day < due).cast(pl.Int32)
