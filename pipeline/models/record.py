"""What the record says of firms on a day: as the rules may see it, and what of it is still missing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline.models.certificate import Certificate
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Contact, Firm, FirmMove
from pipeline.models.property import IntellectualProperty
from pipeline.rules import FirmFacts, read_facts
from pipeline.rules.figures import NAMES

YEARS_ASKED = 3
ENTRY_FIGURES = [
    "sales",
    "total_income",
    "non_taxable_income",
    "hitech_income",
    "rd_total",
    "rd_domestic",
    "net_assets",
    "staff",
    "tech_staff",
]


@dataclass(frozen=True)
class Item:
    """One line of the checklist of an application: its place in the portal, its name, and whether it is there."""

    place: str
    name: str
    done: bool
    part: int = 0  # of `whole` pieces that are there, where it has several
    whole: int = 0


def facts_of(firms: Iterable[Firm], day: date) -> dict[int, FirmFacts]:
    """The facts of each firm by its key: only years closed before the day. Four statements for any number of firms."""
    firms = list(firms)
    keys = [firm.pk for firm in firms]
    years = _by_firm(FinancialYear.objects.filter(firm__in=keys, year__lt=day.year).order_by("year"))
    rights = _by_firm(IntellectualProperty.objects.filter(firm__in=keys).order_by("pk"))
    issued = Certificate.objects.filter(firm__in=keys, issued_on__lte=day).with_revocation(day)
    certificates = _by_firm(issued.order_by("issued_on"))
    divisions = dict(
        FirmMove.objects.filter(firm__in=keys, during__contains=day).values_list("firm_id", "division__code")
    )
    return {
        firm.pk: read_facts(
            {
                "firm": _identity(firm, divisions.get(firm.pk)),
                "years": [_year(year) for year in years[firm.pk]],
                **_property(firm, rights[firm.pk]),
                **_certificates(firm, certificates[firm.pk]),
                "rd_ledger": firm.rd_ledger,
                "credit_clean": firm.credit_clean,
                "incidents": [] if firm.no_incident else None,
            }
        )
        for firm in firms
    }


def checklist(firm: Firm, day: date) -> list[Item]:
    """What an application to the pool must hold, in the order of the portal's pages. Four statements."""
    years = {row.year: row for row in FinancialYear.objects.filter(firm=firm)}
    asked = [day.year - back for back in range(YEARS_ASKED, 0, -1)]
    if firm.registered_on is not None:
        asked = [year for year in asked if year >= firm.registered_on.year] or asked[-1:]
    rights = IntellectualProperty.objects.filter(firm=firm).exists() or firm.class_one is not None
    facts = [firm.registered_on, firm.field, firm.industry, firm.resident]
    told = sum(value not in (None, "") for value in facts)
    items = [
        Item("firm", _("About the firm"), told == len(facts), told, len(facts)),
        Item("contact", _("Contact person"), Contact.objects.filter(firm=firm).exclude(phone="").exists()),
    ]
    for year in asked:
        have = sum(getattr(years.get(year), figure, None) is not None for figure in ENTRY_FIGURES)
        items.append(
            Item(
                f"figures.{year}",
                _("Figures of %(year)s") % {"year": year},
                have == len(ENTRY_FIGURES),
                have,
                len(ENTRY_FIGURES),
            )
        )
    items.append(Item("property", _("Intellectual property"), rights))
    return items


def place_name(place: str) -> str:
    """The name of what a fault or a missing piece points at: figures.2025.rd_total, firm, property."""
    page, _dot, rest = place.partition(".")
    year, _dot, figure = rest.partition(".")
    if page == "figures" and figure in NAMES:
        name = NAMES[figure].in_language(get_language() or "zh")
        return _("%(year)s %(figure)s") % {"year": year, "figure": name}
    names = {
        "firm": _("About the firm"),
        "contact": _("Contact person"),
        "figures": _("Figures of %(year)s") % {"year": year},
        "property": _("Intellectual property"),
        "document": _("Papers"),
    }
    return names.get(page, place)


def fault_places(day: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """The places a fault may name, in groups for a list to choose from: the pages, then the figures of each year."""
    pages = [(place, place_name(place)) for place in ("firm", "contact", "property", "document")]
    years = [day.year - back for back in range(1, YEARS_ASKED + 1)]
    return [
        (_("Pages of the application"), pages),
        *(
            (
                place_name(f"figures.{year}"),
                [(place, place_name(place)) for place in (f"figures.{year}.{figure}" for figure in ENTRY_FIGURES)],
            )
            for year in years
        ),
    ]


def _by_firm(rows: Iterable[Any]) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.firm_id].append(row)
    return grouped


def _identity(firm: Firm, division: str | None) -> dict[str, Any]:
    return {
        "name": firm.name,
        "uscc": firm.uscc,
        "registered_on": firm.registered_on.isoformat() if firm.registered_on else None,
        "resident": firm.resident,
        "field": firm.field or None,
        "industry": firm.industry or None,
        "division": division,
    }


def _year(row: FinancialYear) -> dict[str, Any]:
    figures = {name: getattr(row, name) for name in FinancialYear.FIGURES}
    return {"year": row.year, **{name: None if value is None else str(value) for name, value in figures.items()}}


def _property(firm: Firm, rights: list[IntellectualProperty]) -> dict[str, Any]:
    if rights:
        return {"ip": [_right(right) for right in rights]}
    return {"ip_counts": {"class_1": firm.class_one, "class_2": firm.class_two}}


def _right(right: IntellectualProperty) -> dict[str, Any]:
    return {
        "kind": right.kind,
        "number": right.number,
        "granted_on": right.granted_on.isoformat() if right.granted_on else None,
        "expires_on": right.expires_on.isoformat() if right.expires_on else None,
        "acquired_by": right.acquired_by,
        "owners": right.owners,
        "used_in_certification_on": right.used_in_certification_on.isoformat()
        if right.used_in_certification_on
        else None,
        "core": right.core,
    }


def _certificates(firm: Firm, held: list[Any]) -> dict[str, Any]:
    if held:
        return {"certificates": [_certificate(each) for each in held]}
    return {"never_certified": firm.never_certified}


def _certificate(held: Any) -> dict[str, Any]:
    """A certificate as `CertificateQuerySet.with_revocation` brings it."""
    revoked = held.revoked_on.isoformat() if held.revoked_on else None
    return {"number": held.number, "issued_on": held.issued_on.isoformat(), "revoked_on": revoked}
