"""Tables of any length going out, row by row, so that a million rows take no more memory than ten.

Every text is written as text: nothing that somebody typed becomes a formula on a desk.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import Any, BinaryIO, Literal, Protocol

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from pipeline.outside.sheet_writer import NUMBER_FORMATS, Heading

type Value = str | int | Decimal | date | None

ROWS_OF_A_SHEET = 1_048_576  # with its head; what Excel holds
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Table(Protocol):
    def add(self, rows: Iterable[Sequence[Value]]) -> None: ...
    def close(self) -> BinaryIO:
        """The whole file, open for reading from its beginning."""
        ...


def table(form: Literal["xlsx", "csv"], head: Sequence[Heading], name: str) -> Table:
    return XlsxTable(head, name) if form == "xlsx" else CsvTable(head)


def harmless(text: str) -> str:
    """A text that a spreadsheet reads as text: an apostrophe stands before what it would run."""
    return f"'{text}" if text.startswith(STARTS_A_FORMULA) else text


class CsvTable:
    """UTF-8 with a mark at its beginning, by which Excel knows it."""

    def __init__(self, head: Sequence[Heading]) -> None:
        self.file = TemporaryFile()  # noqa: SIM115  # closed by whom it is handed to
        self.text = TextIOWrapper(self.file, encoding="utf-8-sig", newline="", write_through=True)
        self.writer = csv.writer(self.text)
        self.writer.writerow([harmless(heading.text) for heading in head])

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        self.writer.writerows([_plain(value) for value in row] for row in rows)

    def close(self) -> BinaryIO:
        self.text.flush()
        self.text.detach()
        self.file.seek(0)
        return self.file


def _plain(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return harmless(value)
        case date():
            return value.isoformat()
    return str(value)


class XlsxTable:
    """One sheet after another, each full before the next begins; each row is on disk before the next comes."""

    def __init__(self, head: Sequence[Heading], name: str) -> None:
        self.head, self.name = head, name
        self.file = TemporaryFile()  # noqa: SIM115  # closed by whom it is handed to
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.book = xlsxwriter.Workbook(self.file, options | {"constant_memory": True})
        self.formats = {form: self.book.add_format(_look(form)) for form in NUMBER_FORMATS}
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "bg_color": "#EEF1EC", "border": 1})
        self.sheets = 0
        self.sheet: Worksheet = self._next()

    def _next(self) -> Worksheet:
        self.sheets += 1
        sheet = self.book.add_worksheet(self.name[:31] if self.sheets == 1 else f"{self.name[:28]} {self.sheets}")
        sheet.freeze_panes(1, 1)
        for column, heading in enumerate(self.head):
            sheet.set_column(column, column, heading.width, self.formats[heading.form])
        for column, heading in enumerate(self.head):
            sheet.write_string(0, column, heading.text, self.bold)
        self.row = 1
        return sheet

    def add(self, rows: Iterable[Sequence[Value]]) -> None:
        for row in rows:
            if self.row == ROWS_OF_A_SHEET:
                self.sheet = self._next()
            for column, value in enumerate(row):
                self._write(column, value)
            self.row += 1

    def _write(self, column: int, value: Value) -> None:
        match value:
            case str():
                self.sheet.write_string(self.row, column, value, self.formats["text"])
            case date():
                self.sheet.write_datetime(self.row, column, value, self.formats["day"])
            case int() | Decimal():
                self.sheet.write_number(self.row, column, float(value), self.formats["number"])

    def close(self) -> BinaryIO:
        self.book.close()
        self.file.seek(0)
        return self.file


def _look(form: str) -> dict[str, Any]:
    quoted = {"quote_prefix": True} if form == "text" else {}
    return {"num_format": NUMBER_FORMATS[form], **quoted}
