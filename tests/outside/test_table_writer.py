"""Tables going out: every text stays a text, every number a number, in both forms."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from pipeline.outside import table_writer
from pipeline.outside.sheet_writer import Heading
from pipeline.outside.table_writer import Value, table

HEAD = [Heading("=企业", 20), Heading("数", 10, "number"), Heading("日", 10, "day")]
SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
begun = st.one_of(texts, st.builds(str.__add__, st.sampled_from(SIGNS), texts))
numbers = st.one_of(st.integers(-(10**9), 10**9), st.decimals(-(10**6), 10**6, places=2))


def written(form: str, rows: list[list[Value]]) -> bytes:
    out = table(form, HEAD, "办件")  # type: ignore[arg-type]
    out.add(rows)
    return out.close().read()


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(begun, numbers), max_size=5))
def test_in_a_workbook_nothing_is_a_formula_and_all_is_read_back(rows: list[tuple[str, int | Decimal]]) -> None:
    content = written("xlsx", [[text, number, date(2026, 11, 2)] for text, number in rows])
    with ZipFile(BytesIO(content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")
    read = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    assert [row[0] for row in read] == [text for text, _number in rows]
    assert [row[1] for row in read] == [pytest.approx(float(number)) for _text, number in rows]
    assert {row[2] for row in read} <= {date(2026, 11, 2)}


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(st.tuples(begun, numbers), max_size=5))
def test_in_csv_no_cell_begins_with_what_a_spreadsheet_would_run(rows: list[tuple[str, int | Decimal]]) -> None:
    content = written("csv", [[text, number, None] for text, number in rows])
    read = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))
    assert read[0][0] == "'=企业"
    for (text, number), row in zip(rows, read[1:], strict=True):
        assert row[0] == (f"'{text}" if text.startswith(tuple(SIGNS)) else text)
        assert row[1] == str(number)  # a negative number stays one


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_writer, "ROWS_OF_A_SHEET", 4)
    content = written("xlsx", [[f"企业{n}", n, None] for n in range(7)])
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    sheets = [book.get_sheet_by_index(n).to_python() for n in range(len(book.sheet_names))]
    assert [len(sheet) for sheet in sheets] == [4, 4, 2]
    assert [row[0] for sheet in sheets for row in sheet[1:]] == [f"企业{n}" for n in range(7)]
