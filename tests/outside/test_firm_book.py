"""The workbook of a firm's record: out, changed by hand, and back with exactly what was changed."""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.outside import sheets
from pipeline.outside.chinese_numbers import chinese_number
from pipeline.outside.firm_book.comparing import Difference, differences
from pipeline.outside.firm_book.lines import FIGURES, FIRM, RIGHT_FIELDS, STAFF, line_of
from pipeline.outside.firm_book.reading import FirmBook, read_book, taken
from pipeline.outside.firm_book.writing import About, OwnSheet, firm_book, marked_copy
from pipeline.outside.roster.columns import squeezed
from pipeline.rules.codes.fields import lowest_fields

DAY = date(2026, 11, 2)
YEARS = [2023, 2024, 2025]
RIGHT = "ZL201710601862.3"
BASE: dict[str, str | None] = {
    **{line.key: None for line in FIRM},
    **{f"figures.{year}.{line.key}": None for year in YEARS for line in (*FIGURES, *STAFF)},
    "firm.registered_on": "2017-03-14",
    "firm.resident": "yes",
    "firm.address": "=HYPERLINK(1)",
    "contact.phone": "13900001234",
    "figures.2025.sales": "86400000.00",
    "figures.2024.net_assets": "-123456789012345.67",
    "figures.2025.staff": "120.5",
    f"property.{RIGHT}.kind": "invention",
    f"property.{RIGHT}.title": "一种装置",
    f"property.{RIGHT}.granted_on": "2020-01-02",
    f"property.{RIGHT}.acquired_by": "own_rd",
    f"property.{RIGHT}.core": None,
    "project.RD01.title": "智能控制器研发",
    "project.RD01.field": "80101",
    "project.RD01.kind": "in_house",
    "project.RD01.stage": "running",
    "project.RD01.starts_on": "2025-01-01",
    "project.RD01.ends_on": "2027-06-30",
    "project.RD01.budget": "1200000.00",
    "project.RD01.result": None,
}
SALES_2025 = ("财务数据", 3, 5)


def out(path: Path, base: Mapping[str, str | None] = BASE) -> Path:
    path.write_bytes(firm_book(About("青禾", "91330112MA2CFYQ03J", YEARS, "stamp " * 9_000), base))
    return path


def back(path: Path, base: Mapping[str, str | None] = BASE) -> FirmBook:
    return read_book(taken(sheets.read(path, name=path.name, limits=sheets.FIRM_BOOK, whole=True)), base, day=DAY)


def edited(path: Path, *edits: tuple[str, int, int, Any]) -> Path:
    book = openpyxl.load_workbook(path)
    for sheet, row, column, value in edits:
        book[sheet].cell(row, column).value = value
    book.save(path)
    return path


def changed(path: Path, now: Mapping[str, str | None] = BASE) -> dict[str, Difference]:
    book = back(path)
    assert book.faults == []
    return {each.key: each for each in differences(BASE, now, book.cells)}


def test_a_workbook_that_nobody_touched_changes_nothing(tmp_path: Path):
    book = back(out(tmp_path / "a.xlsx"))
    assert (book.faults, book.unknown) == ([], [])
    assert book.cells.keys() == BASE.keys()
    assert list(differences(BASE, BASE, book.cells)) == []


def test_its_stamp_comes_back_whole_though_a_cell_could_not_hold_it(tmp_path: Path):
    path = out(tmp_path / "a.xlsx")
    assert taken(sheets.read(path, name="a.xlsx", limits=sheets.FIRM_BOOK, whole=True)).stamp == "stamp " * 9_000
    assert openpyxl.load_workbook(path)["版本（请勿改动）"].sheet_state == "hidden"


def test_the_heads_are_locked_and_choices_are_offered(tmp_path: Path):
    book = openpyxl.load_workbook(out(tmp_path / "a.xlsx"))
    figures = book["财务数据"]
    assert figures.protection.sheet
    assert figures["A3"].protection.locked
    assert not figures["E3"].protection.locked
    assert [cell.value for cell in figures[2]] == ["指标", "单位", "2023年", "2024年", "2025年", "说明"]
    assert any("发明专利" in str(each.formula1) for each in book["知识产权"].data_validations.dataValidation)
    assert any("是,否" in str(each.formula1) for each in book["基本情况"].data_validations.dataValidation)


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [
        (8_641, "86410000.00"),
        ("8,641.5", "86415000.00"),
        ("８６４１", "86410000.00"),
        ("八千六百四十一", "86410000.00"),
        ("捌仟陆佰肆拾壹万元整", "86410000.00"),
        ("86410000元", "86410000.00"),
        (None, None),
    ],
)
def test_a_figure_is_read_however_it_was_typed(tmp_path: Path, typed: Any, yuan: str | None):
    found = changed(edited(out(tmp_path / "a.xlsx"), (*SALES_2025, typed)))
    assert {key: each.theirs for key, each in found.items()} == {"figures.2025.sales": yuan}
    assert str(found["figures.2025.sales"].place) == "财务数据!E3"


