"""The beginning of a workbook that is a paper, for a screen that has asked whether the person may read it."""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pipeline.acts import evidence
from pipeline.models import DocumentVersion
from pipeline.outside import sheets
from pipeline.outside.sheets import FIRM_BOOK, CellError, SheetRefused
from pipeline.rules.labels import Label

MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 200, 40, 300
NOTHING_SHOWN = Label("工作簿里没有可显示的工作表。", "The workbook holds no sheet that is shown.")
YES_NO = {True: "TRUE", False: "FALSE"}


@dataclass(frozen=True)
class Table:
    """The beginning of one sheet: its rows with their numbers, all of one width, and whether more follow. `names` are
    the sheets that can be shown; `refused` says why none is.
    """

    name: str
    names: Sequence[str]
    rows: Sequence[tuple[int, Sequence[str]]] = ()
    more: bool = False
    refused: Label | None = None


def table_of(kept: DocumentVersion, wanted: str) -> Table:
    """The first rows of the sheet of that name, of the first where none has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "paper.xlsx")
        with evidence.open_paper(kept) as stored, path.open("wb") as file:
            shutil.copyfileobj(stored, file)
        try:
            return _first_rows(path, wanted)
        except SheetRefused as refused:
            return Table("", [], refused=refused.says)


def _first_rows(path: Path, wanted: str) -> Table:
    names: list[str] = []
    found: tuple[str, list[tuple[int, list[str]]]] | None = None
    for sheet in sheets.read(path, name=path.name, limits=FIRM_BOOK):
        if sheet.hidden:
            continue
        names.append(sheet.name)
        if found is None or sheet.name == wanted:
            first = islice(sheet.rows, MOST_ROWS + 1)
            found = sheet.name, [(row.number, [_cell(each) for each in row.cells[:MOST_COLUMNS]]) for row in first]
    if found is None:
        return Table("", names, refused=NOTHING_SHOWN)
    width = max((len(cells) for _number, cells in found[1]), default=0)
    rows = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in found[1][:MOST_ROWS]]
    return Table(found[0], names, rows, more=len(found[1]) > MOST_ROWS)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, CellError):
        return value.sign
    if isinstance(value, bool):
        return YES_NO[value]
    return str(value)[:LONGEST_CELL]
