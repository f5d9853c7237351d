"""What is odd within one firm's record: a ratio exactly on the line the law draws, a figure off by a unit."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from django.db.models import Sum

from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Firm
from pipeline.models.ledger import CERTIFICATION, ExpenseLine
from pipeline.models.merging import MergedRecord
from pipeline.models.quality import OFF_BY_UNIT, ON_LINE

LAST_UNIT = Fraction(1, 10_000)  # a share is shown in hundredths of a percent
MONEY = ("sales", "total_income", "hitech_income", "net_assets", "total_assets", "rd_total")
# Between which factors a figure was told in another unit than the one beside it: in thousands, in 万元. Firms grow: a
# year may be hundreds of times the one before. What says the same thing twice differs by little.
OVER_YEARS = ((10_000, 2_000, 50_000), (1_000, 400, 2_000))
SAID_TWICE = ((10_000, 5_000, 20_000), (1_000, 500, 2_000))


class Odd(NamedTuple):
    firm: int
    kind: str
    about: str


def oddities(firms: Collection[int]) -> dict[Odd, dict[str, Any]]:
    """What is odd in each of these firms, with the two figures beside each other."""
    merged = MergedRecord.objects.standing().filter(firm__in=firms).values_list("firm_id", flat=True)
    wanted = set(firms) - set(merged)
    return {**dict(_on_line(wanted)), **dict(_off_by_unit(wanted))}


def _on_line(firms: set[int]) -> Iterator[tuple[Odd, dict[str, Any]]]:
    judged = Firm.objects.filter(pk__in=firms, latest_diagnosis__isnull=False)
    for firm, assessment in judged.values_list("pk", "latest_diagnosis__assessment"):
        for each in assessment["findings"]:
            if is_on_line(each):
                told = {name: each[name] for name in ("title", "found", "needed", "unit", "article")}
                yield Odd(firm, ON_LINE, each["rule"]), told


def is_on_line(finding: dict[str, Any]) -> bool:
    """A share that is met by less than a hundredth of a percent."""
    if finding["unit"] != "share" or finding["verdict"] != "met" or not (finding["found"] and finding["needed"]):
        return False
    return abs(Fraction(finding["found"]) - Fraction(finding["needed"])) < LAST_UNIT


def _off_by_unit(firms: set[int]) -> Iterator[tuple[Odd, dict[str, Any]]]:
    by_firm = defaultdict(list)
    for year in FinancialYear.objects.filter(firm__in=firms).order_by("firm", "year"):
        by_firm[year.firm_id].append(year)
    booked = _booked(firms)
    for firm, years in by_firm.items():
        for before, after in pairwise(years):
            for name in MONEY:
                beside = (getattr(before, name), getattr(after, name))
                yield from _compared(firm, name, after.year, beside, OVER_YEARS, beside=str(before.year))
        for each in years:
            twice = (each.total_income, each.sales)
            yield from _compared(firm, "sales", each.year, twice, SAID_TWICE, beside="total_income")
            ledger = (booked.get((firm, each.year)), each.rd_total)
            yield from _compared(firm, "rd_total", each.year, ledger, SAID_TWICE, beside="ledger")


def _compared(
    firm: int,
    name: str,
    year: int,
    figures: tuple[Decimal | None, Decimal | None],
    factors: tuple[tuple[int, int, int], ...],
    *,
    beside: str,
) -> Iterator[tuple[Odd, dict[str, Any]]]:
    other, figure = figures
    factor = factor_between(figure, other, factors)
    if factor:
        told = {"figure": name, "year": year, "beside": beside, "values": [str(other), str(figure)], "factor": factor}
        yield Odd(firm, OFF_BY_UNIT, f"{year}.{name}.{beside}"), told


def factor_between(
    figure: Decimal | None, other: Decimal | None, factors: tuple[tuple[int, int, int], ...] = OVER_YEARS
) -> int | None:
    """The unit by which one of two figures is likely wrong, whichever that is; None where they go together."""
    if figure is None or other is None or figure <= 0 or other <= 0:
        return None
    ratio = max(figure, other) / min(figure, other)
    return next((factor for factor, least, most in factors if least <= ratio <= most), None)


def _booked(firms: set[int]) -> dict[tuple[int, int], Decimal]:
    """What the ledgers say was spent on R&D, by firm and year."""
    lines = ExpenseLine.objects.filter(firm__in=firms, hte_category__in=CERTIFICATION).order_by()
    summed = lines.values("firm", "day__year").annotate(sum=Sum("amount"))
    return {(firm, year): total for firm, year, total in summed.values_list("firm_id", "day__year", "sum")}
