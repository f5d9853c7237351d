"""The windows in which firms apply for the pool."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pipeline.access import Reach
from pipeline.models.case import Case
from pipeline.models.firm import FirmOwnedQuerySet


class WindowQuerySet(models.QuerySet["Window"]):
    def called(self) -> "list[Window]":
        """All of them, the first to open on top. One statement."""
        return list(self.order_by("opens_on", "pk"))

    def with_counts(self, reach: Reach) -> Self:
        """The latest first; beside each how many firms within reach began, handed in, did so late, came into the
        pool.
        """
        began: FirmOwnedQuerySet[Case] = Case.objects.within(reach)
        counts = {
            "began": _counted(began),
            "handed_in": _counted(began.filter(book_day__isnull=False)),
            "late": _counted(began.filter(late=True)),
            "admitted": _counted(began.filter(term__isnull=False)),
        }
        return self.annotate(**counts).order_by("-closes_on", "-pk")


class Window(models.Model):
    """One intake for the pool: from when to when firms hand in, and the day by which counties send on what came late.

    What comes after `closes_on` is late, what comes after `county_date` waits for the next window. A city that has
    called no window takes applications on any day.
    """

    name = models.CharField(max_length=60, unique=True)
    year = models.PositiveSmallIntegerField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    county_date = models.DateField()
    announcement = models.ForeignKey(
        "pipeline.Announcement", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = WindowQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("closes_on"), closes_on__lte=F("county_date")),
                name="window_dates_are_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def open_on(self, day: date) -> bool:
        return self.opens_on <= day <= self.closes_on


def open_window(windows: Iterable[Window], day: date) -> Window | None:
    """The one a firm may apply in on that day; of two the one that closes first."""
    standing = [each for each in windows if each.open_on(day)]
    return min(standing, key=lambda each: each.closes_on, default=None)


def coming_window(windows: Iterable[Window], day: date) -> Window | None:
    """The next one to open after that day."""
    return min((each for each in windows if each.opens_on > day), key=lambda each: each.opens_on, default=None)


def _counted(cases: "QuerySet[Case]") -> Coalesce:
    theirs = cases.filter(window=OuterRef("pk")).order_by().values("window")
    return Coalesce(Subquery(theirs.annotate(count=Count("pk")).values("count")), 0)
