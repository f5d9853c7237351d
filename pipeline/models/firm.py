from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Self, TypeVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import connection, models
from django.db.models import Count, Exists, F, FilteredRelation, Func, OuterRef, Q
from django.db.models.functions import Now, Reverse, Right

from pipeline.access import OFFICE, Actor, Reach
from pipeline.models.commonness import VERY_COMMON, held_by_many
from pipeline.models.people import DayInShanghai
from pipeline.models.places import Division
from pipeline.models.spelling import OTHER_NAMES, SPELT_ANEW
from pipeline.models.text_search import called, plain
from pipeline.register import TABLES, Table

Row = TypeVar("Row", bound=models.Model)
SHORTEST_PHONE_TAIL = 4
NOTHING = Q(pk__in=[])


class FirmQuerySet(models.QuerySet["Firm"]):
    def within(self, reach: Reach) -> Self:
        """The firms a seat of this reach may act on today."""
        return self if reach.everything else self.filter(_reached(reach))

    def visible_to(self, actor: Actor) -> Self:
        """The firms that exist for this person; a county also keeps those that moved away, to read their past."""
        reach = actor.reach()
        if reach.everything or reach.leads_city:
            return self
        once_here = FirmMove.objects.filter(division__in=reach.counties).values("firm")  # and so what is here now
        elsewhere = replace(reach, counties=frozenset())
        return self.filter(_reached(elsewhere) | Q(pk__in=once_here) | Q(pk__in=firms_in(reach.led_counties)))

    def beyond(self, reach: Reach) -> bool:
        return not reach.everything and self.exclude(_reached(reach)).exists()

    def matching(self, text: str, *, common: float = VERY_COMMON) -> Self:
        """Firms called so. `common`: see `held_by_many`."""
        words = plain(text)
        return self.filter(called(words, one_by_one=held_by_many(words, common))) if words else self

    def in_county(self, code: str | None) -> Self:
        """Firms of the county of this code today; None for those whose county is to be assigned."""
        now = FirmMove.objects.filter(firm=OuterRef("pk"), during__upper_inf=True)
        return self.filter(
            Exists(now.filter(division__isnull=True) if code is None else now.filter(division__code=code))
        )

    def here(self) -> Self:
        """Firms neither merged into another nor dissolved nor gone from the city, unless a case is open again."""
        return self.filter(stays("pk"))

    def certified_in(self, year: int) -> Self:
        return self.filter(
            certificate__issued_on__gte=date(year, 1, 1), certificate__issued_on__lt=date(year + 1, 1, 1)
        )

    def by_county(self, year: int) -> Iterable[Mapping[str, Any]]:
        """How many of these firms belong to each county today, and how many of them were certified in the year."""
        now = FirmMove.objects.filter(firm__in=self.values("pk"), during__upper_inf=True)
        certified = Exists(Firm.objects.certified_in(year).filter(pk=OuterRef("firm")))
        grouped = now.order_by().values("division_id")
        return grouped.annotate(firms=Count("pk"), certified=Count("pk", filter=Q(certified))).iterator()

    def with_county(self) -> Self:
        now = FilteredRelation("moves", condition=Q(moves__during__upper_inf=True))
        return self.alias(now=now).annotate(county_id=F("now__division"), county_name=F("now__division__name"))


