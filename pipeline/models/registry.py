"""What the market's registry tells of firms: its extracts on their way in, and each line until it is settled."""

import uuid
from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from pipeline.access import Actor
from pipeline.models.people import of_offices
from pipeline.models.trial import RUNNING, WAITING, WorkQuerySet

RENAMED, SPLIT, MERGER = "renamed", "split", "merger"
EVENTS = (RENAMED, SPLIT, MERGER)


TWO_SIGN = pgtrigger.Trigger(
    name="in_ones_own_name",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func=(
        "if new.proposed_by_id is distinct from old.proposed_by_id and (new.state <> 'waiting'"
        " or new.proposed_by_id::text <> current_setting('app.scope', true)) then"
        " raise exception 'nobody puts it forward in another name' using errcode = 'MP002'; end if; return new;"
    ),
)


class RegistryEventQuerySet(models.QuerySet["RegistryEvent"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def waiting(self) -> Self:
        return self.filter(state=RegistryEvent.WAITING)


class RegistryEvent(models.Model):
    """One line of an extract of the market's registry: a firm was renamed, was split, or went into another.

    `other_uscc` is the firm that came of a split, or that took the firm over. Such a line is put forward by one person
    and carried out by another; a new name by one.
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
    proposed_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(proposed_by=None, proposed_on=None)
                | Q(proposed_by__isnull=False, proposed_on__isnull=False) & ~Q(kind="renamed"),
                name="who_puts_a_registry_event_forward_does_so_on_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(settled_by=F("proposed_by")),
                name="two_people_carry_out_a_registry_event",
            ),
            models.UniqueConstraint(
                fields=["office", "uscc", "kind", "day", "new_name", "other_uscc"],
                name="the_registry_tells_an_event_once",
            ),
        ]
        indexes = [models.Index(fields=["office", "id"], name="registry_events_of_office")]
        triggers = [TWO_SIGN]

    def __str__(self) -> str:
        return f"{self.uscc} {self.kind} {self.day}"

    @property
    def by_two(self) -> bool:
        return self.kind != RENAMED


class RegistryExtract(models.Model):
    """A file of such lines on its way in: `answer` counts what came of it and names the lines that cannot be read.
    `refused` is one that is no extract at all, or too long.
    """

    REFUSED = "refused"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(db_default=Now())
    day = models.DateField()  # after which no line may lie
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=8, default=WAITING)
    lines_total = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    answer: Any = models.JSONField(default=dict, blank=True)
    problem: Any = models.JSONField(null=True, blank=True)  # {zh, en}: why nothing was taken in

    objects = WorkQuerySet["RegistryExtract"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed", "refused"]),
                name="registry_extract_state_is_known",
            )
        ]
        indexes = [models.Index(fields=["office", "-asked_at"], name="registry_extracts_of_office")]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def working(self) -> bool:
        return self.state in (WAITING, RUNNING)
