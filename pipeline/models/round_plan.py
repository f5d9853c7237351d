"""What a year's rounds are planned by: places for each county, firms by their day of readiness, days recalled.

A firm that is ready, or on its way, belongs to the first round it can reach with its forecast; an officer may move it
to another. It stays there until that round's day for firms has passed.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery

from pipeline.access import Actor
from pipeline.models.case import CaseQuerySet
from pipeline.models.coaching import Plan
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.round import Round

REMIND_BEFORE = (30, 14, 7, 3, 1)  # days before a round's day on which who is concerned is told
FIRM, COUNTY, CITY = "firm", "county", "city"
# whose step it is -> the round's day for it
DEADLINES = {FIRM: "county_date", COUNTY: "city_date", CITY: "province_date"}


class QuotaQuerySet(models.QuerySet["Quota"]):
    def visible_to(self, actor: Actor) -> Self:
        """The city sees those of every county, a county its own."""
        reach = actor.reach()
        return self if reach.everything else self.filter(division__in=reach.counties)


class Quota(models.Model):
    """How many firms of a county the city expects in a round. More may apply; it is shown."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="quotas")
    division = models.ForeignKey("pipeline.Division", on_delete=models.PROTECT, related_name="+")
    firms = models.PositiveIntegerField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    set_on = models.DateField()

    objects = QuotaQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "division"], name="one_quota_per_round_and_county")]

    def __str__(self) -> str:
        return f"{self.division_id} in {self.round_id}: {self.firms}"


class RoundReminder(models.Model):
    """That who is concerned was told so many days before a day of a round; once, unless the day was moved since."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reminders")
    level = models.CharField(max_length=6)
    day = models.DateField()
    days = models.PositiveSmallIntegerField()
    sent_on = models.DateField()
    told = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "level", "day", "days"], name="a_day_of_a_round_is_recalled_once"),
            models.CheckConstraint(condition=Q(level__in=["firm", "county", "city"]), name="reminder_level_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.level} {self.days}"


class Placement(FirmOwned):
    """An officer moved a firm to a round other than its forecast says, and why. One stands at a time."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="placements")
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="placements")
    why = models.TextField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)

    objects = FirmOwnedQuerySet["Placement"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ended_on=None), name="a_firm_is_placed_once_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(why=""), name="a_placement_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} in {self.round_id}"


def reminder_due(day: date, today: date) -> int | None:
    """Of the days before that day on which one is recalled, the nearest that has come; None before the first and
    after the day.
    """
    left = (day - today).days
    return min((days for days in REMIND_BEFORE if 0 <= left <= days), default=None)


def with_forecast(cases: CaseQuerySet, today: date) -> CaseQuerySet:
    """Cases on their way to a round, beside each the forecast day of readiness of its plan (`ready_on`), and the round
    an officer moved it to (`placed_in`, `placed_why`), as long as that can be reached.
    """
    plans = Plan.objects.filter(case=OuterRef("pk"), superseded_on=None)
    placed = Placement.objects.filter(case=OuterRef("pk"), ended_on=None, round__county_date__gte=today)
    return cases.filter(stage__in=["coaching", "ready"]).annotate(
        ready_on=Subquery(plans.values("ready_on")[:1]),
        placed_in=Subquery(placed.values("round")[:1]),
        placed_why=Subquery(placed.values("why")[:1]),
    )


def coming(rounds: Sequence[Round], today: date) -> list[Round]:
    """Those a firm can still apply in, the first to close on top."""
    return sorted((each for each in rounds if each.county_date >= today), key=lambda each: (each.county_date, each.pk))


def planned_in(one: Round, rounds: Sequence[Round]) -> Q:
    """Which of the cases `with_forecast` belong to one of the rounds to come, given all of them in order. Each case
    belongs to one at most: to none without a forecast, or with one beyond the last round.
    """
    at = rounds.index(one)
    foreseen = Q(ready_on__lte=one.county_date)
    if at == 0:
        foreseen |= Q(stage="ready")
    else:
        foreseen &= Q(ready_on__gt=rounds[at - 1].county_date) & ~Q(stage="ready")
    return Q(placed_in=one.pk) | (Q(placed_in=None) & foreseen)


def planned_by_county(
    cases: CaseQuerySet, rounds: Sequence[Round], today: date
) -> Mapping[int, Mapping[int | None, int]]:
    """How many firms are planned into each round to come, by county: round -> county -> firms. One statement."""
    if not rounds:
        return {}
    counts = {f"in_{each.pk}": Count("pk", filter=planned_in(each, rounds)) for each in rounds}
    rows: Any = with_forecast(cases, today).order_by().values("county").annotate(**counts)
    found = list(rows)
    return {each.pk: {row["county"]: row[f"in_{each.pk}"] for row in found if row[f"in_{each.pk}"]} for each in rounds}
