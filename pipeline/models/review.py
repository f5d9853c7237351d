"""What is said and settled while a case is looked at: faults to correct, places found right, flags that block,
proposals to decide.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

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


class FaultDraft(FirmOwned):
    """A list of faults that somebody is composing for a case, kept while they type. No firm sees it.

    `content` is the list as pairs of place and words; `act` is the return it is for.
    """

    case = models.ForeignKey("pipeline.Case", on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("pipeline.User", on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=32)
    content = models.JSONField(default=list)
    saved_at = models.DateTimeField(db_default=Now())

    objects = FirmOwnedQuerySet["FaultDraft"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "person", "act"], name="one_list_of_faults_per_return")]

    def __str__(self) -> str:
        return f"{self.act} of {self.case_id} by {self.person_id}"


class Acceptance(FirmOwned):
    """Somebody of the bureau found a place right in what the firm submitted. It holds for that submission alone."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="acceptances")
    submission = models.ForeignKey("pipeline.Transition", on_delete=models.PROTECT, related_name="acceptances")
    place = models.CharField(max_length=60)  # as a fault names it
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()

    objects = FirmOwnedQuerySet["Acceptance"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "place"], name="a_place_is_accepted_once"),
            models.CheckConstraint(condition=~Q(place=""), name="what_is_accepted_has_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.place} of {self.case_id}"


class Flag(FirmOwned):
    """An objection, credit record or accident. Until it is lifted it blocks publicity, admission, recommendation."""

    OBJECTION, CREDIT, ACCIDENT = "objection", "credit", "accident"

    kind = models.CharField(max_length=12)
    says = models.TextField()
    raised_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    raised_on = models.DateField()
    evidence = models.CharField(max_length=200, blank=True, db_default="")  # the letter, the record, its number
    cleared_on = models.DateField(null=True, blank=True)
    cleared_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cleared_note = models.TextField(blank=True)

    objects = FirmOwnedQuerySet["Flag"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["objection", "credit", "accident"]), name="flag_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(cleared_by=None) | Q(cleared_on__isnull=False), name="who_cleared_a_flag_did_so_on_a_day"
            ),
        ]
        indexes = [models.Index(fields=["firm"], condition=Q(cleared_on=None), name="open_flags_of_firm")]

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
    on_behalf_of = models.ForeignKey(
        "pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # whose signature it was decided with
    decided_on = models.DateField(null=True, blank=True)

    objects = FirmOwnedQuerySet["Proposal"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(decided_by=F("proposed_by")), name="nobody_decides_their_own_proposal"),
            models.CheckConstraint(
                condition=~Q(on_behalf_of=F("proposed_by")), name="no_signature_of_the_proposer_decides"
            ),
            models.UniqueConstraint(
                fields=["case", "act"], condition=Q(decided_on=None), name="one_open_proposal_per_act"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.says}"
