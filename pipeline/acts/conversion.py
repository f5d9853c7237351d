"""Results put to use, and the papers that prove it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F, Func, Value
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Conversion, ConversionProof, Document, Firm, MoveRefused
from pipeline.models.product import PROOFS


@transaction.atomic
def record(
    firm: Firm,
    values: Mapping[str, Any],
    *,
    conversion: Conversion | None,
    version: int = 0,
    by: Actor,
    on: date,
) -> Conversion:
    """Add a conversion, or change the one that was seen in this version. The same result counts once."""
    access.require(by, "conversion.record", Firm.objects.filter(pk=firm.pk))
    demand(values["year"] <= on.year, "year", _("%(year)s has not begun yet.") % {"year": values["year"]})
    for end in ("project", "right", "product"):
        demand(values[end] is None or values[end].firm_id == firm.pk, end, _("This is not on the list."))
    _demand_once(firm, values["result"], conversion)
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)
    if conversion is None:
        return Conversion.objects.create(firm=firm, **values)
    rows = Conversion.objects.filter(firm=firm, pk=conversion.pk)
    if not rows.filter(version=version).update(version=F("version") + 1, **values):
        raise MoveRefused("conversion.record", {conversion.result: ("changed", version)})
    return rows.get()


def _demand_once(firm: Firm, result: str, conversion: Conversion | None) -> None:
    plain = Func(Value(result), function="mp_plain")
    same = Conversion.objects.filter(firm=firm).alias(plain=Func(F("result"), function="mp_plain")).filter(plain=plain)
    twin = (same.exclude(pk=conversion.pk) if conversion else same).first()
    says = _("This result is on the list under %(year)s; a result counts once, however often it is converted.")
    demand(twin is None, "result", says % {"year": twin.year if twin else ""})


@transaction.atomic
def prove(firm: Firm, conversion: Conversion, papers: Mapping[str, Document | None], *, by: Actor) -> None:
    """Put a paper of the firm into each of these slots, or empty the slot."""
    access.require(by, "conversion.prove", Firm.objects.filter(pk=firm.pk))
    for kind, paper in papers.items():
        demand(kind in PROOFS and (paper is None or paper.firm_id == firm.pk), kind, _("There is no such paper."))
        slot = ConversionProof.objects.filter(firm=firm, conversion=conversion, kind=kind)
        if paper is None:
            slot.delete()
        elif not slot.update(document=paper):
            ConversionProof.objects.create(firm=firm, conversion=conversion, kind=kind, document=paper)
