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

    ADMISSION, REMOVAL, CERTIFICATION = "admission", "removal", "certification"
    UPHELD, DISMISSED, WITHDRAWN = "upheld", "dismissed", "withdrawn"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="objections")
    flag = models.OneToOneField(
        "pipeline.Flag", null=True, blank=True, on_delete=models.PROTECT, related_name="objection"
    )
    about = models.CharField(max_length=16)
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
            models.CheckConstraint(
                condition=Q(about__in=["admission", "removal", "certification"]), name="objection_has_its_matter"
            ),
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


class OwnObjectionQuerySet(FirmOwnedQuerySet["OwnObjection"]):
    def to_take_in(self) -> Self:
        """What the bureau has not on its own list yet."""
        return self.filter(objection=None, decided_on=None)


class OwnObjection(FirmOwned):
    """What a firm objects to of its own accord: the admission of another, or its own removal. It is the objecting
    firm's row; the bureau's `objection` to the case follows from it, and brings the answer back here.
    """

    UNHEARD = "late"  # it came when nothing was open to objections any more

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)  # of the firm on notice, as it was published
    about = models.CharField(max_length=10)
    says = models.TextField()
    paper = models.ForeignKey("pipeline.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    objection = models.OneToOneField(
        Objection, null=True, blank=True, on_delete=models.PROTECT, related_name="own_objection"
    )
    result = models.CharField(max_length=10, blank=True)
    answer = models.TextField(blank=True)
    decided_on = models.DateField(null=True, blank=True)

    objects = OwnObjectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(about__in=["admission", "removal"]), name="own_objection_has_its_matter"
            ),
            models.CheckConstraint(condition=~Q(says=""), name="own_objection_says_something"),
            models.CheckConstraint(
                condition=Q(result="", answer="", decided_on=None)
                | Q(result__in=["upheld", "dismissed", "withdrawn", "late"], decided_on__isnull=False) & ~Q(answer=""),
                name="a_decided_own_objection_has_its_answer",
            ),
            models.UniqueConstraint(
                fields=["firm", "case"], condition=Q(decided_on=None), name="a_firm_objects_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(objection=None, decided_on=None), name="own_objections_waiting")
        ]

    def __str__(self) -> str:
        return self.says
