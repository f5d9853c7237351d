from typing import Self

from django.db import models
from django.db.models import Q

from pipeline.access import Actor
from pipeline.models.people import of_offices


class PhraseQuerySet(models.QuerySet["Phrase"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def of_office(self, office: int | None) -> Self:
        return self.filter(office=office).order_by("place", "position", "pk")


class Phrase(models.Model):
    """A sentence an office uses in its lists of faults. With `carried` it stands in place of the carried phrase of that
    key; `withdrawn` means that the office does not use it.

    `place` is the kind of place it is for, as faults name places, without the year: figures.rd_total, firm, document.
    """

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="phrases")
    place = models.CharField(max_length=40)
    text = models.TextField()
    carried = models.CharField(max_length=40, blank=True)
    withdrawn = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(place=""), name="a_phrase_says_what_of_what"),
            models.UniqueConstraint(
                fields=["office", "carried"], condition=~Q(carried=""), name="a_carried_phrase_is_replaced_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text