def test_the_unit_that_a_row_names_is_the_one_it_is_read_in(tmp_path: Path):
    path = edited(out(tmp_path / "a.xlsx"), ("财务数据", 3, 2, "元"), (*SALES_2025, 86_400_000))
    assert changed(path) == {}
    [fault] = back(edited(path, ("财务数据", 3, 2, "斤"))).faults
    assert str(fault.place) == "财务数据!B3"


def test_what_somebody_entered_meanwhile_is_a_conflict_and_what_is_equal_is_none(tmp_path: Path):
    path = edited(out(tmp_path / "a.xlsx"), (*SALES_2025, 9_000))
    newer = BASE | {"figures.2025.sales": "88000000.00"}
    assert changed(path, newer)["figures.2025.sales"].kind == "conflict"
    assert changed(path, BASE | {"figures.2025.sales": "90000000.00"}) == {}
    assert changed(out(tmp_path / "b.xlsx"), newer) == {}


def test_a_figure_in_the_wrong_unit_is_asked_about(tmp_path: Path):
    path = edited(out(tmp_path / "a.xlsx"), (*SALES_2025, 86_400_000))
    assert changed(path)["figures.2025.sales"].far_off


@pytest.mark.parametrize(
    ("where", "typed", "place", "word"),
    [
        (SALES_2025, "=E4+1", "财务数据!E3", "公式"),
        (SALES_2025, "很多", "财务数据!E3", "不是数"),
        (SALES_2025, -1, "财务数据!E3", "小于 0"),
        (("人员", 3, 5), "很多人", "人员!E3", "不是数"),
        (("基本情况", 3, 2), "2031-01-01", "基本情况!B3", "还没有到"),
        (("基本情况", 3, 2), None, "基本情况!B3", "不能空着"),
        (("基本情况", 4, 2), "也许", "基本情况!B4", "可选项"),
        (("基本情况", 5, 2), "99999", "基本情况!B5", "领域目录"),
        (("基本情况", 12, 2), "12345", "基本情况!B12", "电话"),
        (("知识产权", 3, 1), "ZL201710601862.4", "知识产权!A3", "校验"),
        (("知识产权", 3, 2), "商标", "知识产权!B3", "可选项"),
        (("研发项目", 3, 1), "01号", "研发项目!A3", "项目编号"),
        (("研发项目", 3, 5), "做着", "研发项目!E3", "可选项"),
        (("知识产权", 4, 3), "没有编号的一项", "知识产权!A4", "没有授权号"),
    ],
)
def test_a_fault_names_its_cell_and_the_rest_is_read(tmp_path: Path, where: Any, typed: Any, place: str, word: str):
    path = edited(out(tmp_path / "a.xlsx"), (*where, typed), ("财务数据", 4, 5, 12))
    book = back(path)
    assert [str(each.place) for each in book.faults] == [place]
    assert word in book.faults[0].says.zh
    assert {each.key for each in differences(BASE, BASE, book.cells)} == {"figures.2025.total_income"}


def test_a_new_right_comes_with_all_its_cells_and_a_row_taken_out_takes_nothing_off(tmp_path: Path):
    row = ["2021SR0123456", "软件著作权", "平台", "2021年3月4日", "受让", "是"]
    edits = [("知识产权", 3, at, value) for at, value in enumerate(row, start=1)]
    found = changed(edited(out(tmp_path / "a.xlsx"), *edits))
    assert {key.rpartition(".")[2]: each.theirs for key, each in found.items()} == {
        "kind": "software", "title": "平台", "granted_on": "2021-03-04", "acquired_by": "assigned", "core": "yes",
    }  # fmt: skip


def test_a_project_is_changed_and_another_added(tmp_path: Path):
    row = ["rd02", "新项目", None, "合作研发", "未开始", "2026-12-01", "2028-01-01", 80.5]
    edits = [("研发项目", 4, at, value) for at, value in enumerate(row, start=1)]
    found = changed(edited(out(tmp_path / "a.xlsx"), ("研发项目", 3, 8, 150), *edits))
    assert {key: each.theirs for key, each in found.items()} == {
        "project.RD01.budget": "1500000.00", "project.RD02.title": "新项目", "project.RD02.kind": "joint",
        "project.RD02.stage": "planned", "project.RD02.starts_on": "2026-12-01", "project.RD02.ends_on": "2028-01-01",
        "project.RD02.budget": "805000.00",
    }  # fmt: skip


