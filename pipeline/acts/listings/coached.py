"""Lists about coaching: coached firms, visits to them, what firms ask for help with."""

from typing import Any

from django.db.models import F, Min, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from pipeline.access import OFFICE
from pipeline.acts import difficulty
from pipeline.acts.listings.certification import CODE, COUNTY_COLUMN
from pipeline.acts.listings.listing import Asked, Asker, Choices, Column, Condition, Listing, Rows, Sort
from pipeline.acts.listings.narrowing import BY_FIRM, COUNTY, PLACE, TEXT, equals, in_words, since, stage_of, until
from pipeline.models import Appointment, Case, Difficulty, Mandate, Step, Visit
from pipeline.models.case import NEVER, attention
from pipeline.models.caseload import show_ratings
from pipeline.models.silence import last_touches
from pipeline.stages import CASE_STAGES

GROUPS = {
    "": gettext_lazy("All coached firms"),
    "handed_in": gettext_lazy("Steps to look at"),
    "late": gettext_lazy("Steps over their day"),
    "alone": gettext_lazy("Without a coach"),
    "planless": gettext_lazy("Without a plan"),
    "silent": gettext_lazy("No contact for long"),
}
TOUCHES = {
    "visit": gettext_lazy("Visit"),
    "call": gettext_lazy("Call"),
    "note": gettext_lazy("Note"),
    "message": gettext_lazy("Message"),
    "booking": gettext_lazy("Hour booked"),
    "event": gettext_lazy("Training"),
}
WAYS = {"visit": gettext_lazy("Visit"), "call": gettext_lazy("Call"), "meeting": gettext_lazy("Meeting")}
DIFFICULTY_GROUPS = {
    "": gettext_lazy("Waiting"),
    "late": gettext_lazy("Past their day"),
    "over": gettext_lazy("Answered"),
}
COACHED = ("coaching", "ready", "in_certification")


def _coached(asker: Asker, asked: Asked) -> Rows:
    cases = Case.objects.within(asker.person.reach(OFFICE)).coached()
    return cases.filter(attention(asker.today)[asked.view]) if asked.view else cases


def _by_next_step(rows: Any) -> Rows:
    """A case without an unfinished step comes last."""
    steps = Step.objects.filter(plan__case=OuterRef("pk"), state__in=[Step.OPEN, Step.HANDED_IN]).current()
    first = steps.order_by().values("plan__case").annotate(first=Min("due_on")).values("first")
    found: Rows = rows.annotate(turn=Coalesce(Subquery(first), Value(NEVER)))
    return found


def _coached_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    """Each case with its open application, its coach, the last visit and the last contact. Three statements."""
    keys = [case.firm_id for case in rows]
    touches = last_touches(keys) if keys else {}
    now = Appointment.objects.filter(firm__in=keys, during__contains=asker.today).select_related("coach")
    coaches = {each.firm_id: each for each in now}
    visits = {each.firm_id: each for each in Visit.objects.filter(firm__in=keys).order_by("on", "pk").defer("notes")}
    for case in rows:
        case.row = next((each for each in case.applications.all() if each.ended_on is None), case)
        case.coach, case.visit = coaches.get(case.firm_id), visits.get(case.firm_id)
        last = touches.get(case.firm_id)
        case.touch = {"on": last.on, "says": TOUCHES[last.way]} if last else None
        case.late = case.next_due is not None and case.next_due < asker.today
    return rows


def _stages(asker: Asker) -> Choices:
    return [(name, stage_of(CASE_STAGES[name])) for name in COACHED]


def _coaches(asker: Asker) -> Choices:
    return [(str(seat.user_id), seat.user.name) for seat in asker.coaches]


def _agencies(asker: Asker) -> Choices:
    names = sorted({seat.agency for seat in asker.coaches if seat.agency})
    return [(name, name) for name in names]


