"""The yearly adjustment of the pool: what the book proposes, put before a head, open to objections, published."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import case as case_acts
from pipeline.acts import notice, progress
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Adjustment, Case, Leaver, MoveRefused, Objection, Proposal
from pipeline.models.book import POOL
from pipeline.models.firm import FirmOwnedQuerySet
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.models.staying import REMOVABLE, LeaverQuerySet, who_leaves

REMOVE = "case.remove"


@transaction.atomic
def draw(*, by: Actor, on: date) -> Adjustment:
    """Keep as this year's list whom the book in force proposes to take out today, each with its grounds."""
    access.require(by, "adjustment.draw")
    says = _("This year's adjustment is drawn up already.")
    demand(not Adjustment.objects.filter(year=on.year).exclude(state=Adjustment.DROPPED).exists(), "year", says)
    book = book_in_force(POOL, on)
    found = who_leaves(Case.objects.all(), book, on)
    demand(bool(found), "year", _("The book proposes nobody to leave today."))
    try:
        with transaction.atomic():
            drawn = Adjustment.objects.create(year=on.year, day=on, book_version=book.version, drawn_by_id=by.pk)
    except IntegrityError:  # a colleague was faster by a moment
        raise ConditionUnmet([Missing("year", says)]) from None
    firms = dict(Case.objects.filter(pk__in=found).values_list("pk", "firm_id"))
    Leaver.objects.bulk_create(
        Leaver(firm_id=firms[key], case_id=key, adjustment=drawn, reason=why.reason, grounds=why.says.to_json())
        for key, why in found.items()
    )
    return drawn


@transaction.atomic
def keep(leavers: LeaverQuerySet, *, by: Actor, on: date, why: str) -> int:
    """Leave firms in the pool after all, with the reason; possible until the list is submitted. How many."""
    access.require(by, "adjustment.keep", leavers)
    demand(bool(why.strip()), "why", _("Say why the firm stays."))
    rows = list(leavers.leaving().filter(left=False).select_related("adjustment", "case__firm").order_by("pk"))
    at = {each.adjustment.state for each in rows}
    open_still = at <= {Adjustment.DRAWN, Adjustment.OBJECTIONS}
    demand(bool(rows) and open_still, "why", _("The list waits for a head or is published: nobody is taken off it."))
    Leaver.objects.filter(pk__in=[each.pk for each in rows]).update(stays=why.strip(), kept_by_id=by.pk)
    told = [each.case for each in rows if each.adjustment.state == Adjustment.OBJECTIONS]
    for listed in {each.adjustment for each in rows}:
        _end_proposals(listed, [each.case_id for each in rows if each.adjustment == listed], on)
    for side in notice.WORDS["adjustment.keep"].to:
        notice.write(told, to=side, kind="adjustment.keep", note=why.strip())
    return len(rows)


@transaction.atomic
def propose(adjustment: Adjustment, *, by: Actor, on: date, version: int, note: str = "") -> None:
    """Put the list before a head."""
    access.require(by, "adjustment.propose")
    leaving = Leaver.objects.leaving().filter(adjustment=adjustment).count()
    demand(leaving > 0, "note", _("Nobody is left on the list: drop it."))
    proposed = {"proposed_by_id": by.pk, "proposed_on": on, "note": note.strip()}
    _step(adjustment, "adjustment.propose", version, Adjustment.DRAWN, Adjustment.PROPOSED, **proposed)
    notice.tell_city(kind="adjustment.propose", year=adjustment.year, count=leaving)


@transaction.atomic
def accept(adjustment: Adjustment, *, by: Actor, on: date, version: int) -> None:
    """A head takes the list: each firm is proposed for removal and told why, and the days for objections begin."""
    access.require(by, "adjustment.accept")
    demand(
        adjustment.proposed_by_id != by.pk,
        "version",
        _("You proposed this list yourself: another head must accept it."),
    )
    author: Any = adjustment.proposed_by_id
    until = calendar_in_force().add(on, progress.term("objection_workdays", on)).due
    accepted = {"accepted_by_id": by.pk, "accepted_on": on, "objections_until": until}
    _step(adjustment, "adjustment.accept", version, Adjustment.PROPOSED, Adjustment.OBJECTIONS, **accepted)
    rows = list(_standing(adjustment).select_related("case__firm").order_by("pk"))
    waiting = set(_open_proposals([each.case_id for each in rows]).values_list("case", flat=True))
    Proposal.objects.bulk_create(
        Proposal(
            firm_id=each.firm_id,
            case_id=each.case_id,
            act=REMOVE,
            reason=each.reason,
            says=each.grounds["zh"],
            proposed_by_id=author,
            proposed_on=on,
        )
        for each in rows
        if each.case_id not in waiting
    )
    alike: dict[str, list[Leaver]] = defaultdict(list)
    for each in rows:
        alike[each.grounds["zh"]].append(each)
    for some in alike.values():
        dues = {each.case_id: until for each in some}
        progress.tell([each.case for each in some], "adjustment.accept", dues=dues, note=some[0].grounds)


