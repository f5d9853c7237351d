"""Which firms' records have changed since they were looked at for what is odd in them.

The versions of a firm's rows are summed as for a pool (`pool_versions`): a row added, changed or taken away changes the
sum of its firm.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import BitXor, Count, F, Model

from pipeline.models.diagnosis import Diagnosis
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Contact, Firm
from pipeline.models.ledger import ExpenseLine, RdProject
from pipeline.models.merging import MergedRecord
from pipeline.models.pool_versions import RowVersion
from pipeline.models.property import IntellectualProperty
from pipeline.models.quality import Looked
from pipeline.models.staff import StaffMember

LOOKED_AT: tuple[type[Model], ...] = (
    Contact,
    IntellectualProperty,
    RdProject,
    StaffMember,
    FinancialYear,
    ExpenseLine,
    Diagnosis,
    MergedRecord,
)
RULES = "1"  # raised with what is looked for, so that everything is looked at anew


def versions_of(firms: Collection[int]) -> dict[int, str]:
    """What each firm's record is made of now, as a digest. Nine statements."""
    sums: dict[int, list[Any]] = {key: [] for key in firms}
    _sum(sums, Firm.objects.filter(pk__in=firms), F("pk"))
    for model in LOOKED_AT:
        _sum(sums, model._default_manager.filter(firm__in=firms), F("firm_id"))
    return {key: hashlib.sha256(f"{RULES}{told}".encode()).hexdigest()[:40] for key, told in sums.items()}


def changed(firms: Collection[int]) -> dict[int, str]:
    """Of these the firms whose record is another than when it was looked at, with what it is now."""
    now = versions_of(firms)
    seen = dict(Looked.objects.filter(firm__in=firms).values_list("firm_id", "versions"))
    return {key: versions for key, versions in now.items() if seen.get(key) != versions}


def _sum(sums: dict[int, list[Any]], rows: Any, key: Any) -> None:
    name = rows.model.__name__
    summed = rows.order_by().annotate(whose=key).values("whose").annotate(rows=Count("*"), mixed=BitXor(RowVersion()))
    told = defaultdict(list)
    for whose, count, mixed in summed.values_list("whose", "rows", "mixed"):
        told[whose].append((name, count, mixed))
    for whose, each in told.items():
        sums[whose] += each
