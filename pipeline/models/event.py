import uuid
from datetime import date
from typing import Self

from django.db import connection, models
from django.db.models import Count, Exists, OuterRef, Q, Sum

from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.people import of_offices

MOST_PEOPLE = 5  # of one firm at one event


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the person's offices, and those to which a firm they see is invited."""
        own = of_offices(self, actor)
        invited = Attendance.objects.visible_to(actor).filter(event=OuterRef("pk"))
        return self.filter(Q(pk__in=own.values("pk")) | Exists(invited))

    def of_office(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def to_come(self, day: date) -> Self:
        return self.filter(on__gte=day, called_off_on=None)

    def with_counts(self) -> Self:
        """Beside each event how many firms stand at each state, and how many people are to come."""
        standing = {name: Count("attendances", filter=Q(attendances__state=name)) for name in Attendance.STATES}
        coming = Q(attendances__state__in=Attendance.COMING)
        return self.annotate(
            firms=Count("attendances"), coming=Sum("attendances__people", filter=coming, default=0), **standing
        )


class Event(models.Model):
    """A training an office holds for firms: on a day, at a place, for so many people."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="events")
    title = models.CharField(max_length=100)
    says = models.TextField(blank=True)
    on = models.DateField()
    begins = models.TimeField()
    place = models.CharField(max_length=100)
    seats = models.PositiveSmallIntegerField()
    answer_by = models.DateField()
    called_off_on = models.DateField(null=True, blank=True)
    why_off = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(place=""), name="an_event_says_what_and_where"),
            models.CheckConstraint(condition=Q(seats__gte=1), name="an_event_has_seats"),
            models.CheckConstraint(condition=Q(answer_by__lte=models.F("on")), name="answers_come_before_the_event"),
            models.CheckConstraint(
                condition=Q(called_off_on=None) | ~Q(why_off=""), name="an_event_is_called_off_for_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["office", "-on"], name="events_of_office")]

    def __str__(self) -> str:
        return self.title


class AttendanceQuerySet(FirmOwnedQuerySet["Attendance"]):
    def standing(self) -> Self:
        return self.filter(event__called_off_on=None)

    def with_event(self) -> Self:
        return self.select_related("event__office").order_by("-event__on", "-pk")


class Attendance(FirmOwned):
    """A firm and one event: invited, whether it comes and with how many people, whether it was there."""

    INVITED, ACCEPTED, DECLINED, ATTENDED, ABSENT = "invited", "accepted", "declined", "attended", "absent"
    STATES = (INVITED, ACCEPTED, DECLINED, ATTENDED, ABSENT)
    COMING = (ACCEPTED, ATTENDED)

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="attendances")
    state = models.CharField(max_length=8, default=INVITED)
    people = models.PositiveSmallIntegerField(default=1)
    who = models.CharField(max_length=100, blank=True)
    why = models.CharField(max_length=200, blank=True)
    invited_on = models.DateField()
    invited_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField(null=True, blank=True)
    answered_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reminded = models.BooleanField(default=False)
    marked_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "firm"], name="a_firm_is_invited_once"),
            models.CheckConstraint(
                condition=Q(state__in=["invited", "accepted", "declined", "attended", "absent"]),
                name="attendance_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"]) | Q(answered_on__isnull=False),
                name="an_answer_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["attended", "absent"]) | Q(marked_by__isnull=False),
                name="who_was_there_was_marked_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(people__gte=1, people__lte=MOST_PEOPLE), name="a_firm_comes_with_a_few_people"
            ),
        ]
        indexes = [models.Index(fields=["firm", "state"], name="attendances_of_firm")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.state}"

    @staticmethod
    def seats_given(event: int) -> int:
        """How many people of all firms are to come. Until the transaction ends nobody else is told the number."""
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtext('pipeline_event'), %s::integer)", [event])
            cursor.execute("select mp_seats_given(%s)", [event])
            return int(cursor.fetchone()[0])
