"""A list of the certifying agency: who is on public notice, was certified, or did not pass, one firm a line.

Columns are known by their heads, in any order; the first row that names a firm's code or name is the head. A line that
cannot be read is told with the cell that is wrong; it keeps no other line from being read.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from io import StringIO

from pipeline.outside.roster import cells
from pipeline.outside.roster.cells import CellRefused, is_unknown, words
from pipeline.outside.roster.faults import letters
from pipeline.outside.sheets import Cell, Row, Sheet, SheetRefused
from pipeline.rules.labels import Label

HEADS: Mapping[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "社会信用代码", "信用代码", "credit code"),
    "name": ("企业名称", "单位名称", "企业", "name", "firm"),
    "number": (
        "证书编号",
        "高新技术企业证书编号",
        "高企证书编号",
        "证书号",
        "登记编号",
        "入库登记编号",
        "编号",
        "certificate",
        "number",
    ),
    "issued_on": ("发证日期", "发证时间", "认定日期", "认定时间", "入库日期", "公告日期", "issued on", "day of issue"),
    "reasons": ("未通过原因", "不通过原因", "未通过理由", "不予通过原因", "专家意见", "原因", "理由", "reasons"),
}
NAMED = ("uscc", "name")
LOOKED_THROUGH = 20
LONGEST_REASONS = 1_000
PASTED = "粘贴"
NO_HEAD = Label(
    "没有找到表头：第一张表要有“统一社会信用代码”或“企业名称”，以及“证书编号”或“未通过原因”等列。",
    "No head was found: a sheet needs the column “credit code” or “name”.",
)
NOBODY = Label("这一行没有代码，也没有企业名称", "the line names neither a code nor a firm")


@dataclass(frozen=True, slots=True)
class WrongCell:
    """A cell that cannot be what its column wants: where it stands in its sheet (C12), and why."""

    cell: str
    says: Label


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What a line says. What cannot be read of it is empty, and told in `wrong` by the name of its column.

    `places` says in which cell each column of the line stands.
    """

    sheet: str
    line: int
    uscc: str = ""
    name: str = ""
    number: str = ""
    issued_on: date | None = None
    reasons: str = ""
    wrong: Mapping[str, WrongCell] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)


def pasted_sheet(text: str) -> Sheet:
    """A block of cells as a spreadsheet puts it on the clipboard, as a sheet of its own."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    rows = list(csv.reader(StringIO(plain), delimiter="\t"))
    kept = (Row(number, [cell.strip() or None for cell in row]) for number, row in enumerate(rows, start=1))
    return Sheet(PASTED, False, len(rows), max((len(row) for row in rows), default=0), [], kept)


def read_list(sheets: Iterable[Sheet], *, today: date) -> Iterator[ResultLine]:
    """Every line below a head, of every sheet that has one. Raises SheetRefused where no sheet has."""
    found = False
    for sheet in sheets:
        columns: dict[str, int] = {}
        for number, row in enumerate(sheet.rows):
            if not columns:
                columns = _columns(row) if number < LOOKED_THROUGH and not sheet.hidden else {}
                found |= bool(columns)
            elif any(not is_unknown(cell) for cell in row.cells):
                yield _line(sheet.name, row, columns, today)
    if not found:
        raise SheetRefused("no_head", NO_HEAD)


def _columns(row: Row) -> dict[str, int]:
    """Where each column stands; nothing where the row is no head."""
    texts = [words(cell).replace(" ", "").casefold() for cell in row.cells]
    known = {name: [each.replace(" ", "") for each in heads] for name, heads in HEADS.items()}
    columns = {name: texts.index(each) for name, heads in known.items() for each in heads[::-1] if each in texts}
    return columns if any(name in columns for name in NAMED) else {}


def _line(sheet: str, row: Row, columns: Mapping[str, int], today: date) -> ResultLine:
    held = {name: row.cells[at] if at < len(row.cells) else None for name, at in columns.items()}
    places = {name: f"{letters(at)}{row.number}" for name, at in columns.items()}
    wrong: dict[str, WrongCell] = {}

    def read[Value](name: str, means: Callable[[Cell], Value], nothing: Value) -> Value:
        cell = held.get(name)
        try:
            return nothing if is_unknown(cell) else means(cell)
        except CellRefused as refused:
            wrong[name] = WrongCell(places[name], refused.says)
            return nothing

    told = {"uscc": read("uscc", cells.code, ""), "name": read("name", cells.name, "")}
    issued_on = read("issued_on", lambda cell: cells.day(cell, today=today), None)
    if not any(told.values()) and not wrong.keys() & set(NAMED):
        wrong["name"] = WrongCell(places.get("name") or places["uscc"], NOBODY)
    number, reasons = (read(name, words, "") for name in ("number", "reasons"))
    also = {"number": number[:40], "reasons": reasons[:LONGEST_REASONS]}
    return ResultLine(sheet, row.number, **told, **also, issued_on=issued_on, wrong=wrong, places=places)
