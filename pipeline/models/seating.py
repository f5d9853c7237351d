from datetime import date, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from pipeline import access
from pipeline.models.people import Office, User

DECIDERS = frozenset({"security_admin"})  # besides the officers and heads of the city, who see every seat


class SeatRequestQuerySet(models.QuerySet["SeatRequest"]):
    def visible_to(self, actor: access.Actor) -> Self:
        """The city and the security administrators see all of them, nobody else any."""
        sees = actor.reach(access.OFFICE).everything or bool(actor.seat_kinds & DECIDERS)
        return self if sees else self.none()

    def waiting(self) -> Self:
        return self.filter(state=SeatRequest.ASKED)

    def with_people(self) -> Self:
        return self.select_related("user", "office", "asked_by", "decided_by")


class SeatRequest(models.Model):
    """A seat that one person asks for and another gives or refuses. Neither decides about a seat of their own."""

    ASKED, GIVEN, REFUSED, DROPPED = "asked", "given", "refused", "dropped"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seat_requests")
    kind = models.CharField(max_length=16)
    office = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="seat_requests")
    agency = models.CharField(max_length=100, blank=True)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)  # the day after the last; None where no end is set
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, default=ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_on = models.DateField()
    decided_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_on = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = SeatRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=sorted(access.SEATS - access.FIRM)),
                name="a_seat_that_is_asked_for_is_none_of_a_firm",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "given", "refused", "dropped"]), name="seat_request_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None, decided_on=None)
                | (~Q(state="asked") & Q(decided_by__isnull=False, decided_on__isnull=False)),
                name="a_seat_request_is_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["given", "refused"])
                | (~Q(decided_by=F("asked_by")) & ~Q(decided_by=F("user"))),
                name="two_people_give_a_seat",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("user")), name="nobody_asks_for_a_seat_of_their_own"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gt=F("begins_on")), name="a_seat_ends_after_it_begins"
            ),
        ]
        indexes = [models.Index(fields=["user"], name="seat_requests_of_a_person")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}: {self.state}"

    @property
    def last_on(self) -> date | None:
        return None if self.ends_on is None else self.ends_on - timedelta(days=1)

    @property
    def title(self) -> tuple[str, str]:
        return access.SEAT_NAMES[self.kind]
