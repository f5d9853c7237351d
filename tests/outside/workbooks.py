"""Spreadsheets for tests, made as officers' programs make them."""

import struct
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from pipeline.outside.roster.cells import Places
from pipeline.outside.roster.rows import Roster, RosterRow
from pipeline.outside.sheets import read

DAY = date(2026, 11, 23)
PLACES = Places(
    city="杭州市",
    counties={"上城区": "330102", "西湖区": "330106", "滨江区": "330108", "临安区": "330112", "桐庐县": "330122"},
    former={"临安市": "临安区", "江干区": "上城区"},
    fields={"基础软件": "10101", "软件": "101", "电子信息": "10"},
    industries=frozenset({"65", "651", "6513"}),
)
CODE, OTHER_CODE = "91330108MA2CAAAA17", "91350100M000100Y43"
HEAD = ["统一社会信用代码", "企业名称", "所属县区"]


def xlsx(path: Path, *sheets: Any, names: Sequence[str] = (), **options: Any) -> Path:
    with xlsxwriter.Workbook(path, options) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for at, rows in enumerate(sheets):
            sheet = book.add_worksheet(names[at] if names else f"Sheet{at + 1}")
            for row, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(row, column, cell, day)
                    else:
                        sheet.write(row, column, cell)
    return path


def opened(content: bytes, path: Path) -> list[list[list[Any]]]:
    """The cells of every sheet of a workbook that the product wrote."""
    path.write_bytes(content)
    return [[row.cells for row in sheet.rows] for sheet in read(path, name=path.name)]


def roster(path: Path, *, places: Places = PLACES, day: date = DAY) -> Roster:
    return Roster(read(path, name=path.name), places=places, day=day)


def rows_of(path: Path) -> list[RosterRow]:
    return list(roster(path).rows())


def one_row(path: Path, head: Sequence[str], cells: Sequence[Any]) -> RosterRow:
    """The single row of a roster whose further columns are these."""
    return rows_of(xlsx(path, [[*HEAD, *head], [CODE, "杭州青禾智控有限公司", "滨江区", *cells]]))[0]


def kinds(row: RosterRow) -> list[str]:
    return [fault.kind for fault in row.faults]


def endless(members: int) -> bytes:
    """A zip of one file whose directory names it over and over."""
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, 1, 0) + b"a"
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    size = len(entry) * members
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, members & 0xFFFF, members & 0xFFFF, size, len(local), 0)
    return local + entry * members + end
