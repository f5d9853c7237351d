from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar, NamedTuple, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.expressions import RawSQL

from pipeline import access
from pipeline.access import Reach
from pipeline.models.places import Division

LEADERS = frozenset({"leader"})
AGENTS = frozenset({"agency", "bank"})  # whom a firm lets into parts of its record
TODAY = RawSQL("mp_today()", [], output_field=models.DateField())


class DayInShanghai(Func):
    """The day of a time, as the row policies count it."""

    template = "(%(expressions)s at time zone 'Asia/Shanghai')::date"
    output_field = models.DateField()


class Hands(NamedTuple):
    """People who work cases, by their keys: who sits in some offices today, and who is away and stood in for."""

    sitting: list[int]
    stood_in: list[int]


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def in_offices(self, offices: "list[int]") -> "models.QuerySet[User]":
        """People who sit in one of these offices today and work cases there."""
        seats = Seat.objects.filter(office__in=offices, kind__in=access.OFFICE, during__contains=TODAY)
        return self.filter(pk__in=seats.values("user"), is_active=True).order_by("name")


class User(AbstractBaseUser):
    """A person who signs in. What they may do hangs on their seats, never on the account."""

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=8, default="zh-hans")
    look = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        return str(self.pk)

    @cached_property
    def seats(self) -> list["Seat"]:
        if not self.is_active:
            return []
        held = Seat.objects.filter(user=self, during__contains=TODAY).select_related("office")
        return list(held.annotate(signs=Exists(Delegation.objects.in_force_for_seat())).order_by("pk"))

    @cached_property
    def seat_kinds(self) -> frozenset[str]:
        return frozenset(kind for seat in self.seats for kind in seat.kinds)

    @cached_property
    def hands(self) -> Hands:
        """Whose hands cases are in at the person's offices, and in their place. One statement."""
        sit = User.objects.in_offices(own_offices(self)).order_by().values_list(Value("sits"), "pk")
        away = Absence.objects.stood_in_by(self.pk).order_by().values_list(Value("away"), "user")
        found = list(sit.union(away, all=True))
        return Hands(*([key for kind, key in found if kind == wanted] for wanted in ("sits", "away")))

    def reach(self, kinds: frozenset[str] | None = None) -> Reach:
        """The firms that the seats of these kinds (all of them when None) extend to."""
        seats = [seat for seat in self.seats if kinds is None or seat.kinds & kinds]
        return Reach(
            everything=any(seat.is_in(access.CITY, Office.CITY) for seat in seats),
            counties=_divisions(seat for seat in seats if seat.is_in(access.COUNTY, Office.COUNTY)),
            firms=frozenset(seat.firm_id for seat in seats if seat.firm_id is not None),
            coach=self.pk if any(seat.kind == "coach" for seat in seats) else None,
            agent=self.pk if any(seat.kind in AGENTS for seat in seats) else None,
            agent_as=frozenset(seat.kind for seat in seats if seat.kind in AGENTS),
            leads_city=any(seat.is_in(LEADERS, Office.CITY) for seat in seats),
            led_counties=_divisions(seat for seat in seats if seat.is_in(LEADERS, Office.COUNTY)),
        )

    @property
    def office(self) -> "Office | None":
        """The office of the first office seat: the one its rosters and visits are booked to."""
        return next((seat.office for seat in self.seats if seat.office is not None), None)


