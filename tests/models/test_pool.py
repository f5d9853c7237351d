"""The pool as the record has it, read by columns, equals the facts of each firm, for whoever asks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.acts import certificate
from pipeline.models import (
    Certificate,
    CertificateEvent,
    Conversion,
    ExpenseLine,
    FinancialYear,
    Firm,
    FirmMove,
    IntellectualProperty,
    RdProject,
    SmeRegistration,
    StaffMonth,
    User,
)
from pipeline.models.pool import pool_figures
from pipeline.models.record import facts_of
from pipeline.rules.facts.folding import fold
from tests.cast import DAY, Cast
from tests.desk.crowd import crowd
from tests.rules.pools import unlike

RIGHTS: list[dict[str, Any]] = [
    {"kind": "invention", "core": True},
    {"kind": "invention", "expires_on": DAY},
    {"kind": "software", "core": None, "owners": 2},
    {"kind": "design", "used_in_certification_on": date(2024, 5, 1)},
    {"kind": "utility_model", "acquired_by": "licensed"},
    {"kind": "utility_model", "granted_on": None},
    {"kind": "ic_layout", "acquired_by": "assigned", "expires_on": date(2026, 1, 1)},
]
FIRMS: list[dict[str, Any]] = [
    {"rd_ledger": True, "credit_clean": False, "never_certified": True, "no_incident": True},
    {"registered_on": date(2024, 8, 9), "resident": False, "field": "", "industry": "I6513", "no_incident": False},
    {"registered_on": date(2027, 1, 1), "field": "101", "class_one": 0, "class_two": 0},
    {"registered_on": None, "class_one": 2, "class_two": None, "never_certified": False},
    {"class_one": 0, "class_two": 7, "never_certified": True},
]
YEARS: list[dict[str, Any]] = [
    {"sales": "-0.01", "staff": "3.25", "tech_staff": "3.2501"},
    {"rd_total": "10.02", "rd_domestic": "10.03", "sales": "10", "costs": "0.01"},
    {"rd_total": "10.01", "rd_domestic": "-1", "sales": "10", "costs": "0.01"},
    {"total_assets": "-1", "tech_staff": None, "sales": "90071992547409.91"},
    dict.fromkeys(FinancialYear.FIGURES),
]
LINES = [
    ("personnel", "personnel", "100.01"),
    ("direct", "sold_materials", "30"),
    ("direct", "direct", "-5"),
    ("outsourced_foreign", "outsourced_foreign_persons", "20"),
    ("other", "other", "99.99"),
    ("", "special_income", "3"),
]


@pytest.fixture
def peopled(cast: Cast) -> Cast:
    """The city with firms of every kind: rights, certificates, odd figures, moves between counties."""
    firms = crowd(cast, len(FIRMS)) + crowd(cast, 2, "xihu") + crowd(cast, 1, None)
    with acting(cast.chen), transaction.atomic():
        for each, changes, figures in zip(firms, FIRMS, YEARS, strict=False):
            Firm.objects.filter(pk=each.pk).update(**changes)
            FinancialYear.objects.filter(firm=each, year=2025).update(**figures)
        for number, right in enumerate(RIGHTS):
            owned = {"granted_on": date(2020, 1, 1), "expires_on": date(2030, 1, 1), **right}
            IntellectualProperty.objects.create(firm=firms[number % 2], number=str(number), **owned)
        FinancialYear.objects.filter(firm=firms[5], year=2024).update(estimate=True)
        book(firms[5], 2025)
        book(firms[6], 2025)
        FinancialYear.objects.filter(firm__in=firms[5:8], year=2025).update(rd_from="ledger", staff_from="months")
        for listed, year in ((firms[1], 2025), (firms[2], 2026)):
            registered = {"state": "listed", "listed_on": date(year, 6, 1), "handed_in_on": date(year, 4, 1)}
            registration = f"{year}330112000{listed.pk:05}"
            SmeRegistration.objects.create(
                firm=listed, year=year, route="points", number=registration, by=cast.chen, **registered
            )
        certify(firms[0], date(2020, 12, 1), cast.chen)
        held = certify(firms[0], date(2023, 12, 1), cast.chen)
        for each in (firms[4], firms[5]):
            certify(each, date(2026, 11, 1), cast.chen)
        revoked = date(2026, 3, 1)
        CertificateEvent.objects.create(firm=firms[0], certificate=held, kind="revoked", on=revoked, by=cast.chen)
        left = date(2026, 6, 1)
        FirmMove.objects.filter(firm=firms[6]).update(during=DateRange(date(2026, 1, 1), left))
        FirmMove.objects.create(firm=firms[6], division=cast.divisions["linan"], during=DateRange(left, None))
    return cast


def book(held: Firm, year: int) -> None:
    """A ledger, the months of a year and conversions; the firm may count them or not."""
    project = RdProject.objects.create(firm=held, code="RD01", title="项目")
    for number, (certification, tax, amount) in enumerate(LINES):
        ExpenseLine.objects.create(
            firm=held, project=project, day=date(year, 3, 1 + number), voucher_number=str(number), summary="料",
            amount=Decimal(amount), hte_category=certification, tax_category=tax,
        )  # fmt: skip
    for month in range(1, 13):
        StaffMonth.objects.create(
            firm=held, year=year, month=month, opening=30 + month, closing=31 + month, tech_opening=5, tech_closing=6
        )
    for at, converted in enumerate((year - 2, year, year, year + 1)):
        Conversion.objects.create(firm=held, year=converted, result=f"成果{at}")


def certify(held: Firm, day: date, by: User) -> Certificate:
    return certificate.issue(held, number=f"GR{day.year}33{held.pk:06}", issued_on=day, by=by, on=DAY)


def different(actor: User, day: date) -> list[tuple[Any, ...]]:
    """Where the columns and the facts of the firms that exist for a person differ."""
    with acting(actor), transaction.atomic():
        firms = Firm.objects.visible_to(actor)
        pool = {row["firm"]: row for row in pool_figures(firms, day).iter_rows(named=True)}
        facts = facts_of(firms, day)
    assert pool.keys() == facts.keys()
    found = []
    for key, each in facts.items():
        division, field = each.identity.division, each.identity.field
        assert (pool[key]["county"], pool[key]["field"]) == (division, field)
        found += [(key, *unequal) for unequal in unlike(pool[key], fold(each, day).values)]
    return found


@pytest.mark.parametrize(("person", "number"), [("chen", 10), ("wang", 7), ("sun", 3), ("li", 1), ("gu", 10)])
def test_the_pool_is_what_the_record_says_of_each_firm(peopled: Cast, person: str, number: int) -> None:
    actor = peopled.people[person]
    with acting(actor), transaction.atomic():
        assert len(pool_figures(Firm.objects.visible_to(actor), DAY)) == number
    for day in (DAY, date(2026, 2, 1), date(2028, 2, 29)):
        assert different(actor, day) == []


def test_nobody_s_pool_is_empty_and_has_its_columns(cast: Cast) -> None:
    with transaction.atomic():
        unseen = pool_figures(Firm.objects.all(), DAY)
        none = pool_figures(Firm.objects.none(), DAY)
    assert unseen.height == none.height == 0
    assert "sales_y1" in none.columns


def test_an_amount_that_no_facts_file_may_hold_is_not_known(cast: Cast) -> None:
    [held] = crowd(cast, 1)
    with acting(cast.chen), transaction.atomic():
        FinancialYear.objects.filter(firm=held, year=2025).update(sales=Decimal("90071992547409.92"))
        [row] = pool_figures(Firm.objects.filter(pk=held.pk), DAY).to_dicts()
    assert (row["sales_y1"], row["sales_y2"]) == (None, 1_000_000_000)
