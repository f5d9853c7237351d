"""What was said on the telephone, and when to call again."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class CallQuerySet(FirmOwnedQuerySet["Call"]):
    def latest_of_each(self) -> Self:
        """The last call of every firm."""
        return self.order_by("firm", "-pk").distinct("firm")

    def to_call_again(self, day: date) -> Self:
        """Calls whose next call has come and that no later call answers."""
        return self.filter(next_on__lte=day, answered=False)


class Call(FirmOwned):
    """A telephone call with a firm: in one line what was said, what was promised by when, and when to call next."""

    case = models.ForeignKey("pipeline.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="calls")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    says = models.TextField()
    promised_on = models.DateField(null=True, blank=True)
    next_on = models.DateField(null=True, blank=True)
    answered = models.BooleanField(default=False)  # a later call was made

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(says=""), name="a_call_says_something"),
            models.CheckConstraint(condition=Q(next_on=None) | Q(next_on__gte=F("on")), name="the_next_call_is_later"),
            models.CheckConstraint(
                condition=Q(promised_on=None) | Q(promised_on__gte=F("on")), name="what_is_promised_is_to_come"
            ),
        ]
        indexes = [
            models.Index(fields=["firm", "-id"], name="calls_of_firm"),
            models.Index(fields=["next_on"], condition=Q(answered=False), name="calls_to_come"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.on}"
