from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Self

from django.contrib.postgres.fields import DateRangeField
from django.db import connection, models
from django.db.models import Aggregate, Count, Exists, F, FilteredRelation, Min, OuterRef, Q, StringAgg, Subquery, Value
from django.db.models.functions import Coalesce

from pipeline.access import Actor
from pipeline.models.book import POOL
from pipeline.models.commonness import VERY_COMMON
from pipeline.models.entering import or_never
from pipeline.models.firm import Appointment, FirmOwned, FirmOwnedQuerySet, Mandate
from pipeline.models.in_force import book_in_force, book_of
from pipeline.models.moving import MovingQuerySet, due
from pipeline.models.naming import of_firms_called
from pipeline.models.people import TODAY, Seat
from pipeline.models.placed import Placed
from pipeline.models.places import Division
from pipeline.models.review import Fault, Flag, Proposal
from pipeline.models.silence import silent
from pipeline.models.work import View, held_in_office, nobodys, stuck, turn_of, views, waits_for_firm
from pipeline.rules import Book
from pipeline.rules.workdays import Calendar
from pipeline.stages import CASE_STAGES, Due, Stage

TERM_ENDS = models.Func(F("term"), function="upper", output_field=models.DateField())  # the first day after it


class Middle(Aggregate):
    """The one in the middle of the values, in their order."""

    function = "percentile_disc"
    template = "%(function)s(0.5) within group (order by %(expressions)s)"


