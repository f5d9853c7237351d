import datetime
import struct
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import P

from pipeline.outside.sheet_writer import Heading, Marked, Page, written
from pipeline.outside.sheets import ROSTER, CellError, Sheet, SheetRefused, cell_from_json, cell_to_json, examine, read
from tests.outside.workbooks import endless, opened, xlsx

MEGABYTE = 1 << 20


def refused(path: Path, name: str | None = None, limits=ROSTER) -> SheetRefused:
    with pytest.raises(SheetRefused) as caught:
        drain(read(path, name=name or path.name, limits=limits))
    return caught.value


def drain(sheets: Iterator[Sheet]) -> None:
    for sheet in sheets:
        list(sheet.rows)


def cells_of(path: Path) -> list[list[Any]]:
    return [row.cells for sheet in read(path, name=path.name) for row in sheet.rows]


@pytest.mark.parametrize("date_1904", [False, True])
def test_both_date_systems_give_the_same_day(tmp_path, date_1904):
    path = xlsx(tmp_path / "a.xlsx", [[datetime.date(2015, 3, 2)]], date_1904=date_1904)
    assert cells_of(path) == [[datetime.date(2015, 3, 2)]]


def test_a_number_comes_as_the_shortest_decimal_and_rows_keep_their_numbers(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [[], [], ["x", 15020.1, 0.1, 100, None, True]])
    sheets = read(path, name="a.xlsx")
    (row,) = next(sheets).rows
    assert (row.number, row.cells) == (3, ["x", Decimal("15020.1"), Decimal("0.1"), 100, None, True])


def test_a_failed_formula_is_told_from_an_empty_cell(tmp_path):
    book = openpyxl.Workbook()
    book.active.title = 'A & "B"'
    book.active.append(["x", "#DIV/0!", None])
    book.active["B1"].data_type = "e"
    book.save(tmp_path / "a.xlsx")
    assert cells_of(tmp_path / "a.xlsx") == [["x", CellError("#DIV/0!")]]


@cache
def old_workbook() -> bytes:
    book, buffer = xlwt.Workbook(), BytesIO()
    sheet = book.add_sheet("名册")
    sheet.write(0, 0, "企业名称")
    sheet.write(1, 0, datetime.date(2015, 3, 2), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    book.save(buffer)
    return buffer.getvalue()


@cache
def open_document() -> bytes:
    document, buffer = OpenDocumentSpreadsheet(), BytesIO()
    table, row, cell = Table(name="名册"), TableRow(), TableCell(valuetype="string")
    cell.addElement(P(text="企业名称"))
    row.addElement(cell)
    row.addElement(TableCell(valuetype="float", value="12.5"))
    table.addElement(row)
    document.spreadsheet.addElement(table)
    document.write(buffer)
    return buffer.getvalue()


@cache
def new_workbook() -> bytes:
    return written([Page("名册", [Heading("企业名称")], [["甲公司"], [Decimal("1.5")]])])


SAMPLES: dict[str, Callable[[], bytes]] = {
    "xlsx": new_workbook,
    "xls": old_workbook,
    "ods": open_document,
    "csv": lambda: "企业名称,所属县区\n甲公司,滨江区\n".encode("gb18030"),
}


def test_old_workbooks_are_read(tmp_path):
    (tmp_path / "a.xls").write_bytes(old_workbook())
    assert cells_of(tmp_path / "a.xls") == [["企业名称"], [datetime.date(2015, 3, 2)]]


def test_opendocument_tables_are_read(tmp_path):
    (tmp_path / "a.ods").write_bytes(open_document())
    assert cells_of(tmp_path / "a.ods") == [["企业名称", Decimal("12.5")]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_text_files_are_read_in_any_usual_encoding(tmp_path, encoding, mark):
    (tmp_path / "a.csv").write_bytes(f'企业名称{mark}所属县区\r\n"䶮{mark}司"{mark}滨江区\r\n'.encode(encoding))
    assert cells_of(tmp_path / "a.csv") == [["企业名称", "所属县区"], [f"䶮{mark}司", "滨江区"]]


def test_a_text_file_in_no_known_encoding_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xff\xff\xff\xff,\xff")
    assert refused(tmp_path / "a.csv").code == "encoding"


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "a.xlsx").touch()
    assert refused(tmp_path / "a.xlsx").code == "empty"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.xlsx", b"%PDF-1.7", "PDF"),
        ("a.xlsx", b"\x89PNG\r\n\x1a\n", "图片"),
        ("a.xls", b"<html><table><tr><td>1", "网页"),
        ("a.xlsx", "企业名称,所属县区".encode(), "纯文本"),
        ("a.csv", b"\x00\x01\x02\x03", "不认识的内容"),
    ],
)
def test_a_file_that_is_not_what_its_name_says_is_named_for_what_it_is(tmp_path, name, content, found):
    (tmp_path / name).write_bytes(content)
    error = refused(tmp_path / name)
    assert error.code == "not_what_it_says"
    assert found in error.says.zh
    assert "另存为 .xlsx" in error.says.zh


def test_a_document_of_another_kind_in_a_package_is_named(tmp_path):
    OpenDocumentText().save(str(tmp_path / "a.odt"))
    assert "压缩包" in refused(tmp_path / "a.odt", "a.ods").says.zh
    path = xlsx(tmp_path / "a.xlsx", [["x"]])
    assert "新版 Excel" in refused(path, "a.xls").says.zh


def test_other_endings_are_refused_with_the_ones_that_are_taken(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    assert ".xls、.csv、.ods" in refused(tmp_path / "a.txt").says.zh


def test_macros_are_refused_by_name_and_by_content(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["x"]])
    assert refused(path, "a.xlsm").code == "macros"
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"x")
    assert refused(path).code == "macros"


