"""The firm's stay with the bureau, from lead to the day it leaves. One case is a queryset of one."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import coaching, diagnosis, fault, flag, handover, intake, notice, objection, progress, proposal
from pipeline.acts import firm as firms_act
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Case, Division, Fault, Firm, Flag, Leaver, Proposal, Round, Transition, Visit
from pipeline.models.book import POOL
from pipeline.models.case import CaseQuerySet
from pipeline.models.certificate import CertificateQuerySet
from pipeline.models.diagnosis import NUMERIC
from pipeline.models.firm import FirmQuerySet
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.models.record import checklist
from pipeline.rules.condition import TITLES
from pipeline.rules.labels import listed
from pipeline.rules.periods import months_later
from pipeline.stages import CASE_MOVES, CASE_STAGES, IN_REVIEW, OPEN

REMINDERS = 2
PROPOSED = {act: CASE_MOVES[act].from_ for act in ("case.publish", "case.remove")}
PROPOSED["case.extend_term"] = PROPOSED["case.remove"]  # no move: the case stays where it stands
LONGEST_MESSAGE = 1_000
Versions = Mapping[int, int] | None


@transaction.atomic
def open_lead(firms: FirmQuerySet, *, by: Actor, on: date, note: str = "") -> list[Case]:
    """Note firms as possible candidates. Nothing is shown to them."""
    access.require(by, "case.open_lead", firms)
    return _open(firms, "case.open_lead", "lead", by=by, on=on, note=note)


@transaction.atomic
def invite(cases: CaseQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Ask firms to apply, in the window that is open or the next one to open."""
    draft = intake.draft_of(intake.invited_into(on))
    return progress.advance(cases, "case.invite", by=by, on=on, versions=versions, **draft)


@transaction.atomic
def begin(firms: FirmQuerySet, *, by: Actor, on: date) -> Case:
    """The firm begins its application; an open lead becomes this case."""
    access.require(by, "case.begin", firms)
    firm = firms.get()
    demand(
        firm.verified_on is not None,
        "firm",
        _("The firm's identity has not been checked yet. Please contact the bureau."),
    )
    open_case = Case.objects.open().exclude(stage="lead").filter(firm=firm).first()
    demand(open_case is None, "case", _("The firm already has an open case."))
    intake.demand_return(firm, on)
    draft = intake.draft_of(intake.demand_open(on))
    lead = Case.objects.filter(firm=firm, stage="lead")
    if lead.exists():
        progress.advance(lead, "case.begin", by=by, on=on, **draft)
        return Case.objects.get(firm=firm, stage="draft")
    return _open(firms, "case.begin", "draft", by=by, on=on, **draft)[0]


@transaction.atomic
def open_renewal(certificates: CertificateQuerySet, *, by: Actor, on: date) -> list[Case]:
    """Coaching towards re-certification, for holders without an open case."""
    held = certificates.filter(~Exists(Case.objects.open().filter(firm=OuterRef("firm"))))
    access.require(by, "case.open_renewal", held)
    firms = Firm.objects.filter(pk__in=held.values("firm"))
    return _open(firms, "case.open_renewal", "coaching", by=by, on=on, kind=Case.RENEWAL)


