"""One firm that stands on record twice, and what the market's registry tells of firms."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.people import of_offices


class MergedRecordQuerySet(FirmOwnedQuerySet["MergedRecord"]):
    def standing(self) -> Self:
        return self.filter(undone_on=None)


class MergedRecord(FirmOwned):
    """The record `firm` was found to be the same firm as `into`. `moved` holds what went over, so that it can come
    back: {model: [keys]}; `made` what was written anew because of it.
    """

    into = models.ForeignKey("pipeline.Firm", on_delete=models.PROTECT, related_name="took_over")
    why = models.CharField(max_length=300)
    moved: Any = models.JSONField(default=dict)
    made: Any = models.JSONField(default=dict)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    undone_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_on = models.DateField(null=True, blank=True)
    undone_why = models.CharField(max_length=300, blank=True)

    objects = MergedRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm"], condition=Q(undone_on=None), name="a_record_is_merged_into_one_other"
            ),
            models.CheckConstraint(condition=~Q(firm=F("into")), name="no_record_is_merged_into_itself"),
            models.CheckConstraint(condition=~Q(why=""), name="a_merge_has_its_reason"),
            models.CheckConstraint(
                condition=Q(undone_on=None, undone_by=None, undone_why="")
                | Q(undone_on__isnull=False, undone_by__isnull=False) & ~Q(undone_why=""),
                name="an_undone_merge_says_who_and_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} into {self.into_id}"


RENAMED, SPLIT, MERGER = "renamed", "split", "merger"
EVENTS = (RENAMED, SPLIT, MERGER)


class RegistryEventQuerySet(models.QuerySet["RegistryEvent"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def waiting(self) -> Self:
        return self.filter(state=RegistryEvent.WAITING)


class RegistryEvent(models.Model):
    """One line of an extract of the market's registry: a firm was renamed, was split, or went into another.

    `other_uscc` is the firm that came of a split, or that took the firm over.
    """

    WAITING, DONE, LEFT = "waiting", "done", "left"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    file = models.CharField(max_length=200)
    line = models.PositiveIntegerField()
    uscc = models.CharField(max_length=18)
    kind = models.CharField(max_length=8)
    day = models.DateField()
    old_name = models.CharField(max_length=200, blank=True)
    new_name = models.CharField(max_length=200, blank=True)
    other_uscc = models.CharField(max_length=18, blank=True)
    other_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, default=WAITING)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = RegistryEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EVENTS), name="registry_event_is_known"),
            models.CheckConstraint(
                condition=Q(state="waiting", settled_on=None) | Q(state__in=["done", "left"], settled_on__isnull=False),
                name="a_settled_registry_event_has_its_day",
            ),
            models.UniqueConstraint(
                fields=["office", "uscc", "kind", "day", "new_name", "other_uscc"],
                name="the_registry_tells_an_event_once",
            ),
        ]
        indexes = [models.Index(fields=["office", "id"], name="registry_events_of_office")]

    def __str__(self) -> str:
        return f"{self.uscc} {self.kind} {self.day}"