class CaseQuerySet(MovingQuerySet["Case"]):
    table = "case"

    def open(self) -> Self:
        return self.exclude(stage="closed")

    def told_to_firm(self) -> Self:
        """Of a lead the firm is told nothing, nor of one that was dropped."""
        return self.exclude(stage="lead").exclude(reason="not_interested")

    def to_remind(self, today: date, days: Collection[date]) -> Self:
        """Drafts and returned cases that end on one of these days, not reminded today yet."""
        waiting = [name for name, stage in CASE_STAGES.items() if stage.clock == "paused"]
        return self.filter(stage__in=["draft", *waiting], due_on__in=days).exclude(reminded_on=today)

    def publicity_over(self, today: date) -> Self:
        """Cases whose public notice has run its term and whose firms bear no open flag."""
        flagged = Flag.objects.filter(firm=OuterRef("firm"), cleared_on=None)
        return self.filter(~Exists(flagged), stage="publicity", due_on__lt=today)

    def on_public_notice(self) -> Self:
        """What a public notice shows, by county and name."""
        shown = self.filter(stage="publicity").select_related("firm").with_county()
        return shown.order_by("county_name", "firm__pinyin")

    def in_pool(self) -> Self:
        """Firms of the pool: admitted and not yet out, renewals and direct applications apart."""
        return self.filter(kind=Case.POOL, stage__in=["coaching", "ready", "in_certification"], term__isnull=False)

    def with_dossier(self) -> Self:
        """Beside each case its open application, as `dossier`, and the day either is due, as `deadline`."""
        if "deadline" in self.query.annotations:
            return self
        rows = self.alias(dossier=FilteredRelation("applications", condition=Q(applications__ended_on=None)))
        # By these names a condition asks the one join; by `dossier__stage` each filter would add another.
        asked = {"dossier_case": F("dossier__case"), "dossier_stage": F("dossier__stage")}
        rows = rows.alias(**asked, dossier_from=F("dossier__clock_from"), dossier_due=F("dossier__due_on"))
        return rows.annotate(deadline=Coalesce("dossier_due", "due_on"))

    def to_route(self) -> Self:
        """Cases that have come to an office with rules, in whose hands nobody of that office is."""
        return self.open().with_county().with_dossier().filter(nobodys())

    def first_due_first(self) -> Self:
        return self.with_dossier().order_by(F("deadline").asc(nulls_last=True), "pk")

    def to_call_about(self, last: date) -> Self:
        """Cases in which the firm has something to do by this day, or had."""
        waiting = self.open().with_dossier().filter(waits_for_firm(), deadline__lte=last)
        return waiting.first_due_first()

    def stuck(self, today: date, calendar: Calendar) -> Self:
        return self.open().with_dossier().filter(stuck(today, calendar))

    def checked_by_county(self) -> Self:
        """Cases whose dossier the county is checking."""
        return self.with_dossier().filter(stage="in_certification", dossier_stage="county_review")

    def at_turn(self, actor: Actor) -> Self:
        """Cases that wait for one of the person's offices."""
        return self.with_dossier().filter(turn_of(actor))

    def unheld(self, actor: Actor) -> Self:
        """Of these, the ones in nobody's hands there."""
        return self.open().at_turn(actor).exclude(held_in_office(actor))

    def count_groups(self, groups: Mapping[str, Q]) -> dict[str, int]:
        """How many cases stand in each of these groups. One statement."""
        counted = self.with_dossier().order_by()
        return counted.aggregate(**{name: Count("pk", filter=which) for name, which in groups.items()})

    def by_officer(self, groups: Mapping[str, Q], officers: Collection[int]) -> "models.QuerySet[Case, dict[str, Any]]":
        """Of each officer how many open cases stand in these groups, and the day in the middle of those since when they
        stand where they are.
        """
        held = self.open().with_dossier().filter(officer__in=officers).order_by()
        since = Coalesce("dossier_from", "clock_from", "opened_on")
        counted = {name: Count("pk", filter=which) for name, which in groups.items()}
        return held.values("officer").annotate(middle=Middle(since), **counted)  # type: ignore[return-value]

    def with_proposal(self) -> Self:
        """Beside each case the act that somebody proposed and nobody has decided, as `proposed_act`."""
        waiting = Proposal.objects.filter(case=OuterRef("pk"), decided_on=None).order_by("-pk")
        return self.annotate(proposed_act=Subquery(waiting.values("act")[:1]))

    def in_view(self, view: View, actor: Actor, today: date, calendar: Calendar) -> Self:
        return self.with_dossier().filter(views(actor, today, calendar)[view])

    def in_county(self, code: str) -> Self:
        """Cases of firms that belong to the county of this code today."""
        newest = Division.objects.filter(code=code).order_by("-during").values("pk")[:1]
        return self.filter(county=Subquery(newest))

    def matching(self, text: str, *, common: float = VERY_COMMON) -> Self:
        """Those of firms called so."""
        return self.filter(of_firms_called(text, common))

    def lacking(self, rule: str) -> Self:
        """Cases of firms whose latest diagnosis finds a condition unmet."""
        return self.filter(firm__latest_diagnosis__gaps__rule=rule, firm__latest_diagnosis__gaps__verdict="unmet")

    def coached(self) -> Self:
        """Cases whose firms are in the pool or on their way to a certificate."""
        return self.filter(stage__in=["coaching", "ready", "in_certification"])

    def of_coach(self, coach: int) -> Self:
        """Cases whose firms this person coaches today, consented to or not."""
        now = Appointment.objects.filter(firm=OuterRef("firm"), coach=coach, during__contains=TODAY)
        return self.filter(Exists(now))

    def of_agency(self, agency: str) -> Self:
        """Cases whose firms somebody of this coaching agency coaches today."""
        coaches = Seat.objects.filter(kind="coach", agency=agency, during__contains=TODAY).values("user")
        now = Appointment.objects.filter(firm=OuterRef("firm"), coach__in=coaches, during__contains=TODAY)
        return self.filter(Exists(now))

    def of_agent(self, agent: int) -> Self:
        """Cases whose firms let this agency act for them today."""
        now = Mandate.objects.current().filter(firm=OuterRef("firm"), agent=agent, kind=Mandate.AGENCY)
        return self.filter(Exists(now))

    def count_coached(self, today: date) -> dict[str, int]:
        """How many there are, and how many want attention for each reason. One statement."""
        reasons = attention(today).items()
        return self.order_by().aggregate(all=Count("pk"), **{name: Count("pk", filter=why) for name, why in reasons})

    def with_progress(self) -> Self:
        """Beside each case how far its plan is: `steps`, of them `done` and `handed_in`, and the `next_due` day."""
        now = Q(plans__superseded_on=None)
        wanted = now & ~Q(plans__steps__state="dropped")
        return self.annotate(
            steps=Count("plans__steps", filter=wanted),
            done=Count("plans__steps", filter=now & Q(plans__steps__state="done")),
            handed_in=Count("plans__steps", filter=now & Q(plans__steps__state="handed_in")),
            next_due=Min("plans__steps__due_on", filter=now & Q(plans__steps__state__in=["open", "handed_in"])),
        )

    def for_queue(self) -> Self:
        """What a row of the desk's queue shows, in one statement."""
        rows = self.with_county().with_dossier().select_related("firm", "firm__latest_diagnosis", "officer")
        return (
            rows.defer("firm__latest_diagnosis__facts", "firm__search")
            .prefetch_related("applications")
            .annotate(
                faults_open=_count(Fault.objects.filter(answered_on=None)),
                faults_answered=_count(Fault.objects.filter(answered_on__isnull=False)),
            )
            .order_by(F("deadline").asc(nulls_last=True), "pk")
        )

    def with_coach(self) -> Self:
        """Beside each case the names of those who coach its firm today."""
        now = Appointment.objects.filter(firm=OuterRef("firm"), during__contains=TODAY).order_by().values("firm")
        return self.annotate(coach_names=Subquery(now.annotate(names=_listed("coach__name")).values("names")))

    def with_tags(self, offices: Collection[int]) -> Self:
        """Beside each case the tags it bears in these offices."""
        borne = self.model._default_manager.filter(pk=OuterRef("pk"), taggings__office__in=offices).order_by()
        named = borne.values("pk").annotate(names=_listed("taggings__tag__name")).values("names")
        return self.annotate(tag_names=Subquery(named))

    def in_turn(self, keys: Iterable[int]) -> list["Case"]:
        """What the list shows of the cases with these keys, in their order: a page is sorted by keys alone."""
        wanted = list(keys)
        rows = {case.pk: case for case in self.filter(pk__in=wanted).for_queue().order_by()}
        return [rows[key] for key in wanted if key in rows]

    def funnel(self) -> "models.QuerySet[Case, dict[str, Any]]":
        """How many open cases stand at each stage of each county, and how many of them are stays in the pool."""
        counted: models.QuerySet[Case, dict[str, Any]] = (
            self.open()
            .with_county()
            .order_by()
            .values("county_id", "county_name", "stage")  # type: ignore[misc]  # annotated just above
            .annotate(firms=Count("pk"), pool=Count("pk", filter=Q(kind=Case.POOL)))
        )
        return counted