@transaction.atomic
def submit(cases: CaseQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Hand in the application within an intake; every line of the checklist must be there. What comes after the
    window has closed is marked as late, what comes after the county's day waits for the next.
    """
    access.require(by, "case.submit", cases)
    for case in cases.select_related("firm"):
        missing = [item for item in checklist(case.firm, on) if not item.done]
        if missing:
            raise ConditionUnmet(
                [Missing(item.place, _("%(item)s is not complete yet.") % {"item": item.name}) for item in missing]
            )
    windows = intake.handed_in(cases, on)
    diagnosis.keep(Firm.objects.filter(pk__in=cases.values("firm")), by=by, on=on)
    kept: dict[str, Any] = {"book_day": on, "book_version": book_in_force(POOL, on).version}
    moved = [] if windows else progress.advance(cases, "case.submit", by=by, on=on, versions=versions)
    for (window, late), keys in windows.items():
        alike = Case.objects.filter(pk__in=keys)
        kept |= {"window_id": window, "late": late}
        moved += progress.advance(alike, "case.submit", by=by, on=on, versions=versions, **kept)
    return moved


@transaction.atomic
def return_from_county(
    cases: CaseQuerySet, *, by: Actor, on: date, faults: fault.Faults, versions: Versions = None
) -> list[Transition]:
    """Tell the firm every fault at once: (place, what is wrong and how to repair it). The clock stops."""
    return _return(cases, "case.return_from_county", by=by, on=on, faults=faults, versions=versions)


@transaction.atomic
def return_from_city(
    cases: CaseQuerySet, *, by: Actor, on: date, faults: fault.Faults, versions: Versions = None
) -> list[Transition]:
    return _return(cases, "case.return_from_city", by=by, on=on, faults=faults, versions=versions)


@transaction.atomic
def resubmit_to_county(
    cases: CaseQuerySet, *, by: Actor, on: date, answers: fault.Answers, versions: Versions = None
) -> list[Transition]:
    """Answer each fault by its key. The review goes on with what was left of its term."""
    return _resubmit(cases, "case.resubmit_to_county", by=by, on=on, answers=answers, versions=versions)


@transaction.atomic
def resubmit_to_city(
    cases: CaseQuerySet, *, by: Actor, on: date, answers: fault.Answers, versions: Versions = None
) -> list[Transition]:
    return _resubmit(cases, "case.resubmit_to_city", by=by, on=on, answers=answers, versions=versions)


@transaction.atomic
def forward(
    cases: CaseQuerySet, *, by: Actor, on: date, opinion: str, note: str, versions: Versions = None
) -> list[Transition]:
    """Send the county's opinion, for or against, to the city. A county never refuses by itself."""
    demand(opinion in ("for", "against"), "opinion", _("Say whether the county is for or against."))
    demand(bool(note.strip()), "note", _("Give the reasons of the county."))
    return progress.advance(cases, "case.forward", by=by, on=on, versions=versions, opinion=opinion, note=note)


@transaction.atomic
def send_back(cases: CaseQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None) -> list[Transition]:
    demand(bool(note.strip()), "note", _("Say why the case goes back to the county."))
    return progress.advance(cases, "case.send_back", by=by, on=on, versions=versions, note=note)


@transaction.atomic
def change_county(
    cases: CaseQuerySet, division: Division, *, by: Actor, on: date, note: str = "", versions: Versions = None
) -> list[Transition]:
    """Write the firm's move, with what is handed over. A review that is open starts anew in the new county; any other
    stage goes on as it is.
    """
    access.require(by, "case.change_county", cases)
    progress.must_stand(cases, "case.change_county", OPEN)
    keys = list(cases.values_list("pk", flat=True))
    handover.note_move(cases, division, by=by, on=on, note=note)
    firms_act.settle(Firm.objects.filter(pk__in=cases.values("firm")), division, on=on)
    reviewed = Case.objects.filter(pk__in=keys, stage__in=IN_REVIEW)
    if not reviewed.exists():
        return []
    return progress.advance(reviewed, "case.change_county", by=by, on=on, versions=versions)


@transaction.atomic
def propose(cases: CaseQuerySet, *, act: str, by: Actor, on: date, note: str, reason: str = "") -> list[Proposal]:
    """Put an act of the head before the head: publication, removal, or a longer term."""
    access.require(by, "case.propose", cases)
    demand(act in PROPOSED, "act", _("Only publication, removal and a longer term are proposed."))
    progress.must_stand(cases, "case.propose", PROPOSED[act])
    demand(bool(note.strip()), "note", _("Give the reasons of the proposal."))
    taken = (
        Proposal.objects.filter(case__in=cases.values("pk"), act=act, decided_on=None).select_related("case").first()
    )
    demand(taken is None, "proposal", _("%(case)s is proposed already.") % {"case": taken.case if taken else ""})
    return Proposal.objects.bulk_create(
        Proposal(
            firm_id=case.firm_id, case=case, act=act, reason=reason, says=note, proposed_by_id=by.pk, proposed_on=on
        )
        for case in cases.order_by("pk")
    )


@transaction.atomic
def publish(cases: CaseQuerySet, *, by: Actor, on: date, note: str = "", versions: Versions = None) -> list[Transition]:
    """Put admissions on public notice, as an officer proposed and no flag forbids."""
    access.require(by, "case.publish", cases)
    flag.demand_none(cases)
    keys = list(cases.values_list("pk", flat=True))
    _decided(cases, "case.publish", by=by, on=on)
    return progress.advance(
        Case.objects.filter(pk__in=keys), "case.publish", by=by, on=on, versions=versions, note=note
    )


@transaction.atomic
def refuse(cases: CaseQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None) -> list[Transition]:
    demand(bool(note.strip()), "note", _("Give the firm the reasons."))
    return progress.advance(cases, "case.refuse", by=by, on=on, versions=versions, note=note, reason="failed_review")


@transaction.atomic
def reconsider(cases: CaseQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Take cases out of publicity because an objection to each firm is registered."""
    access.require(by, "case.reconsider", cases)
    objections = list(Flag.objects.filter(firm__in=cases.values("firm"), kind=Flag.OBJECTION, cleared_on=None))
    objected = [each.firm_id for each in objections]
    demand(not cases.exclude(firm__in=objected).exists(), "flag", _("Register the objection first."))
    says = "\n".join(each.says for each in objections)
    return progress.advance(cases, "case.reconsider", by=by, on=on, versions=versions, note=says)


@transaction.atomic
def admit(cases: CaseQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Take firms into the pool once their publicity is over: the diagnosis is kept and the coaching plan drawn."""
    access.require(by, "case.admit", cases)
    flag.demand_none(cases)
    rows = list(cases.select_related("firm").order_by("pk"))
    early = [case for case in rows if case.due_on is None or on <= case.due_on]
    demand(
        not early,
        "due_on",
        _("The publicity lasts until the end of %(day)s.") % {"day": early[0].due_on if early else ""},
    )
    diagnosis.keep(Firm.objects.filter(pk__in=[case.firm_id for case in rows]), by=by, on=on)
    terms: dict[int, list[int]] = defaultdict(list)
    for case in rows:
        terms[int(case.pool_book(on).number("term_months"))].append(case.pk)
    moved = []
    for months, keys in terms.items():
        alike, term = Case.objects.filter(pk__in=keys), DateRange(on, months_later(on, months))
        moved += progress.advance(alike, "case.admit", by=by, on=on, versions=versions, term=term)
    coaching.draw_plans(Case.objects.filter(pk__in=[case.pk for case in rows]), by=by, on=on)
    return moved


@transaction.atomic
def mark_ready(
    cases: CaseQuerySet, *, by: Actor, on: date, note: str = "", versions: Versions = None
) -> list[Transition]:
    """Say that firms can apply: their numeric conditions are met, or a head's decision is noted.

    They are due at the county by the next round's date.
    """
    access.require(by, "case.mark_ready", cases)
    for kept in diagnosis.keep(Firm.objects.filter(pk__in=cases.values("firm")), by=by, on=on):
        unmet = [TITLES[each["rule"]] for each in kept.findings if each["rule"] in NUMERIC and each["verdict"] != "met"]
        rules = listed(unmet).in_language(get_language() or "")
        demand(
            not unmet or bool(note.strip()),
            "note",
            _("Not all numeric conditions are met (%(rules)s): note the head's decision.") % {"rules": rules},
        )
    coming = Round.objects.filter(county_date__gte=on).order_by("county_date").first()
    due = coming.county_date if coming else None
    return progress.advance(cases, "case.mark_ready", by=by, on=on, versions=versions, note=note, due_on=due)


@transaction.atomic
def unready(cases: CaseQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None) -> list[Transition]:
    demand(bool(note.strip()), "note", _("Say why the firm is not ready after all."))
    return progress.advance(cases, "case.unready", by=by, on=on, versions=versions, note=note)


@transaction.atomic
def withdraw(
    cases: CaseQuerySet, *, by: Actor, on: date, note: str = "", versions: Versions = None
) -> list[Transition]:
    return progress.advance(cases, "case.withdraw", by=by, on=on, versions=versions, note=note, reason="withdrawn")


@transaction.atomic
def drop_lead(cases: CaseQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None) -> list[Transition]:
    demand(bool(note.strip()), "note", _("Say why the lead is dropped."))
    return progress.advance(
        cases, "case.drop_lead", by=by, on=on, versions=versions, note=note, reason="not_interested"
    )


@transaction.atomic
def lapse(cases: CaseQuerySet, *, by: Actor, on: date, versions: Versions = None) -> list[Transition]:
    """Close what was not corrected by its day, although the firm was reminded twice."""
    demand(not cases.filter(due_on__gte=on).exists(), "due_on", _("The firm still has time to correct."))
    demand(
        not cases.filter(reminders__lt=REMINDERS).exists(),
        "reminders",
        _("The firm must have been reminded twice first."),
    )
    return progress.advance(cases, "case.lapse", by=by, on=on, versions=versions, reason="no_correction")


@transaction.atomic
def remind(cases: CaseQuerySet, *, by: Actor, on: date) -> int:
    """Remind firms that it is their turn; at most once a day."""
    access.require(by, "case.remind", cases)
    progress.must_stand(cases, "case.remind", CASE_MOVES["case.lapse"].from_)
    due = list(cases.exclude(reminded_on=on).values_list("pk", flat=True))
    chosen = Case.objects.filter(pk__in=due)
    chosen.update(reminders=F("reminders") + 1, reminded_on=on)
    rows = chosen.select_related("firm").order_by("pk")
    notice.write(rows.exclude(stage="draft"), to=notice.FIRM, kind="case.remind")
    notice.write(rows.filter(stage="draft"), to=notice.FIRM, kind="case.remind_draft")
    return len(due)


@transaction.atomic
def tell(cases: CaseQuerySet, *, by: Actor, note: str) -> int:
    """Write to firms in words of one's own. How many are told."""
    access.require(by, "case.tell", cases)
    demand(bool(note.strip()), "note", _("Write what the firm is to read."))
    demand(len(note) <= LONGEST_MESSAGE, "note", _("A message has at most %(n)s characters.") % {"n": LONGEST_MESSAGE})
    rows = list(cases.told_to_firm().select_related("firm").order_by("pk"))
    notice.write(rows, to=notice.FIRM, kind="case.tell", note=note.strip())
    return len(rows)


@transaction.atomic
def remove(
    cases: CaseQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None, adjusted: bool = False
) -> list[Transition]:
    """Take firms out of the pool for the reasons proposed, once the working days for objections are over.

    Whom a yearly adjustment lists is removed by its publication alone (`adjusted`).
    """
    access.require(by, "case.remove", cases)
    demand(bool(note.strip()), "note", _("Give the firm the reasons."))
    objection.demand_none_of_removal(cases)
    on_list = not adjusted and Leaver.objects.running().filter(case__in=cases.values("pk")).exists()
    demand(not on_list, "proposal", _("It is on the list of the yearly adjustment and leaves by that."))
    wait = progress.term("objection_workdays", on)
    reasons: dict[str, list[int]] = defaultdict(list)
    for each in _decided(cases, "case.remove", by=by, on=on):
        over = calendar_in_force().add(each.proposed_on, wait).due
        demand(on > over, "proposal", _("Objections are open until the end of %(day)s.") % {"day": over})
        reasons[each.reason].append(each.case_id)
    moved = []
    for reason, keys in reasons.items():
        alike = Case.objects.filter(pk__in=keys)
        moved += progress.advance(alike, "case.remove", by=by, on=on, versions=versions, note=note, reason=reason)
    return moved


@transaction.atomic
def record_departure(
    cases: CaseQuerySet, *, by: Actor, on: date, reason: str, note: str, versions: Versions = None
) -> list[Transition]:
    """Close for firms that were dissolved or left the city; an open application is withdrawn with it."""
    demand(bool(note.strip()), "note", _("Name the proof."))
    keys = list(cases.values_list("pk", flat=True))
    from_agency = _withdraw_applications(cases, by=by, on=on, note=note)
    chosen = Case.objects.filter(pk__in=keys)
    if reason == "moved_out":
        firms_act.settle(Firm.objects.filter(pk__in=chosen.values("firm")), None, on=on)
    return from_agency + progress.advance(
        chosen, "case.record_departure", by=by, on=on, versions=versions, note=note, reason=reason
    )


def _open(
    firms: FirmQuerySet,
    move: str,
    stage: str,
    *,
    by: Actor,
    on: date,
    kind: str = Case.POOL,
    note: str = "",
    **also: Any,
) -> list[Case]:
    rows = list(firms.order_by("pk"))
    taken = Case.objects.open().filter(firm__in=rows).select_related("firm").first()
    demand(taken is None, "case", _("%(firm)s already has an open case.") % {"firm": taken.firm if taken else ""})
    numbers = Case.numbers(on.year, len(rows)) if rows else []
    clock = progress.opening_clock(CASE_STAGES[stage], on)
    cases = Case.objects.bulk_create(
        Case(firm=firm, number=number, kind=kind, stage=stage, opened_on=on, **(clock | also))
        for firm, number in zip(rows, numbers, strict=True)
    )
    progress.record(cases, move, target=stage, by=by, on=on, note=note, source="")
    return cases


def _decided(cases: CaseQuerySet, act: str, *, by: Actor, on: date) -> list[Proposal]:
    proposals = Proposal.objects.filter(case__in=cases.values("pk"), act=act)
    return proposal.decide(proposals, rows=cases.count(), by=by, on=on)


def _return(
    cases: CaseQuerySet, name: str, *, by: Actor, on: date, faults: fault.Faults, versions: Versions
) -> list[Transition]:
    fault.demand_some(faults)
    for case in cases:
        _not_returned_too_often(case, name, on)
    moved = progress.advance(cases, name, by=by, on=on, versions=versions)
    fault.write(moved, faults)
    return moved


def _not_returned_too_often(case: Case, name: str, on: date) -> None:
    returns = Transition.objects.filter(case=case, move=name).order_by("-pk")
    if returns.count() < int(case.pool_book(on).number("most_returns")):
        return
    visited = Visit.objects.filter(case=case, on__gte=returns[0].on).exists()
    demand(
        visited, "visit", _("The case was returned the most times allowed: visit or call the firm and record it first.")
    )


def _resubmit(
    cases: CaseQuerySet, name: str, *, by: Actor, on: date, answers: fault.Answers, versions: Versions
) -> list[Transition]:
    access.require(by, name, cases)
    keys = list(cases.values_list("pk", flat=True))
    fault.answer(Fault.objects.filter(case__in=keys, application=None), answers, on=on)
    diagnosis.keep(Firm.objects.filter(pk__in=cases.values("firm")), by=by, on=on)
    return progress.advance(Case.objects.filter(pk__in=keys), name, by=by, on=on, versions=versions)


def _withdraw_applications(cases: CaseQuerySet, *, by: Actor, on: date, note: str) -> list[Transition]:
    from_now = progress.open_applications(cases)
    if not from_now.exists():
        return []
    return progress.advance_application(from_now, "case.record_departure", by=by, on=on, note=note)
