"""Objections while a firm is on public notice, of the pool or of its certification, or about to leave: registered,
examined by one person, decided by another.
"""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access, stages
from pipeline.access import Actor
from pipeline.acts import flag, notice, progress
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Case, Firm, Flag, Leaver, MoveRefused, Objection, OwnObjection, Proposal
from pipeline.models.case import CaseQuerySet
from pipeline.models.objection import ObjectionQuerySet
from pipeline.models.round import ApplicationQuerySet

REMOVABLE = stages.CASE_MOVES["case.remove"].from_
RESULTS = {
    Objection.UPHELD: ("成立", "upheld"),
    Objection.DISMISSED: ("不成立", "dismissed"),
    Objection.WITHDRAWN: ("已撤回", "withdrawn"),
}


@transaction.atomic
def register(
    cases: CaseQuerySet,
    *,
    by: Actor,
    on: date,
    objector: str,
    says: str,
    contact: str = "",
    received_on: date | None = None,
    evidence: str = "",
) -> list[Objection]:
    """Take down who objects and to what. Until it is decided the firm neither comes in nor goes out."""
    access.require(by, "objection.register", cases)
    received = received_on or on
    _demand_whole(objector, says, received, on)
    told = {"objector": objector, "contact": contact, "says": says, "evidence": evidence}
    said = {name: text.strip() for name, text in told.items()}
    return put_down(list(cases.order_by("pk")), by=by, received=received, on=on, **said)


def put_down(
    rows: Sequence[Case],
    *,
    by: Actor,
    received: date,
    on: date,
    objector: str,
    contact: str,
    says: str,
    evidence: str,
) -> list[Objection]:
    """For who has asked whether it may be: the objections, and the flags that block an admission."""
    coming_in = Firm.objects.filter(pk__in=[case.firm_id for case in rows if case.stage not in REMOVABLE])
    about = {"says": says, "evidence": evidence}
    raised = flag.put_up(coming_in, kind=Flag.OBJECTION, by=by, on=on, **about) if coming_in.exists() else []
    flags = {each.firm_id: each for each in raised}
    who = {"objector": objector, "contact": contact, "registered_by_id": by.pk}
    return Objection.objects.bulk_create(
        Objection(
            firm_id=case.firm_id,
            case=case,
            flag=flags.get(case.firm_id),
            about=matter_of(case),
            received_on=received,
            **about,
            **who,
        )
        for case in rows
    )


@transaction.atomic
def examine(objections: ObjectionQuerySet, *, by: Actor, on: date, finding: str, version: int) -> None:
    """Note what was found; somebody else decides on it. It may be examined anew until then."""
    access.require(by, "objection.examine", objections)
    demand(bool(finding.strip()), "finding", _("Write what was looked into and what was found."))
    found = {"finding": finding.strip(), "examined_by_id": by.pk, "examined_on": on}
    _change(objections, "objection.examine", version, **found)


@transaction.atomic
def decide(objections: ObjectionQuerySet, *, by: Actor, on: date, result: str, ruling: str, version: int) -> None:
    """Decide an objection that another person examined.

    One that is not upheld lifts its block. One that is keeps a firm out until the case is reviewed anew or refused; of
    a firm that was about to leave it ends the proposal.
    """
    access.require(by, "objection.decide", objections)
    one = objections.select_related("case__firm", "flag").get()
    demand(one.examined_by_id is not None, "finding", _("It must be examined first."))
    demand(one.examined_by_id != by.pk, "finding", _("You examined it yourself: another person must decide."))
    demand(result in RESULTS, "result", _("Say what comes of the objection."))
    demand(bool(ruling.strip()), "ruling", _("Give the reasons of the decision."))
    decided = {"result": result, "ruling": ruling.strip(), "decided_by_id": by.pk, "decided_on": on}
    _change(objections, "objection.decide", version, **decided)
    if one.flag_id and result != Objection.UPHELD:
        lifted = {"cleared_on": on, "cleared_by": by.pk, "cleared_note": ruling.strip()}
        Flag.objects.filter(pk=one.flag_id, cleared_on=None).update(**lifted)
    if one.about == Objection.REMOVAL and result == Objection.UPHELD:
        _stays(one.case, by=by, on=on, ruling=ruling.strip())
    zh, en = RESULTS[result]
    progress.tell([one.case], "objection.decide", note=ruling.strip(), result={"zh": zh, "en": en})
    _answer(one, result, ruling.strip(), on)


