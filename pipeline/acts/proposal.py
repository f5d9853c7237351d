"""Four eyes: what one person proposes another decides. Used by the acts of case and application."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from pipeline.access import Actor
from pipeline.acts import deputy
from pipeline.acts.conditions import demand
from pipeline.models import Proposal
from pipeline.models.firm import FirmOwnedQuerySet


def end(proposals: FirmOwnedQuerySet[Proposal], possible: Collection[str], *, on: date) -> None:
    """Rows have moved on: what was proposed of them and is not possible from here ends undecided, and is no ground to
    act on when they come back.
    """
    proposals.filter(decided_on=None).exclude(act__in=possible).update(decided_on=on)


def decide(proposals: FirmOwnedQuerySet[Proposal], *, rows: int, by: Actor, on: date) -> list[Proposal]:
    """Take open proposals, one for each of the `rows`, as decided by someone other than who proposed them."""
    open_ones = proposals.filter(decided_on=None)
    found = list(open_ones.order_by("pk"))
    demand(len(found) == rows, "proposal", _("An officer must propose it first."))
    own = any(proposal.proposed_by_id == by.pk for proposal in found)
    demand(not own, "proposal", _("Nobody decides their own proposal: another head must do it."))
    giver = deputy.signature_of(by, found[0].act) if found else None
    theirs = giver is not None and any(proposal.proposed_by_id == giver for proposal in found)
    demand(not theirs, "proposal", _("The head whose signature you hold has proposed it: another head must decide."))
    open_ones.update(decided_by_id=by.pk, on_behalf_of_id=giver, decided_on=on)
    return found
