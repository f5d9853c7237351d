"""A staged roster as the preview draws it: the officer's own columns and texts, faults and changes in their cells."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.models import ImportRow

type Key = tuple[str, int | None]

ALWAYS = ("code", "name", "county", "registered_on")
MOST_COLUMNS = 14
FIGURES = "sales total_income non_taxable_income hitech_income rd_total rd_domestic net_assets staff tech_staff"
NUMBERS = frozenset(["class_one", "class_two", *FIGURES.split()])


@dataclass(frozen=True)
class Column:
    """A column of the file: what it was understood as and its head as the officer wrote it."""

    key: Key
    text: str

    @property
    def number(self) -> bool:
        return self.key[0] in NUMBERS


@dataclass
class Cell:
    """`grade` is wrong, ask or empty; `old` is what is on record where the row would change it."""

    text: str
    number: bool
    code: bool = False
    grade: str = ""
    says: Mapping[str, str] | None = None
    old: str | None = None
    changed: bool = False


@dataclass(frozen=True)
class Line:
    row: ImportRow
    cells: list[Cell]
    elsewhere: list[Mapping[str, Any]]  # faults of columns that are folded away, or of the row as a whole


class Grid:
    """One page of rows. Shown are the columns every roster has, and those in which something is wrong or changes."""

    def __init__(self, columns: Mapping[str, Any], rows: Iterable[ImportRow], places: Mapping[str, str]) -> None:
        self.sheets = {sheet["name"]: sheet for sheet in columns.get("sheets", [])}
        self.places = places
        rows = list(rows)
        self.columns = self._shown(rows)
        self.folded = max((len(sheet["found"]) for sheet in self.sheets.values()), default=0) - len(self.columns)
        self.several_sheets = len(self.sheets) > 1
        self.lines = [self._line(row) for row in rows]

    def _shown(self, rows: list[ImportRow]) -> list[Column]:
        wanted = {key for row in rows for key in (*self._faulty(row), *_changing(row))} | {
            (key, None) for key in ALWAYS
        }
        texts: dict[Key, str] = {}
        for sheet in self.sheets.values():
            for found in sheet["found"]:
                texts.setdefault((found["key"], found["year"]), sheet["texts"][found["at"]])
        return [Column(key, text) for key, text in texts.items() if key in wanted][:MOST_COLUMNS]

    def _found(self, row: ImportRow) -> dict[Key, Mapping[str, Any]]:
        found = self.sheets.get(row.sheet, {}).get("found", [])
        return {(each["key"], each["year"]): each for each in found}

    def _faulty(self, row: ImportRow) -> set[Key]:
        at = {fault["column"] for fault in row.faults}
        return {key for key, found in self._found(row).items() if found["at"] in at}

    def _line(self, row: ImportRow) -> Line:
        found = self._found(row)
        changes = {(change["field"], change["year"]): change for change in row.changes}
        faults = {fault["column"]: fault for fault in reversed(row.faults)}
        cells = [
            self._cell(row, column, found.get(column.key), changes.get(column.key), faults) for column in self.columns
        ]
        shown = {found[column.key]["at"] for column in self.columns if column.key in found}
        return Line(row, cells, [fault for fault in row.faults if fault["column"] not in shown])

    def _cell(
        self,
        row: ImportRow,
        column: Column,
        found: Mapping[str, Any] | None,
        change: Mapping[str, Any] | None,
        faults: Mapping[int | None, Mapping[str, Any]],
    ) -> Cell:
        if found is None:
            return Cell("", column.number)
        text = shown(row.cells[found["at"]] if found["at"] < len(row.cells) else None)
        cell = Cell(text, column.number, column.key[0] == "code")
        if fault := faults.get(found["at"]):
            cell.grade, cell.says = ("wrong" if row.state == "refused" else "ask"), fault["says"]
        if change:
            cell.changed, cell.old = True, self._old(change, Decimal(found["factor"]))
        return cell

    def _old(self, change: Mapping[str, Any], factor: Decimal) -> str | None:
        """What is on record, in the unit of the officer's column."""
        if change["old"] is None:
            return None
        if change["field"] == "county":
            return str(self.places.get(change["old"], change["old"]))
        if change["field"] in NUMBERS:
            return number(Decimal(change["old"]) / factor)
        return str(change["old"])


def _changing(row: ImportRow) -> set[Key]:
    return {(change["field"], change["year"]) for change in row.changes}


def shown(kept: Any) -> str:
    """The text of a cell as it was kept."""
    match kept:
        case None:
            return ""
        case {"number": str(text)}:
            return number(Decimal(text))
        case {"date": str(text)} | {"error": str(text)}:
            return text
        case bool():
            return "TRUE" if kept else "FALSE"
        case int():
            return number(Decimal(kept)) if abs(kept) < 10**15 else str(kept)
        case _:
            return str(kept)


def number(value: Decimal) -> str:
    return f"{value.normalize():,f}"
