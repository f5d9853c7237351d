"""One case: who, where, whose turn, until when; what may be done; what the record holds; all that happened."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from pipeline import access, stages
from pipeline.desk import application as dossier_moves
from pipeline.desk import case_moves, changes, identity
from pipeline.desk.case_moves import Known, Offer
from pipeline.desk.changes import Changed
from pipeline.desk.coaching import WAYS
from pipeline.desk.moving import case_or_404
from pipeline.desk.standing import open_dossier, phrases, standing_of
from pipeline.models import Application, Case, DocumentVersion, Fault, Flag, Notice, Proposal, Transition, User, Visit
from pipeline.models.record import checklist, place_name
from pipeline.request import StaffRequest
from pipeline.templatetags.look import spoken

EVENT_KINDS = {
    "": gettext_lazy("All"),
    "moves": gettext_lazy("Moves"),
    "contacts": gettext_lazy("Letters and visits"),
    "files": gettext_lazy("Papers"),
}
REPLIES = {
    Fault.CHANGED: gettext_lazy("changed"),
    Fault.EXPLAINED: gettext_lazy("explained"),
    Fault.PAPER: gettext_lazy("paper attached"),
}
SHOWN_BUTTONS = 3


@dataclass(frozen=True)
class Event:
    """One line of the timeline. `ours` is what the bureau did, `system` what is folded away."""

    at: date
    order: datetime
    kind: str
    says: str
    who: str = ""
    note: str = ""
    url: str = ""
    link: str = ""
    ours: bool = False
    system: bool = False


@dataclass(frozen=True)
class Record:
    """The rows that belong to a case, each read once."""

    transitions: Sequence[Transition]
    faults: Sequence[Fault]
    flags: Sequence[Flag]
    proposals: Sequence[Proposal]
    visits: Sequence[Visit]
    notices: Sequence[Notice]
    papers: Sequence[DocumentVersion]


def case(request: StaffRequest, number: str) -> HttpResponse:
    found = case_or_404(request, number)
    application = open_dossier(found)
    record = _record(found, request.user)
    standing = standing_of(found, application, request.user, request.today)
    reachable = _in_reach(found, request.user)
    offered = _offers(found, application, record, request) if reachable else []
    items = checklist(found.firm, request.today)
    kind = request.GET.get("events", "")
    changed = changes.since_submission(found.firm, record.transitions) if reachable else []
    events = [event for event in timeline(record) if kind in ("", event.kind)]
    shown = [offer for offer in offered if offer.deed.key and not offer.obstacle][:SHOWN_BUTTONS]
    return render(
        request,
        "desk/case/case.html",
        {
            "case": found,
            "standing": standing,
            "application": application,
            "identity": identity.of_case(request.user, found, standing, here="desk:case"),
            "buttons": shown,
            "more": [offer for offer in offered if offer not in shown and not offer.obstacle],
            "elsewhere": _elsewhere(found, request.user) if reachable else [],
            "obstacles": [offer for offer in offered if offer.obstacle],
            "items": items,
            "done": sum(item.done for item in items),
            "faults": _by_place(record.faults, changed),
            "changed": changed,
            "latest_year": _latest_year(found),
            "findings": [each for each in _findings(found) if each["verdict"] != "met"],
            "met": sum(each["verdict"] == "met" for each in _findings(found)),
            "flags": [(flag, case_moves.FLAG_NAMES[flag.kind]) for flag in record.flags],
            "proposals": [(each, _act_name(each.act)) for each in record.proposals],
            "papers": record.papers,
            "events": [event for event in events if not event.system],
            "folded": [event for event in events if event.system],
            "event_kinds": [(name, label, name == kind) for name, label in EVENT_KINDS.items()],
            "section": "desk:queue",
        },
    )


def _record(found: Case, user: User) -> Record:
    flags = Flag.objects.visible_to(user).filter(firm=found.firm_id).select_related("raised_by")
    transitions = Transition.objects.visible_to(user).filter(case=found).select_related("by", "application")
    return Record(
        transitions=list(transitions.order_by("-pk")),
        faults=list(Fault.objects.visible_to(user).filter(case=found).order_by("pk")),
        flags=list(flags.order_by("cleared_on", "-pk")),
        proposals=list(
            Proposal.objects.visible_to(user)
            .filter(case=found)
            .select_related("proposed_by", "decided_by")
            .order_by("-pk")
        ),
        visits=list(
            Visit.objects.visible_to(user).filter(firm=found.firm_id).select_related("by").order_by("-on", "-pk")
        ),
        notices=list(Notice.objects.visible_to(user).filter(case=found).order_by("-pk")),
        papers=list(DocumentVersion.objects.visible_to(user).filter(firm=found.firm_id).newest()),
    )


def _in_reach(found: Case, user: User) -> bool:
    """Whether the firm is the office's today: of one that moved away the past is read and nothing done."""
    return not Case.objects.filter(pk=found.pk).beyond(user.reach(access.OFFICE))


def _offers(found: Case, application: Application | None, record: Record, request: StaffRequest) -> list[Offer]:
    known = {
        "flags": [flag for flag in record.flags if flag.cleared_on is None],
        "proposals": record.proposals,
        "visits": [visit.on for visit in record.visits],
        "user": request.user,
        "today": request.today,
    }
    offered: list[Offer] = []
    if application is not None:
        of_dossier = Known(case=found, row=application, **known)  # type: ignore[arg-type]
        offered += case_moves.offers(of_dossier, found, dossier_moves.DEEDS, application, "desk:application_move")
    deeds = dict(case_moves.DEEDS)
    if application is not None and application.stage in stages.IN_REVIEW:
        del deeds["change-county"]  # the dossier's own act restarts its review
    of_case = Known(case=found, row=found, **known)  # type: ignore[arg-type]
    return offered + case_moves.offers(of_case, found, deeds, found, "desk:case_move")


