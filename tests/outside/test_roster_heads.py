import datetime
from decimal import Decimal

import openpyxl
import pytest

from pipeline.outside.roster.columns import COLUMNS, understood
from pipeline.outside.sheets import SheetRefused
from tests.outside.workbooks import CODE, HEAD, OTHER_CODE, roster, rows_of, xlsx

FIRM = [CODE, "杭州青禾智控有限公司", "滨江区"]


def refused(path) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        rows_of(path)
    return caught.value


def figures(path) -> dict[int, dict[str, Decimal]]:
    return rows_of(path)[0].values.years


@pytest.mark.parametrize(
    "text",
    [
        "2025年销售收入（万元）",
        "2025年度销售收入(万元)",
        "２０２５年 销售收入\n（万元）",
        "销售收入2025（万元）",
        "2025年营业收入（单位：万元）",
        "*2025年销售收入，万元",
        "3.2025年\u00a0销售收入 万元",
    ],
)
def test_a_head_may_be_written_in_many_ways(text):
    said = understood(text)
    assert said.column is not None
    assert (said.column.key, said.year, said.factor) == ("sales", 2025, Decimal(10_000))


def test_every_column_is_understood_under_its_own_name_and_its_other_names():
    for column in COLUMNS:
        for name in (column.heading(2025 if column.yearly else None), *column.also):
            assert understood(name).column is column, name


def test_the_services_of_high_tech_products_are_not_taken_for_a_unit():
    said = understood("2025年高新技术产品（服务）收入（元）")
    assert said.column is not None
    assert (said.column.key, said.factor) == ("hitech_income", Decimal(1))


def test_columns_may_be_moved_and_others_may_stand_between(tmp_path):
    head = ["备注", "2025年销售收入（元）", "县区", "序号", "单位名称", "信用代码"]
    path = xlsx(tmp_path / "a.xlsx", [head, ["x", 15_020_000, "滨江区", 1, FIRM[1], CODE]])
    book = roster(path)
    (row,) = book.rows()
    assert (row.values.code, row.values.county, row.values.years) == (
        CODE,
        "330108",
        {2025: {"sales": Decimal(15_020_000)}},
    )
    assert book.heads[0].unknown == ("备注", "序号")


def test_title_rows_stand_above_the_head_and_may_give_the_unit(tmp_path):
    rows = [
        ["2026年培育企业名册"],
        ["单位：万元"],
        [],
        [*HEAD, "2025年销售收入", "2025年净资产（元）"],
        [*FIRM, 1.5, 7],
    ]
    assert figures(xlsx(tmp_path / "a.xlsx", rows)) == {2025: {"sales": Decimal(15_000), "net_assets": Decimal(7)}}


@pytest.mark.parametrize("merged", [True, False])
def test_a_year_may_stand_above_its_columns(tmp_path, merged):
    upper = [*HEAD, "2024年", None, "2025年"]
    lower = [None, None, None, "销售收入（万元）", "职工总数", "销售收入（万元）", "职工总数"]
    path = xlsx(tmp_path / "a.xlsx", [upper, lower, [*FIRM, 1, 20, 2, 30]])
    if merged:
        xlsx_merge(path, "D1:E1", "F1:G1")
    assert figures(path) == {
        2024: {"sales": Decimal(10_000), "staff": Decimal(20)},
        2025: {"sales": Decimal(20_000), "staff": Decimal(30)},
    }


def xlsx_merge(path, *areas: str) -> None:
    book = openpyxl.load_workbook(path)
    for area in areas:
        book.active.merge_cells(area)
    book.save(path)


def test_several_sheets_are_read_and_those_without_a_head_are_passed_over(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [HEAD, FIRM], [["说明"], ["x"]], [HEAD, [OTHER_CODE, "乙公司", "西湖区"]])
    book = roster(path)
    assert [(row.place.sheet, row.values.code) for row in book.rows()] == [("Sheet1", CODE), ("Sheet3", OTHER_CODE)]
    assert book.skipped == ["Sheet2"]


def test_a_roster_without_the_code_column_is_refused_with_the_column_and_the_row(tmp_path):
    error = refused(xlsx(tmp_path / "a.xlsx", [["企业名称", "所属县区"], ["甲公司", "滨江区"]], names=["名册"]))
    assert error.code == "no_column"
    assert error.says.zh.startswith("工作表“名册”第 1 行的表头里没有“统一社会信用代码”")


def test_a_workbook_without_any_head_is_refused(tmp_path):
    assert refused(xlsx(tmp_path / "a.xlsx", [["x", "y"], [1, 2]])).code == "no_head"


def test_a_figure_without_a_unit_is_refused_and_not_guessed(tmp_path):
    error = refused(xlsx(tmp_path / "a.xlsx", [[*HEAD, "2025年销售收入"], [*FIRM, 1]]))
    assert error.code == "no_unit"
    assert "Sheet1!D1" in error.says.zh


def test_a_figure_without_a_year_is_refused_with_an_example(tmp_path):
    error = refused(xlsx(tmp_path / "a.xlsx", [[*HEAD, "销售收入（万元）"], [*FIRM, 1]]))
    assert error.code == "no_year"
    assert "2025年销售收入（万元）" in error.says.zh


def test_a_year_to_come_is_refused(tmp_path):
    assert refused(xlsx(tmp_path / "a.xlsx", [[*HEAD, "2027年职工总数"], [*FIRM, 1]])).code == "odd_year"


def test_the_same_column_twice_is_refused_with_both_places(tmp_path):
    error = refused(xlsx(tmp_path / "a.xlsx", [[*HEAD, "2025年职工总数", "2025年职工人数"], [*FIRM, 1, 2]]))
    assert error.says.zh.startswith("Sheet1!D1 和 Sheet1!E1 都是“2025年职工总数”")


def test_totals_remarks_and_repeated_heads_are_no_firms(tmp_path):
    rows = [HEAD, FIRM, HEAD, ["合计", "1 家"], ["注：数据来自年报"]]
    book = roster(xlsx(tmp_path / "a.xlsx", rows))
    assert [row.number for row in book.rows()] == [2]
    assert [place.row for place in book.ignored] == [3, 4, 5]


def test_the_day_decides_which_years_are_past(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [[*HEAD, "2027年职工总数"], [*FIRM, 1]])
    assert next(roster(path, day=datetime.date(2027, 1, 1)).rows()).values.years == {2027: {"staff": Decimal(1)}}
