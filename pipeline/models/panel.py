"""Panels of experts, the firms put before them, and their sheets of points."""

import uuid
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from pipeline.access import Actor
from pipeline.models.people import TODAY

# SQLSTATE of the triggers that guard panels
PANEL_REFUSED = "MP004"
REASON_LENGTH = 400
OLD_NEW = pgtrigger.Referencing(old="old_rows", new="new_rows")  # type: ignore[no-untyped-call]
NEW = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]


def _refuse(name: str, operation: pgtrigger.Operation, condition: str, says: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=NEW if operation == pgtrigger.Insert else OLD_NEW,
        func=f"if exists ({condition}) then raise exception '{says}' using errcode = '{PANEL_REFUSED}'; end if;"
        " return null;",
    )


# What the guidelines demand (HTE-G; `panel_members`, `panel_technical_share`, `panel_financial` of the book): a test
# compares the two.
ILLEGAL = (
    "select from old_rows o join new_rows n using (id) cross join lateral (select count(*) members,"
    " count(*) filter (where m.kind = 'technical') technical, count(*) filter (where m.kind = 'financial') financial"
    " from pipeline_panelmember m where m.panel_id = n.id and m.recused_on is null) c"
    " where n.state in ('open', 'closed') and o.state <> n.state"
    " and (c.members < 5 or c.technical * 10 < c.members * 6 or c.financial < 1)"
)
UNFINISHED = (
    "select from old_rows o join new_rows n using (id) join pipeline_panelmember m on m.panel_id = n.id"
    " where n.state = 'closed' and o.state <> 'closed' and m.recused_on is null and m.done_at is null"
)
BACKWARDS = (
    "select from old_rows o join new_rows n using (id) where o.state <> n.state and (o.state, n.state) not in"
    " (('drawn', 'open'), ('drawn', 'dropped'), ('open', 'closed'), ('open', 'dropped'))"
)
IN_CONFLICT = (
    "select from new_rows n join pipeline_panelfile x on x.panel_id = n.panel_id"
    " where mp_conflict(n.expert_id, x.firm_id) is not null"
)
SOMEBODY_ELSE = (
    "select from new_rows n where not exists (select from pipeline_expert e"
    " where e.id = n.expert_id and e.user_id = n.user_id and e.kind = n.kind)"
)
EXCHANGED = (
    "select from old_rows o join new_rows n using (id) where (o.panel_id, o.expert_id, o.user_id, o.kind)"
    " is distinct from (n.panel_id, n.expert_id, n.user_id, n.kind)"
)
FILE_IN_CONFLICT = (
    "select from new_rows n join pipeline_panelmember m on m.panel_id = n.panel_id and m.recused_on is null"
    " where mp_conflict(m.expert_id, n.firm_id) is not null"
)
LATE_FILE = "select from new_rows n join pipeline_panel p on p.id = n.panel_id where p.state <> 'drawn'"
OF_ANOTHER = (
    "select from new_rows n where not exists (select from pipeline_panelmember m join pipeline_panelfile x"
    " on x.panel_id = m.panel_id where m.id = n.member_id and x.id = n.file_id and m.recused_on is null"
    " and (m.panel_id, m.user_id, m.kind) = (n.panel_id, n.user_id, n.kind))"
)
OUTSIDE_BAND = (
    "select from new_rows n join pipeline_panelfile x on x.id = n.file_id cross join jsonb_each(n.points) p"
    " where x.bands -> p.key is null or jsonb_typeof(p.value) <> 'number' or p.value::numeric % 1 <> 0"
    " or p.value::numeric < (x.bands -> p.key ->> 0)::numeric or p.value::numeric > (x.bands -> p.key ->> 1)::numeric"
)


class PanelQuerySet(models.QuerySet["Panel"]):
    def visible_to(self, actor: Actor) -> Self:
        """The city sees all; an expert those that ask them today."""
        if actor.reach().everything:
            return self
        return self.filter(pk__in=PanelMember.objects.asked_of(actor).values("panel"))

    def short(self) -> Self:
        """Open ones in which a seat is empty, and nobody was told that it stays so."""
        sitting = models.Count("members", filter=Q(members__recused_on=None))
        seats = Cast(KT("draw__technical"), models.IntegerField()) + Cast(KT("draw__financial"), models.IntegerField())
        return self.filter(state=Panel.OPEN, told_short=False).alias(sitting=sitting).filter(sitting__lt=seats)

    def with_counts(self) -> Self:
        """Beside each panel how many firms it judges, its members, and how many of these are done."""
        sitting = PanelMember.objects.sitting().filter(panel=OuterRef("pk")).order_by().values("panel")
        done = sitting.filter(done_at__isnull=False)
        files = PanelFile.objects.filter(panel=OuterRef("pk")).order_by().values("panel")
        return self.annotate(
            firms=Coalesce(Subquery(files.annotate(n=models.Count("pk")).values("n")), 0),
            experts=Coalesce(Subquery(sitting.annotate(n=models.Count("pk")).values("n")), 0),
            done=Coalesce(Subquery(done.annotate(n=models.Count("pk")).values("n")), 0),
        )


