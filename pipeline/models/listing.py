"""Views of the desk's lists that people keep under a name."""

import uuid
from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pipeline.access import OFFICE, Actor

QUEUE, SCREENING = "queue", "screening"
LISTINGS = (  # by the names of their pages
    QUEUE, SCREENING, "applications", "certificates", "obligations", "coaching", "visits", "difficulties", "calls",
    "funnel_firms", "quality",
)  # fmt: skip


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, and what colleagues share in the office; the city reads what its counties share."""
        reach = actor.reach(OFFICE)
        shared = Q(shared=True) if reach.everything else Q(shared=True, office__division__in=reach.counties)
        return self.filter(Q(person=actor.pk) | shared)

    def offered(self, actor: Actor, offices: Collection[int], listing: str) -> Self:
        """What one list offers: one's own, then those of one's office."""
        mine = Q(person=actor.pk) | Q(shared=True, office__in=offices)
        return self.filter(mine, listing=listing).select_related("person").order_by("shared", "name", "pk")


class SavedView(models.Model):
    """The address of a list under a name. It holds no rows: who opens it sees their own."""

    MOST = 30  # of one person and list

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("pipeline.User", on_delete=models.CASCADE, related_name="+")
    listing = models.CharField(max_length=12)
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=1000, blank=True)  # what stands after the question mark
    shared = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "listing", "name"], name="one_view_of_a_name_per_person"),
            models.UniqueConstraint(
                fields=["office", "listing", "name"],
                condition=Q(shared=True),
                name="one_shared_view_of_a_name_per_office",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_view_has_a_name"),
            models.CheckConstraint(condition=Q(listing__in=LISTINGS), name="a_view_is_of_a_known_list"),
        ]

    def __str__(self) -> str:
        return self.name
