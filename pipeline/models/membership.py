"""How people come to act for a firm: they claim it, or its owner invites them; and who looked at what it shows."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from pipeline import access
from pipeline.access import Actor, Reach
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet, entrusted


class InvitationQuerySet(FirmOwnedQuerySet["Invitation"]):
    def open_at(self, moment: datetime) -> Self:
        return self.filter(used_at=None, ended_at=None, expires_at__gt=moment)


class Invitation(FirmOwned):
    """A seat offered to the holder of one telephone number or one e-mail address, by a link that works once.

    Only a digest of the link's token is kept. An invitation to the owner's seat is the handing over of the firm.
    """

    kind = models.CharField(max_length=16)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(
        "pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="invitations"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=sorted(access.FIRM)), name="one_is_invited_to_a_seat_of_a_firm"
            ),
            models.CheckConstraint(
                condition=(Q(phone="") & ~Q(email="")) | (~Q(phone="") & Q(email="")),
                name="an_invitation_is_bound_to_a_phone_or_an_address",
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True, used_by__isnull=True)
                | Q(used_at__isnull=False, used_by__isnull=False),
                name="a_used_invitation_says_by_whom",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.firm_id}"

    @property
    def title(self) -> tuple[str, str]:
        return access.SEAT_NAMES[self.kind]


class Viewing(FirmOwned):
    """That somebody whom the firm let in looked at a part of its record on a day: the firm reads it."""

    person = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10)
    day = models.DateField()

    objects = FirmOwnedQuerySet["Viewing"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "person", "part", "day"], name="a_day_of_looking_is_told_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.part} of {self.firm_id}"


class ShowingQuerySet(FirmOwnedQuerySet["Showing"]):
    def visible_to(self, actor: Actor) -> Self:
        """Of the firms one sees; and to a bank, the parts it was let into."""
        reach = actor.reach()
        let_in = Q(pk__in=super().visible_to(actor).values("pk"))
        for part in Showing.PARTS:
            let_in |= Q(part=part) & entrusted(reach, "firm", "bank", [part])
        return self.filter(let_in)


class Showing(FirmOwned):
    """What a bank is shown of a firm in place of its record: the verdict, or the one page, as of a day.

    `content` is what the page tells, ready to be shown: `models.shown` makes it.
    """

    VERDICT, ONE_PAGE = "verdict", "one_page"
    PARTS = (VERDICT, ONE_PAGE)

    part = models.CharField(max_length=10)
    day = models.DateField()
    content = models.JSONField()

    objects = ShowingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "part"], name="a_part_is_shown_as_it_stands_last"),
            models.CheckConstraint(condition=Q(part__in=["verdict", "one_page"]), name="shown_part_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.firm_id}, {self.day}"


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, actor: Actor) -> Self:
        """One's own, and those addressed to one's office; the city reads all."""
        if actor.reach().everything:
            return self
        counties = actor.reach(access.COUNTY).counties
        return self.filter(Q(person=actor.pk) | Q(office__level="county", office__division__in=counties))

    def beyond(self, reach: Reach) -> bool:
        return not reach.everything and self.exclude(office__division__in=reach.counties).exists()


class Claim(models.Model):
    """Somebody says they act for a firm and shows its registration paper; the county checks it."""

    OPEN, ACCEPTED, REFUSED = "open", "accepted", "refused"
    RECEIVED, CLEAN, QUARANTINED = "received", "clean", "quarantined"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="claims")
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="+")
    uscc = models.CharField(max_length=18)
    firm_name = models.CharField(max_length=200)
    paper = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=100)
    paper_state = models.CharField(max_length=12, default=RECEIVED)
    state = models.CharField(max_length=8, default=OPEN)
    made_on = models.DateField()
    decided_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=400, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "accepted", "refused"]), name="claim_state_is_known"),
            models.CheckConstraint(
                condition=Q(paper_state__in=["received", "clean", "quarantined"]), name="claim_paper_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | Q(decided_by__isnull=False, decided_on__isnull=False),
                name="a_decided_claim_says_by_whom",
            ),
            models.UniqueConstraint(
                fields=["person", "uscc"], condition=Q(state="open"), name="a_firm_is_claimed_once_by_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.uscc}"
