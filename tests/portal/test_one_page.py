"""The one page for whoever decides."""

from decimal import Decimal

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import diagnosis
from pipeline.models import FinancialYear
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


def test_without_a_diagnosis_it_leads_to_it(cast: Cast) -> None:
    li = Visitor(cast.li)
    assert li.url("diagnosis") in li.text("one_page")
