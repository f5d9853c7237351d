"""One firm that stands on record twice: who found it so, who confirmed it, and what was carried over."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q

from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.people import of_offices

AS_WRITTEN = pgtrigger.Trigger(
    name="as_two_people_wrote_it",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func=(
        'if (new.firm_id, new.into_id, new.proposal_id, new.by_id, new."on") is distinct from'
        ' (old.firm_id, old.into_id, old.proposal_id, old.by_id, old."on") then'
        " raise exception 'a merge stays as two people wrote it' using errcode = 'MP002'; end if; return new;"
    ),
)


class MergeProposalQuerySet(models.QuerySet["MergeProposal"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def waiting(self) -> Self:
        return self.filter(state=MergeProposal.WAITING)


class MergeProposal(models.Model):
    """Somebody holds the record `gone` for the same firm as `into`; somebody else merges the two, or nobody does."""

    WAITING, DONE, DROPPED = "waiting", "done", "dropped"

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey("pipeline.Firm", on_delete=models.PROTECT, related_name="+")
    into = models.ForeignKey("pipeline.Firm", on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300)
    proposed_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField()
    state = models.CharField(max_length=8, default=WAITING)
    decided_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)

    objects = MergeProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gone"], condition=Q(state="waiting"), name="a_record_is_proposed_for_one_merge"
            ),
            models.CheckConstraint(condition=~Q(gone=F("into")), name="no_record_is_proposed_to_itself"),
            models.CheckConstraint(condition=~Q(why=""), name="a_proposed_merge_has_its_reason"),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None, decided_on=None)
                | Q(state__in=["done", "dropped"], decided_by__isnull=False, decided_on__isnull=False),
                name="a_proposed_merge_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(decided_by=F("proposed_by")), name="two_people_merge_records"
            ),
        ]
        indexes = [models.Index(fields=["office", "-id"], name="merge_proposals_of_office")]

    def __str__(self) -> str:
        return f"{self.gone_id} into {self.into_id}: {self.state}"


class MergedRecordQuerySet(FirmOwnedQuerySet["MergedRecord"]):
    def standing(self) -> Self:
        return self.filter(undone_on=None)

    def staying(self) -> dict[str, str]:
        """The code of each record that was merged, and that of the record which stays in the end."""
        into = dict(self.standing().values_list("firm__uscc", "into__uscc"))
        return {gone: _last(into, gone) for gone in into}


def _last(into: dict[str, str], code: str) -> str:
    """A merge is refused where it would come round to where it began, so this ends; at worst with all of them."""
    for _step in into:
        if code not in into:
            break
        code = into[code]
    return code


class MergedRecord(FirmOwned):
    """The record `firm` was found to be the same firm as `into`. `moved` holds what went over, so that it can come
    back: {model: [keys]}; `made` what was written anew because of it.
    """

    into = models.ForeignKey("pipeline.Firm", on_delete=models.PROTECT, related_name="took_over")
    why = models.CharField(max_length=300)
    moved: Any = models.JSONField(default=dict)
    made: Any = models.JSONField(default=dict)
    proposal = models.OneToOneField(
        MergeProposal, null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    undone_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    undone_on = models.DateField(null=True, blank=True)
    undone_why = models.CharField(max_length=300, blank=True)

    objects = MergedRecordQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm"], condition=Q(undone_on=None), name="a_record_is_merged_into_one_other"
            ),
            models.CheckConstraint(condition=~Q(firm=F("into")), name="no_record_is_merged_into_itself"),
            models.CheckConstraint(condition=~Q(why=""), name="a_merge_has_its_reason"),
            models.CheckConstraint(
                condition=Q(undone_on=None, undone_by=None, undone_why="")
                | Q(undone_on__isnull=False, undone_by__isnull=False) & ~Q(undone_why=""),
                name="an_undone_merge_says_who_and_why",
            ),
        ]
        triggers = [AS_WRITTEN]

    def __str__(self) -> str:
        return f"{self.firm_id} into {self.into_id}"
