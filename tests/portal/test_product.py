"""Products, the triangle and conversions, as the firm sees and fills them."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import firm, ledger
from pipeline.models import Conversion, ConversionProof, Document, HitechProduct, ProductIncome, Tie
from tests.cast import QINGHE, Cast
from tests.portal.conftest import Visitor

PRODUCT = {"code": "PS01", "title": "监测终端", "main": "on", "income_2025": "1,502.00"}
RESULT: dict[str, Any] = {"year": 2025, "result": "苗情监测终端", "way": "self"}


def corners(cast: Cast) -> tuple[int, int, int]:
    li = Visitor(cast.li)
    li.post("products", **PRODUCT)
    with acting(cast.li), transaction.atomic():
        rd = ledger.write_project(cast.qinghe, {"code": "RD01", "title": "监测"}, version=None, by=cast.li)
        right = firm.record_property(cast.qinghe, {"kind": "software", "number": "2021SR0123456"}, by=cast.li)
        return rd.pk, right.pk, HitechProduct.objects.get().pk


def test_a_product_is_added_with_its_income_and_changed(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("products", **PRODUCT)
    li.post("product", "PS01", **{**PRODUCT, "income_2025": "", "income_2024": "3"}, version="1")
    with acting(cast.li), transaction.atomic():
        assert list(ProductIncome.objects.values_list("year", "amount")) == [(2024, Decimal(30_000))]
    assert list(li.post("products", **PRODUCT).context["form"].errors) == ["code"]


def test_the_main_products_share_of_the_last_year_is_shown(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("products", **PRODUCT)
    li.post("products", code="PS02", title="附件", income_2025="498")
    page = li.get("products")
    assert page.context["share"] == Decimal(1502) / 2000
    assert page.context["declared"] == [43_000_000, 49_000_000, 56_000_000]


def test_holes_of_the_triangle_are_marked_until_they_are_closed(cast: Cast) -> None:
    rd, right, sold = corners(cast)
    li = Visitor(cast.li)
    before = li.get("triangle").context
    assert [len(line.holes) for line in (*before["by_product"], *before["by_project"])] == [2, 2]
    assert len(before["idle"]) == 1
    li.post("triangle", tie=[f"{rd}..{sold}", f".{right}.{sold}", f"{rd}.{right}."])
    after = li.get("triangle").context
    assert [line.holes for line in (*after["by_product"], *after["by_project"])] == [[], []]
    assert after["idle"] == []


def test_only_what_was_changed_on_the_page_is_changed(cast: Cast) -> None:
    rd, right, sold = corners(cast)
    li = Visitor(cast.li)
    li.post("triangle", tie=[f"{rd}..{sold}"])
    li.post("triangle", tie=[f".{right}.{sold}", "x", "1.2.3", ".."])
    assert li.post("triangle", was=[f"{rd}..{sold}"]).status_code == 200
    with acting(cast.li), transaction.atomic():
        ties: list[tuple[int | None, ...]] = [*Tie.objects.values_list("project", "right", "product")]
        assert ties == [(None, right, sold)]


def test_a_result_is_recorded_once_with_what_it_rests_on(cast: Cast) -> None:
    rd, _right, sold = corners(cast)
    li = Visitor(cast.li)
    li.post("conversions", **RESULT, project=rd, product=sold)
    twice = li.post("conversions", **{**RESULT, "year": 2024, "result": "苗情 监测终端"})
    assert list(twice.context["form"].errors) == ["result"]
    with acting(cast.li), transaction.atomic():
        kept = Conversion.objects.get()
    assert (kept.project_id, kept.right_id, kept.product_id) == (rd, None, sold)
    assert dict(li.get("conversions").context["counts"]) == {2023: 0, 2024: 0, 2025: 1}


def test_a_slot_takes_a_paper_of_the_firm(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("conversions", **RESULT)
    with acting(cast.li), transaction.atomic():
        paper = Document.objects.create(firm=cast.qinghe, purpose="figures", title="销售合同.pdf")
        kept = Conversion.objects.get()
    li.post("conversion", kept.pk, prove="1", contract=str(paper.pk))
    with acting(cast.li), transaction.atomic():
        assert ConversionProof.objects.get().kind == "contract"
    li.post("removal", "conversion", kept.pk)
    with acting(cast.li), transaction.atomic():
        assert not Conversion.objects.exists()


def test_another_firms_products_are_not_there(cast: Cast) -> None:
    corners(cast)
    he = Visitor(cast.he, QINGHE)
    for name, more in (("products", ()), ("product", ("PS01",)), ("triangle", ()), ("conversions", ())):
        assert he.get(name, *more).status_code == 404
