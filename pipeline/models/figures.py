from decimal import Decimal

from django.db import models
from django.db.models import Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

DECLARED, AUDITED, TAX_RETURN, IMPORTED = "declared", "audited", "tax_return", "imported"
ANNUAL_AUDIT, SPECIAL_AUDIT = "annual_audit", "special_audit"
RECONCILED_WITH = (ANNUAL_AUDIT, SPECIAL_AUDIT, TAX_RETURN)
JUMP, DIFFERENCE = "jump", "difference"


def _yuan() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)


def _heads() -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(max_digits=12, decimal_places=4, null=True, blank=True)


class FinancialYear(FirmOwned):
    """What a firm's books say of one calendar year. Yuan; heads are annual averages; empty is unknown, never zero.

    An `estimate` was given before the year was over; `sources` says of a figure where it comes from.
    """

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
    # {figure: declared | audited | tax_return | imported, or the line of a roster: {roster, day, sheet, line}}
    sources = models.JSONField(default=dict, blank=True)
    estimate = models.BooleanField(default=False)
    rd_from = models.CharField(max_length=8, default="declared")  # which R&D expense counts, where both are told
    staff_from = models.CharField(max_length=8, default="declared")
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
            models.CheckConstraint(
                condition=Q(rd_from__in=["declared", "ledger"], staff_from__in=["declared", "months"]),
                name="what_counts_is_known",
            ),
            models.CheckConstraint(condition=Q(staff__gte=0) | Q(staff=None), name="staff_is_not_negative"),
            models.CheckConstraint(condition=Q(rd_total__gte=0) | Q(rd_total=None), name="rd_total_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year}"


class SourcedFigure(FirmOwned):
    """What one paper says a figure of a year is, beside what the firm has on record. Yuan."""

    year = models.PositiveSmallIntegerField()
    figure = models.CharField(max_length=40)
    source = models.CharField(max_length=20)  # annual_audit | special_audit | tax_return
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    document = models.ForeignKey(
        "pipeline.Document", null=True, blank=True, on_delete=models.PROTECT, related_name="figures"
    )
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["SourcedFigure"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year", "figure", "source"], name="one_figure_per_paper"),
            models.CheckConstraint(condition=Q(source__in=RECONCILED_WITH), name="a_paper_that_is_reconciled"),
            models.CheckConstraint(condition=Q(year__gte=1980, year__lte=2100), name="sourced_year_is_plausible"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year} {self.figure} {self.source}"


class Explanation(FirmOwned):
    """Why a figure jumped on the year before, or differs from a paper, in the firm's own words."""

    year = models.PositiveSmallIntegerField()
    figure = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)  # jump | difference
    says = models.CharField(max_length=300)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["Explanation"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year", "figure", "kind"], name="one_explanation_of_a_kind"),
            models.CheckConstraint(condition=Q(kind__in=(JUMP, DIFFERENCE)), name="an_explanation_has_its_kind"),
            models.CheckConstraint(condition=~Q(says=""), name="an_explanation_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year} {self.figure}: {self.says}"
