from decimal import Decimal

from django.db import models
from django.db.models import Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet


def _yuan() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)


def _heads() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)


class FinancialYear(FirmOwned):
    """What a firm's books say of one calendar year. Yuan; heads are annual averages; empty is unknown, never zero."""

    year = models.PositiveSmallIntegerField()
    sales = _yuan()
    total_income = _yuan()
    non_taxable_income = _yuan()
    hitech_income = _yuan()
    net_assets = _yuan()
    total_assets = _yuan()
    costs = _yuan()
    taxable_income = _yuan()
    rd_total = _yuan()
    rd_domestic = _yuan()
    staff = _heads()
    tech_staff = _heads()
    source = models.CharField(max_length=100, blank=True)  # where the figures come from, as shown beside them
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["FinancialYear"].as_manager()

    FIGURES = [
        "sales",
        "total_income",
        "non_taxable_income",
        "hitech_income",
        "net_assets",
        "total_assets",
        "costs",
        "taxable_income",
        "rd_total",
        "rd_domestic",
        "staff",
        "tech_staff",
    ]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year"], name="one_row_per_firm_and_year"),
            models.CheckConstraint(condition=Q(year__gte=1980, year__lte=2100), name="year_is_plausible"),
            models.CheckConstraint(condition=Q(staff__gte=0) | Q(staff=None), name="staff_is_not_negative"),
            models.CheckConstraint(condition=Q(rd_total__gte=0) | Q(rd_total=None), name="rd_total_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year}"
