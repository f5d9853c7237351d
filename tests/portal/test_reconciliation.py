"""The figures of the papers beside those on record."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import figures
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Document, Explanation, FinancialYear, SourcedFigure
from tests.cast import YUNLING, Cast
from tests.portal.conftest import Visitor


def rows(visitor: Visitor) -> dict[str, Any]:
    return {row.figure: row for row in visitor.get("reconciliation", 2025).context["rows"]}


def sent(visitor: Visitor, **typed: str) -> dict[str, Any]:
    form = visitor.get("reconciliation", 2025).context["form"]
    return {field.name: field.value() or "" for field in form} | {
        name.replace("__", "-"): value for name, value in typed.items()
    }


def test_papers_that_agree_with_the_record_ask_for_nothing(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("reconciliation", 2025, **sent(li, sales__annual_audit="8,640.00", sales__tax_return="8640.00005"))
    assert (rows(li)["sales"].open, rows(li)["sales"].apart) == (False, Decimal("0.50"))


def test_a_difference_is_asked_about_until_it_is_explained(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("reconciliation", 2025, **sent(li, rd_total__special_audit="329", rd_total__tax_return="300"))
    row = rows(li)["rd_total"]
    assert (row.open, row.apart) == (True, Decimal(290_000))
    li.post("reconciliation", 2025, **sent(li, why__rd_total="加计扣除口径不含房屋折旧"))
    assert not rows(li)["rd_total"].open
    with acting(cast.li), transaction.atomic():
        assert Explanation.objects.get(kind="difference").figure == "rd_total"


def test_an_amount_taken_over_is_on_record_with_its_source(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("reconciliation", 2025, **sent(li, sales__tax_return="8,700"))
    li.post("reconciliation", 2025, take="sales-tax_return", **sent(li))
    with acting(cast.li), transaction.atomic():
        year = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
    assert (year.sales, year.sources["sales"], year.rd_total) == (Decimal(87_000_000), "tax_return", Decimal(3_290_000))


def test_an_amount_taken_out_is_gone_and_a_wrong_one_is_told_at_its_field(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("reconciliation", 2025, **sent(li, costs__annual_audit="7000"))
    page = li.post("reconciliation", 2025, **sent(li, costs__annual_audit="7o00"))
    assert list(page.context["form"].errors) == ["costs-annual_audit"]
    li.post("reconciliation", 2025, **sent(li, costs__annual_audit=""))
    with acting(cast.li), transaction.atomic():
        assert not SourcedFigure.objects.exists()


def test_the_page_of_another_firm_is_none(cast: Cast) -> None:
    assert Visitor(cast.li, YUNLING).get("reconciliation", 2025).status_code == 404
    assert Visitor(cast.li).get("reconciliation", 2019).status_code == 404


def paper(cast: Cast) -> str:
    with acting(cast.li), transaction.atomic():
        return str(Document.objects.create(firm=cast.qinghe, purpose="figures", title="审计报告2025.pdf").pk)


def test_one_file_is_noted_at_all_amounts_of_its_paper_and_another_at_one(cast: Cast) -> None:
    li, report, other = Visitor(cast.li), paper(cast), paper(cast)
    told = {"sales__annual_audit": "8640", "costs__annual_audit": "7000", "file__annual_audit": report}
    li.post("reconciliation", 2025, **sent(li, **told))
    li.post("reconciliation", 2025, attach="costs-annual_audit", document=other)
    with acting(cast.li), transaction.atomic():
        held = dict(SourcedFigure.objects.values_list("figure", "document"))
    assert {name: str(key) for name, key in held.items()} == {"sales": report, "costs": other}
    page = li.get("reconciliation", 2025, at="sales-annual_audit")
    assert page.context["at"]["document"].title == "审计报告2025.pdf"
    li.post("reconciliation", 2025, attach="costs-annual_audit", document="")
    li.post("reconciliation", 2025, **sent(li, costs__annual_audit="7001"))
    with acting(cast.li), transaction.atomic():
        assert [str(each.document_id) for each in SourcedFigure.objects.order_by("figure")] == ["None", report]


def test_a_file_of_another_firm_is_not_noted(cast: Cast) -> None:
    with acting(cast.he), transaction.atomic():
        foreign = Document.objects.create(firm=cast.yunling, purpose="figures", title="别家.pdf")
    li = Visitor(cast.li)
    li.post("reconciliation", 2025, **sent(li, sales__annual_audit="8640"))
    li.post("reconciliation", 2025, attach="sales-annual_audit", document=str(foreign.pk))
    with acting(cast.li), transaction.atomic():
        assert SourcedFigure.objects.get().document is None
        with pytest.raises(ConditionUnmet):
            figures.attach(cast.qinghe, 2025, "annual_audit", ["sales"], foreign, by=cast.li)
