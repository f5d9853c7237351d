"""What the record says of a whole pool on a day, as the frames that the rules fold by columns.

The same that `record.facts_of` says of each firm, read by COPY under the row policies of whoever asks.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from io import BytesIO
from typing import Any

import polars as pl
from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q, Sum, Value, When
from django.db.models.functions import Coalesce, ExtractYear, NullIf

from pipeline.models.certificate import Certificate
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import FirmMove, FirmQuerySet
from pipeline.models.ledger import CERTIFICATION, ExpenseLine
from pipeline.models.product import Conversion
from pipeline.models.property import IntellectualProperty
from pipeline.models.record import converted
from pipeline.models.sme import listings
from pipeline.models.staff import StaffMonth
from pipeline.rules.columns.folding import COUNTY, FIELD, fold_pool
from pipeline.rules.columns.tables import KEY, SCHEMAS, Tables
from pipeline.rules.facts.figures import HEAD, YEARS_BACK
from pipeline.rules.facts.reading import MOST_YUAN

type Columns = Mapping[str, Any]

FEN = 100
MONEY, PERSONS = pl.Decimal(18, 2), pl.Decimal(12, 4)
MOST_FEN = int(MOST_YUAN * FEN)
HEAD_PARTS = 10**4  # of a head, by which the record counts
IN_HEADS = ("staff", "tech_staff")
NO_TEXT = Value("")
NOTHING = Value(0, models.DecimalField())
DECLARED = {"rd_total": "rd_from", "rd_domestic": "rd_from", "staff": "staff_from", "tech_staff": "staff_from"}


def declared(figure: str) -> Any:
    """A figure of the year, unknown where the firm says that its ledger or its months count instead."""
    if figure not in DECLARED:
        return F(figure)
    return models.Case(When(**{DECLARED[figure]: "declared"}, then=F(figure)))  # noqa: TID251  # spelt as it asks


FIRMS: Columns = {
    KEY: "pk",
    "firm.registered_on": "registered_on",
    "firm.resident": "resident",
    "firm.field": NullIf("field", NO_TEXT),
    "firm.industry": NullIf("industry", NO_TEXT),
    "ip_counts.class_1": "class_one",
    "ip_counts.class_2": "class_two",
    "never_certified": "never_certified",
    "rd_ledger": "rd_ledger",
    "credit_clean": "credit_clean",
    "incidents": "no_incident",
}
DIVISIONS: Columns = {KEY: "firm_id", "firm.division": "division__code"}
YEARS: Columns = {
    KEY: "firm_id",
    "year": "year",
    "estimate": "estimate",
    **{name: declared(name) for name in FinancialYear.FIGURES},
}
BY_LEDGER: Columns = {KEY: "firm_id", "year": "year"}
LEDGERS: Columns = {KEY: "firm_id", "year": "booked_in"} | {f"rd.{name}": f"sum_{name}" for name in CERTIFICATION}
MONTHS: Columns = {KEY: "firm_id", "year": "year", "month": "month", **{name: name for name in StaffMonth.COUNTS}}
CONVERSIONS: Columns = {KEY: "firm_id", "year": "year", "count": "results"}
RIGHTS: Columns = {KEY: "firm_id"} | {
    name: name
    for name in ("kind", "granted_on", "expires_on", "acquired_by", "owners", "used_in_certification_on", "core")
}
CERTIFICATES: Columns = {KEY: "firm_id", "issued_on": "issued_on", "revoked_on": "revoked_on"}


def pool_figures(firms: FirmQuerySet, day: date) -> pl.DataFrame:
    """The figures of these firms on that day, one row each; see `rules.columns.folding`. Eleven statements."""
    return fold_pool(tables_on(firms, day), day)


def as_stream(figures: pl.DataFrame) -> bytes:
    """Figures of a pool, small, to be kept; `from_stream` reads them again."""
    written = BytesIO()
    figures.write_ipc_stream(written, compression="zstd")
    return written.getvalue()


def from_stream(kept: bytes | memoryview) -> pl.DataFrame:
    return pl.read_ipc_stream(BytesIO(kept))


def chosen(figures: pl.DataFrame, only: Collection[str] | None) -> pl.DataFrame:
    """The firms with only these figures, and where they are."""
    wanted = [name for name in figures.columns if only is None or name in (KEY, COUNTY, FIELD) or name in only]
    return figures.select(wanted)


def together(pools: Iterable[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(pools)


def apart(figures: pl.DataFrame, size: int) -> dict[int, pl.DataFrame]:
    """The firms by their keys divided by `size`."""
    parts = figures.with_columns(part=pl.col(KEY) // size).partition_by("part", as_dict=True, include_key=False)
    return {int(part): firms for (part,), firms in parts.items()}


def tables_on(firms: FirmQuerySet, day: date) -> Tables:
    """Only years before the day's, only certificates issued by then; a list that is empty is not known."""
    owned = {"firm__in": firms.order_by().values("pk")}
    rights = copied(IntellectualProperty.objects.filter(**owned), RIGHTS, "ip")
    issued = Certificate.objects.filter(**owned, issued_on__lte=day).with_revocation(day)
    certificates = copied(issued, CERTIFICATES, "certificates")
    years = FinancialYear.objects.filter(**owned, year__in=[day.year - back for back in YEARS_BACK])
    conversions = copied(converted(Conversion.objects.filter(**owned), day), CONVERSIONS, "conversions")
    certified = pl.col(KEY).is_in(certificates[KEY].unique().implode())
    about = copied(firms, FIRMS, "firms").with_columns(
        pl.when("incidents").then(True),
        pl.when(~certified).then("never_certified"),
        ip=pl.col(KEY).is_in(rights[KEY].unique().implode()),
        certificates=certified,
        conversions=pl.col(KEY).is_in(conversions[KEY].unique().implode()),
    )
    by_months = years.filter(firm=OuterRef("firm"), year=OuterRef("year"), staff_from="months").order_by()
    months = copied(StaffMonth.objects.filter(Exists(by_months), **owned), MONTHS, "staff_months")
    there = copied(FirmMove.objects.filter(**owned, during__contains=day), DIVISIONS, "firms")
    return {
        "firms": about.join(there, on=KEY, how="left").join(listed_by(owned["firm__in"], day), on=KEY, how="left"),
        "years": copied(years, YEARS, "years").join(booked(years, owned), on=[KEY, "year"], how="left"),
        "ip": rights,
        "certificates": certificates,
        "conversions": conversions,
        **({"staff_months": months} if len(months) else {}),
    }


