"""A city full of firms for benchmarks: as many as wanted, each with three years and three rights, past the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from django.db import connection, models, transaction
from psycopg import sql

from pipeline.models import FinancialYear, Firm, FirmMove, IntellectualProperty
from tests import services
from tests.cast import city

type Values = Mapping[str, LiteralString]

FIRMS: LiteralString = "generate_series(1001, 1000 + {firms}) g"
COUNTIES: LiteralString = "(select array_agg(id order by id) as ids from pipeline_division where level = 'county') d"
CHECK_DIGIT: LiteralString = """substr('0123456789ABCDEFGHJKLMNPQRTUWXY', 1 + (31 - (26 + g / 100000 * 13
    + g / 10000 % 10 * 8 + g / 1000 % 10 * 24 + g / 100 % 10 * 10 + g / 10 % 10 * 30 + g % 10 * 28) % 31) % 31, 1)"""
"""Of GB 32100, for the code 91330112MA2 and six digits; 26 is what the eleven letters come to."""

MOVES: Values = {
    "firm_id": "g",
    "division_id": "d.ids[1 + g % cardinality(d.ids)]",
    "during": "daterange('2015-01-01', null)",
}
ABOUT: Values = {
    "id": "g",
    "uscc": "'91330112MA2' || lpad(g::text, 6, '0') || " + CHECK_DIGIT,
    "name": "'企业' || g",
    "pinyin": "'p' || g",
    "registered_on": "date '2010-01-01' + g % 4000",
    "resident": "true",
    "field": "'10101'",
    "industry": "'I6513'",
    "rd_ledger": "g % 2 = 0",
    "credit_clean": "true",
    "never_certified": "true",
    "no_incident": "true",
}
YEARS: Values = {
    "firm_id": "g",
    "year": "y",
    "sales": "10000000 + g * 7919 % 300000000 + 0.37",
    "total_income": "10000000 + g * 7919 % 310000000",
    "non_taxable_income": "0",
    "hitech_income": "6000000 + g * 7919 % 200000000",
    "net_assets": "5000000 + g * 31 + y",
    "total_assets": "10000000",
    "costs": "9000000 + g * 7919 % 290000000",
    "rd_total": "400000 + g * 7919 % 12000000",
    "rd_domestic": "400000 + g * 7919 % 12000000",
    "staff": "20 + g % 300 + 0.25",
    "tech_staff": "2 + g % 40",
}
RIGHTS: Values = {
    "firm_id": "g",
    "kind": "case k when 1 then 'invention' else 'utility_model' end",
    "number": "g || '-' || k",
    "granted_on": "date '2020-01-01'",
    "expires_on": "date '2035-01-01'",
    "core": "k = 1",
}


def crowd(firms: int) -> None:
    """So many firms in the counties of the cast."""
    with transaction.atomic():
        city()
    with services.server().connect("postgres", services.current_database()) as superuser:
        superuser.execute("set session_replication_role = replica")
        insert(superuser, FirmMove, MOVES, FIRMS + ", " + COUNTIES, firms)
        insert(superuser, Firm, ABOUT, FIRMS, firms)
        insert(superuser, FinancialYear, YEARS, FIRMS + ", generate_series(2023, 2025) y", firms)
        insert(superuser, IntellectualProperty, RIGHTS, FIRMS + ", generate_series(1, 3) k", firms)
        superuser.execute("analyze")


def insert(
    superuser: psycopg.Connection, model: type[models.Model], values: Values, source: LiteralString, firms: int
) -> None:
    """A row for each row of the source; what is not told has the default that the model gives."""
    told = {name: sql.SQL(value) for name, value in values.items()} | defaults(model, values)
    statement = sql.SQL("insert into {} ({}) select {} from {}").format(
        sql.Identifier(model._meta.db_table),
        sql.SQL(", ").join(map(sql.Identifier, told)),
        sql.SQL(", ").join(told.values()),
        sql.SQL(source).format(firms=firms),
    )
    superuser.execute(statement)


def defaults(model: type[models.Model], values: Values) -> dict[str, Any]:
    given = [
        field
        for field in model._meta.concrete_fields
        if not (field.null or field.primary_key or field.generated or field.has_db_default())
    ]
    return {
        name: sql.Literal(field.get_db_prep_save(field.get_default(), connection))
        for field in given
        if (name := str(field.column)) not in values
    }
