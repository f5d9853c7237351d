"""Lists about coaching: coached firms, visits to them, what firms ask for help with."""

from dataclasses import replace
from typing import Any

from django.db.models import CharField, F, Min, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy

from pipeline.access import OFFICE
from pipeline.acts import difficulty
from pipeline.acts.listings.certification import CODE, COUNTY_COLUMN
from pipeline.acts.listings.listing import Asked, Asker, Choices, Column, Condition, Listing, Rows, Sort
from pipeline.acts.listings.narrowing import BY_FIRM, COUNTY, PLACE, TEXT, equals, in_words, since, stage_of, until
from pipeline.models import Appointment, Case, Difficulty, Division, Mandate, Seat, Step, Visit
from pipeline.models.case import attention
from pipeline.models.caseload import show_ratings
from pipeline.models.entering import NEVER, or_never
from pipeline.models.people import TODAY
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


def _coached_shown(rows: Any, asker: Asker) -> Rows:
    """Beside each case how far its plan is, its coach today and when the next visit is planned."""
    now = Appointment.objects.filter(firm=OuterRef("firm"), during__contains=asker.today).order_by("-pk")
    last = Visit.objects.filter(firm=OuterRef("firm")).order_by("-on", "-pk")
    told = {
        "coach_name": Subquery(now.values("coach__name")[:1]),
        "coach_consented": Subquery(now.values("consented_on")[:1]),
        "next_visit": Subquery(last.values("next_on")[:1]),
    }
    found = rows.select_related("firm").defer("firm__search").prefetch_related("applications").with_county()
    shown: Rows = found.with_progress().annotate(**told)
    return shown


def _coached_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    """Each case with its open application and the last contact. One statement."""
    keys = [case.firm_id for case in rows]
    touches = last_touches(keys) if keys else {}
    for case in rows:
        case.row = next((each for each in case.applications.all() if each.ended_on is None), case)
        last = touches.get(case.firm_id)
        case.touch = {"on": last.on, "says": TOUCHES[last.way]} if last else None
        case.late = case.next_due is not None and case.next_due < asker.today
    return rows


def _stages(asker: Asker) -> Choices:
    return [(name, stage_of(CASE_STAGES[name])) for name in COACHED]


def _offered(asker: Asker) -> dict[str, Choices]:
    """The counties, coaches, their agencies, and those whom a firm in sight let act for it. One statement."""
    reach = asker.person.reach(OFFICE)
    counties = Division.objects.counties().filter(during__contains=asker.today)
    if not reach.everything:
        counties = counties.filter(pk__in=reach.counties)
    sits = Seat.objects.filter(kind="coach", during__contains=TODAY, user__is_active=True)
    let_in = Mandate.objects.current().filter(kind=Mandate.AGENCY, firm__in=Case.objects.coached().values("firm"))
    rows = _triples(counties, "county", F("code"), F("name")).union(
        _triples(sits, "coach", Cast("user_id", CharField()), F("user__name")),
        _triples(sits.exclude(agency=""), "agency", F("agency"), F("agency")),
        _triples(let_in, "agent", Cast("agent_id", CharField()), F("agent__name")),
    )
    found: dict[str, Choices] = {"county": [], "coach": [], "agency": [], "agent": []}
    for sort, key, says in rows:
        found[sort].append((key, says))
    return {sort: sorted(pairs, key=lambda pair: pair[sort != "county"]) for sort, pairs in found.items()}


def _triples(rows: Any, sort: str, key: Any, says: Any) -> Any:
    named = rows.order_by().annotate(
        sort=Value(sort, CharField()), key=Cast(key, CharField()), says=Cast(says, CharField())
    )
    return named.values_list("sort", "key", "says").distinct()


def _of(name: str) -> Any:
    return lambda asker: asker.once(_offered)[name]


COACHING = Listing(
    name="coaching",
    title=gettext_lazy("Coached firms"),
    rows=_coached,
    shown=_coached_shown,
    dressed=_coached_dressed,
    sorts={
        "next": Sort(_by_next_step),
        "opened": Sort(lambda rows: rows.annotate(turn=F("opened_on"))),
        "firm": BY_FIRM,
    },
    conditions={
        "county": replace(PLACE, choices=_of("county")),
        "stage": Condition(
            gettext_lazy("Stage"), gettext_lazy("stage is"), equals("stage"), _stages
        ),
        "coach": Condition(
            gettext_lazy("Coach"), gettext_lazy("coach is"),
            lambda rows, value, asker: rows.of_coach(int(value)), _of("coach"),
        ),
        "agency": Condition(
            gettext_lazy("Coaching agency"), gettext_lazy("coaching agency is"),
            lambda rows, value, asker: rows.of_agency(value), _of("agency"),
        ),
        "agent": Condition(
            gettext_lazy("Agency acting for the firm"), gettext_lazy("agency acting for the firm is"),
            lambda rows, value, asker: rows.of_agent(int(value)), _of("agent"),
        ),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "stage": Column(gettext_lazy("Stage"), lambda case: stage_of(case.row.place), width=18),
        "steps": Column(gettext_lazy("Steps done"), lambda case: f"{case.done} / {case.steps}" if case.steps else ""),
        "next": Column(gettext_lazy("Next step due"), lambda case: case.next_due, form="day"),
        "coach": Column(gettext_lazy("Coach"), lambda case: case.coach_name or ""),
        "touch": Column(
            gettext_lazy("Last contact"), lambda case: case.touch["on"] if case.touch else None, wide=True, form="day"
        ),
        "visit": Column(
            gettext_lazy("Next visit"), lambda case: case.next_visit, wide=True, form="day"
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
        "next": Sort(lambda rows: rows.annotate(turn=or_never("next_on"))),
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
