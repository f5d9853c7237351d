"""How a person is told beyond the application: by which channels, when not, and what is on its way to them."""

import uuid
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.timezone import localtime

MAIL, SMS, WECOM, DINGTALK = "mail", "sms", "wecom", "dingtalk"
CHANNELS = (MAIL, SMS, WECOM, DINGTALK)
EVENING, MORNING = time(21), time(8)
CODE_VALID_FOR = timedelta(minutes=10)
MOST_GUESSES = 5
BY_MAIL: partial[list[str]] = partial(list, (MAIL,))
ACCOUNT = r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,63}$"  # of one person: no "@all", no "a|b"


def _chosen(channel: str) -> Q:
    return Q(urgent__contains=[channel]) | Q(ordinary__contains=[channel])


class Telling(models.Model):
    """One person's choice. Who made none is told by mail; in the application everybody is told always.

    `urgent` and `ordinary` name channels. Quiet hours are held as times of Shanghai and may span midnight; both empty
    means none. With `digest` the ordinary ones come once a day, when the quiet hours end.
    """

    person = models.OneToOneField("pipeline.User", on_delete=models.PROTECT, related_name="telling")
    urgent = ArrayField(models.CharField(max_length=8), default=BY_MAIL, blank=True)
    ordinary = ArrayField(models.CharField(max_length=8), default=BY_MAIL, blank=True)
    quiet_from = models.TimeField(null=True, blank=True, default=EVENING)
    quiet_until = models.TimeField(null=True, blank=True, default=MORNING)
    digest = models.BooleanField(default=False)
    phone = models.CharField(max_length=20, blank=True)
    phone_confirmed_at = models.DateTimeField(null=True, blank=True)
    wecom = models.CharField(max_length=64, blank=True)
    dingtalk = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(urgent__contained_by=list(CHANNELS), ordinary__contained_by=list(CHANNELS)),
                name="one_is_told_by_known_channels",
            ),
            models.CheckConstraint(
                condition=~_chosen(SMS) | (Q(phone_confirmed_at__isnull=False) & ~Q(phone="")),
                name="an_sms_goes_to_a_confirmed_number",
            ),
            models.CheckConstraint(
                condition=Q(wecom__regex=ACCOUNT) | (Q(wecom="") & ~_chosen(WECOM)), name="wecom_needs_one_account"
            ),
            models.CheckConstraint(
                condition=Q(dingtalk__regex=ACCOUNT) | (Q(dingtalk="") & ~_chosen(DINGTALK)),
                name="dingtalk_needs_one_account",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="quiet_hours_begin_and_end",
            ),
        ]

    def __str__(self) -> str:
        return f"how {self.person_id} is told"

    def channels(self, *, urgent: bool) -> list[str]:
        return self.urgent if urgent else self.ordinary

    def address(self, channel: str) -> str:
        """Where the person is reached by it; empty where they are not."""
        return {
            MAIL: self.person.email,
            SMS: self.phone if self.phone_confirmed_at else "",
            WECOM: self.wecom,
            DINGTALK: self.dingtalk,
        }[channel]

    def opens_at(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours it falls into."""
        if self.quiet_from is None or self.quiet_until is None:
            return moment
        now = localtime(moment).time()
        if self.quiet_from < self.quiet_until:
            quiet = self.quiet_from <= now < self.quiet_until
        else:
            quiet = now >= self.quiet_from or now < self.quiet_until
        return _next(moment, self.quiet_until) if quiet else moment

    def due_at(self, moment: datetime, *, urgent: bool) -> datetime:
        """When what happens at that moment is to be told."""
        if self.digest and not urgent:
            return self.opens_at(_next(moment, self.quiet_until or MORNING))
        return self.opens_at(moment)


def _next(moment: datetime, clock: time) -> datetime:
    """The next time after the moment at which the clocks of Shanghai show this."""
    local = localtime(moment)
    today = local.replace(hour=clock.hour, minute=clock.minute, second=clock.second, microsecond=0)
    return today if today > local else today + timedelta(days=1)


class PhoneProofQuerySet(models.QuerySet["PhoneProof"]):
    def unsent(self, now: datetime) -> Self:
        return self.filter(sent_at=None, why="", expires_at__gt=now).order_by("pk")

    def usable(self, now: datetime) -> Self:
        return self.filter(used_at=None, expires_at__gt=now, guesses__lt=MOST_GUESSES)


class PhoneProof(models.Model):
    """A code on its way to a telephone. Of the code itself nothing is kept: it is worked out from `salt` and the secret
    key of the house, when it is sent and when it is entered. It counts in the session that asked for it only.
    """

    person = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    phone = models.CharField(max_length=20)
    salt = models.CharField(max_length=64)
    session = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)  # why it was not sent
    guesses = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneProofQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("asked_at"), expires_at__lte=F("asked_at") + CODE_VALID_FOR),
                name="a_code_ends_within_ten_minutes",
            ),
            models.CheckConstraint(condition=Q(guesses__lte=MOST_GUESSES), name="a_code_is_guessed_at_five_times"),
        ]
        indexes = [models.Index(fields=["person", "asked_at"], name="codes_of_a_person")]

    def __str__(self) -> str:
        return f"code for {self.person_id}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, now: datetime) -> Self:
        """What may be sent now: what waits, and what somebody began to send and did not end."""
        begins = Q(state=Delivery.WAITING) | Q(state=Delivery.SENDING, leads=True)
        return self.filter(begins, next_try_at__lte=now).order_by("next_try_at", "pk")

    def late(self, now: datetime) -> Self:
        return self.filter(state__in=Delivery.OPEN, next_try_at__lte=now)


class Delivery(models.Model):
    """One notice on its way to one person by one channel.

    What goes out together, as one message, shares a `batch` while it is being sent; one row of it `leads`. A batch of
    unknown fate is tried again as it is, under the same number, so that a gateway that knows numbers sends it once.
    """

    WAITING, SENDING, SENT, DEAD, MOOT = "waiting", "sending", "sent", "dead", "moot"
    STATES = (WAITING, SENDING, SENT, DEAD, MOOT)
    OPEN = (WAITING, SENDING)

    notice = models.ForeignKey("pipeline.Notice", on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    urgent = models.BooleanField()
    state = models.CharField(max_length=8, default=WAITING)
    batch = models.UUIDField(null=True, blank=True)
    leads = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    last_error = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["notice", "person", "channel"], name="one_is_told_once_by_a_channel"),
            models.UniqueConstraint(fields=["batch"], condition=Q(leads=True), name="a_batch_has_one_leader"),
            models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="delivery_channel_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "sending", "sent", "dead", "moot"]), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(batch__isnull=False), name="what_is_being_sent_has_a_batch"
            ),
            models.CheckConstraint(
                condition=Q(state="sent", delivered_at__isnull=False) | (~Q(state="sent") & Q(delivered_at=None)),
                name="what_is_delivered_says_when",
            ),
        ]
        indexes = [
            models.Index(fields=["next_try_at"], condition=Q(state__in=["waiting", "sending"]), name="deliveries_open"),
            models.Index(fields=["person", "channel"], name="deliveries_of_a_person"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="deliveries_of_a_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.notice_id} to {self.person_id} by {self.channel}"

    @classmethod
    def fresh_batch(cls) -> uuid.UUID:
        return uuid.uuid4()


class Pace(models.Model):
    """How a channel's gateway does, whoever of ours speaks to it: when a robot last spoke, for its house lets it speak
    so many times a minute; and until when one that is down or has had enough is left alone.
    """

    channel = models.CharField(max_length=8, unique=True)
    spoke_at = ArrayField(models.DateTimeField(), default=list, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # since it was last reached
    shut_until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(channel__in=CHANNELS), name="pace_channel_is_known")]

    def __str__(self) -> str:
        return self.channel

    def free_at(self, now: datetime, *, most: int, within: timedelta) -> datetime:
        """When it may be spoken to: now, or once it is open again and the oldest of the last `most` words is old."""
        recent = self.since(now - within)
        free = now if len(recent) < most else recent[-most] + within
        return max(free, self.shut_until or now)

    def since(self, moment: datetime) -> list[datetime]:
        return sorted(each for each in self.spoke_at if each > moment)


def without(channels: Iterable[str], gone: Iterable[str]) -> list[str]:
    left = set(gone)
    return [each for each in channels if each not in left]