def _agents(asker: Asker) -> Choices:
    """Those alone whom a firm in sight let act for it."""
    let_in = Mandate.objects.current().filter(kind=Mandate.AGENCY, firm__in=Case.objects.coached().values("firm"))
    found = let_in.order_by("agent__name", "agent").values_list("agent", "agent__name").distinct()
    return [(str(key), name) for key, name in found]


COACHING = Listing(
    name="coaching",
    title=gettext_lazy("Coached firms"),
    rows=_coached,
    shown=lambda rows, asker: (
        rows.select_related("firm").defer("firm__search").prefetch_related("applications").with_county().with_progress()
    ),
    dressed=_coached_dressed,
    sorts={
        "next": Sort(_by_next_step),
        "opened": Sort(lambda rows: rows.annotate(turn=F("opened_on"))),
        "firm": BY_FIRM,
    },
    conditions={
        "county": PLACE,
        "stage": Condition(
            gettext_lazy("Stage"), gettext_lazy("stage is"), equals("stage"), _stages
        ),
        "coach": Condition(
            gettext_lazy("Coach"), gettext_lazy("coach is"),
            lambda rows, value, asker: rows.of_coach(int(value)), _coaches,
        ),
        "agency": Condition(
            gettext_lazy("Coaching agency"), gettext_lazy("coaching agency is"),
            lambda rows, value, asker: rows.of_agency(value), _agencies,
        ),
        "agent": Condition(
            gettext_lazy("Agency acting for the firm"), gettext_lazy("agency acting for the firm is"),
            lambda rows, value, asker: rows.of_agent(int(value)), _agents,
        ),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "stage": Column(gettext_lazy("Stage"), lambda case: stage_of(case.row.place), width=18),
        "steps": Column(gettext_lazy("Steps done"), lambda case: f"{case.done} / {case.steps}" if case.steps else ""),
        "next": Column(gettext_lazy("Next step due"), lambda case: case.next_due, form="day"),
        "coach": Column(gettext_lazy("Coach"), lambda case: case.coach.coach.name if case.coach else ""),
        "touch": Column(
            gettext_lazy("Last contact"), lambda case: case.touch["on"] if case.touch else None, wide=True, form="day"
        ),
        "visit": Column(
            gettext_lazy("Next visit"), lambda case: case.visit.next_on if case.visit else None, wide=True, form="day"
        ),
        "number": Column(gettext_lazy("Case number"), lambda case: case.number, wide=True),
        "opened": Column(gettext_lazy("Opened on"), lambda case: case.opened_on, wide=True, form="day"),
        "code": CODE,
    },
    at_first=("county", "stage", "steps", "next", "coach", "touch", "visit"),
    groups=GROUPS,
    group_param="tab",
)  # fmt: skip


def _visitors(asker: Asker) -> Choices:
    """Who has been to a firm in sight."""
    seen = Visit.objects.within(asker.person.reach(OFFICE)).order_by("by__name", "by")
    return [(str(key), name) for key, name in seen.values_list("by", "by__name").distinct()]


def _visits_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    for row in rows:
        row.says = WAYS[row.way]
    return rows


