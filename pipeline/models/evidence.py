import uuid
from typing import Self

from django.db import models
from django.db.models import Q

from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class Document(FirmOwned):
    """A paper of a firm; what it says is in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=40)
    title = models.CharField(max_length=200)

    objects = FirmOwnedQuerySet["Document"].as_manager()

    def __str__(self) -> str:
        return self.title

    @property
    def current(self) -> "DocumentVersion | None":
        return self.versions.order_by("-number").first()


class DocumentVersionQuerySet(FirmOwnedQuerySet["DocumentVersion"]):
    def newest(self) -> Self:
        """The last version of each paper, in the order the papers came in."""
        last = self.order_by("document", "-number").distinct("document").values("pk")
        return self.filter(pk__in=last).select_related("document", "by").order_by("-recorded_at", "pk")


class DocumentVersion(FirmOwned):
    """One file, addressed by what it holds. Nobody but its sender may fetch it before it is found clean."""

    RECEIVED, SCANNING, CLEAN, QUARANTINED = "received", "scanning", "clean", "quarantined"

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    state = models.CharField(max_length=12, default=RECEIVED)
    objections = models.JSONField(default=list, blank=True)  # why it is quarantined
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = DocumentVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="versions_are_numbered"),
            models.CheckConstraint(
                condition=Q(state__in=["received", "scanning", "clean", "quarantined"]), name="document_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    def may_be_read_by(self, actor: Actor) -> bool:
        return self.state == self.CLEAN or self.by_id == actor.pk


class Evidence(FirmOwned):
    """What a paper proves: a step of the plan, the figures of a year, the answer to a fault."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="proves")
    step = models.ForeignKey("pipeline.Step", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence")
    year = models.ForeignKey(
        "pipeline.FinancialYear", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    fault = models.ForeignKey(
        "pipeline.Fault", null=True, blank=True, on_delete=models.PROTECT, related_name="evidence"
    )
    figure = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["Evidence"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(step__isnull=False) | Q(year__isnull=False) | Q(fault__isnull=False),
                name="evidence_proves_something",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id}"
