"""Hi-tech products with their income, and the triangle of projects, rights and products."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Firm, HitechProduct, IntellectualProperty, MoveRefused, ProductIncome, RdProject, Tie

Ends = tuple[int | None, int | None, int | None]  # keys of a project, a right, a product: two of them


@transaction.atomic
def record(
    firm: Firm, values: Mapping[str, Any], incomes: Mapping[int, Decimal | None], *, version: int | None, by: Actor
) -> HitechProduct:
    """Add a product, or change the one of the same code that was seen in this version; None takes an income out."""
    access.require(by, "product.record", Firm.objects.filter(pk=firm.pk))
    rows, code = HitechProduct.objects.filter(firm=firm, code=values["code"]), values["code"]
    if version is None:
        demand(not rows.exists(), "code", _("%(code)s is on the list. Open it to change it.") % {"code": code})
        HitechProduct.objects.create(firm=firm, **values)
    elif not rows.filter(version=version).update(version=F("version") + 1, **values):
        raise MoveRefused("product.record", {code: ("changed", version)})
    product = rows.get()
    for year, amount in incomes.items():
        if amount is None:
            ProductIncome.objects.filter(product=product, year=year).delete()
        else:
            ProductIncome.objects.update_or_create(
                product=product, year=year, defaults={"firm": firm, "amount": amount}
            )
    return product


@transaction.atomic
def tie(firm: Firm, *, add: set[Ends], remove: set[Ends], by: Actor) -> None:
    """Tie what belongs together, and untie what does not. Only what the person changed is named, so that two who tick
    different boxes both have their way.
    """
    access.require(by, "product.tie", Firm.objects.filter(pk=firm.pk))
    for model, place in ((RdProject, 0), (IntellectualProperty, 1), (HitechProduct, 2)):
        keys = {ends[place] for ends in add} - {None}
        known = model._default_manager.filter(firm=firm, pk__in=keys).count()
        demand(known == len(keys), "ties", _("One of the rows or columns is not on the list any more."))
    for project, right, product in remove:
        Tie.objects.filter(firm=firm, project=project, right=right, product=product).delete()
    for project, right, product in add:
        Tie.objects.get_or_create(firm=firm, project_id=project, right_id=right, product_id=product)
