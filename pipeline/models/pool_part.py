from django.db import models
from django.db.models.functions import Now


class PoolPart(models.Model):
    """The figures of some firms of an office's pool on a day, as an Arrow stream, and what versions of rows they are
    made of: they hold as long as `pool_versions.versions` says the same. Its firms' keys, divided by
    `pool_versions.SPAN`, come to `span`.
    """

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    span = models.PositiveIntegerField()
    versions = models.CharField(max_length=64)
    figures = models.BinaryField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "day", "span"], name="one_pool_part_of_a_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.span}"
