from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.rules.findings import Assessment


class DiagnosisQuerySet(FirmOwnedQuerySet["Diagnosis"]):
    def latest(self) -> Self:
        """The newest of each firm: the one the firm points at."""
        return self.filter(firm__latest_diagnosis=F("pk"))

    def nearest_first(self) -> Self:
        """Who is close: fewest unmet conditions, then fewest that nobody knows, then the most points in reach."""
        return self.order_by("unmet", "unknown", "manual", F("score_high").desc(nulls_last=True), "pk")


class Diagnosis(FirmOwned):
    """An assessment kept for ever: the facts, the book and the day it was judged by, and every reason. Never recomputed."""

    book = models.CharField(max_length=12)
    book_version = models.CharField(max_length=40)
    day = models.DateField()
    facts = models.JSONField()
    assessment = models.JSONField()
    verdict = models.CharField(max_length=16)
    unmet = models.PositiveSmallIntegerField()
    unknown = models.PositiveSmallIntegerField()
    manual = models.PositiveSmallIntegerField()
    score_low = models.PositiveSmallIntegerField(null=True)
    score_high = models.PositiveSmallIntegerField(null=True)
    shortest = models.CharField(max_length=32, blank=True)  # the rule named first among the gaps
    by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = DiagnosisQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["met", "unmet", "unknown", "manual_review"]), name="verdict_is_known"
            )
        ]
        indexes = [
            models.Index(fields=["firm", "book", "-day"], name="diagnoses_of_firm"),
            models.Index(fields=["unmet", "unknown", "manual"], name="diagnoses_by_nearness"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.book} {self.day}: {self.verdict}"

    @property
    def shown(self) -> Assessment:
        """The assessment as it was given."""
        return Assessment.from_json(self.assessment)

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.assessment["findings"]
        return found


class Gap(FirmOwned):
    """A condition a diagnosis found unmet or could not know, as a row to filter and count by."""

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="gaps")
    rule = models.CharField(max_length=32)
    verdict = models.CharField(max_length=16)
    position = models.PositiveSmallIntegerField()

    objects = FirmOwnedQuerySet["Gap"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["diagnosis", "rule"], name="one_gap_per_rule")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.verdict}"
