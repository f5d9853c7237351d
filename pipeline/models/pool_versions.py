"""Which versions of rows the figures of a pool are made of, so that kept figures are known to hold or not.

The versions of all rows that the asker sees in the tables the figures come from are summed, for each part of the pool.
A row that was added, changed or taken away, or is no longer within reach, changes the sum of its part. PostgreSQL tells
a version by its place and by the transaction that wrote it; the two never come back together while a server runs, so
a sum fits no other rows. What else decides goes in too: the run of the server, the database, the code and the lists
that fold.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, models
from django.db.models import BitXor, Count, F

from pipeline import rules
from pipeline.models.certificate import Certificate, CertificateEvent
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import FirmMove, FirmQuerySet
from pipeline.models.ledger import ExpenseLine
from pipeline.models.places import Division
from pipeline.models.product import Conversion
from pipeline.models.property import IntellectualProperty
from pipeline.models.sme import SmeRegistration
from pipeline.models.staff import StaffMonth

SPAN = 8_192  # keys of firms in a part
EVERYWHERE = -1  # in place of a part: what all parts are made of
OWNED: tuple[type[models.Model], ...] = (
    FirmMove,
    FinancialYear,
    ExpenseLine,
    StaffMonth,
    IntellectualProperty,
    Certificate,
    CertificateEvent,
    Conversion,
    SmeRegistration,
)
FOLDING = (Path(rules.__file__).parent, Path(__file__).parent)  # rows are read here and folded there
SERVER = """select pg_postmaster_start_time()::text,
    (select oid::text from pg_database where datname = current_database())"""


class RowVersion(models.Expression):
    """The place of a row's version and the transaction that wrote it, as one number."""

    output_field = models.BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        table = compiler.quote_name(compiler.query.get_initial_alias())
        return f"hashtidextended({table}.ctid, {table}.xmin::text::bigint)", ()


@dataclass(frozen=True)
class Versions:
    """How many firms a part has, and the sum of all versions of rows it is made of."""

    firms: int
    digest: str


def versions(firms: FirmQuerySet) -> dict[int, Versions]:
    """The parts of a pool by their numbers, as they stand now for who asks. Twelve statements."""
    sums: dict[int, list[Any]] = defaultdict(list)
    counts = {}
    for span, rows, mixed in _summed(firms, F("pk") / SPAN):
        counts[span] = rows
        sums[span].append(("firms", rows, mixed))
    for model in OWNED:
        for span, rows, mixed in _summed(model._default_manager.all(), F("firm_id") / SPAN):
            sums[span].append((model.__name__, rows, mixed))
    everywhere = [*_run_of_server(), folding(), *_summed(Division.objects.all(), models.Value(EVERYWHERE))]
    return {span: Versions(firms, _digest([*everywhere, *sums[span]])) for span, firms in sorted(counts.items())}


def _summed(rows: "models.QuerySet[Any]", span: Any) -> Iterator[tuple[int, int, int]]:
    parts = rows.order_by().annotate(span=span).values("span")
    yield from parts.annotate(rows=Count("*"), mixed=BitXor(RowVersion())).values_list("span", "rows", "mixed")


def _run_of_server() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(SERVER)
        return tuple(cursor.fetchone() or ())


def _digest(told: list[Any]) -> str:
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@cache
def folding() -> str:
    """A digest of what makes figures out of rows: another release may make others."""
    digest = hashlib.sha256()
    for file in sorted(each for folder in FOLDING for each in folder.rglob("*") if each.is_file()):
        if file.suffix != ".pyc":
            digest.update(file.read_bytes())
    return digest.hexdigest()
