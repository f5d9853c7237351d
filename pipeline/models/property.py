from django.db import models
from django.db.models import Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

CLASS_ONE = (
    "invention",
    "defence_invention",
    "plant_variety",
    "crop_variety",
    "new_drug",
    "protected_tcm",
    "ic_layout",
)
CLASS_TWO = ("utility_model", "design", "software")
KINDS = CLASS_ONE + CLASS_TWO
ACQUIRED_BY = ("own_rd", "assigned", "donated", "merger", "licensed")


class IntellectualProperty(FirmOwned):
    """One right. `core` says whether it supports the main product; nobody having said so is unknown. What is `secret`
    stays out of what a classified firm hands in.
    """

    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    granted_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    acquired_by = models.CharField(max_length=12, default="own_rd")
    owners = models.PositiveSmallIntegerField(default=1)
    used_in_certification_on = models.DateField(null=True, blank=True)
    core = models.BooleanField(null=True, blank=True)
    holder = models.CharField(max_length=200, blank=True, default="", db_default="")  # as the certificate has it
    secret = models.BooleanField(default=False, db_default=False)

    objects = FirmOwnedQuerySet["IntellectualProperty"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "number"], name="one_right_per_firm_and_number"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="kind_of_right_is_known"),
            models.CheckConstraint(condition=Q(acquired_by__in=ACQUIRED_BY), name="way_of_acquiring_is_known"),
        ]

    def __str__(self) -> str:
        return self.number
