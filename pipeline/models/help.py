"""What a firm asks for help with, and the hours in which somebody has time for it."""

import uuid
from datetime import date, datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from pipeline.access import CITY, COUNTY, Actor
from pipeline.models.coaching import BEST_RATING
from pipeline.models.firm import Appointment, FirmMove, FirmOwned, FirmOwnedQuerySet

KINDS = ("policy", "rd_accounting", "property", "finance", "talent", "equipment", "other")


class DifficultyQuerySet(FirmOwnedQuerySet["Difficulty"]):
    def unanswered(self) -> Self:
        return self.filter(state=Difficulty.OPEN)

    def late(self, day: date) -> Self:
        """Not answered although the day is past."""
        return self.unanswered().filter(due_on__lt=day)

    def first_due_first(self) -> Self:
        """Those that wait on top, by their day; then those that are over."""
        return self.order_by("-state", "due_on", "-pk")


class Difficulty(FirmOwned):
    """A firm asks for help. Whoever it is routed to answers by its day; the firm closes it and says how good it was."""

    OPEN, ANSWERED, CLOSED = "open", "answered", "closed"
    COUNTY, COACH = "county", "coach"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=16)
    says = models.TextField()
    to = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=OPEN)
    asked_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    due_on = models.DateField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True, blank=True)
    climbed_on = models.DateField(null=True, blank=True)  # the head of the county was told that it waits
    escalated_on = models.DateField(null=True, blank=True)  # and then the city
    closed_on = models.DateField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rating_says = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = DifficultyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="difficulty_kind_is_known"),
            models.CheckConstraint(condition=Q(to__in=["county", "coach"]), name="difficulty_goes_to_somebody"),
            models.CheckConstraint(
                condition=Q(state="open", answered_on=None, closed_on=None)
                | Q(state="answered", answered_on__isnull=False, closed_on=None)
                | Q(state="closed", closed_on__isnull=False),
                name="difficulty_state_has_its_days",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=BEST_RATING, state="closed"),
                name="rating_is_given_when_closed",
            ),
            models.CheckConstraint(condition=~Q(says=""), name="difficulty_says_something"),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state="open"), name="difficulties_waiting")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.kind} {self.state}"


class HourQuerySet(models.QuerySet["Hour"]):
    def to_come(self, now: datetime) -> Self:
        return self.filter(starts_at__gt=now).select_related("host").order_by("starts_at", "pk")

    def free(self) -> Self:
        return self.filter(state=Hour.FREE)

    def open_to(self, firm: Any) -> Self:
        """Of the firm's coaches, of its county's office, and of the city's."""
        coaches = Appointment.objects.current().filter(firm=firm).values("coach")
        counties = FirmMove.objects.filter(firm=firm, during__upper_inf=True, division__isnull=False)
        of_county = Q(side=Hour.COUNTY, division__in=counties.values("division"))
        return self.filter(Q(side=Hour.CITY) | of_county | Q(side=Hour.COACH, host__in=coaches))

    def offered_by(self, actor: Actor) -> Self:
        return self.filter(host=actor.pk)


class Hour(models.Model):
    """A time that a coach or an officer keeps free for firms. Whoever books it first has it."""

    FREE, TAKEN, WITHDRAWN = "free", "taken", "withdrawn"
    COACH, COUNTY, CITY = "coach", "county", "city"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    host = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=8)
    division = models.ForeignKey(
        "pipeline.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the county whose firms it is for
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=60)
    place = models.CharField(max_length=100)
    state = models.CharField(max_length=10, default=FREE)

    objects = HourQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["free", "taken", "withdrawn"]), name="hour_state_is_known"),
            models.CheckConstraint(
                condition=Q(side__in=["coach", "city"], division=None) | Q(side="county", division__isnull=False),
                name="hour_is_of_a_side",
            ),
            models.CheckConstraint(condition=Q(minutes__gte=10, minutes__lte=240), name="hour_is_not_a_day"),
            models.UniqueConstraint(
                fields=["host", "starts_at"], condition=~Q(state="withdrawn"), name="one_hour_at_a_time"
            ),
        ]
        indexes = [models.Index(fields=["starts_at"], name="hours_by_time")]

    def __str__(self) -> str:
        return f"{self.host_id} {self.starts_at:%Y-%m-%d %H:%M}"


def side_of(actor: Actor) -> str:
    """On whose side a person who offers an hour sits."""
    if actor.seat_kinds & CITY:
        return Hour.CITY
    return Hour.COUNTY if actor.seat_kinds & COUNTY else Hour.COACH


class BookingQuerySet(FirmOwnedQuerySet["Booking"]):
    def standing(self) -> Self:
        return self.filter(cancelled_on=None)

    def with_hour(self) -> Self:
        return self.select_related("hour__host", "booked_by").order_by("hour__starts_at", "pk")

    def to_remind(self, first: date, last: date) -> Self:
        """Not reminded of yet and beginning between these days, both included."""
        return self.standing().filter(hour__starts_at__date__range=(first, last), reminded_on=None)


class Booking(FirmOwned):
    """A firm has booked an hour, and what for."""

    hour = models.ForeignKey(Hour, on_delete=models.PROTECT, related_name="bookings")
    about = models.CharField(max_length=200)
    booked_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    booked_on = models.DateField()
    cancelled_on = models.DateField(null=True, blank=True)
    cancelled_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reminded_on = models.DateField(null=True, blank=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour"], condition=Q(cancelled_on=None), name="an_hour_is_booked_by_one_firm"
            ),
            models.CheckConstraint(condition=~Q(about=""), name="a_booking_says_what_for"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.hour_id}"
