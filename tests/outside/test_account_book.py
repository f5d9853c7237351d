"""Trial balances and tax returns as accounting programs write them."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.outside import sheets
from pipeline.outside.account_book import FIGURES, MOST_ROWS, Books, Kind, read_books, stem, total, usual
from pipeline.outside.sheets import SheetRefused
from tests.outside.workbooks import xlsx

TWO_ROWS = [
    ["科目余额表"],
    ["单位：杭州青禾", None, "2025-01 至 2025-12"],
    ["科目编码", "科目名称", "期初余额", None, "本期发生额", None, "本年累计发生额", None, "期末余额", None],
    [None, None, "借方", "贷方", "借方", "贷方", "借方", "贷方", "借方", "贷方"],
    ["1002", "银行存款", 100, None, 1, 1, 9000, 8000, 1100, None],
    ["1602", "累计折旧", None, 50, 0, 1, 0, 50, None, "100.50"],
    ["4001", "实收资本", None, 500, 0, 0, 0, 0, None, 500],
    ["4103", "本年利润", None, 0, 3, 3, 3000, 3500, None, 500],
    ["6001", "主营业务收入", 0, 0, 0, 1, 2000, "2,000.00", None, None],
    ["600101", "产品销售", 0, 0, 0, 1, 2000, 2000, None, None],
    ["6301", "营业外收入", 0, 0, 0, 0, 10, 10, None, None],
    ["6602", "管理费用", 0, 0, 0, 0, 700, 700, None, None],
    ["660217", "研发费用", 0, 0, 0, 0, 300, 300, None, None],
    [None, "合计", 100, 550, 4, 6, 99999, 99999, 1100, 1100],
]
RETURN = [
    ["A100000  中华人民共和国企业所得税年度纳税申报表（A类）"],
    ["行次", "类别", "项目", "金额"],
    [1, "利润总额计算", "一、营业收入(填写A101010\\101020\\103000)", "2000.00"],
    [2, None, "减：营业成本(填写A102010\\102020\\103000)", 900],
    [5, None, "管理费用（填写A104000）", 700],
    [9, None, "加：投资收益", 5],
    [23, "应纳税所得额计算", "五、应纳税所得额（19-20-21-22）", 395],
]


def books(path: Path, *tables: Any, names: Any = ()) -> Books:
    return read_books(sheets.read(xlsx(path, *tables, names=names), name=path.name, limits=sheets.FIRM_BOOK))


def proposed(found: Books) -> dict[str, Decimal]:
    totals = {name: total(found.kind, name, [row for row in found.rows if name in usual(row)])
              for name in FIGURES[found.kind]}  # fmt: skip
    return {name: amount for name, amount in totals.items() if amount is not None}


def test_a_trial_balance_with_a_head_of_two_rows_gives_the_whole_years_turnover(tmp_path: Path):
    found = books(tmp_path / "a.xlsx", TWO_ROWS)
    assert (found.kind, found.faults) == ("trial_balance", ())
    assert [row.code for row in found.rows] == ["1002", "1602", "4001", "4103", "6001", "6301", "6602", "660217"]
    assert {name: str(amount) for name, amount in proposed(found).items()} == {
        "sales": "2000.00", "total_income": "2010.00", "costs": "700.00", "rd_total": "300.00",
        "total_assets": "999.50", "net_assets": "1000.00",
    }  # fmt: skip


def test_a_head_in_one_row_with_a_direction_and_a_unit_above_is_understood(tmp_path: Path):
    table = [
        ["单位：万元"],
        ["科目代码", "科目名称", "本期借方发生额", "本期贷方发生额", "期末方向", "期末余额"],
        ["1001", "库存现金", 1, 1, "借", 3],
        ["4001", "实收资本", 0, 0, "贷", 2],
        ["6001", "主营业务收入", 0, 1.5, "平", 0],
    ]
    found = proposed(books(tmp_path / "a.xlsx", table))
    assert found["sales"] == 15_000
    assert [found["total_assets"], found["net_assets"]] == [30_000, 20_000]


def test_a_tax_return_gives_the_amounts_of_its_forms_by_their_names(tmp_path: Path):
    super_deduction = [["A107012"], ["行次", "项目", "金额（数量）"], [1, "本年可享受研发费用加计扣除项目数量", 3],
                       [2, "一、自主研发、合作研发、集中研发", 250]]  # fmt: skip
    found = books(tmp_path / "a.xlsx", [["封面"]], RETURN, super_deduction, names=["封面", "主表", "A107012"])
    assert found.kind == "tax_return"
    assert proposed(found) == {"sales": 2000, "total_income": 2005, "costs": 1600, "taxable_income": 395}
    assert "A107012:自主研发、合作研发、集中研发" in [row.key for row in found.rows]


def test_a_file_of_the_same_make_has_the_same_layout_and_another_make_another(tmp_path: Path):
    first = books(tmp_path / "a.xlsx", TWO_ROWS)
    later = books(tmp_path / "b.xlsx", [*TWO_ROWS[:8], ["6051", "其他业务收入", 0, 0, 0, 1, 5, 5, None, None]])
    assert first.layout == later.layout
    assert first.layout != books(tmp_path / "c.xlsx", RETURN).layout


def test_what_is_no_number_is_a_fault_at_its_cell(tmp_path: Path):
    table = [["科目名称", "本期借方", "本期贷方"], ["主营业务收入", "甲", 5]]
    [fault] = books(tmp_path / "a.xlsx", table).faults
    assert str(fault.place) == "Sheet1!B2"


@pytest.mark.parametrize("table", [[["名称", "数量"], ["甲", 1]], [[]], [["科目名称", "备注"], ["现金", "x"]]])
def test_what_holds_no_books_is_refused_in_words(tmp_path: Path, table: Any):
    with pytest.raises(SheetRefused) as refused:
        books(tmp_path / "a.xlsx", table)
    assert "科目余额表" in refused.value.says.zh


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("一、营业收入(填写A101010)", "营业收入"),
        ("减：营业成本", "营业成本"),
        ("其中：研发费用（填写A104000）", "研发费用"),
        ("1.研究开发费用", "研究开发费用"),
    ],
)
def test_a_line_is_known_without_its_ordinal_and_its_hints(name: str, bare: str):
    assert stem(name) == bare


def test_no_rows_make_no_figure():
    kind: Kind = "trial_balance"
    assert total(kind, "sales", []) is None


@pytest.mark.parametrize(("more", "refused"), [(0, False), (1, True)])
def test_a_file_with_more_accounts_than_are_read_is_refused_and_not_cut(
    tmp_path: Path, more: int, refused: bool
) -> None:
    codes = [
        [f"6602{number:03}", f"研发费用{number}", None, 0, 0, 1, 0, 1, None, 1] for number in range(MOST_ROWS + more)
    ]
    table = [*TWO_ROWS[:4], *codes]
    if not refused:
        assert len(books(tmp_path / "a.xlsx", table).rows) == MOST_ROWS
        return
    with pytest.raises(SheetRefused) as told:
        books(tmp_path / "a.xlsx", table)
    assert "301" in told.value.says.zh
