"""Products, the triangle, and results put to use."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import conversion, firm, ledger, product, removal
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Conversion,
    ConversionProof,
    Document,
    HitechProduct,
    IntellectualProperty,
    MoveRefused,
    ProductIncome,
    RdProject,
    Tie,
)
from pipeline.models.record import facts_of
from tests.cast import DAY, Cast, the

RIGHT = {"kind": "software", "number": "2021SR0123456", "granted_on": date(2021, 3, 4)}
RESULT: dict[str, Any] = {
    "year": 2025, "result": "苗情监测终端", "way": "self", "project": None, "right": None, "product": None
}  # fmt: skip


def corners(cast: Cast) -> tuple[RdProject, IntellectualProperty, HitechProduct]:
    rd = ledger.write_project(cast.qinghe, {"code": "RD01", "title": "监测"}, version=None, by=cast.li)
    right = firm.record_property(cast.qinghe, RIGHT, by=cast.li)
    sold = product.record(cast.qinghe, {"code": "PS01", "title": "终端"}, {}, version=None, by=cast.li)
    return rd, right, sold


def add(cast: Cast, **changes: Any) -> Conversion:
    values = {**RESULT, **changes}
    return conversion.record(cast.qinghe, values, conversion=None, by=cast.li, on=DAY)


def test_an_income_is_told_by_year_and_taken_out_again(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        named = {"code": "PS01", "title": "终端", "main": True}
        product.record(cast.qinghe, named, {2024: Decimal(5), 2025: Decimal(7)}, version=None, by=cast.li)
        product.record(cast.qinghe, named, {2024: None, 2025: Decimal(8)}, version=1, by=cast.li)
        with pytest.raises(MoveRefused):
            product.record(cast.qinghe, named, {2025: Decimal(9)}, version=1, by=cast.li)
        assert list(ProductIncome.objects.values_list("year", "amount")) == [(2025, Decimal(8))]


def test_two_who_tick_different_boxes_both_have_their_way(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        rd, right, sold = corners(cast)
        first, second = (rd.pk, None, sold.pk), (None, right.pk, sold.pk)
        product.tie(cast.qinghe, add={first}, remove=set(), by=cast.li)
        product.tie(cast.qinghe, add={second}, remove=set(), by=cast.bai)
        product.tie(cast.qinghe, add={second}, remove={first}, by=cast.li)
        ties: list[tuple[int | None, ...]] = [*Tie.objects.values_list("project", "right", "product")]
        assert ties == [second]


def test_another_firms_corner_is_not_tied(cast: Cast) -> None:
    with acting(cast.he), transaction.atomic():
        foreign = ledger.write_project(cast.yunling, {"code": "RD01", "title": "别家"}, version=None, by=cast.he)
    with acting(cast.li), transaction.atomic():
        _rd, _right, sold = corners(cast)
        with pytest.raises(ConditionUnmet):
            product.tie(cast.qinghe, add={(foreign.pk, None, sold.pk)}, remove=set(), by=cast.li)


def test_a_result_counts_once_however_it_is_written(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        add(cast)
        with pytest.raises(ConditionUnmet) as twice:
            add(cast, year=2024, result=" 苗情监测 终端")
    assert [each.place for each in twice.value.missing] == ["result"]


def test_conversions_are_counted_by_closed_years_once_one_is_on_the_list(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        [before] = facts_of(the(cast.qinghe), DAY).values()
        for number, year in enumerate((2024, 2025, 2025, 2026)):
            add(cast, year=year, result=f"成果{number}")
        [after] = facts_of(the(cast.qinghe), DAY).values()
    assert before.conversions is None
    assert [(each.year, each.count) for each in after.conversions or ()] == [(2024, 1), (2025, 2)]


def test_a_slot_takes_a_paper_of_ones_own_firm_only(cast: Cast) -> None:
    with acting(cast.he), transaction.atomic():
        foreign = Document.objects.create(firm=cast.yunling, purpose="figures", title="别家.pdf")
    with acting(cast.li), transaction.atomic():
        own = Document.objects.create(firm=cast.qinghe, purpose="figures", title="合同.pdf")
        held = add(cast)
        conversion.prove(cast.qinghe, held, {"contract": own, "invoice": None}, by=cast.li)
        with pytest.raises(ConditionUnmet):
            conversion.prove(cast.qinghe, held, {"contract": foreign}, by=cast.li)
        assert ConversionProof.objects.get().document == own
        removal.take_out(cast.qinghe, "conversion", held, by=cast.li)
        assert not Conversion.objects.exists()
