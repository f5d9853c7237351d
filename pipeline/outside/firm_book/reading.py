"""A firm's workbook read back: what each cell means, where it stands, and what is wrong. What the file does not hold is
left as it was, never emptied.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pipeline.outside.firm_book.lines import (
    FIRM,
    FIRM_SHEET,
    GUIDE_SHEET,
    RIGHT,
    ROW_SHEETS,
    STAMP_SHEET,
    YEAR_SHEETS,
    Line,
)
from pipeline.outside.firm_book.meaning import meant
from pipeline.outside.firm_book.writing import PROBLEMS, OwnSheet, Values, kept, things_in
from pipeline.outside.roster.cells import CellRefused, words
from pipeline.outside.roster.columns import UNITS, YEAR, plain, squeezed
from pipeline.outside.roster.faults import Fault, Place
from pipeline.outside.sheets import Cell, Sheet
from pipeline.rules.codes.identifiers import IdentifierRefused, comparable, right_number
from pipeline.rules.labels import Label

LOOKED_THROUGH = 30  # rows from the top in which a head is looked for
ONE = Decimal(1)

NO_HEAD = Label("找不到“{names}”的表头，这张表没有读", "has no head with {names}; it was not read")
PUT_BACK = Label("请恢复表头，或重新下载后填写。", "Put the head back, or download the workbook again.")
TWICE = Label("“{name}”已经在 {place} 出现", "“{name}” stands in {place} already")
KEEP_ONE = Label("请只保留一处。", "Keep one of them.")
NO_UNIT = Label("不认识单位“{unit}”", "the unit “{unit}” is not known")
NAME_UNIT = Label("请写万元、元或亿元。", "Write 万元, 元 or 亿元.")
EMPTY = Label("“{name}”不能空着", "“{name}” cannot be empty")
FILL = Label("请填写；要取消这一项，请在网页上改。", "Fill it in; to take the thing off the record use its page.")
PROJECT_CODE = re.compile(r"RD\d{2,4}")
NO_CODE = Label("“{text}”不是项目编号", "“{text}” is no code of a project")
WRITE_CODE = Label("请写成 RD01 的样子。", "Write it like RD01.")
NO_NUMBER = Label("这一行没有授权号或编号", "this row has no number")
GIVE_NUMBER = Label("请填上，或清空整行。", "Enter the number, or empty the row.")
AS_ON_CERTIFICATE = Label("请照证书改正。", "Correct it from the certificate.")


@dataclass(frozen=True, slots=True)
class Written:
    """What a cell of the file says, and where it stands."""

    value: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Returned:
    """A file as it came: its visible sheets that the workbook knows, its stamp, the names of others."""

    stamp: str
    own: tuple[OwnSheet, ...]
    unknown: tuple[str, ...]


@dataclass(slots=True)
class FirmBook:
    """What a file says of the record whose values were `base` when it was downloaded: cells by key, faults, and the
    names of columns and rows that mean nothing here.
    """

    day: date
    base: Values
    cells: dict[str, Written] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    numbers: dict[str, str] = field(default_factory=dict)  # of the rights in `base`, by what is comparable of them

    def put(self, key: str, line: Line, cell: Cell, place: Place, factor: Decimal = ONE) -> None:
        if key in self.cells:
            told = TWICE.filled(name=line.name, place=str(self.cells[key].place))
            self.faults.append(Fault("twice", place, told, KEEP_ONE))
        elif self._untouched(key, line, cell):
            self.cells[key] = Written(self.base[key], place)
        else:
            self._put_changed(key, line, cell, place, factor)

    def _untouched(self, key: str, line: Line, cell: Cell) -> bool:
        """Whether a text is the one that was written: what stood on record is not judged again."""
        if key not in self.base or line.form in ("money", "heads"):
            return False
        return words(kept(line, self.base[key]).value) == words(cell)

    def _put_changed(self, key: str, line: Line, cell: Cell, place: Place, factor: Decimal) -> None:
        try:
            value = meant(line, cell, factor=factor, day=self.day)
        except CellRefused as refused:
            self.faults.append(Fault(refused.kind, place, refused.says, refused.remedy))
            return
        if value is None and line.needed:
            self.faults.append(Fault("required", place, EMPTY.filled(name=line.name), FILL))
            return
        self.cells[key] = Written(value, place)


@dataclass(frozen=True, slots=True)
class Head:
    """The row of a head and what stands where in it."""

    row: int
    columns: Mapping[str, int]


def taken(sheets: Iterator[Sheet]) -> Returned:
    """The sheets of a file, read whole; raises SheetRefused where the file gives out."""
    stamp, own, unknown = "", [], []
    for sheet in sheets:
        read = OwnSheet(sheet.name, {row.number: row.cells for row in sheet.rows})
        name = sheet.name.strip()
        if name == STAMP_SHEET:
            stamp = "".join(str(cells[0]) for row, cells in sorted(read.rows.items()) if row > 1 and cells[0])
        elif name in READERS and not sheet.hidden:
            own.append(read)
        elif not sheet.hidden and name not in (GUIDE_SHEET, PROBLEMS.zh, PROBLEMS.en):
            unknown.append(sheet.name)
    return Returned(stamp, tuple(own), tuple(unknown))


def read_book(returned: Returned, base: Values, *, day: date) -> FirmBook:
    """What a file says; `base` are the values its stamp holds."""
    numbers = {comparable(number): number for number in things_in("property", base)}
    book = FirmBook(day, base, unknown=list(returned.unknown), numbers=numbers)
    for sheet in returned.own:
        READERS[sheet.name.strip()](book, sheet)
    return book


def _head(book: FirmBook, sheet: OwnSheet, needed: Sequence[str], named: Callable[[str], str]) -> Head | None:
    """The first row that names every needed column; `named` gives the name of a column by its head, "" for none."""
    for number, cells in sorted(sheet.rows.items()):
        if number > LOOKED_THROUGH:
            break
        columns: dict[str, int] = {}
        for at, text in enumerate(words(cell) for cell in cells):
            if text and (name := named(text)):
                columns.setdefault(name, at)
        if all(name in columns for name in needed):
            book.unknown += [f"{sheet.name}!{words(cell)}" for cell in cells if words(cell) and not named(words(cell))]
            return Head(number, columns)
    told = NO_HEAD.filled(names="、".join(needed))
    book.faults.append(Fault("required", Place(sheet.name, 1), told, PUT_BACK))
    return None


def _below(sheet: OwnSheet, head: Head) -> Iterator[tuple[int, Sequence[Cell]]]:
    yield from ((number, cells) for number, cells in sorted(sheet.rows.items()) if number > head.row)


def _at(cells: Sequence[Cell], column: int | None) -> Cell:
    return cells[column] if column is not None and column < len(cells) else None


def _known_as(lines: Sequence[Line]) -> Mapping[str, Line]:
    return {plain(name): line for line in lines for name in (*line.also, line.name)}


def _read_firm(book: FirmBook, sheet: OwnSheet) -> None:
    names = {"项目": "项目", "内容": "内容", "说明": "说明"}
    head = _head(book, sheet, ("项目", "内容"), lambda text: names.get(squeezed(text), ""))
    if head is None:
        return
    known = _known_as(FIRM)
    for number, cells in _below(sheet, head):
        name = words(_at(cells, head.columns["项目"]))
        line = known.get(plain(name))
        if line is not None:
            column = head.columns["内容"]
            book.put(line.key, line, _at(cells, column), Place(sheet.name, number, column))
        elif name:
            book.unknown.append(f"{sheet.name}!{name}")


def _year_head(text: str) -> str:
    """指标, 单位, 说明, or the year that a head names."""
    bare = squeezed(text)
    year = YEAR.fullmatch(bare)
    return year[1] if year else bare if bare in ("指标", "单位", "说明") else ""


def _read_years(book: FirmBook, sheet: OwnSheet) -> None:
    head = _head(book, sheet, ("指标",), _year_head)
    if head is None:
        return
    lines = YEAR_SHEETS[sheet.name.strip()]
    known = _known_as(lines)
    for number, cells in _below(sheet, head):
        name = words(_at(cells, head.columns["指标"]))
        line = known.get(plain(name))
        if line is None:
            book.unknown += [f"{sheet.name}!{name}"] if name else []
            continue
        factor = _factor(book, sheet, number, _at(cells, head.columns.get("单位")), line, head.columns.get("单位"))
        for year, column in head.columns.items():
            if year.isdecimal() and factor is not None:
                place = Place(sheet.name, number, column)
                book.put(f"figures.{year}.{line.key}", line, _at(cells, column), place, factor)


def _factor(book: FirmBook, sheet: OwnSheet, number: int, cell: Cell, line: Line, column: int | None) -> Decimal | None:
    """What one unit of a row is in yuan; None, and a fault, where its unit is not known."""
    if line.form != "money":
        return ONE
    unit = squeezed(words(cell)) or line.unit
    if unit not in UNITS:
        told = NO_UNIT.filled(unit=unit[:20])
        book.faults.append(Fault("unit", Place(sheet.name, number, column), told, NAME_UNIT))
        return None
    return UNITS[unit]


def _read_things(book: FirmBook, sheet: OwnSheet) -> None:
    page, lines = ROW_SHEETS[sheet.name.strip()]
    known, first = _known_as(lines), lines[0].key
    head = _head(book, sheet, (first,), lambda text: known[plain(text)].key if plain(text) in known else "")
    if head is None:
        return
    for number, cells in _below(sheet, head):
        asked = {line.key: _at(cells, head.columns[line.key]) for line in lines if line.key in head.columns}
        if not any(words(cell) for cell in asked.values()):
            continue
        thing = _named(book, page, words(asked[first]), asked, Place(sheet.name, number, head.columns[first]))
        for line in lines[1:] if thing else ():
            if line.key in asked:
                at = Place(sheet.name, number, head.columns[line.key])
                book.put(f"{page}.{thing}.{line.key}", line, asked[line.key], at, _wan(line))


def _wan(line: Line) -> Decimal:
    return UNITS["万元"] if line.form == "money" else ONE


def _named(book: FirmBook, page: str, text: str, asked: Mapping[str, Cell], place: Place) -> str:
    """The number of a right or the code of a project; "" and a fault where the row names none."""
    if not text:
        book.faults.append(Fault("required", place, NO_NUMBER, GIVE_NUMBER))
        return ""
    if page == "project":
        code = squeezed(text).upper()
        if not PROJECT_CODE.fullmatch(code):
            book.faults.append(Fault("code", place, NO_CODE.filled(text=text[:20]), WRITE_CODE))
            return ""
        return code
    try:
        return book.numbers.get(comparable(text)) or right_number(_kind(asked.get("kind")), text)
    except IdentifierRefused as refused:
        book.faults.append(Fault("number", place, refused.says, AS_ON_CERTIFICATE))
        return ""


def _kind(cell: Cell) -> str:
    try:
        return meant(_KIND, cell, factor=ONE, day=date.max) or ""
    except CellRefused:
        return ""


READERS: dict[str, Callable[[FirmBook, OwnSheet], None]] = {
    FIRM_SHEET: _read_firm,
    **dict.fromkeys(YEAR_SHEETS, _read_years),
    **dict.fromkeys(ROW_SHEETS, _read_things),
}
[_KIND] = [line for line in RIGHT if line.key == "kind"]