class Panel(models.Model):
    """A panel of experts for some firms, as a rehearsal for those in coaching (`mock`) or for an application (`real`).

    `draw` is the lot, whole: the candidates, who was left out and why, those drawn and the order of those who stand
    in; with `seed` anybody can repeat it. `fee` is in yuan for each firm that an expert judges.
    """

    MOCK, REAL = "mock", "real"
    DRAWN, OPEN, CLOSED, DROPPED = "drawn", "open", "closed", "dropped"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    title = models.CharField(max_length=100)
    kind = models.CharField(max_length=4)
    blind = models.BooleanField(default=True)
    state = models.CharField(max_length=8, default=DRAWN)
    seed = models.CharField(max_length=64)
    draw = models.JSONField()
    opens_on = models.DateField()
    closes_on = models.DateField()
    fee = models.DecimalField(max_digits=18, decimal_places=2, default=0)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    opened_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_on = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=200, blank=True)  # it was dropped
    told_short = models.BooleanField(default=False)  # the city knows that nobody is left to stand in
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = PanelQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["mock", "real"]), name="panel_kind_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=["drawn", "open", "closed", "dropped"]), name="panel_state_is_known"
            ),
            models.CheckConstraint(condition=Q(opens_on__lte=F("closes_on")), name="a_panel_has_its_days_in_order"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="a_fee_is_not_negative"),
            models.CheckConstraint(
                condition=Q(state__in=["drawn", "dropped"]) | Q(opened_by__isnull=False),
                name="a_panel_is_opened_by_somebody",
            ),
            models.CheckConstraint(condition=~Q(opened_by=F("by")), name="nobody_opens_the_panel_they_drew"),
            models.CheckConstraint(
                condition=Q(state__in=["drawn", "open"], ended_on=None)
                | Q(state__in=["closed", "dropped"], ended_on__isnull=False),
                name="a_panel_that_ended_has_its_day",
            ),
        ]
        triggers = (
            _refuse("panel_is_legal", pgtrigger.Update, ILLEGAL, "the panel breaks the rules of its composition"),
            _refuse("panel_is_done", pgtrigger.Update, UNFINISHED, "an expert has not handed in"),
            _refuse("panel_goes_on", pgtrigger.Update, BACKWARDS, "a panel does not go this way"),
            _refuse("panel_begins", pgtrigger.Insert, "select from new_rows where state <> 'drawn'", "it begins drawn"),
        )

    def __str__(self) -> str:
        return self.title


class PanelFileQuerySet(models.QuerySet["PanelFile"]):
    def visible_to(self, actor: Actor) -> Self:
        if actor.reach().everything:
            return self
        return self.filter(panel__in=PanelMember.objects.reviewing(actor).values("panel"))


class PanelFile(models.Model):
    """One firm as the panel reads it, frozen when the panel was drawn: `content` without telephones and people, and
    without the firm's name where the panel is blind; `bands` are the points that the figures allow for each item.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="files")
    firm = models.ForeignKey("pipeline.Firm", on_delete=models.PROTECT, related_name="+")
    application = models.ForeignKey(
        "pipeline.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField()
    content = models.JSONField()
    bands = models.JSONField()

    objects = PanelFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panel", "firm"], name="a_firm_is_judged_once_by_a_panel"),
            models.UniqueConstraint(fields=["panel", "position"], name="files_of_a_panel_are_numbered"),
        ]
        triggers = (
            _refuse("file_in_conflict", pgtrigger.Insert, FILE_IN_CONFLICT, "an expert may not judge this firm"),
            _refuse("file_is_late", pgtrigger.Insert, LATE_FILE, "the panel is open already"),
        )

    def __str__(self) -> str:
        return f"{self.panel_id}.{self.position}"


class PanelMemberQuerySet(models.QuerySet["PanelMember"]):
    def visible_to(self, actor: Actor) -> Self:
        return self if actor.reach().everything else self.filter(user=actor.pk)

    def sitting(self) -> Self:
        return self.filter(recused_on=None)

    def asked(self) -> Self:
        """Those whose task is open today: told, not recused, not done, within the panel's days."""
        within = {"panel__state": Panel.OPEN, "panel__opens_on__lte": TODAY, "panel__closes_on__gte": TODAY}
        return self.sitting().filter(done_at=None, **within)

    def asked_of(self, actor: Actor) -> Self:
        return self.asked().filter(user=actor.pk) if "expert" in actor.seat_kinds else self.none()

    def reviewing(self, actor: Actor) -> Self:
        """The open tasks of this expert for which they came in by link and code."""
        return self.asked_of(actor).filter(entered_at__isnull=False)

    def to_sum_up(self, actor: Actor) -> Self:
        """Of these those in which they sum up, as everybody has handed in. The database says so: it hides the others'
        seats from an expert.
        """
        return self.reviewing(actor).filter(panel__in=RawSQL("select mp_chairing()", []))

    def chairing(self, actor: Actor) -> Self:
        """The same from all seats, for who sees them."""
        waiting = PanelMember.objects.sitting().filter(panel=OuterRef("panel"), submitted_at=None)
        return self.reviewing(actor).filter(~models.Exists(waiting), chair=True)