def attention(today: date) -> dict[str, Q]:
    """Why a coached firm wants somebody's attention: a step to look at, a step over its day, no coach, no plan, nobody
    in touch with it.
    """
    plans = Case.objects.filter(pk=OuterRef("pk"), plans__isnull=False, plans__superseded_on__isnull=True)
    coached = Appointment.objects.filter(firm=OuterRef("firm"), during__contains=today)
    now = {"pk": OuterRef("pk"), "plans__superseded_on__isnull": True}
    late = Case.objects.filter(**now, plans__steps__state__in=["open", "handed_in"], plans__steps__due_on__lt=today)
    return {
        "handed_in": Q(Exists(Case.objects.filter(**now, plans__steps__state="handed_in"))),
        "late": Q(Exists(late)),
        "alone": ~Q(Exists(coached)),
        "planless": ~Q(Exists(plans)),
        "silent": silent(today),
    }


def _listed(name: str) -> StringAgg:
    return StringAgg(name, Value("、"), distinct=True)


def _count(rows: "models.QuerySet[Any]") -> Any:
    """How many of the rows belong to the case, as a column."""
    counted = rows.filter(case=OuterRef("pk")).order_by().values("case").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


class Case(Placed):
    """A firm's stay with the bureau. At most one is open per firm."""

    POOL, RENEWAL, DIRECT = "pool", "renewal", "direct"

    number = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=8, default=POOL)
    stage = models.CharField(max_length=20)
    version = models.PositiveIntegerField(default=1)
    officer = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    window = models.ForeignKey(
        "pipeline.Window", null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )  # the intake in which the firm applies
    late = models.BooleanField(default=False, db_default=False)  # handed in after that intake had closed
    term = DateRangeField(null=True, blank=True)
    term_warnings = models.PositiveSmallIntegerField(default=0, db_default=0)  # how often its end was announced
    # The clock: a day the event fell on and working days from it. `left` keeps what a pause saved.
    clock_from = models.DateField(null=True, blank=True)
    clock_days = models.PositiveSmallIntegerField(null=True, blank=True)
    clock_left = models.PositiveSmallIntegerField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    # The pool book in force on the day of submission: by it the case is reviewed and admitted.
    book_day = models.DateField(null=True, blank=True)
    book_version = models.CharField(max_length=40, blank=True, db_default="")
    reminders = models.PositiveSmallIntegerField(default=0)  # sent at this stage
    reminded_on = models.DateField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm"], condition=Q(closed_on=None), name="one_open_case_per_firm"),
            models.CheckConstraint(condition=Q(stage__in=list(CASE_STAGES)), name="case_stage_is_known"),
            models.CheckConstraint(
                condition=Q(stage="closed", closed_on__isnull=False) & ~Q(reason="")
                | ~Q(stage="closed") & Q(closed_on=None, reason=""),
                name="a_closed_case_has_its_day_and_reason",
            ),
            models.CheckConstraint(condition=Q(kind__in=["pool", "renewal", "direct"]), name="case_kind_is_known"),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(closed_on=None), name="open_cases_by_due_day"),
            models.Index(fields=["stage", "due_on"], condition=Q(closed_on=None), name="open_cases_by_stage"),
            models.Index(TERM_ENDS, "id", condition=Q(closed_on=None, term__isnull=False), name="pool_cases_by_end"),
            models.Index(or_never("due_on"), "id", condition=Q(closed_on=None), name="open_cases_in_turn"),
            models.Index(fields=["officer", "due_on"], condition=Q(closed_on=None), name="open_cases_of_officer"),
            models.Index(
                fields=["firm"],
                condition=Q(reason="dissolved") | Q(reason="moved_out"),
                name="cases_that_ended_a_firm",
            ),
            models.Index(
                "county",
                or_never("due_on"),
                "id",
                condition=Q(closed_on=None),
                name="open_cases_of_county_in_turn",
            ),
            models.Index(
                fields=["county", "stage", "clock_from"],
                condition=Q(closed_on=None),
                name="open_cases_of_county_by_stage",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def place(self) -> Stage:
        return CASE_STAGES[self.stage]

    def due(self, today: date, calendar: Calendar) -> Due:
        return due(self.place, self.due_on, today, calendar)

    def pool_book(self, day: date) -> Book:
        """The pool book the case goes by: the one it was submitted under, until then the one in force that day."""
        return book_of(POOL, self.book_version, self.book_day) if self.book_day else book_in_force(POOL, day)

    @staticmethod
    def numbers(year: int, count: int) -> list[str]:
        """The next numbers of the year, GP2026-0312."""
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into pipeline_casecounter as c (year, last) values (%s, %s)"
                " on conflict (year) do update set last = c.last + excluded.last returning last",
                [year, count],
            )
            last: int = cursor.fetchone()[0]
        return [f"GP{year}-{number:04d}" for number in range(last - count + 1, last + 1)]


class CaseCounter(models.Model):
    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Transition(FirmOwned):
    """One change of stage of a case or of its application: the history, the statistics and the evidence."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transitions")
    application = models.ForeignKey(
        "pipeline.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="transitions"
    )
    move = models.CharField(max_length=32)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=12, blank=True)
    on_behalf_of = models.ForeignKey(
        "pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # whose signature, or whose case while they are away
    division = models.ForeignKey("pipeline.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    opinion = models.CharField(max_length=8, blank=True)  # for | against, where a county forwards
    note = models.TextField(blank=True)

    objects = FirmOwnedQuerySet["Transition"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, service="") | Q(by=None) & ~Q(service=""), name="somebody_made_the_move"
            )
        ]
        indexes = [models.Index(fields=["case", "id"], name="transitions_of_case")]

    def __str__(self) -> str:
        return f"{self.move} on {self.on}"
