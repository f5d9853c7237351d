"""The rows of a roster: what each says of its firm, and what is wrong with it. The day and the lists are given."""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain, islice
from typing import Any, Self

from pipeline.outside.roster import cells
from pipeline.outside.roster.cells import CellRefused, Places, is_unknown, words
from pipeline.outside.roster.columns import COLUMN, Column, plain, understood
from pipeline.outside.roster.faults import Fault, Place
from pipeline.outside.roster.heads import LOOKED_THROUGH, NO_HEAD, Found, Head, find_head
from pipeline.outside.sheets import Cell, Row, Sheet, SheetRefused
from pipeline.rules.labels import Label

TOTALS = frozenset(plain(text) for text in ("合计", "总计", "小计", "总和", "共计"))
REMARKS = ("注", "说明", "备注", "填表", "制表", "审核", "以上")
CODE_LENGTH = 18
TEN_THOUSAND = Decimal(10_000)
SALES_PER_HEAD = Decimal(10) ** 9  # yuan; the largest trading houses stay a tenth below
LARGEST_SALES = Decimal(2) * 10**12  # yuan; no single firm of the country sells more
LEAST_OF_TEN_THOUSANDFOLD, MOST_OF_TEN_THOUSANDFOLD = 1_500, 100_000
REMEMBERED = 10_000  # different texts of a column

type Reading = Callable[[Cell], Any]


