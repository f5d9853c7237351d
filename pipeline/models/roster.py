import uuid
from datetime import timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Coalesce, Now

from pipeline.access import Actor

READING_MAY_PAUSE = timedelta(minutes=2)  # a large file gives no row before it is unpacked whole
COMMITTING_MAY_PAUSE = timedelta(seconds=30)  # two workers at one commit take turns and do no harm


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, actor: Actor) -> Self:
        """The rosters of one's own office; the city sees those of every county."""
        reach = actor.reach()
        return self if reach.everything else self.filter(office__division__in=reach.counties)

    def waiting(self) -> Self:
        """What a job must take up: not begun, or begun by one that has not got on for so long that it must be dead."""
        reading = Q(state=Import.READING, worked_at__lt=Now() - READING_MAY_PAUSE)
        idle = Q(worked_at=None) | Q(worked_at__lt=Now() - COMMITTING_MAY_PAUSE)
        return self.filter(Q(state=Import.RECEIVED) | reading | Q(idle, state=Import.CONFIRMED))

    def with_hands(self) -> list[tuple[int, int, str]]:
        """Key, the person in whose name the work is done, and state: who confirmed a roster, else who brought it."""
        return list(self.values_list("pk", Coalesce("confirmed_by", "by"), "state"))


class Import(models.Model):
    """A spreadsheet of firms on its way in: received, read, looked at by a person, confirmed, committed.

    Stopped is one of which some rows are on record and the others were given up; failed, one that broke off.
    """

    RECEIVED, READING, READ, CONFIRMED, COMMITTED, REFUSED, CANCELLED, STOPPED, FAILED = STATES = (
        "received", "reading", "read", "confirmed", "committed", "refused", "cancelled", "stopped", "failed",
    )  # fmt: skip

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="imports")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    state = models.CharField(max_length=10, default=RECEIVED)
    received_at = models.DateTimeField(db_default=Now())
    day = models.DateField()  # the day by which its years are understood
    columns = models.JSONField(default=dict, blank=True)  # what each column of the file was understood as
    problem = models.JSONField(null=True, blank=True)  # {zh, en}: why the whole file is refused, or what broke off
    rows_total = models.PositiveIntegerField(null=True, blank=True)
    rows_done = models.PositiveIntegerField(default=0)
    committed_to = models.PositiveIntegerField(default=0)  # the number of the last row that is on record
    worked_at = models.DateTimeField(
        null=True, blank=True
    )  # when a job last got on with it; a sweep takes up what stands still
    version = models.PositiveIntegerField(default=1)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "received",
                        "reading",
                        "read",
                        "confirmed",
                        "committed",
                        "refused",
                        "cancelled",
                        "stopped",
                        "failed",
                    ]
                ),
                name="import_state_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def was_read(self) -> bool:
        """Whether there are rows to look at."""
        return bool(self.columns) and self.state not in (Import.REFUSED, Import.CANCELLED)

    def rows_shown(self, which: str, kind: str = "") -> "models.QuerySet[ImportRow]":
        """The rows of one tab of the preview, or those with a fault of one kind."""
        if kind:
            return self.rows.filter(kinds__contains=[kind])
        if which == "doubtful":
            return self.rows.filter(Q(state="refused") | Q(asks=True))
        return self.rows.all() if which == "all" else self.rows.filter(state=which)

    def counts(self) -> dict[str, int]:
        """Rows by what would happen to them: new, changed, unchanged, refused."""
        found = dict(self.rows.order_by().values_list("state").annotate(rows=Count("pk")))
        return {state: found.get(state, 0) for state in ImportRow.STATES}


class ImportRow(models.Model):
    """One line of a roster as it was understood, with what it would change and what is wrong with it."""

    STATES = ("new", "changed", "unchanged", "refused")

    roster = models.ForeignKey(Import, on_delete=models.PROTECT, related_name="rows", db_index=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.PositiveIntegerField()  # in the order of the file, over all its sheets
    sheet = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    uscc = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10)
    asks = models.BooleanField(default=False)  # something of it should be confirmed, though it goes in
    kinds = ArrayField(models.CharField(max_length=16), default=list)  # of its faults
    cells = models.JSONField()  # the cells as the officer wrote them
    record: Any = models.JSONField(default=dict)  # what they mean, in yuan
    changes = models.JSONField(default=list)  # [{field, old, new}]
    faults = models.JSONField(default=list)  # [{kind, sheet, row, column, says: {zh, en}, remedy: {zh, en}}]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["roster", "sheet", "line"], name="one_row_per_line"),
            models.CheckConstraint(
                condition=Q(state__in=["new", "changed", "unchanged", "refused"]), name="import_row_state_is_known"
            ),
        ]
        indexes = [
            models.Index(fields=["roster", "state", "number"], name="import_rows_by_state"),
            models.Index(fields=["roster", "uscc"], name="import_rows_by_code"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet} {self.line}"
