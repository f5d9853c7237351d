"""Names a firm had. The firm is found by them, wherever they are written from: triggers keep them on its row."""

from collections.abc import Iterator

import pgtrigger
from django.db import models

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.spelling import BETWEEN

ROWS = {
    "insert": (pgtrigger.Insert, ("new_rows",)),
    "update": (pgtrigger.Update, ("old_rows", "new_rows")),
    "delete": (pgtrigger.Delete, ("old_rows",)),
}
KEEP = (
    "update pipeline_firm f set former_names = kept.names from (select c.firm_id,"
    " coalesce(string_agg(mp_plain(n.name), {between} order by n.id), '') as names from ({changed}) c"
    " left join pipeline_formername n on n.firm_id = c.firm_id group by c.firm_id) as kept"
    " where f.id = kept.firm_id and f.former_names is distinct from kept.names; return null;"
)


def _keeping() -> Iterator[pgtrigger.Trigger]:
    for name, (operation, tables) in ROWS.items():
        changed = " union ".join(f"select firm_id from {table}" for table in tables)  # noqa: S608  # names of ours
        yield pgtrigger.Trigger(
            name=f"names_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=pgtrigger.Referencing(**{table.removesuffix("_rows"): table for table in tables}),  # type: ignore[no-untyped-call]
            func=KEEP.format(between=f"chr({ord(BETWEEN)})", changed=changed),
        )


class FormerName(FirmOwned):
    name = models.CharField(max_length=200)
    until = models.DateField()

    objects = FirmOwnedQuerySet["FormerName"].as_manager()

    class Meta:
        triggers = tuple(_keeping())

    def __str__(self) -> str:
        return self.name
