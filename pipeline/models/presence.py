from datetime import datetime, timedelta
from typing import Self

from django.db import models

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

STAYS = timedelta(seconds=12)  # a page says every four seconds that it is open


class PresenceQuerySet(FirmOwnedQuerySet["Presence"]):
    def now(self, moment: datetime) -> Self:
        return self.filter(seen_at__gt=moment - STAYS).select_related("person").order_by("person__name", "pk")


class Presence(FirmOwned):
    """Somebody of the bureau has the page of a case open, as of `seen_at`. It locks nothing and no firm sees it."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("pipeline.User", on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person"], name="one_presence_per_case_and_person")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.case_id}"
