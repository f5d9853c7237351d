"""A year from the books: the mapping is remembered, and nothing on record gives way unasked."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import accounts
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import AccountBook, FinancialYear, MoveRefused, User
from tests.cast import DAY, Cast
from tests.outside.workbooks import xlsx

HEAD = ["科目编码", "科目名称", "本期借方发生额", "本期贷方发生额", "期末借方余额", "期末贷方余额"]
LINES = [
    ["1002", "银行存款", 1, 1, 5_000_000, None],
    ["6001", "主营业务收入", 0, 87_000_000, None, None],
    ["6301", "营业外收入", 0, 1_000_000, None, None],
    ["6602", "管理费用", 600_000, 0, None, None],
]


def as_(person: User, does: Callable[[], Any]) -> Any:
    with acting(person), transaction.atomic():
        return does()


def receive(cast: Cast, folder: Path, *more: list[Any], year: int = 2025, who: str = "bai") -> AccountBook:
    content = BytesIO(xlsx(folder / "a.xlsx", [HEAD, *LINES, *more]).read_bytes())
    person, qinghe = cast.people[who], as_(cast.li, lambda: cast.qinghe)
    return as_(person, lambda: accounts.receive(qinghe, content, year=year, name="余额表.xlsx", by=person, on=DAY))  # type: ignore[no-any-return]


def offers(cast: Cast, book: AccountBook) -> dict[str, accounts.Offered]:
    return as_(cast.bai, lambda: {each.name: each for each in accounts.offered(book, accounts.mapping_of(book))})  # type: ignore[no-any-return]


def seen(cast: Cast, book: AccountBook, *names: str) -> dict[str, tuple[str, str]]:
    found = offers(cast, book)
    return {
        name: (str(found[name].counted), "" if found[name].held is None else str(found[name].held)) for name in names
    }


def apply(cast: Cast, book: AccountBook, take: dict[str, tuple[str, str]]) -> int:
    return as_(cast.bai, lambda: accounts.apply(book, take, version=1, by=cast.bai, on=DAY))  # type: ignore[no-any-return]


def year(cast: Cast) -> FinancialYear:
    return as_(cast.li, lambda: FinancialYear.objects.get(firm=cast.qinghe, year=2025))  # type: ignore[no-any-return]


def test_chosen_figures_go_on_record_as_imported_and_the_others_stay(cast: Cast, tmp_path: Path):
    book = receive(cast, tmp_path)
    assert offers(cast, book)["sales"].differs
    assert apply(cast, book, seen(cast, book, "total_assets", "costs")) == 2
    row = year(cast)
    assert (row.total_assets, row.costs, row.sales) == (Decimal(5_000_000), Decimal(600_000), Decimal(86_400_000))
    assert (row.sources["costs"], row.sources.get("sales")) == ("imported", "declared")


def test_a_mapping_is_said_once_and_holds_for_the_next_year(cast: Cast, tmp_path: Path):
    book = receive(cast, tmp_path)
    as_(cast.bai, lambda: accounts.map_rows(book, {"sales": ["6001"], "total_income": []}, version=0, by=cast.bai))
    later = receive(cast, tmp_path, ["6051", "其他业务收入", 0, 2, None, None], year=2024)
    said = as_(cast.bai, lambda: accounts.mapped(later, accounts.mapping_of(later)))
    assert said["sales"] == ["6001", "6051"]
    assert said["total_income"] == ["6051"]
    assert said["total_assets"] == []


def test_a_mapping_changed_by_another_is_not_written_over(cast: Cast, tmp_path: Path):
    book = receive(cast, tmp_path)
    as_(cast.bai, lambda: accounts.map_rows(book, {}, version=0, by=cast.bai))
    as_(cast.bai, lambda: accounts.map_rows(book, {}, version=1, by=cast.bai))
    with pytest.raises(MoveRefused):
        as_(cast.bai, lambda: accounts.map_rows(book, {"sales": ["6001"]}, version=1, by=cast.bai))


def test_a_figure_that_changed_meanwhile_is_not_overwritten(cast: Cast, tmp_path: Path):
    book = receive(cast, tmp_path)
    with pytest.raises(ConditionUnmet):
        apply(cast, book, {"sales": ("87000000.00", "1.00")})
    assert year(cast).sales == Decimal(86_400_000)


def test_a_file_is_applied_once(cast: Cast, tmp_path: Path):
    book = receive(cast, tmp_path)
    apply(cast, book, seen(cast, book, "costs"))
    with pytest.raises(MoveRefused):
        apply(cast, book, {})


def test_books_of_an_open_year_or_of_a_seat_without_the_right_are_refused(cast: Cast, tmp_path: Path):
    with translation.override("en"), pytest.raises(ConditionUnmet) as unmet:
        receive(cast, tmp_path, year=2026)
    assert unmet.value.missing[0].place == "year"
    with pytest.raises(Refused):
        receive(cast, tmp_path, who="chen")
