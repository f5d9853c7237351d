"""What the certifying agency's lists say, line by line, and what the record makes of each line."""

import uuid
from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, Q
from django.db.models.functions import Now

from pipeline.access import Actor
from pipeline.models.people import of_offices
from pipeline.models.trial import RUNNING_MAY_PAUSE


class ResultListQuerySet(models.QuerySet["ResultList"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def waiting(self) -> Self:
        """What a job must take up: confirmed and not at an end, held by nobody who is alive."""
        left = Q(worked_at=None) | Q(worked_at__lt=Now() - RUNNING_MAY_PAUSE)
        return self.filter(left, state=ResultList.CONFIRMED)

    def with_hands(self) -> list[tuple[int, int]]:
        """Key and the person in whose name the lines are put on record."""
        return list(self.values_list("pk", "confirmed_by"))

    def with_counts(self) -> Self:
        """The latest first, with the number of its lines by their state: `lines_sure`, …"""
        counts = {f"lines_{state}": Count("rows", filter=Q(rows__state=state)) for state in Result.STATES}
        return self.annotate(**counts).order_by("-pk")


class ResultList(models.Model):
    """One list as it was taken in. `day` is that of the notice: the first day of publicity, or the day of issue of
    lines that name none. The same content is taken in once, from whatever file; `digest` is its SHA-256.
    """

    PUBLICITY, CERTIFIED, REFUSED = "publicity", "certified", "refused"
    READ, CONFIRMED, DONE = "read", "confirmed", "done"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    round = models.ForeignKey("pipeline.Round", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10)
    day = models.DateField()
    file = models.CharField(max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default=READ)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    taken_on = models.DateField()
    confirmed_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    worked_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ResultListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["publicity", "certified", "refused"]), name="result_list_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="read", confirmed_by=None)
                | Q(state__in=["confirmed", "done"], confirmed_by__isnull=False),
                name="a_confirmed_result_list_has_its_person",
            ),
            models.UniqueConstraint(fields=["office", "kind", "digest"], name="a_result_list_is_taken_in_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}"


class ResultQuerySet(models.QuerySet["Result"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def of_round(self, round: int) -> Self:
        return self.filter(result_list__round=round)

    def of_year(self, year: int) -> Self:
        return self.filter(result_list__day__gte=date(year, 1, 1), result_list__day__lt=date(year + 1, 1, 1))


class Result(models.Model):
    """One line of a list, and where it stands.

    sure: will be put on record; doubtful: somebody has to say which firm it is, or what it means; elsewhere: certified
    there, not here; known: on record already; refused: it cannot be; recorded; left: nothing is done about it.
    """

    SURE, DOUBTFUL, ELSEWHERE, KNOWN, REFUSED, RECORDED, LEFT = STATES = (
        "sure",
        "doubtful",
        "elsewhere",
        "known",
        "refused",
        "recorded",
        "left",
    )
    WAITING = (DOUBTFUL, ELSEWHERE, REFUSED)

    result_list = models.ForeignKey(ResultList, on_delete=models.PROTECT, related_name="rows", db_index=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveIntegerField()  # in the order of the list, over all its sheets
    sheet = models.CharField(max_length=60)
    line = models.PositiveIntegerField()
    uscc = models.CharField(max_length=18, blank=True)
    name = models.CharField(max_length=200, blank=True)
    number = models.CharField(max_length=40, blank=True)  # of the certificate, as it was written
    issued_on = models.DateField(null=True, blank=True)
    reasons = models.TextField(blank=True)
    rules = ArrayField(models.CharField(max_length=30), default=list)  # the conditions that the reasons name
    firm = models.ForeignKey("pipeline.Firm", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    why: Any = models.JSONField(null=True, blank=True)  # {zh, en}
    cell = models.CharField(max_length=12, blank=True)  # where what is wrong stands, such as C12
    settled_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result_list", "position"], name="one_result_per_line"),
            models.CheckConstraint(
                condition=Q(state__in=["sure", "doubtful", "elsewhere", "known", "refused", "recorded", "left"]),
                name="result_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="left") | Q(settled_by__isnull=False) & ~Q(note=""),
                name="a_result_left_alone_has_its_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sure", "recorded", "known"]) | Q(firm__isnull=False),
                name="a_sure_result_is_of_a_firm",
            ),
        ]
        indexes = [models.Index(fields=["result_list", "state", "position"], name="results_by_state")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.line} {self.name}"
