"""What somebody objects to while a firm is on public notice or about to leave the pool."""

import uuid
from typing import Self

from django.db import models
from django.db.models import F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class ObjectionQuerySet(FirmOwnedQuerySet["Objection"]):
    def undecided(self) -> Self:
        return self.filter(decided_on=None)

    def to_show(self) -> Self:
        """Those that wait for somebody first, then the newest."""
        shown = self.with_county().select_related("firm", "case", "examined_by", "decided_by", "registered_by")
        return shown.order_by(F("decided_on").desc(nulls_first=True), "-pk")


class Objection(FirmOwned):
    """Who objects, what they say, who examined it and what was decided. The bureau keeps to itself who it was.

    One to an admission stands beside the flag that blocks it; one to a removal blocks that until it is decided.
    """

    ADMISSION, REMOVAL = "admission", "removal"
    UPHELD, DISMISSED, WITHDRAWN = "upheld", "dismissed", "withdrawn"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="objections")
    flag = models.OneToOneField(
        "pipeline.Flag", null=True, blank=True, on_delete=models.PROTECT, related_name="objection"
    )
    about = models.CharField(max_length=10)
    objector = models.CharField(max_length=60)
    contact = models.CharField(max_length=60, blank=True)
    received_on = models.DateField()
    says = models.TextField()
    evidence = models.CharField(max_length=200, blank=True)
    registered_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    finding = models.TextField(blank=True)
    examined_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    examined_on = models.DateField(null=True, blank=True)
    result = models.CharField(max_length=10, blank=True)
    ruling = models.TextField(blank=True)
    decided_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ObjectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(about__in=["admission", "removal"]), name="objection_has_its_matter"),
            models.CheckConstraint(
                condition=Q(result="", decided_on=None, decided_by=None)
                | Q(
                    result__in=["upheld", "dismissed", "withdrawn"],
                    decided_on__isnull=False,
                    decided_by__isnull=False,
                    examined_by__isnull=False,
                ),
                name="an_objection_is_examined_before_it_is_decided",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("examined_by")), name="nobody_decides_the_objection_they_examined"
            ),
        ]
        indexes = [models.Index(fields=["case"], condition=Q(decided_on=None), name="open_objections_of_case")]

    def __str__(self) -> str:
        return self.says
