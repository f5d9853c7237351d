"""The bar that heads every page of a firm or case: who, where, what stage, whose turn, due when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.desk.standing import Standing, standing_of
from pipeline.models import Application, Case, Firm


@dataclass(frozen=True)
class Identity:
    """`standing` is None for a firm that never had a case."""

    firm: Firm
    county: str
    case: Case | None
    standing: Standing | None
    pages: list[dict[str, object]]


def identity(actor: Actor, firm: Any, *, on: date, here: str, case: Any = None) -> Identity:
    """The firm with its county annotated (`with_county`); `here` is the URL name of the page that shows it.

    Without `case` it is the open one or the last. At most two statements.
    """
    if case is None:
        cases = Case.objects.visible_to(actor).filter(firm=firm).with_county().with_proposal()
        case = cases.order_by(F("closed_on").desc(nulls_first=True), "-pk").first()
    application = Application.objects.open().filter(case=case).select_related("round").first() if case else None
    standing = standing_of(case, application, actor, on) if case else None
    return Identity(
        firm,
        firm.county_name or _("county to be assigned"),
        case,
        standing,
        _pages(actor, firm, case, here, applied=application is not None),
    )


def of_case(actor: Actor, case: Any, standing: Standing, *, here: str) -> Identity:
    """The same from a case that was fetched with its firm and county. No statement."""
    county = case.county_name or _("county to be assigned")
    applied = bool(case.applications.all())
    return Identity(case.firm, county, case, standing, _pages(actor, case.firm, case, here, applied=applied))


def _pages(actor: Actor, firm: Firm, case: Case | None, here: str, *, applied: bool) -> list[dict[str, object]]:
    """The pages of the firm that one of the person's seats opens; what a recommendation rests on, once it applied."""
    number = case.number if case else ""
    offered = [
        ("desk:case", _("Case %(number)s") % {"number": number}, number),
        ("desk:diagnosis", _("Diagnosis"), firm.uscc),
        ("desk:plan", _("Coaching plan"), number),
        ("desk:recommendation", _("Recommendation"), number if applied else ""),
        ("desk:dossier", _("Dossier"), number if applied else ""),
        ("desk:firm", _("Firm and figures"), firm.uscc),
        ("desk:timeline", _("Timeline"), firm.uscc),
        ("desk:firm_sight", _("Who sees it"), firm.uscc),
    ]
    return [
        {"url": reverse(name, args=[key]), "label": label, "here": name == here}
        for name, label, key in offered
        if key and access.opens(actor.seat_kinds, name)
    ]
