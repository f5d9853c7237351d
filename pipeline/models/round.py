import uuid
from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from pipeline.access import Reach
from pipeline.models.case import Case
from pipeline.models.entering import or_never
from pipeline.models.moving import MovingQuerySet, due
from pipeline.models.placed import Placed
from pipeline.rules.workdays import Calendar
from pipeline.stages import APPLICATION_STAGES, ENDED, Due, Stage


class RoundQuerySet(models.QuerySet["Round"]):
    def open_on(self, day: date) -> Self:
        return self.filter(opens_on__lte=day, county_date__gte=day).order_by("county_date")

    def with_counts(self, reach: Reach) -> Self:
        """The latest first; beside each how many firms within reach apply, and how many were certified."""
        theirs = Application.objects.within(reach).filter(round=OuterRef("pk")).order_by().values("round")
        certified = theirs.filter(stage="certified")
        return self.annotate(
            applications_within=Coalesce(Subquery(theirs.annotate(count=Count("pk")).values("count")), 0),
            certified_within=Coalesce(Subquery(certified.annotate(count=Count("pk")).values("count")), 0),
        ).order_by("-county_date", "-pk")


class Round(models.Model):
    """One call for applications, with the dates by which a dossier must be at the county, the city and the province."""

    name = models.CharField(max_length=100, unique=True)
    year = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    county_date = models.DateField()
    city_date = models.DateField()
    province_date = models.DateField()
    version = models.PositiveIntegerField(default=1, db_default=1)

    objects = RoundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    opens_on__lte=F("county_date"), county_date__lte=F("city_date"), city_date__lte=F("province_date")
                ),
                name="round_dates_are_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name


class ApplicationQuerySet(MovingQuerySet["Application"]):
    table = "application"

    def open(self) -> Self:
        return self.filter(ended_on=None)

    def last_ended(self, cases: Iterable[Case]) -> Self:
        """Of each case the application that ended last."""
        ended = self.filter(case__in=cases, ended_on__isnull=False)
        return ended.order_by("case", "-ended_on", "-pk").distinct("case")


class Application(Placed):
    """One firm in one round. While it is open its case is in certification and shows this stage."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="applications")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="applications")
    stage = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    opened_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    clock_from = models.DateField(null=True, blank=True)
    clock_days = models.PositiveSmallIntegerField(null=True, blank=True)
    clock_left = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    refusal = models.JSONField(default=list, blank=True)  # rule names the agency found wanting

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(ended_on=None), name="one_open_application_per_case"),
            models.CheckConstraint(condition=Q(stage__in=list(APPLICATION_STAGES)), name="application_stage_is_known"),
            models.CheckConstraint(
                condition=Q(stage__in=ENDED, ended_on__isnull=False) | ~Q(stage__in=ENDED) & Q(ended_on=None),
                name="an_ended_application_has_its_day",
            ),
        ]
        indexes = [
            models.Index(or_never("due_on"), "case", condition=Q(ended_on=None), name="open_applications_in_turn"),
            models.Index(or_never("due_on"), "id", condition=Q(ended_on=None), name="applications_listed_in_turn"),
            models.Index(
                "county",
                or_never("due_on"),
                "id",
                condition=Q(ended_on=None),
                name="applications_of_county",
            ),
            models.Index(
                fields=["county", "stage", "clock_from"],
                condition=Q(ended_on=None),
                name="applications_by_county_stage",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.round_id}"

    @property
    def place(self) -> Stage:
        return APPLICATION_STAGES[self.stage]

    def due(self, today: date, calendar: Calendar) -> Due:
        return due(self.place, self.due_on, today, calendar)