def test_a_password_is_named(tmp_path):
    """An encrypted workbook is an old compound file around a stream called EncryptedPackage."""
    stream = "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + stream + bytes(512))
    error = refused(tmp_path / "a.xlsx")
    assert error.code == "password"
    assert "去掉密码" in error.says.zh


def test_a_truncated_workbook_is_damaged(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["x"] * 50] * 50)
    path.write_bytes(path.read_bytes()[:-200])
    assert refused(path).code == "damaged"


def test_a_workbook_with_a_broken_sheet_is_damaged(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(xlsx(tmp_path / "b.xlsx", [["x"]])) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<worksheet><sheetData><row" if "sheet1" in name else source.read(name))
    assert refused(path).code == "damaged"


def bomb(path: Path, megabytes: int) -> Path:
    small = xlsx(path.with_name("small.xlsx"), [["x"]])
    row = b'<row><c t="inlineStr"><is><t>' + b"x" * MEGABYTE + b"</t></is></c></row>"
    with zipfile.ZipFile(small) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<sheetData>", b"<sheetData>" + row * megabytes)
            target.writestr(name, content)
    return path


def test_a_bomb_is_refused_by_its_directory_alone(tmp_path):
    error = refused(bomb(tmp_path / "a.xlsx", 60))
    assert error.code == "bomb"
    assert "60 MB" in error.says.zh or "61 MB" in error.says.zh


def test_a_bomb_whose_directory_lies_is_stopped_by_the_limits(tmp_path):
    path = bomb(tmp_path / "a.xlsx", 60)
    data = bytearray(path.read_bytes())
    at = data.rfind(b"xl/worksheets/sheet1.xml") - 46
    data[at + 24 : at + 28] = struct.pack("<I", 1000)
    path.write_bytes(data)
    assert examine(path, name="a.xlsx") == "xlsx"
    assert refused(path, limits=replace(ROSTER, memory=100 * MEGABYTE)).code in {"too_heavy", "damaged"}


def test_a_file_that_takes_too_much_memory_is_stopped_and_said_so(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["x"] * 300] * 1000)
    assert refused(path, limits=replace(ROSTER, memory=48 * MEGABYTE)).code in {"too_heavy", "damaged"}


def test_too_large_too_many_rows_and_too_many_columns_are_told_apart(tmp_path):
    path = xlsx(tmp_path / "a.xlsx", [["x"] * 12] * 12)
    assert refused(path, limits=replace(ROSTER, file_bytes=100)).code == "too_large"
    assert refused(path, limits=replace(ROSTER, rows=10)).code == "too_many_rows"
    assert refused(path, limits=replace(ROSTER, columns=10)).code == "too_many_columns"


def test_reading_may_be_given_up_in_the_middle(tmp_path):
    sheets = read(xlsx(tmp_path / "a.xlsx", [[n, "x" * 200] for n in range(5000)]), name="a.xlsx")
    assert next(next(sheets).rows).number == 1
    sheets.close()  # type: ignore[attr-defined]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.integers(0, 10**6), min_size=1, max_size=8), noise=st.binary(min_size=1, max_size=8))
@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods", "csv"])
def test_whatever_is_broken_in_a_file_is_an_answer_and_never_an_error(tmp_path, ending, places, noise):
    content = bytearray(SAMPLES[ending]())
    for place in places:
        at = place % len(content)
        content[at : at + len(noise)] = noise
    (tmp_path / f"a.{ending}").write_bytes(content)
    with suppress(SheetRefused):
        drain(read(tmp_path / f"a.{ending}", name=f"a.{ending}"))


@pytest.mark.parametrize("text", ["=1+1", "+86", "-x", "@SUM(A1)", "\t=1", "＝1+1", '=HYPERLINK("http://x")'])
def test_what_a_firm_wrote_never_becomes_a_formula(tmp_path, text):
    (sheet,) = opened(
        written([Page("名册", [Heading("企业名称")], [[text], [Marked(text, "wrong")]])]), tmp_path / "a.xlsx"
    )
    assert sheet[1:] == [[text], [text]]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
        assert b'quotePrefix="1"' in package.read("xl/styles.xml")


def test_numbers_and_days_are_written_as_what_they_are(tmp_path):
    head = [Heading("a", form="money"), Heading("b", form="day"), Heading("c", form="number")]
    row: list[Any] = [Decimal("-15020.10"), datetime.date(2015, 3, 2), 7]
    (sheet,) = opened(written([Page("名册", head, [row])]), tmp_path / "a.xlsx")
    assert sheet[1] == row


@pytest.mark.parametrize("cell", [None, "文", 3, True, Decimal("0.10"), datetime.date(2015, 3, 2), CellError("#REF!")])
def test_a_cell_is_kept_exactly(cell):
    assert cell_from_json(cell_to_json(cell)) == cell


def test_a_directory_without_end_is_refused_before_it_is_taken_into_memory(tmp_path):
    (tmp_path / "a.xlsx").write_bytes(endless(200_000))
    tracemalloc.start()
    assert refused(tmp_path / "a.xlsx").code == "too_heavy"
    assert tracemalloc.get_traced_memory()[1] < 5 * MEGABYTE
    tracemalloc.stop()


def test_the_kind_of_a_package_is_told_by_its_first_bytes_alone(tmp_path):
    """A member may hold a gigabyte for every few megabytes of the file."""
    with zipfile.ZipFile(tmp_path / "a.ods", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", b"x" * 40 * MEGABYTE)
    tracemalloc.start()
    assert refused(tmp_path / "a.ods").code == "not_what_it_says"
    assert tracemalloc.get_traced_memory()[1] < 5 * MEGABYTE
    tracemalloc.stop()
