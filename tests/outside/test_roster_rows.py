import datetime
from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.management.many_firms import places_of
from pipeline.outside.roster.cells import CellRefused, amount, looked_up_field
from pipeline.outside.roster.faults import Fault
from pipeline.outside.roster.rows import Values
from pipeline.outside.sheets import CellError
from pipeline.rules.codes.fields import carried_fields
from tests.outside.workbooks import CODE, HEAD, OTHER_CODE, kinds, one_row, roster, rows_of, xlsx

WAN = Decimal(10_000)


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        (Decimal("15020.1"), "150201000"),
        (Decimal("0.30000000000000004"), "3000"),
        (15020, "150200000"),
        ("15,020.00", "150200000"),
        ("１５，０２０．５", "150205000"),
        ("15\u00a0020", "150200000"),
        (" 15020 ", "150200000"),
        ("1.5e3", "15000000"),
        ("-3.2", "-32000"),
        ("−3.2", "-32000"),
        ("(3.2)", "-32000"),
        ("￥12", "120000"),
        ("1200元", "1200"),
        ("3.5亿元", "350000000"),
        ("12万", "120000"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_exactly_however_it_is_typed(cell, yuan):
    assert amount(cell, WAN) == Decimal(yuan)


@pytest.mark.parametrize("cell", [None, "", "  ", "\u3000", "—", "-", "/", "无", "N/A", "不详"])
def test_empty_is_unknown_and_never_zero(cell):
    assert amount(cell, WAN) is None


@pytest.mark.parametrize(
    "cell",
    [
        "12%",
        "约1200",
        "1,20",
        "1.234,5",
        "1200-1300",
        "一千",
        "12o",
        True,
        datetime.date(2025, 1, 1),
        CellError("#REF!"),
    ],
)
def test_what_is_no_number_is_refused_and_not_guessed(cell):
    with pytest.raises(CellRefused) as refused:
        amount(cell, WAN)
    assert refused.value.says.zh
    assert refused.value.remedy.zh


@given(fen=st.integers(-(10**14), 10**14), grouped=st.booleans())
def test_every_amount_in_fen_survives_the_way_through_a_text(fen, grouped):
    yuan = Decimal(fen) / 100
    text = f"{yuan / WAN:,f}" if grouped else f"{yuan / WAN:f}"
    assert amount(text, WAN) == yuan


@given(fen=st.integers(-(10**13), 10**13))
def test_every_amount_in_fen_survives_the_way_through_a_float(fen):
    """Fifteen digits are what a cell holds: up to a thousand million yuan in 万元 is exact to the fen."""
    yuan = Decimal(fen) / 100
    assert amount(Decimal(repr(float(yuan / WAN))), WAN) == yuan


@given(st.text(max_size=30))
def test_no_text_makes_the_reader_fall(text):
    with suppress(CellRefused):
        amount(text, WAN)


@pytest.mark.parametrize(
    "cell",
    [
        "2015-03-02",
        "2015/3/2",
        "2015.3.2",
        "2015年3月2日",
        "20150302",
        20150302,
        "２０１５－０３－０２",
        "2015-03-02 00:00:00",
    ],
)
def test_a_day_may_be_typed_in_many_ways(tmp_path, cell):
    row = one_row(tmp_path / "a.xlsx", ["注册日期"], [cell])
    assert (row.values.registered_on, row.faults) == (datetime.date(2015, 3, 2), [])


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("2020-02-30", "没有这一天"),
        ("2027-01-01", "还没有到"),
        (42065, "看不出"),
        ("3/2/2015", "看不出"),
        ("2015", "看不出"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_its_cell(tmp_path, cell, says):
    row = one_row(tmp_path / "a.xlsx", ["注册日期"], [cell])
    assert kinds(row) == ["day"]
    assert row.faults[0].sentence.zh.startswith("Sheet1!D2：")
    assert says in row.faults[0].says.zh


def coded(tmp_path, code):
    return rows_of(xlsx(tmp_path / "a.xlsx", [HEAD, [code, "甲公司", "滨江区"]]))[0]


def test_a_code_is_brought_to_its_normal_form(tmp_path):
    assert coded(tmp_path, " ９１３３０１０８ma2caaaa17 ").values.code == CODE


def test_a_wrong_check_digit_says_which_one_would_be_right(tmp_path):
    row = coded(tmp_path, CODE[:-1] + "8")
    assert kinds(row) == ["code"]
    assert row.refused
    assert "末位应为 7，现为 8" in row.faults[0].sentence.zh
    assert row.faults[0].sentence.zh.startswith("Sheet1!A2：")


def test_a_code_that_lost_its_digits_in_the_sheet_says_so(tmp_path):
    assert "存成了数字" in coded(tmp_path, 913301091234567890).faults[0].says.zh
    assert "存成了数字" in coded(tmp_path, "9.13301E+17").faults[0].says.zh


@pytest.mark.parametrize("cell", ["滨江区", " 滨 江 区", "杭州市滨江区", "浙江省杭州市滨江区", "330108", 330108])
def test_a_county_is_known_by_its_name_or_code(tmp_path, cell):
    row = rows_of(xlsx(tmp_path / "a.xlsx", [HEAD, [CODE, "甲公司", cell]]))[0]
    assert (row.values.county, row.faults) == ("330108", [])


@pytest.mark.parametrize(
    ("cell", "says", "remedy"),
    [
        ("滨江", "杭州市没有“滨江”", "应为滨江区"),
        ("临安市", "临安市现为临安区", "应为临安区"),
        ("朝阳区", "杭州市没有“朝阳区”", "请从这些里选：上城区、"),
    ],
)
def test_a_county_that_does_not_exist_is_refused_with_the_likely_one(tmp_path, cell, says, remedy):
    row = rows_of(xlsx(tmp_path / "a.xlsx", [HEAD, [CODE, "甲公司", cell]]))[0]
    assert kinds(row) == ["county"]
    assert says in row.faults[0].says.zh
    assert remedy in row.faults[0].remedy.zh


def test_an_empty_county_waits_to_be_assigned(tmp_path):
    row = rows_of(xlsx(tmp_path / "a.xlsx", [HEAD, [CODE, "甲公司", None]]))[0]
    assert (row.values.county, row.faults) == (None, [])


def test_a_row_without_code_or_name_is_refused_and_the_rest_goes_on(tmp_path):
    rows = rows_of(
        xlsx(
            tmp_path / "a.xlsx", [HEAD, [None, "甲公司", "滨江区"], [CODE, None, "滨江区"], [CODE, "乙公司", "滨江区"]]
        )
    )
    assert [kinds(row) for row in rows] == [["required"], ["required"], []]


def test_two_rows_for_one_firm_are_both_named(tmp_path):
    book = roster(
        xlsx(
            tmp_path / "a.xlsx",
            [HEAD, [CODE, "甲", "滨江区"], [OTHER_CODE, "乙公司", "西湖区"], [CODE.lower(), "甲公司", "滨江区"]],
        )
    )
    list(book.rows())
    assert [[str(place) for place in places] for places in book.repeated] == [["Sheet1!A2", "Sheet1!A4"]]


def test_tech_staff_above_staff_is_a_contradiction_at_its_cell(tmp_path):
    row = one_row(tmp_path / "a.xlsx", ["2025年职工总数", "2025年科技人员"], [46, 52])
    assert [str(fault.place) for fault in row.faults] == ["Sheet1!E2"]
    assert row.faults[0].says.zh == "科技人员多于职工总数 46"
    assert row.refused


def test_averages_of_persons_may_have_a_fraction_but_not_be_negative(tmp_path):
    assert one_row(tmp_path / "a.xlsx", ["2025年职工总数"], ["120.25人"]).values.years[2025]["staff"] == Decimal(
        "120.25"
    )
    assert kinds(one_row(tmp_path / "b.xlsx", ["2025年职工总数"], [-1])) == ["number"]


def test_rights_are_whole_numbers(tmp_path):
    assert one_row(tmp_path / "a.xlsx", ["Ⅰ类", "Ⅱ类知识产权"], ["1 件", 12]).values.class_two == 12
    assert kinds(one_row(tmp_path / "b.xlsx", ["I类"], [1.5])) == ["number"]


@pytest.mark.parametrize(
    ("head", "cells"),
    [
        (["2025年研发费用（万元）", "2025年其中境内（万元）"], [100, 101]),
        (["2025年总收入（万元）", "2025年高新技术产品收入（万元）"], [100, 101]),
        (["2025年销售收入（万元）", "2025年研发费用（万元）"], [6310, 6310]),
        (["2025年研发费用（万元）"], [-1]),
    ],
)
def test_figures_that_contradict_each_other_keep_the_row_out(tmp_path, head, cells):
    row = one_row(tmp_path / "a.xlsx", head, cells)
    assert kinds(row) == ["contradiction"]
    assert row.refused


def test_a_figure_ten_thousand_times_too_large_is_named_with_its_head(tmp_path):
    head = ["2024年销售收入（万元）", "2025年销售收入（万元）"]
    row = one_row(tmp_path / "a.xlsx", head, [3_000, 32_000_000])
    assert kinds(row) == ["magnitude"]
    assert str(row.faults[0].place) == "Sheet1!E2"
    assert "约为其他年份的一万倍" in row.faults[0].says.zh
    assert "2025年销售收入（万元）" in row.faults[0].remedy.zh


def test_a_single_year_in_yuan_under_a_head_in_wan_is_seen_by_its_staff(tmp_path):
    row = one_row(tmp_path / "a.xlsx", ["2025年销售收入（万元）", "2025年职工总数"], [32_000_000, 80])
    assert kinds(row) == ["magnitude"]


def test_a_jump_is_asked_about_and_does_not_keep_the_row_out(tmp_path):
    head = ["2024年销售收入（万元）", "2025年销售收入（万元）"]
    row = one_row(tmp_path / "a.xlsx", head, [2_040, 4_860])
    assert kinds(row) == ["jump"]
    assert row.faults[0].says.zh == "上年 2,040 万元"
    assert not row.refused
    assert kinds(one_row(tmp_path / "b.xlsx", head, [2_000, 3_000])) == []


def test_a_field_that_is_not_in_the_list_is_imported_as_unknown_and_said_so(tmp_path):
    row = one_row(tmp_path / "a.xlsx", ["技术领域", "行业代码"], ["养殖", "9999"])
    assert (row.values.field, row.values.industry, kinds(row), row.refused) == (
        None,
        None,
        ["field", "industry"],
        False,
    )
    row = one_row(tmp_path / "b.xlsx", ["技术领域", "行业代码"], ["10101 基础软件", "I6513"])
    assert (row.values.field, row.values.industry, kinds(row)) == ("10101", "6513", [])


def test_all_faults_of_a_row_are_told_at_once(tmp_path):
    rows = rows_of(xlsx(tmp_path / "a.xlsx", [[*HEAD, "注册日期"], ["123", "甲公司", "滨江", "2020-02-30"]]))
    assert kinds(rows[0]) == ["code", "county", "day"]


def test_values_and_faults_are_kept_exactly(tmp_path):
    row = one_row(
        tmp_path / "a.xlsx",
        ["注册日期", "2025年销售收入（万元）", "2025年科技人员", "Ⅰ类"],
        ["2015-03-02", "0.0001", 9.5, 3],
    )
    assert Values.from_json(row.values.to_json()) == row.values
    fault = one_row(tmp_path / "b.xlsx", ["注册日期"], ["x"]).faults[0]
    assert Fault.from_json(fault.to_json()) == fault


def test_every_field_is_found_by_its_name_as_the_public_list_writes_it():
    places = places_of("330100")
    found = {name: looked_up_field(name, places) for name in carried_fields().values()}
    assert {carried_fields()[code] for code in found.values()} == set(found)
    assert found["高性能绿色电池（组）技术"] == "60301"