@transaction.atomic
def submit(adjustment: Adjustment, *, by: Actor, on: date, version: int) -> None:
    """After the days for objections, with every objection decided, put the publication before a head."""
    access.require(by, "adjustment.submit")
    until = adjustment.objections_until
    demand(
        until is not None and on > until, "version", _("Objections are open until the end of %(day)s.") % {"day": until}
    )
    _demand_no_objection(adjustment)
    submitted = {"submitted_by_id": by.pk, "submitted_on": on}
    _step(adjustment, "adjustment.submit", version, Adjustment.OBJECTIONS, Adjustment.SUBMITTED, **submitted)
    leaving = _standing(adjustment).count()
    notice.tell_city(kind="adjustment.propose", year=adjustment.year, count=leaving)


@transaction.atomic
def publish(adjustment: Adjustment, *, by: Actor, on: date, version: int, document: str) -> int:
    """A head publishes the list by its document: the cases are closed. How many firms left.

    Whose case has moved on meanwhile, to certification or out, is left as it stands.
    """
    access.require(by, "adjustment.publish")
    demand(bool(document.strip()), "document", _("Name the document that publishes the list."))
    mine = by.pk in (adjustment.submitted_by_id, adjustment.proposed_by_id)
    demand(not mine, "version", _("You put this list forward yourself: another head must publish it."))
    _demand_no_objection(adjustment)
    published = {"published_by_id": by.pk, "published_on": on, "document": document.strip()}
    _step(adjustment, "adjustment.publish", version, Adjustment.SUBMITTED, Adjustment.PUBLISHED, **published)
    proposed = _open_proposals(_standing(adjustment).values("case")).values("case")
    keys = list(Case.objects.filter(pk__in=proposed).values_list("pk", flat=True))
    says = _("Yearly adjustment of %(year)s, %(document)s")
    note = says % {"year": adjustment.year, "document": document.strip()}
    if keys:
        case_acts.remove(Case.objects.filter(pk__in=keys), by=by, on=on, note=note, adjusted=True)
    return Leaver.objects.filter(adjustment=adjustment, case__in=keys).update(left=True)


@transaction.atomic
def send_back(adjustment: Adjustment, *, by: Actor, on: date, version: int, note: str) -> None:
    """A head wants the list worked on again: a proposed one is a draft again, a submitted one open to changes."""
    access.require(by, "adjustment.send_back")
    demand(bool(note.strip()), "note", _("Say what is to be changed."))
    back = {Adjustment.PROPOSED: Adjustment.DRAWN, Adjustment.SUBMITTED: Adjustment.OBJECTIONS}
    demand(adjustment.state in back, "note", _("The list waits for no head."))
    _step(adjustment, "adjustment.send_back", version, adjustment.state, back[adjustment.state], note=note.strip())


@transaction.atomic
def drop(adjustment: Adjustment, *, by: Actor, on: date, version: int, note: str) -> None:
    """Give the list up before it is published; what was proposed by it ends."""
    access.require(by, "adjustment.drop")
    demand(bool(note.strip()), "note", _("Say why the list is dropped."))
    demand(adjustment.state != Adjustment.PUBLISHED, "note", _("The list is published: it stands."))
    _end_proposals(adjustment, Leaver.objects.filter(adjustment=adjustment).values("case"), on)
    _step(adjustment, "adjustment.drop", version, adjustment.state, Adjustment.DROPPED, note=note.strip())


def _standing(adjustment: Adjustment) -> LeaverQuerySet:
    """Whom the list still takes out: whose case stands where firms are removed from."""
    return Leaver.objects.leaving().filter(adjustment=adjustment, case__stage__in=REMOVABLE)


def _open_proposals(cases: Any) -> FirmOwnedQuerySet[Proposal]:
    return Proposal.objects.filter(case__in=cases, act=REMOVE, decided_on=None)


def _end_proposals(adjustment: Adjustment, cases: object, on: date) -> None:
    """Those that the list made when it was accepted; what an officer proposed beside it waits on."""
    made = {"proposed_by": adjustment.proposed_by_id, "proposed_on": adjustment.accepted_on}
    _open_proposals(cases).filter(**made).update(decided_on=on)


def _demand_no_objection(adjustment: Adjustment) -> None:
    waiting = Objection.objects.undecided().filter(case__in=_standing(adjustment).values("case"))
    count = waiting.count()
    demand(not count, "version", _("Objections that are not decided yet: %(n)s.") % {"n": count})


def _step(adjustment: Adjustment, act: str, version: int, before: str, after: str, **values: object) -> None:
    rows = Adjustment.objects.filter(pk=adjustment.pk, version=version, state=before)
    if not rows.update(state=after, version=F("version") + 1, **values):
        now = Adjustment.objects.get(pk=adjustment.pk)
        raise MoveRefused(act, {str(now): (now.state, now.version)})
