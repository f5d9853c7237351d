"""An expert's own record: kept by the expert, or by the city for who has not signed in yet."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing
from pipeline.models import Expert, MoveRefused, Seat, User
from pipeline.models.people import TODAY
from pipeline.rules.codes.fields import carried_fields

FIELDS = (
    "kind", "employer", "employer_code", "qualification", "years", "fields", "shares", "declared", "available", "away",
)  # fmt: skip
LISTS = {"fields": 12, "shares": 40, "declared": 40}  # the most of each


@transaction.atomic
def keep(person: User, said: Mapping[str, Any], *, by: Actor, on: date, version: int) -> Expert:
    """Write down what an expert says of themselves, all of `FIELDS`; an expert only of themselves. `version` is 0 where
    nothing was on record.
    """
    access.require(by, "expert.keep")
    if person.pk != by.pk and not by.seat_kinds & access.CITY:
        raise access.Refused("expert.keep", by)
    _demand_sense(person, said)
    values = {name: said[name] for name in FIELDS} | {"kept_on": on}
    if version == 0 and not Expert.objects.filter(user=person).exists():
        return Expert.objects.create(user=person, **values)
    if not Expert.objects.filter(user=person, version=version).update(version=F("version") + 1, **values):
        raise MoveRefused("expert.keep", {person.name: ("", version)})
    return Expert.objects.get(user=person)


def _demand_sense(person: User, said: Mapping[str, Any]) -> None:
    unmet = []
    if not Seat.objects.filter(user=person, kind="expert", during__contains=TODAY).exists():
        unmet.append(Missing("person", _("This person does not hold an expert's seat today.")))
    if not said["employer"].strip():
        unmet.append(Missing("employer", _("Say where you work: the employer's firms are left out.")))
    strange = [code for code in said["fields"] if code not in carried_fields()]
    if strange:
        says = _("There is no field of this code: %(codes)s") % {"codes": ", ".join(strange[:5])}
        unmet.append(Missing("fields", says))
    if said["kind"] == Expert.TECHNICAL and not said["fields"]:
        unmet.append(Missing("fields", _("A technical expert names at least one field.")))
    unmet += [
        Missing(name, _("At most %(n)s lines.") % {"n": most}) for name, most in LISTS.items() if len(said[name]) > most
    ]
    if unmet:
        raise ConditionUnmet(unmet)
