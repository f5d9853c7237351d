"""What is said and settled while a case is looked at: faults to correct, flags that block, proposals to decide."""

from django.db import models
from django.db.models import F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class Fault(FirmOwned):
    """One thing to correct, named with its place; all of a return are told at once."""

    CHANGED, EXPLAINED, PAPER = "changed", "explained", "paper"

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="faults")
    application = models.ForeignKey(
        "pipeline.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="faults"
    )
    raised_by = models.ForeignKey("pipeline.Transition", on_delete=models.PROTECT, related_name="faults")
    place = models.CharField(max_length=60)  # firm.field, figures.2025.rd_total, property, document …
    says = models.TextField()
    reply = models.CharField(max_length=10, blank=True)  # how it was answered
    answer = models.TextField(blank=True)
    answered_on = models.DateField(null=True, blank=True)

    objects = FirmOwnedQuerySet["Fault"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(reply__in=["", "changed", "explained", "paper"]), name="fault_reply_is_known"
            )
        ]

    def __str__(self) -> str:
        return self.says


class Flag(FirmOwned):
    """An objection, credit record or accident. Until it is cleared it blocks publicity and admission."""

    OBJECTION, CREDIT, ACCIDENT = "objection", "credit", "accident"

    kind = models.CharField(max_length=12)
    says = models.TextField()
    raised_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    raised_on = models.DateField()
    cleared_on = models.DateField(null=True, blank=True)
    cleared_note = models.TextField(blank=True)

    objects = FirmOwnedQuerySet["Flag"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["objection", "credit", "accident"]), name="flag_kind_is_known")
        ]

    def __str__(self) -> str:
        return self.says


class Proposal(FirmOwned):
    """What one person proposes and another decides."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="proposals")
    application = models.ForeignKey(
        "pipeline.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="proposals"
    )
    act = models.CharField(max_length=32)
    reason = models.CharField(max_length=20, blank=True)
    says = models.TextField()
    proposed_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    decided_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)

    objects = FirmOwnedQuerySet["Proposal"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="nobody_decides_their_own_proposal"),
            models.UniqueConstraint(
                fields=["case", "act"], condition=Q(decided_on=None), name="one_open_proposal_per_act"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.says}"