class Office(models.Model):
    CITY, COUNTY = "city", "county"

    name = models.CharField(max_length=100, unique=True)
    level = models.CharField(max_length=8)
    division = models.ForeignKey(Division, on_delete=models.PROTECT, related_name="offices")
    phone = models.CharField(max_length=30, blank=True)
    one_signature = models.BooleanField(default=False)
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(level__in=["city", "county"]), name="office_level_is_known")]

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """A user's role in an office, a firm or an agency, for as long as `during`."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="all_seats")
    kind = models.CharField(max_length=16, validators=[RegexValidator(r"^[a-z_]+$")])
    office = models.ForeignKey(Office, null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    firm = models.ForeignKey("pipeline.Firm", null=True, blank=True, on_delete=models.PROTECT, related_name="seats")
    agency = models.CharField(max_length=100, blank=True)
    request = models.OneToOneField(  # what two people gave it by
        "pipeline.SeatRequest", null=True, blank=True, on_delete=models.PROTECT, related_name="seat"
    )
    during = DateRangeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=sorted(access.SEATS)), name="seat_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=sorted(access.OFFICE | {"leader"}), office__isnull=False, firm__isnull=True)
                | Q(kind__in=sorted(access.FIRM), firm__isnull=False, office__isnull=True)
                | Q(kind__in=sorted(access.ADMINISTRATORS | {"coach", "agency", "bank", "expert"}), firm__isnull=True),
                name="seat_stands_where_its_kind_says",
            ),
            ExclusionConstraint(
                name="a_firm_has_one_owner_at_a_time",
                expressions=[("firm", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
                condition=Q(kind="firm_owner"),
            ),
            ExclusionConstraint(
                name="two_administrators_are_never_one_person",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("kind", RangeOperators.NOT_EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(kind__in=sorted(access.ADMINISTRATORS)),
            ),
        ]
        indexes = [models.Index(fields=["user"], name="seat_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"

    def is_in(self, kinds: frozenset[str], level: str) -> bool:
        """Whether this is a seat of one of these kinds in an office of this level."""
        return self.kind in kinds and self.office is not None and self.office.level == level

    @property
    def kinds(self) -> frozenset[str]:
        """What the seat counts as: where an office signs once, its officers sign as its head; who was given a head's
        signature (`signs`) may decide what the head decides.
        """
        signs_alone = self.kind == "county_officer" and self.office is not None and self.office.one_signature
        kinds = {self.kind, "county_head"} if signs_alone else {self.kind}
        if getattr(self, "signs", False) and self.office is not None:
            kinds.add(access.SIGNATURES[self.office.level])
        return frozenset(kinds)

    @property
    def title(self) -> tuple[str, str]:
        return access.SEAT_NAMES[self.kind]


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def visible_to(self, actor: access.Actor) -> Self:
        return of_offices(self, actor)

    def today(self) -> Self:
        return self.filter(during__contains=TODAY)

    def stood_in_by(self, person: Any) -> Self:
        """Colleagues away today whose cases this person looks after."""
        return self.today().filter(substitute=person)


class Absence(models.Model):
    """Somebody is away, and a colleague of the same office looks after their cases. It ends by itself."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="absences")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences")
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="stands_in")
    during = DateRangeField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(user=F("substitute")), name="nobody_stands_in_for_themselves"),
            models.CheckConstraint(
                condition=Q(during__lower_inf=False, during__upper_inf=False, during__isempty=False),
                name="an_absence_begins_and_ends",
            ),
            ExclusionConstraint(
                name="one_substitute_at_a_time",
                expressions=[("user", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
        ]
        indexes = [models.Index(fields=["substitute"], name="absences_by_substitute")]

    def __str__(self) -> str:
        return f"{self.user_id} away, {self.substitute_id} stands in"


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def visible_to(self, actor: access.Actor) -> Self:
        return of_offices(self, actor)

    def today(self) -> Self:
        """In force today: dated so, and given by somebody who still heads the office."""
        heads = Seat.objects.filter(
            user=OuterRef("giver"), office=OuterRef("office"), kind__in=access.HEADS, during__contains=TODAY
        )
        return self.filter(Exists(heads), during__contains=TODAY, giver__is_active=True)

    def in_force_for_seat(self) -> Self:
        """Within a query of seats: those that let this seat's person sign for its office."""
        return self.today().filter(to=OuterRef("user"), office=OuterRef("office"))


class Delegation(models.Model):
    """A head lets a colleague of the same office sign, from one day to another. Nobody gives away another's signature,
    and nobody signs what they proposed (`Proposal`).
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="delegations")
    giver = models.ForeignKey(User, on_delete=models.PROTECT, related_name="delegations")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="signs_for")
    during = DateRangeField()
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(giver=F("to")), name="a_signature_is_given_to_another"),
            models.CheckConstraint(
                condition=Q(during__lower_inf=False, during__upper_inf=False, during__isempty=False),
                name="a_delegation_begins_and_ends",
            ),
            ExclusionConstraint(
                name="one_delegate_at_a_time",
                expressions=[
                    ("giver", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=["to"], name="delegations_by_delegate")]

    def __str__(self) -> str:
        return f"{self.giver_id} lets {self.to_id} sign"


def of_offices[Rows: models.QuerySet[Any]](rows: Rows, actor: access.Actor) -> Rows:
    """Rows of the person's own offices; the city sees those of all."""
    if actor.reach(access.OFFICE).everything:
        return rows
    return rows.filter(office__in=own_offices(actor))


def own_offices(actor: access.Actor) -> list[int]:
    """The offices in which the person works cases: those of their seats that stand where their kind says."""
    seats = getattr(actor, "seats", [])
    sits = [each for each in seats if each.is_in(access.CITY, Office.CITY) or each.is_in(access.COUNTY, Office.COUNTY)]
    return sorted({each.office_id for each in sits})


def _divisions(seats: Iterable[Seat]) -> frozenset[int]:
    return frozenset(seat.office.division_id for seat in seats if seat.office is not None)
