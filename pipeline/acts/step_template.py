"""An office's steps for its coaching plans: the carried ones, changed or left out, and its own."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import StepTemplate, User
from pipeline.models.moving import MoveRefused
from pipeline.models.step_template import LONGEST_LEAD
from pipeline.rules.codes.step_templates import carried_steps
from pipeline.rules.condition import TITLES

WHO = ("firm_owner", "firm_finance", "firm_rd", "coach", "county", "city")
LONGEST, MOST = 200, 200


@transaction.atomic
def save(
    said: Mapping[str, Any], *, by: User, key: int | None = None, carried: str = "", version: int = 0
) -> StepTemplate:
    """Add a step (`rule`, `what`, `who`, `lead_days`, `proof`), change one of the office's own (`key`, as seen in
    `version`), or put one in place of a carried one. Raises ConditionUnmet, MoveRefused.
    """
    access.require(by, "step_template.save")
    _demand_sense(said, carried)
    told = {name: said[name] for name in ("rule", "what", "who", "lead_days", "proof")}
    if key is not None:
        return _change(key, version, by=by, **told, withdrawn=False)
    return _put(told, by=by, carried=carried)


@transaction.atomic
def withdraw(*, by: User, key: int | None = None, carried: str = "", version: int = 0) -> StepTemplate:
    """Use a step no longer: one of the office's own, or a carried one."""
    access.require(by, "step_template.withdraw")
    if key is not None:
        return _change(key, version, by=by, withdrawn=True)
    demand(carried in carried_steps(), "what", _("There is no such step."))
    kept = carried_steps()[carried]
    told = {"rule": kept.rule, "what": kept.what["zh"], "who": kept.who, "lead_days": kept.lead_days}
    return _put({**told, "proof": kept.proof["zh"]}, by=by, carried=carried, withdrawn=True)


def _demand_sense(said: Mapping[str, Any], carried: str) -> None:
    unmet = []
    if said["rule"] not in TITLES:
        unmet.append(Missing("rule", _("Choose the condition the step is for.")))
    if said["who"] not in WHO:
        unmet.append(Missing("who", _("Choose who does it.")))
    if not said["what"].strip():
        unmet.append(Missing("what", _("Say what is to be done.")))
    if max(len(said["what"]), len(said["proof"])) > LONGEST:
        unmet.append(Missing("what", _("At most %(n)s characters.") % {"n": LONGEST}))
    if not 1 <= said["lead_days"] <= LONGEST_LEAD:
        unmet.append(Missing("lead_days", _("From 1 to %(n)s days.") % {"n": LONGEST_LEAD}))
    if carried and carried not in carried_steps():
        unmet.append(Missing("what", _("There is no such step.")))
    if unmet:
        raise ConditionUnmet(unmet)


def _put(told: Mapping[str, Any], *, by: User, carried: str, withdrawn: bool = False) -> StepTemplate:
    office = by.office
    if office is None:
        raise access.Refused("step_template.save", by)
    own = StepTemplate.objects.filter(office=office)
    demand(own.count() < MOST, "what", _("The office has %(n)s steps already: change one of them.") % {"n": MOST})
    taken = carried and own.filter(carried=carried).exists()
    demand(not taken, "what", _("The office has put a step in its place already. Change that one."))
    last = own.filter(rule=told["rule"]).aggregate(last=Max("position"))["last"] or 0
    return StepTemplate.objects.create(
        office=office, **told, carried=carried, withdrawn=withdrawn, position=last + 1, by=by
    )


def _change(key: int, version: int, *, by: User, **values: object) -> StepTemplate:
    """One that somebody else changed meanwhile is not overwritten."""
    own = StepTemplate.objects.filter(pk=key, office=by.office)
    if not own.filter(version=version).update(version=F("version") + 1, by=by, **values):
        raise MoveRefused("step_template.save", {str(row.pk): (row.what, row.version) for row in own})
    return own.get()
