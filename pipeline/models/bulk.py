import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import connection, models
from django.db.models import Count, Q
from django.db.models.functions import Now

from pipeline.models.case import Case, CaseQuerySet
from pipeline.models.trial import WorkQuerySet

MAY_PAUSE = timedelta(seconds=30)  # two workers at one bulk take turns and do no harm


class BulkQuerySet(WorkQuerySet["Bulk"]):
    def waiting(self) -> Self:
        """What a job must take up: to be rehearsed or done, and nobody has got on with it for long."""
        idle = Q(worked_at=None) | Q(worked_at__lt=Now() - MAY_PAUSE)
        return self.filter(idle, state__in=[Bulk.ASKED, Bulk.CONFIRMED, Bulk.UNDOING])


class Bulk(models.Model):
    """One act on many cases: asked for, rehearsed, confirmed, done chunk by chunk; some acts are taken back so too.

    Which cases, and at which version, is frozen when it is asked for; `said` is what the form gave, rows by their keys.
    """

    ASKED, REHEARSED, CONFIRMED, DONE, CANCELLED, FAILED, UNDOING, UNDONE = (
        "asked", "rehearsed", "confirmed", "done", "cancelled", "failed", "undoing", "undone",
    )  # fmt: skip

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    kind = models.CharField(max_length=24)
    said: Any = models.JSONField(default=dict)
    query = models.CharField(max_length=1000, blank=True)  # the list it was asked from
    language = models.CharField(max_length=8)
    day = models.DateField()
    state = models.CharField(max_length=9, default=ASKED)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)

    objects = BulkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["asked", "rehearsed", "confirmed", "done", "cancelled", "failed", "undoing", "undone"]
                ),
                name="bulk_state_is_known",
            )
        ]
        indexes = [models.Index(fields=["by", "-asked_at"], name="bulks_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"

    def freeze(self, cases: CaseQuerySet) -> int:
        """Keep which cases were chosen, and at which version; how many. One statement."""
        chosen = Case.objects.filter(pk__in=cases.order_by().values("pk")).order_by().values_list("pk", "version")
        text, values = chosen.query.sql_with_params()
        into = "insert into pipeline_bulkrow (bulk_id, office_id, case_id, version, state, why, effect, before)"
        # the text is what Django made of a queryset
        frozen = f"{into} select %s, %s, chosen.*, 'open', '', '{{}}', '{{}}' from ({text}) as chosen"  # noqa: S608
        with connection.cursor() as cursor:
            cursor.execute(frozen, [self.pk, self.office_id, *values])
            return int(cursor.rowcount)

    def counts(self) -> dict[str, int]:
        """Rows by what became of them."""
        found = dict(self.rows.order_by().values_list("state").annotate(rows=Count("pk")))
        return {state: found.get(state, 0) for state in BulkRow.STATES}


class BulkRow(models.Model):
    """One of the cases: what the rehearsal found and what became of it."""

    OPEN, ILLEGAL, REFUSED, CHANGED, DONE = "open", "illegal", "refused", "changed", "done"
    UNDONE, KEPT = "undone", "kept"  # taken back; left as it was done, for the reason in `why`
    STATES = (OPEN, ILLEGAL, REFUSED, CHANGED, DONE, UNDONE, KEPT)

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="rows")
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default=OPEN)
    why = models.CharField(max_length=400, blank=True)  # in the language of who asked
    before: Any = models.JSONField(default=dict)  # what taking it back needs
    effect: Any = models.JSONField(default=dict)  # {stage, due, officer, told} as they would be, by the rehearsal

    objects = WorkQuerySet["BulkRow"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bulk", "case"], name="a_case_is_in_a_bulk_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "illegal", "refused", "changed", "done", "undone", "kept"]),
                name="bulk_row_state_is_known",
            ),
        ]
        indexes = [models.Index(fields=["bulk", "state", "case"], name="bulk_rows_by_state")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"