def test_a_right_in_two_rows_is_told_once_for_each_cell(tmp_path: Path):
    row = [RIGHT, "发明专利", "另一个名字", "2020-01-02", "自主研发", None]
    faults = back(edited(out(tmp_path / "a.xlsx"), *[("知识产权", 4, at, v) for at, v in enumerate(row, 1)])).faults
    assert {each.kind for each in faults} == {"twice"}
    assert "知识产权!" in faults[0].says.zh


def test_a_missing_sheet_or_column_leaves_what_it_held_as_it_was(tmp_path: Path):
    path = out(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    del book["人员"]
    book["财务数据"].delete_cols(5)
    book["基本情况"].delete_rows(7)
    book.create_sheet("我的备注").append(["x"])
    book.save(path)
    read = back(path)
    assert read.unknown == ["我的备注"]
    assert list(differences(BASE, BASE, read.cells)) == []
    assert "figures.2025.sales" not in read.cells


def test_a_head_that_is_gone_is_a_fault(tmp_path: Path):
    [fault] = back(edited(out(tmp_path / "a.xlsx"), ("财务数据", 2, 1, "甲"))).faults
    assert "表头" in fault.says.zh


def test_the_marked_copy_is_their_own_file_and_can_be_put_right(tmp_path: Path):
    path = edited(out(tmp_path / "a.xlsx"), (*SALES_2025, "很多"), ("财务数据", 4, 5, 12))
    returned = taken(sheets.read(path, name="a.xlsx", limits=sheets.FIRM_BOOK, whole=True))
    copy = tmp_path / "b.xlsx"
    faults = read_book(returned, BASE, day=DAY).faults
    copy.write_bytes(marked_copy(returned.own, faults, stamp=returned.stamp, language="zh-hans"))
    cell = openpyxl.load_workbook(copy)["财务数据"]["E3"]
    assert (cell.value, "不是数" in cell.comment.text) == ("很多", True)
    again = edited(copy, (*SALES_2025, 9_000))
    assert {key: each.theirs for key, each in changed(again).items()} == {
        "figures.2025.sales": "90000000.00",
        "figures.2025.total_income": "120000.00",
    }


def test_a_text_of_a_firm_never_becomes_a_formula(tmp_path: Path):
    assert openpyxl.load_workbook(out(tmp_path / "a.xlsx"))["基本情况"]["B7"].data_type == "s"
    page = OwnSheet("人员", {1: ["=1+1"], 2: ["=2"]})
    (tmp_path / "b.xlsx").write_bytes(marked_copy([page], [], stamp="", language="en"))
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["人员"]["A2"].data_type == "s"


@pytest.mark.parametrize("bad", ["三三百", "万", "百千", "", "甲", "三元四", "一点"])
def test_what_is_no_chinese_number_is_none(bad: str):
    assert chinese_number(bad) is None


# ----------------------------------------------------------------------------------------- generated round trips

CHINESE = str.maketrans("0123456789", "〇一二三四五六七八九")
FULL = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
AMOUNTS = st.decimals(0, Decimal(999_999), places=4, allow_nan=False, allow_infinity=False)
WORDS = st.text("苗圃青禾甲乙丙ABC=+-@,。 12", min_size=1, max_size=12).map(lambda text: f"字{text}".strip())
OTHERS = {"day": st.dates(date(1990, 1, 1), DAY), "choice": st.sampled_from(["own_rd", "assigned", "merger"])}
TAKEN = (
    "figures.",
    "project.",
    "firm.address",
    "firm.resident",
    "firm.rd_ledger",
    "firm.registered_on",
    "contact.name",
)


def value_of(key: str) -> st.SearchStrategy[str | None]:
    """A value in its normal form for a cell of this key."""
    line = line_of(key)
    kept: dict[str, st.SearchStrategy[str | None]] = {
        "money": AMOUNTS.map(lambda wan: f"{wan * 10_000:.2f}"),
        "heads": st.integers(0, 99_999).map(str),
        "day": OTHERS["day"].map(lambda day: day.isoformat()),  # type: ignore[attr-defined]
        "yes_no": st.sampled_from(["yes", "no"]),
        "field": st.sampled_from(sorted(lowest_fields())),
        "choice": st.sampled_from(sorted(line.choices)) if line.choices else st.none(),
    }
    return kept.get(line.form, WORDS.map(lambda text: " ".join(text.split())))


@dataclass
class Trip:
    """What stood on record, what a person did to the cells, what others did meanwhile, and how columns were moved."""

    base: dict[str, str | None]
    edits: dict[str, str | None] = field(default_factory=dict)
    meanwhile: dict[str, str | None] = field(default_factory=dict)
    ways: dict[str, str] = field(default_factory=dict)
    swapped: bool = False
    reversed_rows: bool = False


@st.composite
def trips(draw: st.DrawFn) -> Trip:
    numbers = draw(st.lists(st.integers(100_000, 999_999), max_size=4, unique=True))
    keys = [key for key in BASE if key.startswith(TAKEN)]
    keys += [f"property.2021SR{number}0.{line.key}" for number in numbers for line in RIGHT_FIELDS]
    base = {key: draw(value_of(key) if line_of(key).needed else st.none() | value_of(key)) for key in keys}
    base |= {key: "software" for key in keys if key.startswith("property.") and key.endswith(".kind")}
    open_to = [key for key in keys if not key.endswith(".kind")]
    trip = Trip(base)
    for key in draw(st.lists(st.sampled_from(open_to), max_size=8, unique=True)):
        trip.edits[key] = draw(value_of(key) if line_of(key).needed else st.none() | value_of(key))
        trip.ways[key] = draw(st.sampled_from(["plain", "full", "chinese", "text"]))
    for key in draw(st.lists(st.sampled_from(open_to), max_size=5, unique=True)):
        trip.meanwhile[key] = draw(st.none() | value_of(key))
    trip.swapped, trip.reversed_rows = draw(st.booleans()), draw(st.booleans())
    return trip


def as_typed(key: str, value: str | None, way: str) -> Any:
    """How a person writes a value into a cell."""
    line = line_of(key)
    if value is None:
        return None
    if line.form in ("money", "heads"):
        number = Decimal(value) / (10_000 if line.form == "money" else 1)
        text = f"{number.normalize():f}"
        if way == "chinese":
            return text.replace(".", "点").translate(CHINESE)
        return {"full": text.translate(FULL), "text": f"{number:,f}"}.get(way, float(number))
    if line.form == "day":
        return value.replace("-", "/") if way == "text" else date.fromisoformat(value)
    return line.choosable.get(value, value)


def travelled(trip: Trip, path: Path) -> Path:
    """The workbook as the person sends it back."""
    out(path, trip.base)
    book = openpyxl.load_workbook(path)
    cells = {key: cell.place for key, cell in back(path, trip.base).cells.items()}
    for key, value in trip.edits.items():
        place = cells[key]
        book[place.sheet].cell(place.row, (place.column or 0) + 1).value = as_typed(key, value, trip.ways[key])
    if trip.swapped:
        for name in ("财务数据", "知识产权"):
            swap_columns(book[name], 2, 4)
    if trip.reversed_rows:
        reverse_rows(book["财务数据"])
    book.save(path)
    return path


def swap_columns(sheet: Any, one: int, other: int) -> None:
    for row in range(2, sheet.max_row + 1):
        left, right = sheet.cell(row, one), sheet.cell(row, other)
        left.value, right.value = right.value, left.value
        left.number_format, right.number_format = right.number_format, left.number_format


def reverse_rows(sheet: Any) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    for number, cells in enumerate(reversed(rows), start=3):
        for column, value in enumerate(cells, start=1):
            sheet.cell(number, column).value = value


def came_back_right(trip: Trip, path: Path) -> None:
    book = back(path, trip.base)
    assert book.faults == []
    now = trip.base | trip.meanwhile
    found = {
        each.key: (each.base, each.now, each.theirs, each.kind) for each in differences(trip.base, now, book.cells)
    }
    meant = {
        key: (trip.base[key], now[key], value, "change" if now[key] == trip.base[key] else "conflict")
        for key, value in trip.edits.items()
        if value not in (trip.base[key], now[key])
    }
    assert found == meant


MANY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@settings(MANY, max_examples=15)
@given(trip=trips())
def test_a_round_trip_brings_back_exactly_what_was_changed(trip: Trip, tmp_path: Path):
    came_back_right(trip, travelled(trip, tmp_path / "trip.xlsx"))


@pytest.mark.long
@settings(MANY, max_examples=1_000)
@given(trip=trips())
def test_a_thousand_round_trips_bring_back_exactly_what_was_changed(trip: Trip, tmp_path: Path):
    came_back_right(trip, travelled(trip, tmp_path / "trip.xlsx"))


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
@settings(MANY, max_examples=40)
@given(batch=st.lists(trips(), min_size=25, max_size=25))
def test_a_thousand_round_trips_through_libreoffice_bring_back_the_same(batch: list[Trip], tmp_path_factory: Any):
    folder = tmp_path_factory.mktemp("trips")
    saved = folder / "saved"
    for number, trip in enumerate(batch):
        travelled(trip, folder / f"{number}.xlsx")
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--convert-to",
        "xlsx",
    ]
    subprocess.run([*command, "--outdir", saved, *folder.glob("*.xlsx")], check=True, timeout=600)
    for number, trip in enumerate(batch):
        came_back_right(trip, saved / f"{number}.xlsx")


def test_names_are_told_apart_by_what_is_plain_of_them():
    names = [squeezed(line.name) for line in (*FIRM, *FIGURES, *STAFF)]
    assert len(set(names)) == len(names)
