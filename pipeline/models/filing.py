"""What an application for certification says besides the record: texts, who audited it, and the whole as one file."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.trial import DONE, FAILED, RUNNING, RUNNING_MAY_PAUSE, WAITING

# parts 7 and 8 of the application form (国科火字〔2016〕195号, annex)
TOPICS = ("property", "conversion", "management", "people", "standards")
LONGEST_TEXT = 400
KEPT_FOR = timedelta(days=30)


class Statement(FirmOwned):
    """One of the texts of the application of a year, in the firm's own words."""

    year = models.PositiveSmallIntegerField()
    topic = models.CharField(max_length=12)
    says = models.CharField(max_length=LONGEST_TEXT)
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["Statement"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year", "topic"], name="one_text_per_year_and_topic"),
            models.CheckConstraint(condition=Q(topic__in=TOPICS), name="topic_of_text_is_known"),
            models.CheckConstraint(condition=~Q(says=""), name="a_text_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year} {self.topic}"


class Auditor(FirmOwned):
    """Who audited R&D expense and hi-tech income for the application of a year, as its own papers have it.

    `staff` and `licensed` (of them CPAs and tax advisers) are averages of the year of the work; unknown is None.
    """

    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    licence = models.CharField(max_length=60, blank=True)
    founded_on = models.DateField(null=True, blank=True)
    staff = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    licensed = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    blameless = models.BooleanField(null=True, blank=True)  # no bad record in three years
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["Auditor"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year"], name="one_auditor_per_application"),
            models.CheckConstraint(condition=~Q(name=""), name="an_auditor_has_a_name"),
            models.CheckConstraint(
                condition=(Q(staff=None) | Q(staff__gte=0))
                & (Q(licensed=None) | Q(licensed__gte=0))
                & (Q(staff=None) | Q(licensed=None) | Q(licensed__lte=F("staff"))),
                name="licensed_are_of_the_staff",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BundleQuerySet(FirmOwnedQuerySet["Bundle"]):
    def waiting(self) -> Self:
        """What a job must take up: not begun, or begun by one that must be dead by now."""
        running = Q(state=RUNNING, worked_at__lt=Now() - RUNNING_MAY_PAUSE)
        return self.filter(Q(state=WAITING) | running)

    def with_hands(self) -> list[tuple[int, int]]:
        """Key and the person in whose name the work is done."""
        return list(self.values_list("pk", "by"))

    def to_clear(self) -> Self:
        """Files whose time is over."""
        return self.filter(state=DONE, asked_at__lt=Now() - KEPT_FOR).exclude(kept="")


class Bundle(FirmOwned):
    """An application as one file to hand in: the form as text and as PDF with every attachment, and what each weighs.

    `left_out` says what of a classified firm is not in it, `manifest` what is: [{name, sha256, size, pages}].
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    day = models.DateField()
    state = models.CharField(max_length=8, default=WAITING)
    parts_total = models.PositiveIntegerField(default=0)
    parts_done = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    kept = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    left_out: Any = models.JSONField(default=list, blank=True)
    manifest: Any = models.JSONField(default=list, blank=True)

    objects = BundleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed"]), name="bundle_state_is_known"
            )
        ]
        indexes = [models.Index(fields=["firm", "-asked_at"], name="bundles_of_firm")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.state}"

    @property
    def working(self) -> bool:
        return self.state in (WAITING, RUNNING)

    @property
    def broken(self) -> bool:
        return self.state == FAILED
