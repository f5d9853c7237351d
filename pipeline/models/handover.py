"""A firm goes from one county to another: what the old one hands over, and that the new one has taken it."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class HandOverQuerySet(FirmOwnedQuerySet["HandOver"]):
    def open(self) -> Self:
        return self.filter(accepted_on=None)

    def to_show(self) -> Self:
        """What waits first, then the newest."""
        shown = self.select_related("firm", "case", "source", "target", "prepared_by", "moved_by", "accepted_by")
        return shown.order_by(F("accepted_on").desc(nulls_first=True), "-pk")


class HandOver(FirmOwned):
    """Prepared by whom the firm told of it, moved by the city, accepted by the county it came to.

    `tasks` is what was open on the day of the move: [{kind, count, due}], a kind of `acts/handover.TASKS`.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="hand_overs")
    source = models.ForeignKey("pipeline.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey("pipeline.Division", on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)
    tasks: Any = models.JSONField(default=list, blank=True)
    prepared_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    prepared_on = models.DateField(null=True, blank=True)
    moved_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    moved_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_on = models.DateField(null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], condition=Q(accepted_on=None), name="one_open_hand_over_per_firm"),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(moved_on__isnull=False), name="what_is_accepted_was_moved"
            ),
            models.CheckConstraint(condition=~Q(source=F("target")), name="a_firm_moves_elsewhere"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} to {self.target_id}"
