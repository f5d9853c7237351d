"""Spreadsheets going out: every text is written as text, so that nothing a firm wrote becomes a formula on a desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from pipeline.outside.sheets import Cell, CellError

type Form = Literal["text", "number", "money", "day"]


@dataclass(frozen=True, slots=True)
class Choice:
    """The values a column may take."""

    values: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a page. `form` tells how its cells are kept: text keeps leading zeros and long codes whole."""

    text: str
    width: int = 14
    form: Form = "text"
    note: str = ""
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Marked:
    """A cell that is coloured: `wrong` must be put right, `ask` should be looked at."""

    value: Cell
    mark: Literal["wrong", "ask"]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A cell that is locked where the head of its page is."""

    value: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A cell kept in another form than its column, or with values of its own to choose from."""

    value: Cell
    form: Form = "text"
    choice: Choice | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One sheet to write. A `locked_head` stays as it is until somebody lifts the protection, which has no password."""

    name: str
    head: Sequence[Heading]
    rows: Sequence[Sequence[Cell | Marked | Fixed | Kept]]
    above: Sequence[str] = ()
    locked_head: bool = False
    hidden: bool = False


NUMBER_FORMATS = {"text": "@", "number": "#,##0.######", "money": "#,##0.00####", "day": "yyyy-mm-dd"}
MARKS: dict[str, dict[str, Any]] = {
    "wrong": {"bg_color": "#FBECE7", "font_color": "#A8321C", "border": 1, "border_color": "#A8321C"},
    "ask": {"bg_color": "#FBF2DD"},
    "fixed": {"bg_color": "#EEF1EC", "border": 1, "border_color": "#D5DAD2", "locked": True, "text_wrap": True},
}


def written(pages: Sequence[Page]) -> bytes:
    """The pages as one .xlsx."""
    buffer = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties({"title": pages[0].name, "author": "", "created": datetime(2000, 1, 1, tzinfo=UTC)})
        for page in pages:
            _Writer(book, page).write()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, page: Page) -> None:
        self.book = book
        self.page = page
        self.sheet: Worksheet = book.add_worksheet(page.name[:31])
        self.formats: dict[tuple[str, str], Format] = {}

    def format(self, form: str, mark: str = "") -> Format:
        """Quote-prefixed, so that a text beginning with = stays a text even when somebody edits it."""
        if (form, mark) not in self.formats:
            quoted = {"quote_prefix": True} if form == "text" else {}
            look = {"num_format": NUMBER_FORMATS[form], "locked": False, **MARKS.get(mark, {}), **quoted}
            self.formats[form, mark] = self.book.add_format(look)
        return self.formats[form, mark]

    def write(self) -> None:
        head_row = len(self.page.above)
        for at, line in enumerate(self.page.above):
            self.sheet.write_string(at, 0, line)
        self.write_head(head_row)
        for at, row in enumerate(self.page.rows, start=head_row + 1):
            for column, value in enumerate(row):
                self.write_cell(at, column, value)
        self.sheet.freeze_panes(head_row + 1, 2 if len(self.page.head) > 2 else 0)
        if self.page.locked_head:
            allowed = (
                "format_columns",
                "format_rows",
                "format_cells",
                "insert_rows",
                "delete_rows",
                "sort",
                "autofilter",
            )
            self.sheet.protect("", dict.fromkeys(allowed, True))
        if self.page.hidden:
            self.sheet.hide()

    def write_head(self, at: int) -> None:
        style = self.book.add_format(
            {"bold": True, "text_wrap": True, "valign": "vcenter", "bg_color": "#EEF1EC", "border": 1, "locked": True}
        )
        self.sheet.set_row(at, 44)
        for column, heading in enumerate(self.page.head):
            self.sheet.write_string(at, column, heading.text, style)
            self.sheet.set_column(column, column, heading.width, self.format(heading.form))
            if heading.note:
                self.sheet.write_comment(at, column, heading.note, {"x_scale": 2})
            if heading.choice:
                self.sheet.data_validation(
                    at + 1, column, at + 20_000, column, {"validate": "list", "source": list(heading.choice.values)}
                )

    def write_cell(self, at: int, column: int, value: Cell | Marked | Fixed | Kept) -> None:
        if isinstance(value, Fixed):
            self.sheet.write_string(at, column, value.value, self.format("text", "fixed"))
            return
        if isinstance(value, Kept):
            self.write_kept(at, column, value)
            return
        mark, note = (value.mark, value.note) if isinstance(value, Marked) else ("", "")
        bare = value.value if isinstance(value, Marked) else value
        form = self.page.head[column].form if column < len(self.page.head) else "text"
        if note:
            self.sheet.write_comment(at, column, note, {"x_scale": 2})
        self.write_value(at, column, bare, form, mark)

    def write_kept(self, at: int, column: int, kept: Kept) -> None:
        if kept.value is None:
            self.sheet.write_blank(at, column, None, self.format(kept.form))
        else:
            self.write_value(at, column, kept.value, kept.form, "")
        if kept.choice:
            self.sheet.data_validation(at, column, at, column, {"validate": "list", "source": list(kept.choice.values)})

    def write_value(self, at: int, column: int, value: Cell, form: str, mark: str) -> None:
        match value:
            case None:
                if mark:
                    self.sheet.write_blank(at, column, None, self.format(form, mark))
            case bool():
                self.sheet.write_boolean(at, column, value, self.format(form, mark))
            case int() | Decimal():
                self.sheet.write_number(
                    at, column, float(value), self.format("number" if form == "text" else form, mark)
                )
            case date():
                self.sheet.write_datetime(at, column, value, self.format("day", mark))
            case CellError():
                self.sheet.write_string(at, column, value.sign, self.format("text", mark))
            case str():
                self.sheet.write_string(at, column, value, self.format("text", mark))