def matter_of(case: Case) -> str:
    """What one objects to at the stage where a case stands."""
    if case.stage in REMOVABLE:
        return Objection.REMOVAL
    return Objection.CERTIFICATION if case.stage == "in_certification" else Objection.ADMISSION


def demand_none_of_certification(applications: ApplicationQuerySet) -> None:
    """Refuse a result in a firm's favour while an objection to it is undecided, or was upheld and is not settled.

    Raises ConditionUnmet.
    """
    open_ones = Objection.objects.filter(case__in=applications.values("case"), about=Objection.CERTIFICATION)
    undecided = _("%(firm)s: an objection of %(day)s is not decided yet.")
    upheld = _("%(firm)s: an objection of %(day)s was upheld. Record the refusal, or settle it on the case.")
    unmet = [
        Missing("objection", (upheld if each.result else undecided) % {"firm": each.firm, "day": each.received_on})
        for each in open_ones.filter(flag__cleared_on=None).select_related("firm").order_by("pk")
    ]
    if unmet:
        raise ConditionUnmet(unmet)


def settle_upheld(applications: ApplicationQuerySet, *, by: Actor, on: date, note: str) -> None:
    """Where the agency refused a firm, the blocks of objections that were upheld have had their effect."""
    upheld = Objection.objects.filter(case__in=applications.values("case"), about=Objection.CERTIFICATION)
    flags = Flag.objects.filter(objection__in=upheld.filter(result=Objection.UPHELD), cleared_on=None)
    flags.update(cleared_on=on, cleared_by=by.pk, cleared_note=note or _("The agency refused the firm."))


def demand_none_of_removal(cases: CaseQuerySet) -> None:
    """Refuse to take out a firm while an objection to that is undecided. Raises ConditionUnmet."""
    found = Objection.objects.undecided().filter(case__in=cases.values("pk"), about=Objection.REMOVAL)
    says = _("%(firm)s: an objection of %(day)s is not decided yet.")
    unmet = [
        Missing("objection", says % {"firm": each.firm, "day": each.received_on})
        for each in found.select_related("firm")
    ]
    if unmet:
        raise ConditionUnmet(unmet)


def _demand_whole(objector: str, says: str, received: date, on: date) -> None:
    told = (
        (bool(objector.strip()), "objector", _("Name who objects; an objection is made under a real name.")),
        (bool(says.strip()), "says", _("Say what is objected to.")),
        (received <= on, "received_on", _("This day is still to come.")),
    )
    unmet = [Missing(place, words) for holds, place, words in told if not holds]
    if unmet:
        raise ConditionUnmet(unmet)


def _stays(case: Case, *, by: Actor, on: date, ruling: str) -> None:
    Proposal.objects.filter(case=case, act="case.remove", decided_on=None).update(decided_on=on)
    listed = Leaver.objects.filter(case=case, left=False, stays="")
    if listed.update(stays=ruling, kept_by_id=by.pk):
        notice.write([case], to=notice.FIRM, kind="adjustment.keep", note=ruling)


def _answer(one: Objection, result: str, ruling: str, on: date) -> None:
    """Where a firm objected in the portal, it reads there what came of it."""
    own = OwnObjection.objects.filter(objection=one, decided_on=None).select_related("firm").first()
    if own is None:
        return
    OwnObjection.objects.filter(pk=own.pk).update(result=result, answer=ruling, decided_on=on)
    zh, en = RESULTS[result]
    notice.tell_firm(own.firm, kind="objection.answer", name=own.name, result={"zh": zh, "en": en})


def _change(objections: ObjectionQuerySet, act: str, version: int, **values: object) -> None:
    rows = objections.filter(version=version, decided_on=None)
    if not rows.update(version=F("version") + 1, **values):
        raise MoveRefused(act, {str(each.pk): (each.result, each.version) for each in objections})
