import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from pipeline.access import OFFICE, Actor

RUNNING_MAY_PAUSE = timedelta(minutes=2)  # comparing a large pool gives no sign of life until it is done


WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


class WorkQuerySet[Row: models.Model](models.QuerySet[Row]):
    """Work that an office has asked for and a job may do."""

    def visible_to(self, actor: Actor) -> Self:
        """What was asked for in one's own office, over its own firms; the city sees what its counties asked for."""
        reach = actor.reach(OFFICE)
        return self if reach.everything else self.filter(office__division__in=reach.counties)

    def waiting(self) -> Self:
        """What a job must take up: not begun, or begun by one that must be dead by now."""
        running = Q(state=RUNNING, worked_at__lt=Now() - RUNNING_MAY_PAUSE)
        return self.filter(Q(state=WAITING) | running)

    def with_hands(self) -> list[tuple[int, int]]:
        """Key and the person in whose name the work is done."""
        return list(self.values_list("pk", "by"))

    @transaction.atomic
    def claim(self, key: int, by: Actor, **fresh: Any) -> Row | None:
        """The one that waits, taken in hand for who asked alone: in another's name it would hold what that person sees.
        None where it waits no more.
        """
        mine = self.waiting().filter(pk=key, by=by.pk)
        return self.get(pk=key) if mine.update(state=RUNNING, worked_at=Now(), **fresh) else None

    @transaction.atomic
    def tell(self, work: Row, **far: Any) -> bool:
        """How far it is, or how it ended; no, where it was given up meanwhile."""
        return bool(self.filter(pk=work.pk, state=RUNNING).update(worked_at=Now(), **far))


class Trial(models.Model):
    """Two books tried on every firm within an office's reach: what was asked, and what came of it, kept as it was.

    A side is {book, day, changes}: the book as it stands on that day, with other values where `changes` has them.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    before: Any = models.JSONField()
    after: Any = models.JSONField()
    state = models.CharField(max_length=8, default=WAITING)
    firms_total = models.PositiveIntegerField(default=0)
    firms_done = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    milliseconds = models.PositiveIntegerField(null=True, blank=True)  # from the record to the answer
    outcome: Any = models.JSONField(default=dict, blank=True)  # the counts that the page shows
    kept = models.CharField(max_length=64, blank=True)  # where the verdicts on each firm lie: their SHA-256
    problem: Any = models.JSONField(null=True, blank=True)  # {zh, en}: why it could not be done

    objects = WorkQuerySet["Trial"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="trial_state_is_known"
            )
        ]
        indexes = [models.Index(fields=["office", "-asked_at"], name="trials_of_office")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"


class TrialSheet(models.Model):
    """A trial as a workbook: the numbers changed, the totals, and the firms whose verdict on a rule changed."""

    trial = models.ForeignKey(Trial, on_delete=models.PROTECT, related_name="sheets")
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=32, blank=True)  # none: the verdict as a whole
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=WAITING)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    kept = models.CharField(max_length=64, blank=True)

    objects = WorkQuerySet["TrialSheet"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="trial_sheet_state_is_known"
            ),
            models.UniqueConstraint(fields=["trial", "rule", "language"], name="one_sheet_of_a_trial"),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.rule} {self.state}"