VISITS = Listing(
    name="visits",
    title=gettext_lazy("Visits"),
    rows=lambda asker, asked: Visit.objects.within(asker.person.reach(OFFICE)),
    shown=lambda rows, asker: rows.select_related("firm", "by", "case").defer("firm__search").with_county(),
    dressed=_visits_dressed,
    sorts={
        "on": Sort(lambda rows: rows.annotate(turn=F("on")), newest_first=True),
        "next": Sort(lambda rows: rows.annotate(turn=Coalesce("next_on", Value(NEVER)))),
        "firm": BY_FIRM,
    },
    conditions={
        "county": COUNTY,
        "way": Condition(
            gettext_lazy("Way"), gettext_lazy("way is"),
            equals("way"), lambda asker: WAYS.items(),
        ),
        "by": Condition(
            gettext_lazy("Who was there"), gettext_lazy("who was there is"),
            lambda rows, value, asker: rows.filter(by=int(value)), _visitors,
        ),
        "since": since("on", gettext_lazy("From"), gettext_lazy("from")),
        "until": until("on", gettext_lazy("Until"), gettext_lazy("until")),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "on": Column(gettext_lazy("Day"), lambda row: row.on, form="day"),
        "way": Column(gettext_lazy("Way"), lambda row: str(row.says)),
        "by": Column(gettext_lazy("Who was there"), lambda row: row.by.name),
        "met": Column(gettext_lazy("Who was met"), lambda row: row.met, wide=True, width=24),
        "notes": Column(gettext_lazy("What was seen"), lambda row: row.notes, width=48),
        "agreed": Column(gettext_lazy("Next step"), lambda row: row.agreed, wide=True, width=36),
        "next": Column(gettext_lazy("Next visit"), lambda row: row.next_on, wide=True, form="day"),
        "number": Column(gettext_lazy("Case number"), lambda row: row.case.number if row.case else "", wide=True),
        "code": CODE,
    },
    at_first=("county", "on", "way", "by", "notes", "agreed", "next"),
)  # fmt: skip


def _difficulties(asker: Asker, asked: Asked) -> Rows:
    seen = Difficulty.objects.within(asker.person.reach(OFFICE | {"coach"}))
    if asked.view == "over":
        return seen.exclude(state=Difficulty.OPEN)
    return seen.late(asker.today) if asked.view == "late" else seen.unanswered()


def _difficulties_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    for row in rows:
        row.says_kind = difficulty.NAMES[row.kind]
        row.late = row.state == Difficulty.OPEN and row.due_on < asker.today
    show_ratings(rows, asker.today)
    return rows


DIFFICULTIES = Listing(
    name="difficulties",
    title=gettext_lazy("Firms that ask for help"),
    rows=_difficulties,
    shown=lambda rows, asker: rows.with_county().select_related("firm", "answered_by").defer("firm__search"),
    dressed=_difficulties_dressed,
    sorts={
        "due": Sort(lambda rows: rows.annotate(turn=F("due_on"))),
        "asked": Sort(lambda rows: rows.annotate(turn=F("asked_on")), newest_first=True),
        "firm": BY_FIRM,
    },
    conditions={
        "county": COUNTY,
        "kind": Condition(
            gettext_lazy("Kind"), gettext_lazy("kind is"), equals("kind"),
            lambda asker: [(kind, in_words(name)) for kind, name in difficulty.NAMES.items()],
        ),
        "to": Condition(
            gettext_lazy("Who answers"), gettext_lazy("who answers is"),
            equals("to"),
            lambda asker: [("county", gettext_lazy("the county")), ("coach", gettext_lazy("the coach"))],
        ),
        "since": since("asked_on", gettext_lazy("Asked from"), gettext_lazy("asked from")),
        "until": until("asked_on", gettext_lazy("Asked until"), gettext_lazy("asked until")),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "question": Column(
            gettext_lazy("Question"), lambda row: f"{in_words(row.says_kind)}：{row.says}", width=48
        ),
        "to": Column(gettext_lazy("Who answers"), lambda row: row.answered_by.name if row.answered_by else _to(row)),
        "due": Column(gettext_lazy("Due"), lambda row: row.due_on, form="day"),
        "rating": Column(gettext_lazy("Rating"), lambda row: row.shown_rating, form="number"),
        "asked": Column(gettext_lazy("Asked on"), lambda row: row.asked_on, wide=True, form="day"),
        "code": CODE,
    },
    at_first=("county", "question", "to", "due", "rating"),
    groups=DIFFICULTY_GROUPS,
    group_param="list",
)  # fmt: skip


def _to(row: Any) -> str:
    return str(gettext_lazy("the coach") if row.to == Difficulty.COACH else gettext_lazy("the county"))
