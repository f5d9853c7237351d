import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Count, Q

from pipeline import access
from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


class NoticeQuerySet(FirmOwnedQuerySet["Notice"]):
    def unsent(self, now: datetime) -> Self:
        return self.filter(state=Notice.WAITING, next_try_at__lte=now).order_by("pk")

    def for_firm(self) -> Self:
        return self.filter(to=Notice.FIRM).select_related("case").order_by("-pk")

    def for_office(self, actor: Actor) -> Self:
        """What the person's seats in offices are told, newest first."""
        sides = [side for side in (Notice.CITY, Notice.COUNTY) if actor.seat_kinds & SIDES[side]]
        mine = self.filter(Q(person=None, to__in=sides) | Q(person=actor.pk))
        return mine.select_related("case", "firm").order_by("-pk")

    def count_unread(self) -> tuple[int, int]:
        """How many are unread, and how many there are. One statement."""
        counted = self.order_by().aggregate(unread=Count("pk", filter=Q(read_at=None)), total=Count("pk"))
        return counted["unread"], counted["total"]


class Notice(FirmOwned):
    """The outbox: what somebody is to be told, written in the transaction that causes it and sent by a job.

    In the application it can be read at once; what goes by mail carries no more than a case number and a link.
    """

    FIRM, CITY, COUNTY = "firm", "city", "coun"
    WAITING, SENT, DEAD = "waiting", "sent", "dead"

    # Whose affair it is; of what concerns no single firm only the city is told.
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
            models.CheckConstraint(condition=Q(to__in=["firm", "city", "coun"]), name="notice_has_a_side"),
            models.CheckConstraint(
                condition=Q(firm__isnull=False) | Q(to="city"), name="only_the_city_is_told_without_a_firm"
            ),
            models.CheckConstraint(condition=Q(state__in=["waiting", "sent", "dead"]), name="notice_state_is_known"),
        ]
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="notices_waiting")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to} of {self.firm_id}"


SIDES = {Notice.FIRM: access.FIRM, Notice.CITY: access.CITY, Notice.COUNTY: access.COUNTY}
