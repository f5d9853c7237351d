import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from pipeline import access
from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class NoticeQuerySet(FirmOwnedQuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> Self:
        """Besides what is told of firms in sight, what is told to the person about their own seats and account; the
        administrators, who write that, see it of everybody, and so does the city.
        """
        own = Q(firm=None, to=Notice.PERSON)
        if not actor.seat_kinds & TELLERS:
            own &= Q(person=actor.pk, person__isnull=False)
        sight = self._in_sight(actor.reach())
        return self.filter(sight | own) if sight else self

    def beyond(self, reach: access.Reach) -> bool:
        """What is told to a person alone is no firm's: whoever may see it may mark it as read."""
        of_firms = self.exclude(to=Notice.PERSON)
        return super(NoticeQuerySet, of_firms).beyond(reach)

    def unsent(self, now: datetime) -> Self:
        return self.filter(state=Notice.WAITING, next_try_at__lte=now).order_by("pk")

    def for_firm(self) -> Self:
        return self.filter(to=Notice.FIRM).select_related("case").order_by("-pk")

    def for_office(self, actor: Actor) -> Self:
        """What the person's seats in offices are told, and what is told to them alone, newest first."""
        sides = [side for side in (Notice.CITY, Notice.COUNTY) if actor.seat_kinds & SIDES[side]]
        mine = self.filter(Q(person=None, to__in=sides) | Q(person=actor.pk))
        return mine.select_related("case", "firm").order_by("-pk")


class Notice(FirmOwned):
    """The outbox: what somebody is to be told, written in the transaction that causes it and sent by a job.

    In the application it can be read at once; what goes by mail carries no more than a case number and a link.
    """

    FIRM, CITY, COUNTY, PERSON = "firm", "city", "coun", "self"
    WAITING, SENT, DEAD = "waiting", "sent", "dead"

    # Whose affair it is; of what concerns no single firm the city is told, or a person of what is their own.
    firm = models.ForeignKey(  # type: ignore[assignment]  # wider than what it inherits
        "pipeline.Firm", null=True, blank=True, on_delete=models.PROTECT
    )
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey("pipeline.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="notices")
    to = models.CharField(max_length=4)
    person = models.ForeignKey(  # told to this one person of the side alone
        "pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=40)
    title = models.JSONField()  # {zh, en}: rendered when it was written, so that later wording changes nothing
    body = models.JSONField()
    state = models.CharField(max_length=8, default=WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_default=models.functions.Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(to__in=["firm", "city", "coun", "self"]), name="notice_has_a_side"),
            models.CheckConstraint(
                condition=(Q(firm__isnull=False) & ~Q(to="self"))
                | Q(firm=None, to="city")
                | Q(firm=None, case=None, to="self", person__isnull=False),
                name="without_a_firm_the_city_is_told_or_a_person",
            ),
            models.CheckConstraint(condition=Q(state__in=["waiting", "sent", "dead"]), name="notice_state_is_known"),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="notices_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to} of {self.firm_id}"


SIDES = {Notice.FIRM: access.FIRM, Notice.CITY: access.CITY, Notice.COUNTY: access.COUNTY}
TELLERS = frozenset({"security_admin", "system_admin"})  # who tell people of their seats and accounts
