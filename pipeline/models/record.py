"""What the record says of firms on a day: as the rules may see it, and what of it is still missing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline.models.certificate import Certificate
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Contact, Firm, FirmMove
from pipeline.models.ledger import CERTIFICATION, LEFT_OUT, ExpenseLine
from pipeline.models.product import Conversion
from pipeline.models.property import IntellectualProperty
from pipeline.models.sme import listings
from pipeline.models.staff import StaffMonth
from pipeline.rules import FirmFacts, assess, books, read_facts
from pipeline.rules.facts.figures import NAMES
from pipeline.rules.findings import FoundAmount

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
    """The facts of each firm by its key: years closed before the day, and what is estimated of the running one.

    Eight statements for any number of firms.
    """
    firms = list(firms)
    keys = [firm.pk for firm in firms]
    told = Q(year__lt=day.year) | Q(year=day.year, estimate=True)
    years = _by_firm(FinancialYear.objects.filter(told, firm__in=keys).order_by("year"))
    booked, months = _booked(keys), _by_year(StaffMonth.objects.filter(firm__in=keys).order_by("month"))
    conversions, listed = _converted(keys, day), listings(keys, day)
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
                "years": [
                    _year(year, booked.get((firm.pk, year.year), {}), months[firm.pk, year.year])
                    for year in years[firm.pk]
                ],
                **_property(firm, rights[firm.pk]),
                "conversions": conversions.get(firm.pk),
                **_certificates(firm, certificates[firm.pk]),
                "sme_listed": listed.get(firm.pk),
                "rd_ledger": firm.rd_ledger,
                "credit_clean": firm.credit_clean,
                "incidents": [] if firm.no_incident else None,
            }
        )
        for firm in firms
    }


def checklist(firm: Firm, day: date) -> list[Item]:
    """What an application to the pool must hold, in the order of the portal's pages. Four statements."""
    years = {row.year: row for row in FinancialYear.objects.filter(firm=firm, estimate=False)}
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
                [
                    (f"figures.{year}", _("all figures of %(year)s") % {"year": year}),
                    *((place, place_name(place)) for place in (f"figures.{year}.{name}" for name in ENTRY_FIGURES)),
                ],
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


def expense_facts(booked: Mapping[tuple[str, str], Decimal]) -> dict[str, Any]:
    """What the rules take of the ledger of one year, from its sums by category: what is not booked is nothing."""
    rd, rd_tax = dict.fromkeys(CERTIFICATION, Decimal(0)), dict.fromkeys(LEFT_OUT, Decimal(0))
    for (certification, tax), amount in booked.items():
        if certification:
            rd[certification] += amount
        if tax in rd_tax:
            rd_tax[tax] += amount
    return {"rd": _written(rd), "rd_tax": _written(rd_tax)}


def month_facts(months: Iterable[StaffMonth]) -> list[dict[str, Any]]:
    return [{"month": each.month} | {name: getattr(each, name) for name in StaffMonth.COUNTS} for each in months]


def converted(rows: Any, day: date) -> Any:
    """How many results of these were converted in each year closed before the day: firm_id, year, results."""
    return (
        rows.filter(year__lt=day.year).order_by("firm", "year").values("firm_id", "year").annotate(results=Count("pk"))
    )


def _converted(firms: list[int], day: date) -> dict[int, list[dict[str, int]]]:
    grouped: dict[int, list[dict[str, int]]] = defaultdict(list)
    for row in converted(Conversion.objects.filter(firm__in=firms), day):
        grouped[row["firm_id"]].append({"year": row["year"], "count": row["results"]})
    return grouped


def _written(amounts: Mapping[str, Decimal]) -> dict[str, str]:
    return {name: str(amount) for name, amount in amounts.items()}


def _booked(firms: list[int]) -> dict[tuple[int, int], dict[tuple[str, str], Decimal]]:
    """What the ledgers say, by firm and year."""
    sums: dict[tuple[int, int], dict[tuple[str, str], Decimal]] = defaultdict(dict)
    lines = ExpenseLine.objects.filter(firm__in=firms).order_by()
    columns = lines.values_list("firm_id", "day__year", "hte_category", "tax_category")
    for firm, year, certification, tax, amount in columns.annotate(sum=Sum("amount")):
        sums[firm, year][certification, tax] = amount
    return sums


def _by_year(rows: Iterable[Any]) -> dict[tuple[int, int], list[Any]]:
    grouped: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.firm_id, row.year].append(row)
    return grouped


def _year(
    row: FinancialYear, booked: Mapping[tuple[str, str], Decimal], months: Iterable[StaffMonth]
) -> dict[str, Any]:
    """Ledger and months serve only where the firm says that they count; then what was declared beside them does not."""
    figures = {name: getattr(row, name) for name in FinancialYear.FIGURES}
    told: dict[str, Any] = {name: None if value is None else str(value) for name, value in figures.items()}
    if row.rd_from == "ledger":
        told |= {"rd_total": None, "rd_domestic": None, **expense_facts(booked)}
    if row.staff_from == "months":
        told |= {"staff": None, "tech_staff": None, "staff_months": month_facts(months)}
    return {"year": row.year, "estimate": row.estimate or None, **told}


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


def reckoned(year: int, sums: Mapping[tuple[Any, ...], Decimal]) -> dict[str, FoundAmount]:
    """What the rules make of the ledger as the law stands at the end of the year, by the name of the amount."""
    facts = read_facts({"years": [{"year": year, **expense_facts(sums)}]})
    day = date(year + 1, 1, 1)
    return {each.name: each for each in assess(facts, book=books("tax", day), day=day).amounts}
