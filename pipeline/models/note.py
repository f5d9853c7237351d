from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class Note(FirmOwned):
    """What somebody of the bureau noted of a firm: `internal`, for the offices alone, or for the firm to read.

    `mentions` are the keys of the colleagues named in it with @, who are told. What was noted stays as it was.
    """

    case = models.ForeignKey("pipeline.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField()
    internal = models.BooleanField(default=True)
    mentions = ArrayField(models.BigIntegerField(), default=list, blank=True)
    on = models.DateField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["Note"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="a_note_says_something"),
            models.CheckConstraint(
                condition=Q(internal=True) | Q(mentions=[]), name="colleagues_are_named_inside_only"
            ),
        ]
        indexes = [models.Index(fields=["firm", "-recorded_at"], name="notes_of_firm")]

    def __str__(self) -> str:
        return self.text
