"""The one page for whoever decides."""

from decimal import Decimal

from django.db import transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline.acts import diagnosis
from pipeline.models import Diagnosis, FinancialYear
from pipeline.models.one_page import FREE, PAID, UNPRICED, one_page_of
from pipeline.portal.one_page import presented
from tests.cast import DAY, Cast, the
from tests.portal.conftest import Visitor


def judged(cast: Cast, taxable: Decimal | None = None) -> None:
    with acting(cast.li), transaction.atomic():
        FinancialYear.objects.filter(firm=cast.qinghe, year=2025).update(
            taxable_income=taxable, total_assets=Decimal(60_000_000)
        )
        diagnosis.keep(the(cast.qinghe), by=cast.li, on=DAY)


def test_it_says_what_is_missing_what_it_costs_and_by_when(cast: Cast) -> None:
    judged(cast)
    page = Visitor(cast.li).text("one_page")
    assert "研发" in page
    assert "2026-12-31" in page


def test_what_the_rate_saves_is_worked_out_by_the_tax_book(cast: Cast) -> None:
    """Five million of taxable income at fifteen instead of twenty-five in a hundred."""
    judged(cast, Decimal(5_000_000))
    page = Visitor(cast.li).text("one_page")
    assert '<td class="num nowrap">50.00 ' in page
    assert "</small> 50.00 <small>" in page  # the sum: what is not told can only add to it


def test_what_cannot_be_worked_out_says_why(cast: Cast) -> None:
    judged(cast)
    page = Visitor(cast.li).text("one_page")
    assert "应纳税所得额" in page


def test_what_has_a_price_is_reckoned_with_it(cast: Cast) -> None:
    """Eight of staff are to be hired, of whom the pool book says what one costs a year."""
    with acting(cast.li), transaction.atomic():
        FinancialYear.objects.filter(firm=cast.qinghe, year=2025).update(tech_staff=5)
    judged(cast)
    with acting(cast.li), transaction.atomic():
        told = one_page_of(cast.qinghe, Diagnosis.objects.latest("pk"), DAY)
    [hired] = [line for line in told["lines"] if line["unit"] == "heads"]
    assert (hired["money"], Decimal(hired["cost"])) == (PAID, Decimal(hired["amount"]) * 180_000)
    assert Decimal(told["costs"]) == sum(Decimal(line["cost"] or 0) for line in told["lines"]) > Decimal(hired["cost"])
    assert told["wages_twice"]


def test_what_has_none_is_said_to_have_none_and_not_counted_as_free(cast: Cast) -> None:
    judged(cast)
    with acting(cast.li), transaction.atomic():
        told = one_page_of(cast.qinghe, Diagnosis.objects.latest("pk"), DAY)
    line = {**told["lines"][0], "money": UNPRICED, "cost": None}
    with translation.override("en"):
        [shown] = presented({**told, "lines": [line]})["lines"]
        [free] = presented({**told, "lines": [{**line, "money": FREE}]})["lines"]
    assert (shown["costs"], free["costs"]) == ("no price known", "no money spent")


def test_without_a_diagnosis_it_leads_to_it(cast: Cast) -> None:
    li = Visitor(cast.li)
    assert li.url("diagnosis") in li.text("one_page")
