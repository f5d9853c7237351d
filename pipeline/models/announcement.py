from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class AnnouncementQuerySet(models.QuerySet["Announcement"]):
    def pinned(self, day: date, seats: frozenset[str]) -> Self:
        """What people of these seats find on their first page on this day, newest first."""
        return self.filter(during__contains=day, seats__overlap=sorted(seats)).order_by("-pk")


class Announcement(models.Model):
    """What the city tells all who sit in certain seats for a while: news, a guide, the forms of the year."""

    KINDS = ("news", "guide", "form")

    kind = models.CharField(max_length=8)
    title = models.CharField(max_length=100)
    text = models.TextField(max_length=4_000)
    link = models.URLField(max_length=300, blank=True)
    seats = ArrayField(models.CharField(max_length=16))
    during = DateRangeField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["news", "guide", "form"]), name="announcement_kind_is_known"),
            models.CheckConstraint(condition=~Q(seats=[]), name="an_announcement_is_for_somebody"),
        ]

    def __str__(self) -> str:
        return self.title
