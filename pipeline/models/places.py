from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import F, Q


class DivisionQuerySet(models.QuerySet["Division"]):
    def counties(self) -> "DivisionQuerySet":
        """What a firm can belong to: counties and the development zones that keep their own books."""
        return self.filter(level=Division.COUNTY, counted=True)


class Division(models.Model):
    """A node of the tree of city, counties and parks, while it existed. Development zones may carry a code of
    their own.
    """

    CITY, COUNTY, PARK = "city", "county", "park"

    code = models.CharField(max_length=12)
    name = models.CharField(max_length=60)
    level = models.CharField(max_length=8)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    counted = models.BooleanField(default=True)
    successor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="predecessors")
    during = DateRangeField()

    objects = DivisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "during"], name="one_division_per_code_and_period"),
            models.CheckConstraint(condition=Q(level__in=["city", "county", "park"]), name="division_level_is_known"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="division_is_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return self.name


class Field(models.Model):
    """国家重点支持的高新技术领域: three levels, coded as in the declaration system."""

    code = models.CharField(max_length=5, unique=True)
    level = models.SmallIntegerField()
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class Industry(models.Model):
    """国民经济行业 GB/T 4754-2017."""

    code = models.CharField(max_length=5, unique=True)
    level = models.SmallIntegerField()
    name = models.CharField(max_length=100)

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