def booked(years: "models.QuerySet[FinancialYear]", owned: Mapping[str, Any]) -> pl.DataFrame:
    """What the ledger holds in each category, of the years of which the firm says that the ledger counts."""
    by_ledger = years.filter(rd_from="ledger").order_by()
    counted = copied(by_ledger, BY_LEDGER, "years")
    year = ExtractYear("day")
    lines = ExpenseLine.objects.annotate(booked_in=year).filter(
        Exists(by_ledger.filter(firm=OuterRef("firm"), year=OuterRef("booked_in"))), **owned
    )
    sums = {f"sum_{name}": Coalesce(Sum("amount", filter=Q(hte_category=name)), NOTHING) for name in CERTIFICATION}
    spent = copied(lines.values("firm_id", "booked_in").annotate(**sums), LEDGERS, "years")
    return counted.join(spent, on=[KEY, "year"], how="left").with_columns(pl.col("^rd[.].*$").fill_null(0))


def listed_by(firms: Any, day: date) -> pl.DataFrame:
    """Whether the firms that ever registered as a technology SME are registered that day."""
    listed = listings(firms, day)
    schema = {name: SCHEMAS["firms"][name] for name in (KEY, "sme_listed")}
    return pl.DataFrame({KEY: list(listed), "sme_listed": list(listed.values())}, schema=schema)


def copied(rows: "models.QuerySet[Any]", columns: Columns, table: str) -> pl.DataFrame:
    """These columns of the rows as a table of the pool: money in fen, persons in units of 1/HEAD."""
    schema = {name: SCHEMAS[table][name] for name in columns}
    written = pl.read_csv(
        copy_of(rows.order_by().values_list(*columns.values())),
        has_header=False,
        schema={name: as_written(name, kind) for name, kind in schema.items()},
        raise_if_empty=False,
    )
    return written.select(read_from(name, kind) for name, kind in schema.items())


def copy_of(rows: "models.QuerySet[Any, Any]") -> bytes:
    """The rows as PostgreSQL writes them."""
    try:
        statement, parameters = rows.query.sql_with_params()
    except EmptyResultSet:
        return b""
    written = BytesIO()
    with connection.cursor() as cursor, cursor.copy(f"copy ({statement}) to stdout (format csv)", parameters) as copy:
        for block in copy:
            written.write(block)
    return written.getvalue()


def as_written(name: str, kind: pl.DataType) -> pl.DataType:
    if is_amount(name):
        return PERSONS if name in IN_HEADS else MONEY
    return pl.String() if kind == pl.Boolean() else kind


def is_amount(name: str) -> bool:
    return name in FinancialYear.FIGURES or name.startswith("rd.")


def read_from(name: str, kind: pl.DataType) -> pl.Expr:
    """A column as the rules take it; an amount that no facts file may hold is not known."""
    column = pl.col(name)
    if name in StaffMonth.COUNTS:
        return column * HEAD
    if is_amount(name):
        number = column.to_physical().cast(pl.Int64)
        return number * (HEAD // HEAD_PARTS) if name in IN_HEADS else pl.when(number.abs() <= MOST_FEN).then(number)
    return column == "t" if kind == pl.Boolean() else column
