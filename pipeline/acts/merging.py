"""Two records of one firm become one, by two people, and two again where that was wrong."""

from collections.abc import Mapping
from datetime import date
from itertools import batched
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Case, Firm, FormerName, Hit, MergedRecord, MergeProposal, User
from pipeline.models.firm import FirmQuerySet
from pipeline.models.quality import DUPLICATES
from pipeline.models.what_moves import WhatMoves, in_the_way, rows_of, what_moves, what_returns

AT_ONCE = 5_000


@transaction.atomic
def propose(gone: Firm, into: Firm, *, why: str, seen: str, by: User, on: date) -> MergeProposal:
    """Say that two records are of one firm; somebody else looks at the same and merges them. The city is told."""
    access.require(by, "merging.propose", _held(gone, into))
    demand(by.office is not None, "why", _("Only people of an office put records together."))
    demand(bool(why.strip()), "why", _("Say how you know that both are the same firm."))
    _demand_mergeable(gone, into, seen)
    waiting = MergeProposal.objects.waiting().filter(gone=gone).exists()
    demand(not waiting, "firm", _("This record is proposed for a merge already: decide that first."))
    told: dict[str, Any] = {"office": by.office, "gone": gone, "into": into, "why": why.strip()}
    proposed = MergeProposal.objects.create(**told, proposed_by=by, proposed_on=on)
    notice.tell_city(kind="merging.propose", gone=gone.name, into=into.name, who=by.name)
    return proposed


@transaction.atomic
def merge(proposed: MergeProposal, *, seen: str, by: Actor, on: date) -> MergedRecord:
    """Carry what is on record of one over to the other, whose former name it leaves behind, as another person proposed.

    `seen` is the digest of what this person was shown (`what_moves`). People keep their seats where they are: who may
    act for a record is no matter of its rows.
    """
    gone, into = proposed.gone, proposed.into
    firms = _held(gone, into)
    access.require(by, "merging.merge", firms)
    demand(proposed.proposed_by_id != by.pk, "seen", _("You proposed this merge yourself: another person confirms it."))
    found = _demand_mergeable(gone, into, seen)
    _decide(proposed, MergeProposal.DONE, by, on)
    _rehome(found.moves, into)
    made: dict[str, list[int]] = {}
    if gone.name != into.name:
        made["FormerName"] = [FormerName.objects.create(firm=into, name=gone.name, until=on).pk]
    firms.update(diagnosis_due=True)
    first, second = sorted((gone.pk, into.pk))
    Hit.objects.filter(firm=first, other=second, kind__in=DUPLICATES).delete()
    written: dict[str, Any] = {"moved": _written(found.moves), "made": made, "proposal": proposed}
    return MergedRecord.objects.create(firm=gone, into=into, why=proposed.why, **written, by_id=by.pk, on=on)


@transaction.atomic
def drop(proposed: MergeProposal, *, by: Actor, on: date) -> None:
    """Leave the two records as they are."""
    access.require(by, "merging.drop")
    _decide(proposed, MergeProposal.DROPPED, by, on)


@transaction.atomic
def undo(merged: MergedRecord, *, why: str, by: Actor, on: date) -> None:
    """Give back what went over, and what was hung on it since; what stayed stays."""
    firms = _held(merged.firm, merged.into)
    access.require(by, "merging.undo", firms)
    demand(bool(why.strip()), "why", _("Say why they are two firms after all."))
    standing = MergedRecord.objects.standing().filter(pk=merged.pk)
    demand(standing.exists(), "merged", _("This merge has been undone already."))
    back = what_returns(merged.moved, merged.into)
    _demand_way_back(back, merged)
    _rehome(back, merged.firm)
    FormerName.objects.filter(pk__in=merged.made.get("FormerName", []), firm=merged.into).delete()
    firms.update(diagnosis_due=True)
    standing.update(undone_by=by.pk, undone_on=on, undone_why=why.strip())


def hindrances_of(gone: Firm, into: Firm) -> list[Missing]:
    """Why the two cannot be merged as they stand."""
    if gone.pk == into.pk:
        return [Missing("into", _("This is one record, not two."))]
    found = [
        Missing("firm", _("%(firm)s has been merged into another record already.") % {"firm": each})
        for each in (gone, into)
        if MergedRecord.objects.standing().filter(firm=each).exists()
    ]
    both = list(Case.objects.open().filter(firm__in=(gone, into)).order_by("number"))
    if len(both) > 1:
        numbers = ", ".join(case.number for case in both)
        found.append(Missing("case", _("Both have an open case (%(numbers)s): end one first.") % {"numbers": numbers}))
    return found


def _demand_mergeable(gone: Firm, into: Firm, seen: str) -> WhatMoves:
    hindrances = hindrances_of(gone, into)
    if hindrances:
        raise ConditionUnmet(hindrances)
    found = what_moves(gone, into)
    demand(found.digest == seen, "seen", _("What is on record of the two has changed since. Look at it again."))
    return found


def _decide(proposed: MergeProposal, state: str, by: Actor, on: date) -> None:
    waiting = MergeProposal.objects.waiting().filter(pk=proposed.pk)
    decided = waiting.update(state=state, decided_by=by.pk, decided_on=on)
    demand(bool(decided), "seen", _("Somebody has decided about this merge already. Look at it again."))


def _demand_way_back(back: Mapping[str, list[Any]], merged: MergedRecord) -> None:
    strayed = [name for name, keys in back.items() if rows_of(name, keys).exclude(firm=merged.into_id).exists()]
    demand(not strayed, "merged", _("What went over has gone on to a third record: undo that merge first."))
    open_there = Case.objects.open().filter(firm=merged.firm).exists()
    open_back = rows_of("Case", back.get("Case", [])).filter(closed_on=None).exists()
    demand(not (open_there and open_back), "merged", _("A new case of the merged record is open: end it first."))
    says = _("The merged record has been written to since, where its own would come back: remove that first.")
    demand(not in_the_way(back, merged.firm), "merged", says)


def _held(gone: Firm, into: Firm) -> FirmQuerySet:
    """Both firms, held until the end, in the order of their keys."""
    firms = Firm.objects.filter(pk__in=(gone.pk, into.pk))
    list(firms.order_by("pk").select_for_update())
    return firms


def _rehome(keys: Mapping[str, list[Any]], firm: Firm) -> None:
    for name, each in keys.items():
        for some in batched(each, AT_ONCE):
            rows_of(name, some).update(firm=firm)


def _written(keys: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Keys as JSON holds them; a paper's is no number."""
    return {name: [key if isinstance(key, int) else str(key) for key in each] for name, each in keys.items()}