def _elsewhere(found: Any, user: User) -> list[tuple[str, str]]:
    """Acts on the case that have a page of their own."""
    pages = [
        ("coaching.record_visit", _("Record a visit"), reverse("desk:plan", args=[found.number]) + "#visits"),
        (
            "certificate.issue",
            _act_name("certificate.issue"),
            reverse("desk:certificate_issue", args=[found.firm.uscc]),
        ),
    ]
    is_open = found.stage != "closed"
    return [(label, url) for act, label, url in pages if is_open and access.may(user, act)]


def _latest_year(found: Any) -> dict[str, Any] | None:
    """The figures of the last year that the diagnosis judged by, in yuan and heads."""
    diagnosis = found.firm.latest_diagnosis
    years = (diagnosis.facts.get("years") or []) if diagnosis else []
    return max(years, key=lambda year: year["year"], default=None)


def _findings(found: Any) -> list[dict[str, Any]]:
    diagnosis = found.firm.latest_diagnosis
    return diagnosis.findings if diagnosis else []


def _act_name(act: str) -> str:
    table = stages.CASE_MOVES if act in stages.CASE_MOVES else stages.APPLICATION_MOVES
    return spoken((table[act].zh, table[act].en))


def _by_place(faults: Iterable[Fault], changed: Iterable[Changed]) -> list[dict[str, Any]]:
    """Faults with the names of their places, how they were answered and what was changed there, the open ones first."""
    ordered = sorted(faults, key=lambda fault: (fault.answered_on is not None, fault.pk))
    changed = list(changed)
    return [
        {
            "fault": fault,
            "place": place_name(fault.place),
            "reply": REPLIES.get(fault.reply),
            "changed": changes.of_place(changed, fault.place),
        }
        for fault in ordered
    ]


def timeline(record: Record) -> list[Event]:
    """One line of events, newest first."""
    events = [*_moves(record), *_proposed(record), *_visits(record), *_letters(record), *_papers(record)]
    return sorted(events, key=lambda event: (event.at, event.order), reverse=True)


def _moves(record: Record) -> Iterator[Event]:
    faults: dict[int, list[Fault]] = {}
    for fault in record.faults:
        faults.setdefault(fault.raised_by_id, []).append(fault)
    of_applications = {each.move for each in record.transitions if each.application_id}
    for each in record.transitions:
        if not each.application_id and each.move in of_applications:
            continue  # what happened to the application moved its case too, and is told once
        move = stages.MOVES["application" if each.application_id else "case"][each.move]
        told = faults.get(each.pk, [])
        count = ngettext("%(count)s fault", "%(count)s faults", len(told)) % {"count": len(told)} if told else ""
        opinion = {"for": _("in favour"), "against": _("against")}.get(each.opinion, "")
        says = phrases([spoken((move.zh, move.en)), count, opinion])
        note = "\n".join(filter(None, [each.note, *(_fault_words(fault) for fault in told)]))
        who = each.by.name if each.by else _("by the system")
        yield Event(each.on, each.recorded_at, "moves", says, who, note, ours=_by_bureau(each.move))


def _proposed(record: Record) -> Iterator[Event]:
    """Proposals; what became of them is a move of its own."""
    for each in record.proposals:
        says = _("Proposed: %(act)s") % {"act": _act_name(each.act)}
        yield Event(each.proposed_on, each.recorded_at, "moves", says, each.proposed_by.name, each.says, ours=True)


def _fault_words(fault: Fault) -> str:
    return _("%(place)s: %(says)s") % {"place": place_name(fault.place), "says": fault.says}


def _by_bureau(move: str) -> bool:
    return bool(access.GRANTS[move] & access.OFFICE)


def _visits(record: Record) -> Iterator[Event]:
    for each in record.visits:
        next_on = _("next on %(day)s") % {"day": each.next_on} if each.next_on else ""
        note = "\n".join(filter(None, [each.notes, next_on]))
        yield Event(each.on, each.recorded_at, "contacts", str(WAYS[each.way]), each.by.name, note, ours=True)


def _letters(record: Record) -> Iterator[Event]:
    """What was told to whom; on the day of the move that caused it."""
    days = {(each.move, each.recorded_at): each.on for each in record.transitions}
    sides = {Notice.FIRM: _("to the firm"), Notice.COUNTY: _("to the county"), Notice.CITY: _("to the city")}
    for each in record.notices:
        day = days.get((each.kind, each.recorded_at), localtime(each.recorded_at).date())
        read = _("read") if each.read_at else ""
        who = "·".join(filter(None, [sides[each.to], read]))
        yield Event(day, each.recorded_at, "contacts", spoken(each.title), who, system=True)


def _papers(record: Record) -> Iterator[Event]:
    for each in record.papers:
        url = reverse("desk:document", args=[each.document_id, each.number])
        day = localtime(each.recorded_at).date()
        says = _("Paper received") if each.number == 1 else _("Paper received, version %(n)s") % {"n": each.number}
        yield Event(day, each.recorded_at, "files", says, each.by.name, url=url, link=each.name)
