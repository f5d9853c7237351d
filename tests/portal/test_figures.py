"""Entering the figures of a year."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import FinancialYear
from pipeline.portal.figures import AmountField, FiguresForm
from tests.cast import QINGHE, YUNLING, Cast
from tests.portal.conftest import Visitor, statements

MOST_QUERIES = 10
YEAR = {"sales": "8,640.00", "total_income": "8812", "hitech_income": "5690", "rd_total": "329", "rd_domestic": "329",
        "net_assets": "-12.5", "staff": "120.5", "tech_staff": "14.2"}  # fmt: skip


def row(cast: Cast, who: str, uscc: str, year: int = 2025) -> FinancialYear:
    with acting(cast.people[who]), transaction.atomic():
        return FinancialYear.objects.get(firm__uscc=uscc, year=year)


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        ("8,640.00", "86400000.00"),
        ("８６４０．５", "86405000.00"),
        ("8 640", "86400000.00"),
        ("0.000001", "0.01"),
        ("0", "0.00"),
        ("", None),
        ("—", None),
        ("无", None),
    ],
)
def test_an_amount_is_read_as_people_paste_it(typed: str, yuan: str | None) -> None:
    amount = AmountField(factor=Decimal(10_000), smallest=Decimal("0.01"), negative=False).clean(typed)
    assert amount == (None if yuan is None else Decimal(yuan))


@pytest.mark.parametrize("typed", ["12o", "1.2.3", "-5", "9" * 16, "1e9", "0.00000001"])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    form = FiguresForm({"unit": "wan", "sales": typed}, unit="wan")
    assert "sales" in form.errors


def test_wan_and_yuan_write_the_same_row(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    he.post("figures", 2025, unit="wan", version="", **YEAR)
    assert row(cast, "he", YUNLING).sales == Decimal("86400000.00")
    he.post(
        "figures", 2025, unit="yuan", version="1", **{**YEAR, "sales": "86400000.01", "total_income": "88120000.01"}
    )
    changed = row(cast, "he", YUNLING)
    assert (changed.sales, changed.net_assets) == (Decimal("86400000.01"), Decimal("-12.50"))


def test_an_empty_field_is_unknown_and_not_zero(cast: Cast) -> None:
    Visitor(cast.he, YUNLING).post("figures", 2025, unit="wan", version="", **{**YEAR, "tech_staff": ""})
    assert row(cast, "he", YUNLING).tech_staff is None


def test_saving_and_opening_again_changes_no_fen(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    he.post("figures", 2025, unit="yuan", version="", **{**YEAR, "sales": "49999999.99", "total_income": "99999999.99"})
    form = he.get("figures", 2025, unit="wan").context["form"]
    again: dict[str, Any] = {field.name: field.value() or "" for field in form}
    he.post("figures", 2025, **again)
    assert row(cast, "he", YUNLING).sales == Decimal("49999999.99")


def test_a_part_larger_than_its_whole_is_refused_and_what_was_typed_stays(cast: Cast) -> None:
    page = Visitor(cast.he, YUNLING).post("figures", 2025, unit="wan", version="", **{**YEAR, "hitech_income": "9,999"})
    assert list(page.context["form"].errors) == ["hitech_income"]
    assert 'value="9,999"' in page.content.decode()


def test_a_page_that_somebody_changed_meanwhile_is_refused(cast: Cast) -> None:
    assert Visitor(cast.li).post("figures", 2025, unit="wan", version="9", **YEAR).status_code == 409
    assert row(cast, "li", QINGHE).rd_total == Decimal(3_290_000)


def test_the_page_compares_with_the_year_before_and_shows_what_it_comes_to(cast: Cast) -> None:
    page = Visitor(cast.li).get("figures", 2025)
    checks = {shown.line.name: shown.check for shown in page.context["rows"]}
    assert "+14.2" in checks["sales"]
    assert "63.63%" in checks["hitech_income"]
    assert {finding["rule"] for finding in page.context["judged"]} >= {"rd_intensity", "hitech_income"}


def test_a_jump_by_more_than_half_asks_and_does_not_stop(cast: Cast) -> None:
    li = Visitor(cast.li)
    with acting(cast.li), transaction.atomic():
        version = FinancialYear.objects.get(firm=cast.qinghe, year=2025).version
    li.post("figures", 2025, unit="wan", version=version, **{**YEAR, "sales": "16000", "total_income": "17000"})
    asks = {shown.line.name: shown.ask for shown in li.get("figures", 2025).context["rows"]}
    assert asks["sales"]
    assert row(cast, "li", QINGHE).sales == Decimal(160_000_000)


def test_the_page_keeps_its_budget(cast: Cast) -> None:
    li = Visitor(cast.li)
    with statements() as queries:
        li.text("figures", 2025)
    assert len(queries) <= MOST_QUERIES, queries


def test_a_year_that_is_not_asked_for_is_no_page(cast: Cast) -> None:
    assert Visitor(cast.li).get("figures", 2019).status_code == 404


def test_a_finance_clerk_may_enter_figures(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    assert bai.post("figures", 2024, unit="wan", version=1, **YEAR).status_code == 200
    assert row(cast, "li", QINGHE, 2024).staff == Decimal("120.5")


def test_more_people_than_can_be_is_told_and_not_tried(cast: Cast) -> None:
    page = Visitor(cast.li).post("figures", 2025, unit="wan", version="1", staff="100000000")
    assert page.status_code == 200
    assert "太大" in page.content.decode() or "too large" in page.content.decode()
