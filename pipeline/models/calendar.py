"""The yearly notices on public holidays that the bureau took in after the release."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from pipeline.rules.labels import Label
from pipeline.rules.workdays import NoticeDay


class YearNoticeQuerySet(models.QuerySet["YearNotice"]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_on__isnull=False)

    def open(self) -> Self:
        """Taken in by one person, to be compared by another."""
        return self.filter(confirmed_on=None, dropped_on=None)


class YearNotice(models.Model):
    """One year's notice: `days` is [{day, name, name_en, off}]. It counts once a second person has compared it; a later
    one of the same year takes its place.
    """

    year = models.PositiveSmallIntegerField()
    document = models.CharField(max_length=100)  # number or address of the notice
    days: Any = models.JSONField()
    proposed_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    confirmed_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    confirmed_on = models.DateField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    dropped_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = YearNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("proposed_by")), name="two_people_compare_a_notice_of_holidays"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_on=None, confirmed_at=None)
                | Q(
                    confirmed_by__isnull=False, confirmed_on__isnull=False, confirmed_at__isnull=False, dropped_on=None
                ),
                name="a_confirmed_notice_has_its_day",
            ),
            models.CheckConstraint(condition=~Q(document=""), name="a_notice_of_holidays_names_its_document"),
            models.UniqueConstraint(
                fields=["year"], condition=Q(confirmed_on=None, dropped_on=None), name="one_open_notice_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.document}"

    @property
    def rows(self) -> tuple[NoticeDay, ...]:
        return tuple(day_of_notice(each) for each in self.days)


def day_of_notice(kept: Mapping[str, Any]) -> NoticeDay:
    return NoticeDay(date.fromisoformat(kept["day"]), Label(kept["name"], kept["name_en"]), kept["off"])