@dataclass(slots=True)
class Values:
    """What a row tells of a firm. None and absent are unknown; money is yuan; `county` is a division's code."""

    code: str = ""
    name: str = ""
    county: str | None = None
    registered_on: date | None = None
    field: str | None = None
    industry: str | None = None
    contact: str | None = None
    phone: str | None = None
    class_one: int | None = None
    class_two: int | None = None
    years: dict[int, dict[str, Decimal]] = dataclasses.field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Only what is known."""
        known = {key: getattr(self, key) for key in self.__slots__ if key != "years"}
        said = {
            key: value.isoformat() if isinstance(value, date) else value
            for key, value in known.items()
            if value is not None
        }
        years = {
            str(year): {key: str(figure) for key, figure in figures.items()}
            for year, figures in sorted(self.years.items())
        }
        return said | {"years": years}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        years = {
            int(year): {key: Decimal(text) for key, text in figures.items()} for year, figures in kept["years"].items()
        }
        day = kept.get("registered_on")
        return cls(**(kept | {"years": years, "registered_on": date.fromisoformat(day) if day else None}))


@dataclass(slots=True)
class RosterRow:
    """One row: where it stands, its own cells as they were, what they say, and the faults found."""

    head: Head
    number: int
    cells: list[Cell]
    values: Values
    faults: list[Fault]

    @property
    def place(self) -> Place:
        return Place(self.head.sheet, self.number)

    @property
    def refused(self) -> bool:
        return any(fault.grade == "wrong" for fault in self.faults)

    def place_of(self, key: str, year: int | None = None) -> Place:
        return Place(self.head.sheet, self.number, self.head.at(key, year))


class Roster:
    """A workbook read as a roster. `rows()` is gone through once; the rest is complete when it is done."""

    def __init__(self, sheets: Iterator[Sheet], *, places: Places, day: date) -> None:
        self._sheets = sheets
        self._places = places
        self._day = day
        self._seen: dict[str, tuple[str, int, int | None]] = {}  # where each firm stands first
        self._again: dict[str, list[Place]] = {}
        self._before = 0  # rows still to be passed over
        self.heads: list[Head] = []
        self.skipped: list[str] = []
        self.ignored: list[Place] = []

    def rows(self, *, after: int = 0) -> Iterator[RosterRow]:
        """Every row that tells of a firm, but for the first `after` of them, which were read before. Raises
        SheetRefused where no sheet is a roster or one is unreliable.
        """
        self._before = after
        for sheet in self._sheets:
            head, rows = self._opened(sheet)
            if head is None:
                self.skipped.append(sheet.name)
                continue
            self.heads.append(head)
            yield from self._rows(head, rows)
        if not self.heads:
            raise SheetRefused("no_head", NO_HEAD)

    @property
    def repeated(self) -> list[list[Place]]:
        """The places of firms that stand in more than one row."""
        return list(self._again.values())

    def _opened(self, sheet: Sheet) -> tuple[Head | None, Iterator[Row]]:
        if sheet.hidden:
            return None, iter(())
        top = list(islice(sheet.rows, LOOKED_THROUGH))
        head = find_head(sheet.name, top, sheet.merged, day=self._day)
        return head, (row for row in chain(top, sheet.rows) if head and row.number > head.row)

    def _rows(self, head: Head, rows: Iterator[Row]) -> Iterator[RosterRow]:
        reader = Reader(head, places=self._places, day=self._day)
        for row in rows:
            if is_aside(head, row):
                self.ignored.append(Place(head.sheet, row.number))
                continue
            passed, self._before = self._before > 0, max(self._before - 1, 0)
            read = reader.code_of(row) if passed else reader.read(row)
            if read.values.code:
                self._note(read)
            if not passed:
                yield read

    def _note(self, read: RosterRow) -> None:
        """Where a firm stands: of the many that stand in one row only, as little as possible."""
        here = (read.head.sheet, read.number, read.head.at("code"))
        first = self._seen.setdefault(read.values.code, here)
        if first is not here:
            self._again.setdefault(read.values.code, [Place(*first)]).append(Place(*here))


def is_aside(head: Head, row: Row) -> bool:
    """A row that tells of no firm: a total, a remark under the table, the head once more, or nothing we know."""
    code = words(cell_at(row.cells, head.at("code")))
    if len(code) == CODE_LENGTH:
        return False
    name, first = words(cell_at(row.cells, head.at("name"))), words(row.cells[0])
    told = sum(not is_unknown(cell_at(row.cells, found.at)) for found in head.found)
    total = bool({plain(code), plain(name), plain(first)} & TOTALS)
    again = (said := understood(code).column) is not None and said.key == "code"
    return not told or total or again or (told == 1 and first.startswith(REMARKS))


def cell_at(row: list[Cell], at: int | None) -> Cell:
    return row[at] if at is not None and at < len(row) else None


class Reader:
    """Reads the rows under one head. How a column is read is settled once, not anew for each of its cells."""

    def __init__(self, head: Head, *, places: Places, day: date) -> None:
        self.head = head
        self.columns = [
            (found.at, found.column.key, found.year, reading_of(found, places=places, day=day)) for found in head.found
        ]
        self.code = [column for column in self.columns if column[1] == "code"]
        self.width = 1 + max((found.at for found in head.found), default=-1)

    def read(self, row: Row) -> RosterRow:
        read = self._cells(row, self.columns)
        if read.values.years:
            read.faults += contradictions(read)
            read.faults += magnitudes(read)
            read.faults += jumps(read)
        return read

    def code_of(self, row: Row) -> RosterRow:
        """The row with nothing read of it but whose it is."""
        return self._cells(row, self.code)

    def _cells(self, row: Row, columns: list[tuple[int, str, int | None, Reading]]) -> RosterRow:
        values, faults, given = Values(), [], row.cells
        if len(given) < self.width:
            given = [*given, *[None] * (self.width - len(given))]
        years = values.years
        for at, key, year, reading in columns:
            try:
                meant = reading(given[at])
            except CellRefused as refused:
                place = Place(self.head.sheet, row.number, at)
                faults.append(Fault(refused.kind, place, refused.says, refused.remedy))
                continue
            if meant is None:
                continue
            if year is None:
                setattr(values, key, meant)
            elif year in years:
                years[year][key] = meant
            else:
                years[year] = {key: meant}
        return RosterRow(self.head, row.number, row.cells, values, faults)


def reading_of(found: Found, *, places: Places, day: date) -> Reading:
    """How a cell of this column is read: what it says, None where it is unknown."""
    match found.column.form:
        case "money":
            return partial(cells.amount, factor=found.factor)
        case "heads":
            return cells.heads
        case "count":
            return cells.whole
        case "day":
            return partial(cells.day, today=day)
        case "code":
            return compulsory(cells.code, found.column)
        case "name":
            return compulsory(cells.name, found.column)
        case "county":
            return remembered(partial(cells.county, places=places))
        case "field":
            return remembered(known(partial(cells.looked_up_field, places=places)))
        case "industry":
            return remembered(known(partial(cells.looked_up_industry, places=places)))
        case "phone":
            return known(cells.phone)
        case "contact":
            return known(cells.person)


def known(read: Reading) -> Reading:
    """Empty is unknown."""
    return lambda cell: None if is_unknown(cell) else read(cell)


def compulsory(read: Reading, column: Column) -> Reading:
    def reading(cell: Cell) -> Any:
        if is_unknown(cell):
            raise empty(column)
        return read(cell)

    return reading


def remembered(read: Reading) -> Reading:
    """A column of few different texts: each of them is looked up once."""
    meant: dict[str, Any] = {}

    def reading(cell: Cell) -> Any:
        if type(cell) is not str:
            return read(cell)
        if cell not in meant:
            if len(meant) >= REMEMBERED:
                meant.clear()
            meant[cell] = read(cell)
        return meant[cell]

    return reading


def empty(column: Column) -> CellRefused:
    says = Label("没有填{column}", "{column} is empty").filled(column=column.name)
    return CellRefused("required", says, Label("请补上，或删去这一行。", "Fill it in, or delete the row."))


# ------------------------------------------------------------------------------------------ figures against figures

CORRECT = Label("请改正其中一个数。", "Correct one of the two.")
CONFIRM = Label("请确认；不改也会导入。", "Please confirm; it is imported as it is.")
NEVER_MORE = (("tech_staff", "staff"), ("rd_domestic", "rd_total"), ("hitech_income", "total_income"))
JUMPING = ("sales", "rd_total", "staff")
YEAR_BEFORE = Label("上年 {old}", "{old} the year before")
NEVER_NEGATIVE = ("rd_total", "rd_domestic", "hitech_income", "non_taxable_income")


def shown(key: str, figure: Decimal) -> str:
    """A figure as the roster shows it: 万元 for money, persons for heads."""
    number = figure / TEN_THOUSAND if COLUMN[key].money else figure
    text = f"{number.normalize():,f}"
    return f"{text} 万元" if COLUMN[key].money else text


def contradictions(row: RosterRow) -> Iterator[Fault]:
    for year, figures in row.values.years.items():
        for part, total in NEVER_MORE:
            if part in figures and total in figures and figures[part] > figures[total]:
                yield more_than(row, year, part, total)
        for key in NEVER_NEGATIVE:
            if key in figures and figures[key] < 0:
                yield negative(row, year, key)
        sales, rd = figures.get("sales"), figures.get("rd_total")
        if sales and sales == rd:
            says = Label("与销售收入相同", "the same as sales")
            yield Fault("contradiction", row.place_of("rd_total", year), says, CORRECT)
        elif sales is not None and rd is not None and rd > sales and rd > 0:
            says = Label("多于销售收入 {sales}", "above sales of {sales}").filled(sales=shown("sales", sales))
            yield Fault("unusual", row.place_of("rd_total", year), says, CONFIRM)
        if sales is not None and sales < 0:
            yield Fault("unusual", row.place_of("sales", year), Label("销售收入为负", "negative sales"), CONFIRM)


def more_than(row: RosterRow, year: int, part: str, total: str) -> Fault:
    figures = row.values.years[year]
    says = Label("{part}多于{total} {figure}", "{part} above {total}, {figure}").filled(
        part=COLUMN[part].name, total=COLUMN[total].name, figure=shown(total, figures[total])
    )
    return Fault("contradiction", row.place_of(part, year), says, CORRECT)


def negative(row: RosterRow, year: int, key: str) -> Fault:
    says = Label("{column}不能小于 0", "{column} cannot be below 0").filled(column=COLUMN[key].name)
    return Fault(
        "contradiction",
        row.place_of(key, year),
        says,
        Label("请填实际数；不知道就留空。", "Enter the true figure, or leave it empty."),
    )


def magnitudes(row: RosterRow) -> Iterator[Fault]:
    """Figures ten thousand times too large: against another year, against the heads, or beyond any firm."""
    for key in ("sales", "total_income", "rd_total", "net_assets"):
        by_year = {
            year: figures[key] for year, figures in row.values.years.items() if key in figures and figures[key] > 0
        }
        if len(by_year) < 2 or max(by_year.values()) < LEAST_OF_TEN_THOUSANDFOLD * min(by_year.values()):
            continue  # no two of them are so far apart
        for year, figure in by_year.items():
            others = [other for at, other in by_year.items() if at != year]
            if others and is_ten_thousandfold(figure, min(others, key=lambda other: abs(other - figure))):
                yield ten_thousandfold(row, key, year, Label("其他年份", "the other years"))
    for year, figures in row.values.years.items():
        sales, staff = figures.get("sales"), figures.get("staff")
        if sales is not None and (sales > LARGEST_SALES or (staff and sales > SALES_PER_HEAD * staff)):
            says = Label("{figure}，大得不可能", "{figure}: impossibly large").filled(figure=shown("sales", sales))
            yield Fault("magnitude", row.place_of("sales", year), says, unit_remedy(row, "sales", year))


def is_ten_thousandfold(figure: Decimal, other: Decimal) -> bool:
    return other > 0 and LEAST_OF_TEN_THOUSANDFOLD * other <= figure <= MOST_OF_TEN_THOUSANDFOLD * other


def ten_thousandfold(row: RosterRow, key: str, year: int, beside: Label) -> Fault:
    figure = row.values.years[year][key]
    says = Label("{figure}，约为{beside}的一万倍", "{figure}: about ten thousand times {beside}").filled(
        figure=shown(key, figure), beside=beside
    )
    return Fault("magnitude", row.place_of(key, year), says, unit_remedy(row, key, year))


def unit_remedy(row: RosterRow, key: str, year: int) -> Label:
    text = next(found.text for found in row.head.found if found.column.key == key and found.year == year)
    return Label(
        "表头写的是“{text}”，这里像是按元填的。请换算后再填，或改正表头的单位。",
        "The head says “{text}”, this looks like yuan. Convert it, or correct the unit in the head.",
    ).filled(text=text)


def jumps(row: RosterRow) -> Iterator[Fault]:
    """A change by more than half against the year before is asked about, never stopped."""
    years = row.values.years
    for year, now in sorted(years.items()):
        before = years.get(year - 1, {})
        for key in JUMPING:
            old, new = before.get(key), now.get(key)
            if old is not None and new is not None and is_jump(old, new):
                yield Fault("jump", row.place_of(key, year), YEAR_BEFORE.filled(old=shown(key, old)), CONFIRM)


def is_jump(old: Decimal, new: Decimal) -> bool:
    return old > 0 and abs(new - old) * 2 > old and not is_ten_thousandfold(new, old)
