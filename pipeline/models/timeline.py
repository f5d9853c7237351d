"""All that happened with a firm, across years and subjects, as one list: one statement for a page of any of it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from django.db.models import CharField, F, Model, Q, QuerySet, Value
from django.db.models.functions import Coalesce, JSONObject

from pipeline.access import Actor
from pipeline.models.call import Call
from pipeline.models.case import Transition
from pipeline.models.certificate import Certificate, CertificateEvent
from pipeline.models.coaching import Visit
from pipeline.models.diagnosis import Diagnosis
from pipeline.models.event import Attendance
from pipeline.models.evidence import DocumentVersion
from pipeline.models.firm import Firm
from pipeline.models.handover import HandOver
from pipeline.models.help import Difficulty
from pipeline.models.merging import MergedRecord
from pipeline.models.note import Note
from pipeline.models.notice import Notice
from pipeline.models.objection import Objection
from pipeline.models.people import DayInShanghai
from pipeline.models.review import Flag, Proposal
from pipeline.models.routing import Assignment
from pipeline.models.staying import AnnualUpdate

Kind = Literal[
    "assessment", "assignment", "call", "certificate", "certificate_event", "difficulty", "flag", "hand_over", "letter",
    "merge", "move", "note", "objection", "paper", "proposal", "training", "update", "visit",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)
FOR_FIRM: tuple[Kind, ...] = ("assessment", "difficulty", "letter", "move", "note", "paper", "visit")
Cursor = tuple[datetime, Kind, int]
LONGEST_KEY = 18  # digits


@dataclass(frozen=True)
class Happening:
    """One thing that happened: `at` it was recorded, the day `on` it belongs to. `more` holds what its kind tells."""

    kind: Kind
    key: int
    at: datetime
    on: date
    who: str
    case: str
    more: Mapping[str, Any]

    @property
    def cursor(self) -> str:
        return f"{self.at.isoformat()}~{self.kind}~{self.key}"


@dataclass(frozen=True)
class Stretch:
    """Newest first; `older` says where the next page begins, empty where there is none."""

    happenings: list[Happening]
    older: str


EVERYTHING = Q()
ON, BY, OF_CASE = F("on"), F("by__name"), F("case__number")


@dataclass(frozen=True)
class Source:
    """Where a kind of happening comes from: its rows, their day, who did it, the case's number, what else is told of
    it by name; `told` are the rows a firm is told of; `of` which rows are a firm's.
    """

    model: type[Model]
    more: Mapping[str, Any]
    day: Any = ON
    who: Any = BY
    case: Any = OF_CASE
    told: Q = EVERYTHING
    of: Callable[[Firm], Q] = lambda firm: Q(firm=firm)


NOBODY, NO_CASE = Value("", CharField()), Value("", CharField())
DAY_RECORDED = DayInShanghai(F("recorded_at"))
SOURCES: Mapping[Kind, Source] = {
    "assessment": Source(
        Diagnosis, {"day": F("day"), "verdict": F("verdict"), "unmet": F("unmet"), "unknown": F("unknown")},
        day=F("day"), who=NOBODY, case=NO_CASE,
    ),
    "assignment": Source(Assignment, {"to": F("officer__name"), "why": F("why"), "note": F("note")}),
    "call": Source(Call, {"says": F("says"), "promised_on": F("promised_on"), "next_on": F("next_on")}),
    "certificate": Source(
        Certificate, {"number": F("number")}, day=F("issued_on"), who=NOBODY,
    ),
    "certificate_event": Source(
        CertificateEvent, {"number": F("certificate__number"), "is": F("kind"), "note": F("note")}, case=NO_CASE,
    ),
    "difficulty": Source(
        Difficulty,
        {"is": F("kind"), "says": F("says"), "state": F("state"), "answer": F("answer"), "public": F("public_id")},
        day=F("asked_on"), who=F("asked_by__name"), case=NO_CASE,
    ),
    "flag": Source(
        Flag,
        {
            "is": F("kind"), "says": F("says"), "evidence": F("evidence"), "cleared_on": F("cleared_on"),
            "cleared_by": F("cleared_by__name"), "cleared_note": F("cleared_note"),
        },
        day=F("raised_on"), who=F("raised_by__name"), case=NO_CASE,
    ),
    "hand_over": Source(
        HandOver,
        {
            "from": F("source__name"), "to": F("target__name"), "note": F("note"), "moved_on": F("moved_on"),
            "accepted_on": F("accepted_on"), "accepted_by": F("accepted_by__name"),
        },
        day=Coalesce(F("prepared_on"), F("moved_on"), DAY_RECORDED),
        who=Coalesce(F("prepared_by__name"), F("moved_by__name")),
    ),
    "letter": Source(
        Notice, {"title": F("title"), "to": F("to"), "read": F("read_at")},
        day=DAY_RECORDED, who=NOBODY, told=Q(to=Notice.FIRM),
    ),
    "merge": Source(
        MergedRecord,
        {
            "gone": F("firm__name"), "gone_code": F("firm__uscc"), "into": F("into__name"),
            "into_code": F("into__uscc"), "why": F("why"), "undone_on": F("undone_on"),
            "undone_by": F("undone_by__name"), "undone_why": F("undone_why"),
        },
        case=NO_CASE, of=lambda firm: Q(firm=firm) | Q(into=firm),
    ),
    "move": Source(
        Transition,
        {
            "move": F("move"), "target": F("target"), "note": F("note"), "opinion": F("opinion"),
            "application": F("application_id"), "service": F("service"), "for": F("on_behalf_of__name"),
        },
        told=~Q(target="lead") & ~Q(case__reason="not_interested"),
    ),
    "note": Source(Note, {"text": F("text"), "internal": F("internal")}),
    "objection": Source(
        Objection,
        {
            "objector": F("objector"), "says": F("says"), "finding": F("finding"), "result": F("result"),
            "decided_on": F("decided_on"), "decided_by": F("decided_by__name"), "public": F("public_id"),
        },
        day=F("received_on"), who=F("registered_by__name"),
    ),
    "paper": Source(
        DocumentVersion,
        {"name": F("name"), "number": F("number"), "document": F("document_id"), "state": F("state")},
        day=DAY_RECORDED, case=NO_CASE,
    ),
    "proposal": Source(
        Proposal,
        {
            "act": F("act"), "says": F("says"), "reason": F("reason"), "decided_on": F("decided_on"),
            "decided_by": F("decided_by__name"),
        },
        day=F("proposed_on"), who=F("proposed_by__name"),
    ),
    "training": Source(
        Attendance,
        {
            "title": F("event__title"), "held_on": F("event__on"), "state": F("state"), "people": F("people"),
            "why": F("why"), "off": F("event__called_off_on"), "public": F("event__public_id"),
        },
        day=F("invited_on"), who=F("invited_by__name"), case=NO_CASE,
    ),
    "update": Source(
        AnnualUpdate,
        {"year": F("year"), "due_on": F("due_on"), "confirmed_on": F("confirmed_on"), "says": F("says")},
        day=DAY_RECORDED,
    ),
    "visit": Source(
        Visit,
        {"way": F("way"), "met": F("met"), "notes": F("notes"), "agreed": F("agreed"), "next_on": F("next_on")},
    ),
}  # fmt: skip


def timeline(
    firm: Firm, actor: Actor, *, kinds: Collection[str] = KINDS, before: Cursor | None = None, size: int = 50,
    to_firm: bool = False,
) -> Stretch:  # fmt: skip
    """A page of what happened, for whoever sees the firm. `to_firm` leaves out what a firm is not told.

    One statement: every kind is cut to the page within its own index before they are put together.
    """
    chosen = [kind for kind in KINDS if kind in kinds and (not to_firm or kind in FOR_FIRM)]
    if not chosen:
        return Stretch([], "")
    arms = [_arm(kind, firm, actor, before, size, to_firm=to_firm) for kind in chosen]
    rows = arms[0]  # one arm is cut and in order already
    if len(arms) > 1:
        rows = rows.union(*arms[1:], all=True).order_by("-h_at", "h_kind", "-h_key")[: size + 1]
    found = [Happening(*row) for row in rows]
    return Stretch(found[:size], found[size - 1].cursor if len(found) > size else "")


def cursor_of(text: str) -> Cursor | None:
    """The place a page begins, as `Happening.cursor` wrote it; None for anything else."""
    moment, _sign, rest = text.partition("~")
    kind, _sign, key = rest.partition("~")
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    known = next((each for each in KINDS if each == kind), None)
    if known is None or at.tzinfo is None or not key.isdecimal() or len(key) > LONGEST_KEY:
        return None
    return at, known, int(key)


def _arm(
    kind: Kind, firm: Firm, actor: Actor, before: Cursor | None, size: int, *, to_firm: bool
) -> "QuerySet[Any, Any]":
    source = SOURCES[kind]
    rows: Any = source.model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
    rows = rows.filter(source.of(firm))
    if to_firm:
        rows = rows.filter(source.told)
    if before is not None:
        rows = rows.filter(_earlier(kind, before))
    columns = {
        "h_kind": Value(kind, CharField()),
        "h_key": F("pk"),
        "h_at": F("recorded_at"),
        "h_day": source.day,
        "h_who": Coalesce(source.who, Value(""), output_field=CharField()),
        "h_case": Coalesce(source.case, Value(""), output_field=CharField()),
        "h_more": JSONObject(**source.more),
    }
    cut: QuerySet[Any, Any] = rows.order_by("-recorded_at", "-pk").annotate(**columns).values_list(*columns)
    return cut[: size + 1]


def _earlier(kind: Kind, before: Cursor) -> Q:
    """Rows that follow the cursor in the order of time, kind and key."""
    at, last, key = before
    if kind < last:
        return Q(recorded_at__lt=at)
    if kind > last:
        return Q(recorded_at__lte=at)
    return Q(recorded_at__lt=at) | Q(recorded_at=at, pk__lt=key)
