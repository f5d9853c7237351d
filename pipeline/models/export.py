import uuid
from datetime import timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pipeline.models.trial import DONE, RUNNING, WAITING, WorkQuerySet

KEPT_FOR = timedelta(days=7)
HELD, CANCELLED = "held", "cancelled"


class ExportQuerySet(WorkQuerySet["Export"]):
    def to_clear(self) -> Self:
        """Files whose time is over."""
        return self.filter(state=DONE, asked_at__lt=Now() - KEPT_FOR).exclude(kept="")


class Export(models.Model):
    """A list as a file: what was asked, by whom, how many rows went out. Only who asked may fetch it, for a week."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    listing = models.CharField(max_length=12)
    asked: Any = models.JSONField()  # {view, sort, conditions: {name: value}}
    says = models.CharField(max_length=400, blank=True)  # the conditions as a sentence
    columns = ArrayField(models.CharField(max_length=16))
    form = models.CharField(max_length=4)
    language = models.CharField(max_length=8)
    day = models.DateField()  # on which what is due is reckoned
    state = models.CharField(max_length=9, default=WAITING)
    approved_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    kept = models.CharField(max_length=64, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["held", "waiting", "running", "done", "failed", "cancelled"]),
                name="export_state_is_known",
            ),
            models.CheckConstraint(condition=Q(form__in=["xlsx", "csv"]), name="export_form_is_known"),
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("by")), name="an_export_is_approved_by_another"
            ),
        ]
        indexes = [models.Index(fields=["by", "-asked_at"], name="exports_of_person")]

    def __str__(self) -> str:
        return f"{self.listing} {self.form} {self.state}"

    @property
    def working(self) -> bool:
        return self.state in (WAITING, RUNNING)
