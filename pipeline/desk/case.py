"""One case: who, where, whose turn, until when; what may be done; the checklist beside the papers; what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.desk import application as dossier_moves
from pipeline.desk import case_moves, identity, viewer
from pipeline.desk.case_moves import Known, Offer
from pipeline.desk.checking import Check, address_of, check_of, submission_of
from pipeline.desk.faults import RETURNS
from pipeline.desk.happenings import FLAG_NAMES, act_name, told
from pipeline.desk.moving import case_or_404
from pipeline.desk.proofs import Proof, proofs_of
from pipeline.desk.standing import open_dossier, standing_of
from pipeline.desk.timeline import GROUPS, NoteForm, groups
from pipeline.models import Application, Case, DocumentVersion, Fault, Flag, Proposal, Transition, User, Visit
from pipeline.models.timeline import timeline
from pipeline.request import StaffRequest

SHOWN_BUTTONS = 3
SHOWN_HAPPENINGS = 25


@dataclass(frozen=True)
class Record:
    """The rows that belong to a case, each read once."""

    transitions: Sequence[Transition]
    faults: Sequence[Fault]
    flags: Sequence[Flag]
    proposals: Sequence[Proposal]
    visits: Sequence[Any]  # their days, where an application asks for one
    papers: Sequence[DocumentVersion]
    proofs: Mapping[UUID, Sequence[Proof]]


def case(request: StaffRequest, number: str) -> HttpResponse:
    found = case_or_404(request, number)
    application = open_dossier(found)
    record = _record(found, request.user)
    standing = standing_of(found, application, request.user, request.today)
    reachable = _in_reach(found, request.user)
    offered = _offers(found, application, record, request) if reachable else []
    check = _check(request, found, record, offered, here=reachable)
    return render(
        request,
        "desk/case/case.html",
        {
            "case": found,
            "standing": standing,
            "application": application,
            "identity": identity.of_case(request.user, found, standing, here="desk:case"),
            **_shown(offered),
            "elsewhere": _elsewhere(found, request.user) if reachable else [],
            **_checked(request, check, record),
            "latest_year": _latest_year(found),
            "findings": [each for each in _findings(found) if each["verdict"] != "met"],
            "met": sum(each["verdict"] == "met" for each in _findings(found)),
            "flags": [(flag, FLAG_NAMES[flag.kind]) for flag in record.flags],
            "proposals": [(each, act_name(each.act)) for each in record.proposals],
            "papers": [
                (paper, address_of(paper, found), record.proofs.get(paper.document_id, ())) for paper in record.papers
            ],
            "view": viewer.chosen(request, found),
            **_happened(request, found),
            "may_note": access.may(request.user, "note.write") and reachable,
            "section": "desk:queue",
        },
    )


def _record(found: Case, user: User) -> Record:
    def own(model: Any) -> Any:
        return model.objects.visible_to(user)

    papers = list(own(DocumentVersion).filter(firm=found.firm_id).newest())
    proposals = own(Proposal).filter(case=found).select_related("proposed_by", "decided_by")
    flags = own(Flag).filter(firm=found.firm_id).select_related("raised_by", "cleared_by")
    return Record(
        transitions=list(own(Transition).filter(case=found).order_by("-pk")),
        faults=list(own(Fault).filter(case=found).order_by("pk")),
        flags=list(flags.order_by("cleared_on", "-pk")),
        proposals=list(proposals.order_by("-pk")),
        visits=list(own(Visit).filter(firm=found.firm_id).values_list("on", flat=True)) if open_dossier(found) else [],
        papers=papers,
        proofs=proofs_of(paper.document_id for paper in papers),
    )


def _in_reach(found: Any, user: User) -> bool:
    """Whether the firm is the office's today: of one that moved away the past is read and nothing done."""
    reach = user.reach(access.OFFICE)
    return reach.everything or found.county_id in reach.counties


def _offers(found: Case, application: Application | None, record: Record, request: StaffRequest) -> list[Offer]:
    known: dict[str, Any] = {
        "flags": [flag for flag in record.flags if flag.cleared_on is None],
        "proposals": record.proposals,
        "visits": record.visits,
        "user": request.user,
        "today": request.today,
    }
    offered: list[Offer] = []
    if application is not None:
        of_dossier = Known(case=found, row=application, **known)
        offered += case_moves.offers(of_dossier, found, dossier_moves.DEEDS, application, "desk:application_move")
    deeds = case_moves.beside(application.stage if application is not None else "")
    of_case = Known(case=found, row=found, **known)
    return offered + case_moves.offers(of_case, found, deeds, found, "desk:case_move")


def _shown(offered: Sequence[Offer]) -> dict[str, Any]:
    """The acts as buttons, behind "more", and as what is not possible yet."""
    free = [offer for offer in offered if not offer.obstacle]
    buttons = [offer for offer in free if offer.deed.key][:SHOWN_BUTTONS]
    return {
        "buttons": buttons,
        "more": [offer for offer in free if offer not in buttons],
        "obstacles": [offer for offer in offered if offer.obstacle],
    }


def _check(request: StaffRequest, found: Case, record: Record, offered: Sequence[Offer], *, here: bool) -> Check:
    composes = (offer.url for offer in offered if offer.deed.slug in RETURNS and not offer.obstacle)
    return check_of(
        request, found, record.transitions, record.faults, record.papers, record.proofs,
        compose=next(composes, ""), here=here,
    )  # fmt: skip


def _checked(request: StaffRequest, check: Check, record: Record) -> dict[str, Any]:
    only = check.since and request.GET.get("only") == "changed"
    submission = submission_of(record.transitions)
    return {
        "check": check,
        "points": [point for point in check.points if point.touched or not point.item.done] if only else check.points,
        "only_changed": only,
        "submission": submission.pk if submission else "",
    }


def _happened(request: StaffRequest, found: Any) -> dict[str, Any]:
    """The newest of the firm's timeline; the whole has a page of its own."""
    group = request.GET.get("events", "")
    _label, kinds = GROUPS.get(group, GROUPS[""])
    stretch = timeline(found.firm, request.user, kinds=kinds, size=SHOWN_HAPPENINGS)
    return {
        "lines": told(stretch.happenings, found.firm, fold=group == ""),
        "event_kinds": groups(group),
        "more_happened": bool(stretch.older),
        "note_form": NoteForm(auto_id="note_%s"),
    }


def _elsewhere(found: Any, user: User) -> list[tuple[str, str]]:
    """Acts on the case that have a page of their own."""
    pages = [
        ("coaching.record_visit", _("Record a visit"), reverse("desk:visit", args=[found.number])),
        ("certificate.issue", act_name("certificate.issue"), reverse("desk:certificate_issue", args=[found.firm.uscc])),
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
