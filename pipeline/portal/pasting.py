"""A block of cells as Excel puts it on the clipboard, laid over the grid of figures."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.portal.grid import LINES, UNKNOWN, WRITTEN_UNITS, Line, plain
from pipeline.rules.facts.figures import NAMES

MOST_CELLS = 2_000
YEAR = re.compile(r"(\d{4})(年|年度|年数|年末)?")
NUMBER = re.compile(r"-?[\d.]+(亿元|亿|万元|万|元|人)?")
UNIT_OF_MONEY = re.compile(r"(亿元|万元|元)")


@dataclass
class Pasted:
    """What each field gets, and the rows that could not be told apart."""

    cells: dict[str, str] = field(default_factory=dict)
    unplaced: list[str] = field(default_factory=list)


def table(text: str) -> list[list[str]]:
    rows = [[cell.strip().strip('"') for cell in row.split("\t")] for row in text.replace("\r", "").split("\n")]
    return [row for row in rows if any(row)][:MOST_CELLS]


def pasted(text: str, years: Sequence[int], *, line: str = "", year: int = 0) -> Pasted:
    """Rows with a known name go to its line, those without one below each other from `line` on. Columns under a year go
    to that year, else beside each other from `year` on. A cell without a number changes nothing.
    """
    names = [each.name for each in LINES]
    first = years.index(year) if year in years else 0
    found, columns, unit = Pasted(), {}, ""
    at = names.index(line) if line in names else 0
    for row in table(text):
        if heads := years_of(row, years):
            columns, unit = heads, unit_of("".join(row)) or unit
            continue
        label = row[0] if row and row[0] and not is_amount(row[0]) else ""
        cells = {place: cell for place, cell in enumerate(row) if cell and (place or not label)}
        target = line_of(label) if label else (LINES[at] if at < len(LINES) else None)
        if not any(is_amount(cell) for cell in cells.values()):
            unit = unit_of("".join(row)) or unit
            continue
        if target is None:
            found.unplaced.append(label or " ".join(row)[:40])
            continue
        at = names.index(target.name) + 1
        where = columns or {place + bool(label): each for place, each in enumerate(years[first:])}
        lay(found.cells, target, cells, where, unit_of(label) or unit)
    return found


def lay(into: dict[str, str], line: Line, cells: Mapping[int, str], where: Mapping[int, int], unit: str) -> None:
    for place, cell in cells.items():
        if place in where and is_amount(cell):
            bare = re.fullmatch(r"-?[\d.]+", plain(cell))
            into[f"{line.name}-{where[place]}"] = f"{cell}{unit}" if bare and line.money else cell


def years_of(row: Sequence[str], years: Sequence[int]) -> dict[int, int]:
    """Which column is which year, where the row names at least one and no amount."""
    told = {place: int(match[1]) for place, cell in enumerate(row) if (match := YEAR.fullmatch(plain(cell)))}
    asked = {place: year for place, year in told.items() if year in years}
    others = [cell for place, cell in enumerate(row) if place not in told and is_amount(cell)]
    return asked if asked and not others else {}


def is_amount(cell: str) -> bool:
    text = plain(cell)
    return bool(NUMBER.fullmatch(text)) or (text in UNKNOWN and text != "")


def unit_of(text: str) -> str:
    match = UNIT_OF_MONEY.search(plain(text))
    return match[1] if match and match[1] in WRITTEN_UNITS else ""


def line_of(label: str) -> Line | None:
    """The line that is called so on the page, in the law or in the other language."""
    wanted = bare_name(label)
    for line in LINES:
        official = NAMES[line.name]
        if wanted in {bare_name(str(line.label)), bare_name(official.zh), bare_name(official.en), *ALSO[line.name]}:
            return line
    return None


def bare_name(text: str) -> str:
    text = re.sub(r"[(（].*?[)）]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"^(其中|减|of which)|[\s:：、,.\d一二三四五六七八九十]|金额", "", text.strip().lower())


# What forms and books call them besides.
ALSO = {
    "sales": {"营业收入", "销售收入", "营业收入合计"},
    "total_income": {"收入总额", "总收入"},
    "non_taxable_income": {"不征税收入"},
    "hitech_income": {"高新技术产品收入", "高新收入", "高新产品收入", "高新技术产品服务收入"},
    "rd_total": {"研发费用", "研究开发费用", "研发费用合计", "研究开发费用总额", "研发投入"},
    "rd_domestic": {"境内研发费用", "境内", "在中国境内研发费用总额"},
    "net_assets": {"净资产", "所有者权益", "所有者权益合计"},
    "staff": {"职工总数", "职工人数", "从业人员"},
    "tech_staff": {"科技人员", "科技人员数"},
}