class Firm(models.Model):
    """An enterprise, keyed by its credit code, which outlives its name."""

    uscc = models.CharField(max_length=18, unique=True)
    name = models.CharField(max_length=200)
    plain_name = models.GeneratedField(
        expression=Func(F("name"), function="mp_plain"), output_field=models.CharField(max_length=200), db_persist=True
    )
    search = models.GeneratedField(
        expression=Func(F("name"), function="mp_bigrams", output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    pinyin = models.CharField(max_length=400, blank=True)  # Chinese names are sorted by it; the wheels carry no ICU
    short_name = models.CharField(max_length=60, blank=True, default="", db_default="")
    former_names = models.TextField(blank=True, default="", db_default="", editable=False)  # kept by triggers
    initials = models.TextField(blank=True, default="", db_default="", editable=False)  # empty: a sweep spells it
    also = models.GeneratedField(  # how it is called besides its name
        expression=Func(OTHER_NAMES, function="mp_plain"), output_field=models.TextField(), db_persist=True
    )
    also_search = models.GeneratedField(
        expression=Func(OTHER_NAMES, function="mp_bigrams", output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    code_backwards = models.GeneratedField(
        expression=Reverse("uscc"), output_field=models.CharField(max_length=18), db_persist=True
    )
    registered_on = models.DateField(null=True, blank=True)
    resident = models.BooleanField(null=True, blank=True)
    field = models.CharField(max_length=5, blank=True)
    industry = models.CharField(max_length=5, blank=True)
    address = models.CharField(max_length=200, blank=True)
    class_one = models.PositiveIntegerField(
        null=True, blank=True
    )  # counts a roster tells, where single rights are unknown
    class_two = models.PositiveIntegerField(null=True, blank=True)
    rd_ledger = models.BooleanField(null=True, blank=True)
    credit_clean = models.BooleanField(null=True, blank=True)
    never_certified = models.BooleanField(null=True, blank=True)
    no_incident = models.BooleanField(null=True, blank=True)
    classified = models.BooleanField(default=False, db_default=False)  # it keeps secrets of the state (涉密企业)
    verified_on = models.DateField(null=True, blank=True)  # the day its owner's identity was checked
    made_up = models.CharField(max_length=200, blank=True)  # what of the record is invented for the demonstration
    version = models.PositiveIntegerField(default=1)
    latest_diagnosis = models.ForeignKey(
        "pipeline.Diagnosis", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    diagnosis_due = models.BooleanField(default=True)  # its record changed since it was last judged
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = FirmQuerySet.as_manager()

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="firm_search"),
            GinIndex(fields=["also_search"], name="firm_also_search"),
            models.Index(fields=["pinyin"], name="firm_pinyin"),
            models.Index(fields=["plain_name"], name="firm_plain_name"),
            models.Index(fields=["code_backwards"], name="firm_code_backwards"),
            models.Index(fields=["id"], condition=Q(initials=""), name="firms_to_spell"),
            models.Index(fields=["id"], condition=Q(diagnosis_due=True), name="firms_to_diagnose"),
        ]
        triggers = (SPELT_ANEW,)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def numbers(count: int) -> list[int]:
        """Keys for firms to come: a firm's county must be on record before the firm is, or nobody could see it."""
        with connection.cursor() as cursor:
            cursor.execute(
                "select nextval(pg_get_serial_sequence('pipeline_firm', 'id')) from generate_series(1, %s)", [count]
            )
            return [row[0] for row in cursor.fetchall()]

    @staticmethod
    def code_taken(code: str) -> bool:
        """Whether a firm of this code is on record anywhere; the answer tells no more than that."""
        with connection.cursor() as cursor:
            cursor.execute("select mp_code_taken(%s)", [code])
            return bool(cursor.fetchone()[0])

    def county_on(self, day: date) -> Division | None:
        move = self.moves.filter(during__contains=day).select_related("division").first()
        return move.division if move else None


class FirmOwnedQuerySet(models.QuerySet[Row]):
    """Rows that belong to one firm."""

    @property
    def entry(self) -> Table:
        return TABLES[self.model._meta.db_table]

    def visible_to(self, actor: Actor) -> Self:
        """Rows of firms in reach; of a firm that moved away, what was recorded before the day it left. What the bureau
        keeps to itself is seen by seats in its offices alone.
        """
        if not self.entry.inner:
            return self.filter(self._in_sight(actor.reach(OFFICE if self.entry.office_only else None)))
        inside, seen = self._in_sight(actor.reach(OFFICE)), self._in_sight(actor.reach())
        return self.filter(inside | (seen & Q((self.entry.inner, False)))) if inside else self

    def _in_sight(self, reach: Reach) -> Q:
        """The rows in reach, as a condition; an empty one for all."""
        to_leaders = self.entry.to_leaders
        if reach.everything or (to_leaders and reach.leads_city):
            return Q()
        seen = held(replace(reach, counties=frozenset()), "firm") | self._entrusted(reach)
        seen |= self.in_counties(reach.led_counties if to_leaders else frozenset())
        return seen | self.in_counties_or_before(reach.counties) if reach.counties else seen

    def in_counties(self, counties: frozenset[int]) -> Q:
        """The rows of firms that belong to these counties today."""
        return Q(firm__in=firms_in(counties))

    def in_counties_or_before(self, counties: frozenset[int]) -> Q:
        """These, and of firms that left what was recorded before."""
        here_or_later = Q(during__upper_inf=True) | Q(during__endswith__gt=DayInShanghai(OuterRef("recorded_at")))
        return Q(Exists(FirmMove.objects.filter(here_or_later, firm=OuterRef("firm"), division__in=counties)))

    def with_county(self) -> Self:
        """Beside each row the county its firm belongs to today."""
        now = FilteredRelation("firm__moves", condition=Q(firm__moves__during__upper_inf=True))
        return self.alias(now=now).annotate(county_id=F("now__division"), county_name=F("now__division__name"))

    def within(self, reach: Reach) -> Self:
        """Rows of the firms a seat of this reach may act on today."""
        return self if reach.everything else self.filter(self._held(reach))

    def beyond(self, reach: Reach) -> bool:
        return not reach.everything and self.exclude(self._held(reach)).exists()

    def _held(self, reach: Reach) -> Q:
        elsewhere = held(replace(reach, counties=frozenset()), "firm")
        return elsewhere | self.in_counties(reach.counties) | self._filled(reach)

    def _entrusted(self, reach: Reach) -> Q:
        """The rows that lie in the parts of a record which firms let somebody look into."""
        bank = entrusted(reach, "firm", "bank", self.entry.bank_sees)
        agency = entrusted(reach, "firm", "agency", self.entry.agency_fills + self.entry.agency_sees)
        return bank | (agency & Q(**self.entry.only.lookup))

    def _filled(self, reach: Reach) -> Q:
        return entrusted(reach, "firm", "agency", self.entry.agency_fills) & Q(**self.entry.only.lookup)


class FirmOwned(models.Model):
    """A row that belongs to a firm and is seen by whoever sees the firm."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class FirmMove(models.Model):
    """Where a firm belongs, dated: the only truth of its county."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="moves")
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    during = DateRangeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="a_firm_is_in_one_place_at_a_time",
                expressions=[("firm", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]
        indexes = [  # what the row policies ask of a county
            models.Index(fields=["division", "firm"], condition=Q(during__upper_inf=True), name="firms_of_county"),
            models.Index(
                fields=["firm"], include=["division"], condition=Q(during__upper_inf=True), name="county_of_firm"
            ),
            models.Index(
                fields=["division", "firm"], condition=Q(during__upper_inf=False), name="firms_that_left_county"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} in {self.division_id} {self.during}"


class Contact(FirmOwned):
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    phone_tail = models.GeneratedField(
        expression=Right("phone", SHORTEST_PHONE_TAIL),
        output_field=models.CharField(max_length=4),
        db_persist=True,
        db_index=True,
    )

    objects = FirmOwnedQuerySet["Contact"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["firm", "name"], name="one_contact_per_name")]

    def __str__(self) -> str:
        return self.name


class AppointmentQuerySet(FirmOwnedQuerySet["Appointment"]):
    def current(self) -> Self:
        """Assigned, consented to by the firm, and not over."""
        return self.filter(
            consented_on__isnull=False, during__contains=Func(function="mp_today", output_field=models.DateField())
        )


class Appointment(FirmOwned):
    """A coach assigned to a firm. Without the firm's consent the coach sees nothing."""

    coach = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="appointments")
    during = DateRangeField()
    consented_on = models.DateField(null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.coach_id} for {self.firm_id}"


class MandateQuerySet(FirmOwnedQuerySet["Mandate"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the firms one sees, and those that let oneself in."""
        own = entrusted_rows(actor.reach()).values("pk")
        return self.filter(Q(pk__in=super().visible_to(actor).values("pk")) | Q(pk__in=own))

    def current(self) -> Self:
        return self.filter(during__contains=Func(function="mp_today", output_field=models.DateField()))


class Mandate(FirmOwned):
    """A firm lets an agency act for it in some parts of its record, or a bank look at some, from one day to another."""

    AGENCY, BANK = "agency", "bank"
    PARTS = ("figures", "rights", "plan")  # what an agency sees and fills in
    BANK_PARTS = ("verdict", "one_page", "figures")  # what a bank looks at

    kind = models.CharField(max_length=8, default=AGENCY)
    agent = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="mandates")
    parts = ArrayField(models.CharField(max_length=10))
    during = DateRangeField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="an_agency_acts_for_a_firm_once_at_a_time",
                expressions=[
                    ("firm", RangeOperators.EQUAL),
                    ("agent", RangeOperators.EQUAL),
                    ("during", RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="agency", parts__contained_by=["figures", "rights", "plan"])
                    | Q(kind="bank", parts__contained_by=["verdict", "one_page", "figures"])
                )
                & ~Q(parts=[]),
                name="a_mandate_names_known_parts",
            ),
            models.CheckConstraint(condition=Q(during__upper_inf=False), name="a_mandate_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} for {self.firm_id}"


def held(reach: Reach, key: str) -> Q:
    """The firms a seat of this reach may act on today, by the column that names them; no row of a firm is read."""
    mine = Q((f"{key}__in", reach.firms))
    if reach.counties:
        mine |= Q((f"{key}__in", firms_in(reach.counties)))
    if reach.coach is not None:
        mine |= Q((f"{key}__in", Appointment.objects.current().filter(coach=reach.coach).values("firm")))
    return mine


def entrusted(reach: Reach, key: str, kind: str, parts: Sequence[str]) -> Q:
    """The firms that let a seat of this kind into one of these parts today, by the column that names them."""
    if kind not in reach.agent_as or not parts:
        return NOTHING
    rows = Mandate.objects.current().filter(agent=reach.agent, kind=kind, parts__overlap=list(parts))
    return Q((f"{key}__in", rows.values("firm")))


def entrusted_rows(reach: Reach) -> MandateQuerySet:
    """What lets an agency or a bank in today."""
    rows = Mandate.objects.current()
    return rows.filter(agent=reach.agent, kind__in=reach.agent_as) if reach.agent is not None else rows.none()


def _reached(reach: Reach) -> Q:
    """Firms held, and those that let an agency or a bank into any part."""
    mine = held(reach, "pk")
    return mine if reach.agent is None else mine | Q(pk__in=entrusted_rows(reach).values("firm"))


def firms_in(counties: frozenset[int]) -> Any:
    """The keys of the firms that belong to these counties today."""
    return FirmMove.objects.filter(division__in=counties, during__upper_inf=True).values("firm")


def stays(firm: str) -> Q:
    """Firms that are `here`, by the column that names them: conditions and no join, so lists are entered in order."""

    def of(table: str) -> Any:
        return Firm._meta.get_field(table).related_model.objects.filter(firm=OuterRef(firm))  # type: ignore[union-attr]

    gone = Q(Q(reason="dissolved") | Q(county=None), reason__in=["dissolved", "moved_out"])  # what its index holds
    merged, back = Exists(of("mergedrecord").filter(undone_on=None)), Exists(of("case").filter(closed_on=None))
    return ~merged & (~Exists(of("case").filter(gone)) | back)
