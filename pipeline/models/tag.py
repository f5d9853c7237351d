from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pipeline.models.trial import WorkQuerySet


class Tag(models.Model):
    """A word by which an office marks cases for itself. Firms never read it."""

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=20)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = WorkQuerySet["Tag"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "name"], name="one_tag_of_a_name_per_office"),
            models.CheckConstraint(condition=~Q(name=""), name="a_tag_is_a_word"),
        ]

    def __str__(self) -> str:
        return self.name


class Tagging(models.Model):
    """A case that bears a tag."""

    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="taggings")
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="taggings")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = WorkQuerySet["Tagging"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "case"], name="a_case_bears_a_tag_once")]

    def __str__(self) -> str:
        return f"{self.tag_id} on {self.case_id}"
