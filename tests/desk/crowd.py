"""Firms by the dozen, on record and judged."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from stdnum.cn import uscc

from config.postgres.scope import acting
from pipeline.access import ASSESSOR
from pipeline.acts import diagnosis, firm
from pipeline.models import FinancialYear, Firm
from tests.cast import DAY, Cast

# In 万元, the same each year, and enough for every condition that figures decide.
SOUND = {
    "sales": 1_000,
    "rd_total": 60,
    "rd_domestic": 60,
    "total_income": 1_000,
    "hitech_income": 700,
    "net_assets": 500,
    "non_taxable_income": 0,
}
WAN = 10_000


def crowd(cast: Cast, count: int, place: str | None = "linan", *, on: date = DAY, **figures: int) -> list[Firm]:
    """New firms of a county with three sound years, but for the figures given; staff and tech staff are 100 and 20."""
    with acting(cast.chen), transaction.atomic():
        known = Firm.objects.count()
        records = [_record(cast, number, place) for number in range(known, known + count)]
        firms = firm.register(records, by=cast.chen, on=on)
        FinancialYear.objects.bulk_create(_year(each, year, figures) for each in firms for year in (2023, 2024, 2025))
    judge(firms, on=on)
    return firms


def judge(firms: list[Firm], *, on: date = DAY) -> None:
    with acting(ASSESSOR), transaction.atomic():
        diagnosis.keep(Firm.objects.filter(pk__in=[each.pk for each in firms]), by=ASSESSOR, on=on)


def _record(cast: Cast, number: int, place: str | None) -> dict[str, object]:
    code = f"91330112MA2K{number:05}"
    return {
        "uscc": code + uscc.calc_check_digit(code),
        "name": f"临安第{number}苗木有限公司",
        "division": cast.divisions[place] if place else None,
        "registered_on": date(2015, 3, 2),
        "resident": True,
        "field": "80101",
    }


def _year(held: Firm, year: int, figures: dict[str, int]) -> FinancialYear:
    money = {name: Decimal(value * WAN) for name, value in {**SOUND, **figures}.items() if name in SOUND}
    heads = {"staff": Decimal(figures.get("staff", 100)), "tech_staff": Decimal(figures.get("tech_staff", 20))}
    return FinancialYear(firm=held, year=year, **money, **heads)
