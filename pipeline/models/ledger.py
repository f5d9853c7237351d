"""R&D projects and what was spent on them, one row for each line of a voucher."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from django.db import models
from django.db.models import Count, F, Q, Sum

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

KIND_NAMES = {
    "in_house": ("自主研发", "In house"),
    "commissioned": ("委托研发", "Commissioned"),
    "joint": ("合作研发", "Joint"),
}
PROJECT_KINDS = tuple(KIND_NAMES)
STAGE_NAMES = {
    "planned": ("未开始", "Not begun"),
    "running": ("未完成", "Under way"),
    "finished": ("已完成", "Finished"),
    "stopped": ("已终止", "Stopped"),
}
STAGES = tuple(STAGE_NAMES)
# the eight categories of certification, the one outsourced in its two halves, named as the rules name them
CERTIFICATION = (
    "personnel",
    "direct",
    "depreciation",
    "amortisation",
    "design",
    "commissioning",
    "outsourced_domestic",
    "outsourced_foreign",
    "other",
)
IN_HOUSE = CERTIFICATION[:6]
CATEGORY_NAMES = {
    "personnel": ("人员人工费用", "Personnel"),
    "direct": ("直接投入费用", "Direct inputs"),
    "depreciation": ("折旧费用与长期待摊费用", "Depreciation and deferred expense"),
    "amortisation": ("无形资产摊销费用", "Amortisation of intangibles"),
    "design": ("设计费用", "Design"),
    "commissioning": ("装备调试费用与试验费用", "Commissioning and trials"),
    "outsourced_domestic": ("委托外部研究开发费用（境内）", "Outsourced inside the country"),
    "outsourced_foreign": ("委托外部研究开发费用（境外）", "Outsourced abroad"),
    "other": ("其他费用", "Other expenses"),
}
# what the tax law leaves out of a category of certification, or takes off the whole
PARTS_LEFT_OUT = {
    "property_rent": "direct",
    "sold_materials": "direct",
    "buildings_depreciation": "depreciation",
    "deferred_expense": "depreciation",
    "outsourced_foreign_persons": "outsourced_foreign",
}
FISCAL_FUNDS, SPECIAL_INCOME = "fiscal_funds", "special_income"
LEFT_OUT = (*PARTS_LEFT_OUT, FISCAL_FUNDS, SPECIAL_INCOME)
COUNTED_BY_TAX = tuple(each for each in CERTIFICATION if each != "commissioning")


def tax_categories(certification: str) -> tuple[str, ...]:
    """The tax categories a line of this category of certification may have, the usual one first.

    Special income is no expense of certification: such a line has no category there.
    """
    if not certification:
        return (SPECIAL_INCOME,)
    same = "design" if certification == "commissioning" else certification
    return (same, *(part for part, of in PARTS_LEFT_OUT.items() if of == certification), FISCAL_FUNDS)


PAIRS = [(each, tax) for each in (*CERTIFICATION, "") for tax in tax_categories(each)]


def _pairs() -> Q:
    allowed = Q()
    for certification in (*CERTIFICATION, ""):
        allowed |= Q(hte_category=certification, tax_category__in=tax_categories(certification))
    return allowed


class RdProject(FirmOwned):
    """One R&D activity, RD01 and on. `capitalised` says how its expense is booked; a budget is in yuan."""

    code = models.CharField(max_length=6)
    title = models.CharField(max_length=200)
    field = models.CharField(max_length=5, blank=True)
    kind = models.CharField(max_length=12, default="in_house")
    stage = models.CharField(max_length=8, default="running")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    budget = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    capitalised = models.BooleanField(default=False)
    result = models.CharField(max_length=400, blank=True)
    secret = models.BooleanField(default=False, db_default=False)
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["RdProject"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "code"], name="one_project_per_firm_and_code"),
            models.CheckConstraint(condition=Q(code__regex=r"^RD[0-9]{2,4}$"), name="project_code_is_rd"),
            models.CheckConstraint(condition=Q(kind__in=PROJECT_KINDS), name="kind_of_project_is_known"),
            models.CheckConstraint(condition=Q(stage__in=STAGES), name="stage_of_project_is_known"),
            models.CheckConstraint(condition=Q(budget__gte=0) | Q(budget=None), name="budget_is_not_negative"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="project_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Tally(NamedTuple):
    hte_category: str
    tax_category: str
    project: int
    amount: Decimal
    lines: int


class ExpenseLineQuerySet(FirmOwnedQuerySet["ExpenseLine"]):
    def of_year(self, year: int) -> "ExpenseLineQuerySet":
        return self.filter(day__year=year)

    def sums(self, *more: str) -> Mapping[tuple[object, ...], Decimal]:
        """Booked yuan by (category of certification, tax category), and by further columns behind them."""
        columns = ("hte_category", "tax_category", *more)
        summed = self.order_by().values_list(*columns).annotate(sum=Sum("amount"))
        return {tuple(row[:-1]): row[-1] for row in summed}

    def tallied(self) -> "list[Tally]":
        """Sums and numbers of lines by category and project, for a page that shows both. One statement."""
        columns = ("hte_category", "tax_category", "project_id")
        told = self.order_by().values_list(*columns).annotate(sum=Sum("amount"), lines=Count("pk"))
        return [Tally(*row) for row in told]


class ExpenseLine(FirmOwned):
    """One line of a voucher as far as it belongs to one project. A red entry is negative; yuan.

    Certification and the tax law read the same line: which of their categories go together is a constraint.
    """

    project = models.ForeignKey(RdProject, on_delete=models.PROTECT, related_name="lines")
    day = models.DateField()
    voucher_kind = models.CharField(max_length=10, blank=True)
    voucher_number = models.CharField(max_length=30)
    summary = models.CharField(max_length=200)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    hte_category = models.CharField(max_length=20, blank=True)
    tax_category = models.CharField(max_length=28)
    basis = models.CharField(max_length=200, blank=True)  # how a shared amount was divided
    version = models.PositiveIntegerField(default=1)

    objects = ExpenseLineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_pairs(), name="categories_go_together"),
            models.CheckConstraint(condition=~Q(amount=0), name="a_line_has_an_amount"),
            models.CheckConstraint(
                condition=Q(day__gte="1980-01-01", day__lt="2101-01-01"), name="day_of_voucher_is_plausible"
            ),
        ]
        indexes = [models.Index(fields=["firm", "day"], name="lines_of_firm_by_day")]

    def __str__(self) -> str:
        return f"{self.voucher_kind}{self.voucher_number} {self.amount}"
