"""What looks odd in the record of one firm, or alike in two: found by a job, judged by people. Nothing falls by it."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Count, F, Q

from pipeline.access import OFFICE, Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet, firms_in

SAME_NAME, SAME_PHONE, SAME_PERSON, NEAR_CODE = "same_name", "same_phone", "same_person", "near_code"
SAME_RIGHT, SAME_STAFF, SAME_TEXT = "same_right", "same_staff", "same_text"
ON_LINE, OFF_BY_UNIT = "on_line", "off_by_unit"
DUPLICATES = (SAME_NAME, SAME_PHONE, SAME_PERSON, NEAR_CODE)
PAIRS = (*DUPLICATES, SAME_RIGHT, SAME_STAFF, SAME_TEXT)
KINDS = (*PAIRS, ON_LINE, OFF_BY_UNIT)


class Trait(FirmOwned):
    """Something of a firm by which it may be found again in another: `key` is the digest of what is compared, `shown`
    what a person reads of it.
    """

    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=40)
    shown = models.CharField(max_length=200, blank=True)

    objects = FirmOwnedQuerySet["Trait"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "key"], name="a_firm_has_a_trait_once")]
        indexes = [models.Index(fields=["key", "firm"], name="firms_by_trait")]

    def __str__(self) -> str:
        return f"{self.kind} {self.shown}"


class Looked(FirmOwned):
    """Which state of a firm's record was looked at last: the sum of the versions of its rows."""

    versions = models.CharField(max_length=40)

    objects = FirmOwnedQuerySet["Looked"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm"], name="a_firm_was_looked_at_last")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.versions}"


class HitQuerySet(FirmOwnedQuerySet["Hit"]):
    def visible_to(self, actor: Actor) -> Self:
        """Of two firms, those of which the person's office has both today, whatever it saw before one left."""
        reach, rows = actor.reach(OFFICE), super().visible_to(actor)
        if reach.everything:
            return rows
        ours = firms_in(reach.counties)
        return rows.filter(Q(other=None) | Q(firm__in=ours, other__in=ours))

    def open(self) -> Self:
        return self.filter(state=Hit.OPEN)

    def by_kind(self) -> dict[str, int]:
        """How many are open of each kind. One statement."""
        counted: Iterable[tuple[str, int]] = self.open().order_by().values_list("kind").annotate(n=Count("pk"))
        return dict(counted)


class Hit(FirmOwned):
    """Something odd: in one firm, or alike in two (`firm` has the smaller key). `facts` hold both sides as they were
    when it was found, `sides` their digest: settled, it stays so until a side changes.
    """

    OPEN, SETTLED = "open", "settled"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=12)
    other = models.ForeignKey("pipeline.Firm", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    about = models.CharField(max_length=60, blank=True)  # a rule, or a year and a figure
    facts: Any = models.JSONField(default=dict)
    sides = models.CharField(max_length=40)
    found_on = models.DateField()
    state = models.CharField(max_length=8, default=OPEN)
    settled_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    settled_on = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=300, blank=True)

    objects = HitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["firm", "other", "kind", "about"], nulls_distinct=False, name="a_hit_stands_once"
            ),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="kind_of_hit_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=PAIRS, other__gt=F("firm")) | (~Q(kind__in=PAIRS) & Q(other=None)),
                name="a_pair_has_two_firms_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state="open", settled_by=None, settled_on=None, why="")
                | Q(state="settled", settled_by__isnull=False, settled_on__isnull=False) & ~Q(why=""),
                name="a_settled_hit_says_who_when_and_why",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], condition=Q(state="open"), name="open_hits_by_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.firm_id} {self.other_id or ''}"
