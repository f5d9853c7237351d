"""What a firm's books say, year by year."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import FinancialYear, Firm, MoveRefused

Figures = Mapping[str, Decimal | None]


@transaction.atomic
def enter(
    firm: Firm, year: int, figures: Figures, *, version: int | None, by: Actor, on: date, source: str = ""
) -> FinancialYear:
    """Write figures of one closed year, in yuan and heads. `version` is what the person saw; None where there was
    no row.
    """
    access.require(by, "figures.enter", Firm.objects.filter(pk=firm.pk))
    demand(year < on.year, "year", _("%(year)s is not over yet.") % {"year": year})
    foreign = set(figures) - set(FinancialYear.FIGURES)
    demand(not foreign, "figures", _("Not a figure: %(names)s") % {"names": ", ".join(sorted(foreign))})
    Firm.objects.filter(pk=firm.pk).update(diagnosis_due=True)
    if version is None:
        row, created = FinancialYear.objects.get_or_create(firm=firm, year=year, defaults={**figures, "source": source})
        if not created:
            raise MoveRefused("figures.enter", {str(year): ("changed", row.version)})
        return row
    changed = FinancialYear.objects.filter(firm=firm, year=year, version=version).update(
        version=F("version") + 1, source=source, **figures
    )
    if not changed:
        raise MoveRefused("figures.enter", {str(year): ("changed", version)})
    return FinancialYear.objects.get(firm=firm, year=year)