class PanelMember(models.Model):
    """An expert's seat in one panel, which is their task. Its link and code are worked out from `salt` and the secret
    key of the house; a new salt ends both. `fee` is what is owed once the task is done, in yuan.
    """

    MOST_GUESSES = 5

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="members")
    expert = models.ForeignKey("pipeline.Expert", on_delete=models.PROTECT, related_name="tasks")
    user = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9)
    position = models.PositiveSmallIntegerField()
    chair = models.BooleanField(default=False)
    salt = models.CharField(max_length=64, blank=True)
    link_until = models.DateTimeField(null=True, blank=True)
    guesses = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField(null=True, blank=True)
    declared_at = models.DateTimeField(null=True, blank=True)
    recused_on = models.DateField(null=True, blank=True)
    recused_why = models.CharField(max_length=REASON_LENGTH, blank=True)
    recused_from = models.ForeignKey(PanelFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    summary = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    fee = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = PanelMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["panel", "expert"], name="an_expert_sits_once_in_a_panel"),
            models.UniqueConstraint(
                fields=["panel"], condition=Q(chair=True, recused_on=None), name="a_panel_has_one_chair"
            ),
            models.CheckConstraint(condition=Q(guesses__lte=5), name="a_code_of_a_task_is_guessed_five_times"),
            models.CheckConstraint(
                condition=Q(recused_on=None) | ~Q(recused_why="") & Q(submitted_at=None),
                name="who_is_recused_says_why_before_they_hand_in",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None) | Q(declared_at__isnull=False, entered_at__isnull=False),
                name="who_hands_in_declared_no_conflict",
            ),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(submitted_at__isnull=False) & (Q(chair=False) | ~Q(summary="")),
                name="a_task_ends_with_its_sheets_and_the_chairs_with_a_summary",
            ),
        ]
        triggers = (
            _refuse("member_in_conflict", pgtrigger.Insert, IN_CONFLICT, "this expert may not judge one of the firms"),
            _refuse("member_is_expert", pgtrigger.Insert, SOMEBODY_ELSE, "this is not what the expert is"),
            _refuse("member_stays", pgtrigger.Update, EXCHANGED, "a seat in a panel is not given to another"),
        )
        indexes = [models.Index(fields=["user"], name="panels_of_expert")]

    def __str__(self) -> str:
        return f"{self.expert_id} in {self.panel_id}"


class ScoreSheetQuerySet(models.QuerySet["ScoreSheet"]):
    def visible_to(self, actor: Actor) -> Self:
        """The city sees all; an expert their own while they review, and as chair those of all once all are in."""
        if actor.reach().everything:
            return self
        mine = PanelMember.objects.reviewing(actor)
        chaired = PanelMember.objects.chairing(actor)
        return self.filter(Q(user=actor.pk, panel__in=mine.values("panel")) | Q(panel__in=chaired.values("panel")))


class ScoreSheet(models.Model):
    """What one expert gives one firm: `points` of each item, whole, within its band, and the `reasons`. Handed in, it
    is not changed.
    """

    panel = models.ForeignKey(Panel, on_delete=models.PROTECT, related_name="sheets")
    file = models.ForeignKey(PanelFile, on_delete=models.PROTECT, related_name="sheets")
    member = models.ForeignKey(PanelMember, on_delete=models.PROTECT, related_name="sheets")
    user = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=9)
    points = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    opinion = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    submitted_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = ScoreSheetQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "member"], name="one_sheet_of_an_expert_and_a_firm")]
        triggers = (
            _refuse("points_within_band_new", pgtrigger.Insert, OUTSIDE_BAND, "a point lies outside its band"),
            _refuse("sheet_is_own_new", pgtrigger.Insert, OF_ANOTHER, "this is not the sheet of this expert"),
            _refuse("sheet_is_own", pgtrigger.Update, OF_ANOTHER, "this is not the sheet of this expert"),
            _refuse("points_within_band", pgtrigger.Update, OUTSIDE_BAND, "a point lies outside its band"),
        )

    def __str__(self) -> str:
        return f"{self.member_id} on {self.file_id}"
