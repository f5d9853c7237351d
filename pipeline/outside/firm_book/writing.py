"""A firm's workbook written out, pre-filled, and the marked copy of one that came back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pipeline.outside.firm_book.lines import (
    FIGURES,
    FIGURES_SHEET,
    FIRM,
    FIRM_SHEET,
    GUIDE_SHEET,
    PROJECTS_SHEET,
    RIGHTS_SHEET,
    ROW_SHEETS,
    STAFF,
    STAFF_SHEET,
    STAMP_SHEET,
    Line,
)
from pipeline.outside.roster.faults import Fault
from pipeline.outside.sheet_writer import Choice, Fixed, Form, Heading, Kept, Marked, Page, written
from pipeline.outside.sheets import Cell
from pipeline.rules.labels import Label

type Values = Mapping[str, str | None]
type Cells = list[Cell | Marked | Fixed | Kept]

WAN = Decimal(10_000)
FORMS: dict[str, Form] = {"money": "money", "heads": "number", "day": "day"}
LONGEST_CELL = 32_000  # a cell takes 32,767 characters
PROBLEMS = Label("问题与处理", "Problems and remedies")
CLEARED = Label("位置", "Place"), Label("问题", "Problem"), Label("怎么办", "What to do")

GUIDE = (
    "灰底的格子是表头和名称，请不要改；白底的格子可以改。金额的单位是万元，年份以表头为准。",
    "不知道的留空，不要填 0：空格是“资料不足”，0 是“确实没有”。",
    "知识产权一行一项，可以加行；在表里删去一行，不会从系统里删去这一项。",
    "只收数值，不收公式：用公式算的，请复制后“选择性粘贴—数值”。",
    "上传后先看逐格的差别，您确认后才写入；下载之后别人改过的格子，会请您逐格决定。",
    "请不要删去或改动隐藏的工作表“版本（请勿改动）”：系统靠它知道下载时的数。",
)


@dataclass(frozen=True, slots=True)
class About:
    """Whose workbook it is; `stamp` is what travels in the hidden sheet, signed by who writes it."""

    name: str
    uscc: str
    years: Sequence[int]
    stamp: str


def firm_book(about: About, values: Values) -> bytes:
    """The workbook of a firm's record, for .xlsx readers of every make."""
    above = (f"{about.name}（{about.uscc}）",)
    return written(
        [
            _firm_page(above, values),
            _year_page(FIGURES_SHEET, FIGURES, above, about.years, values),
            _things_page(RIGHTS_SHEET, above, values),
            _year_page(STAFF_SHEET, STAFF, above, about.years, values),
            _things_page(PROJECTS_SHEET, above, values),
            Page(GUIDE_SHEET, [Heading(GUIDE_SHEET, 100)], [[line] for line in GUIDE]),
            stamp_page(about.stamp),
        ]
    )


def stamp_page(stamp: str) -> Page:
    pieces = [stamp[at : at + LONGEST_CELL] for at in range(0, len(stamp), LONGEST_CELL)]
    return Page(STAMP_SHEET, [Heading(STAMP_SHEET)], [[piece] for piece in pieces], hidden=True)


def kept(line: Line, value: str | None) -> Kept:
    """A value as its cell holds it."""
    form = FORMS.get(line.form, "text")
    choice = Choice(tuple(line.choosable.values())) if line.choosable else None
    if value is None:
        return Kept(None, form, choice)
    cell: Cell = line.choosable.get(value, value)
    if line.form == "money":
        cell = Decimal(value) / WAN
    elif line.form == "heads":
        cell = Decimal(value)
    elif line.form == "day":
        cell = date.fromisoformat(value)
    return Kept(cell, form, choice)


def _firm_page(above: Sequence[str], values: Values) -> Page:
    head = [Heading("项目", 40), Heading("内容", 40), Heading("说明", 60)]
    rows: list[Cells] = [[Fixed(line.name), kept(line, values.get(line.key)), Fixed(line.note)] for line in FIRM]
    return Page(FIRM_SHEET, head, rows, above, locked_head=True)


def _year_page(name: str, lines: Iterable[Line], above: Sequence[str], years: Sequence[int], values: Values) -> Page:
    form: Form = "money" if name == FIGURES_SHEET else "number"
    head = [Heading("指标", 34), Heading("单位", 8), *(Heading(f"{year}年", 18, form) for year in years)]
    rows: list[Cells] = [
        [
            Fixed(line.name),
            Fixed(line.unit),
            *(kept(line, values.get(f"figures.{year}.{line.key}")) for year in years),
            Fixed(line.note),
        ]
        for line in lines
    ]
    return Page(name, [*head, Heading("说明", 40)], rows, above, locked_head=True)


def _things_page(name: str, above: Sequence[str], values: Values) -> Page:
    page, lines = ROW_SHEETS[name]
    head = [
        Heading(
            line.name,
            32 if line.key == "title" else 22,
            FORMS.get(line.form, "text"),
            line.note,
            Choice(tuple(line.choosable.values())) if line.choosable else None,
        )
        for line in lines
    ]
    rows = [
        [kept(line, thing if line is lines[0] else values.get(f"{page}.{thing}.{line.key}")) for line in lines]
        for thing in things_in(page, values)
    ]
    return Page(name, head, rows, above, locked_head=True)


def things_in(page: str, values: Iterable[str]) -> list[str]:
    """The numbers of the rights, or the codes of the projects, among these keys: each once, in their order."""
    things = (key.removeprefix(f"{page}.").rpartition(".")[0] for key in values if key.startswith(f"{page}."))
    return list(dict.fromkeys(things))


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A sheet of the file that came back: its cells by row number, from 1."""

    name: str
    rows: Mapping[int, Sequence[Cell]]


def marked_copy(sheets: Sequence[OwnSheet], faults: Sequence[Fault], *, stamp: str, language: str) -> bytes:
    """Their own file with the cells at fault coloured, a sheet that says what to do, and the stamp: it can be put right
    and uploaded as it is.
    """
    head = [Heading(each.in_language(language), width) for each, width in zip(CLEARED, (24, 60, 60), strict=True)]
    told: list[Cells] = [
        [Marked(str(fault.place), fault.grade), fault.says.in_language(language), fault.remedy.in_language(language)]
        for fault in faults
    ]
    pages = [_marked_page(sheet, [each for each in faults if each.place.sheet == sheet.name], language)
             for sheet in sheets]  # fmt: skip
    return written([*pages, Page(PROBLEMS.in_language(language), head, told), stamp_page(stamp)])


def _marked_page(sheet: OwnSheet, faults: Sequence[Fault], language: str) -> Page:
    width = max((len(cells) for cells in sheet.rows.values()), default=1)
    wrong = {(each.place.row, each.place.column or 0): each for each in faults}
    width = max([width, *(column + 1 for _row, column in wrong)])
    last = max([1, *sheet.rows, *(row for row, _column in wrong)])
    first = sheet.rows.get(1, [])
    head = [Heading(str(first[at] or "") if at < len(first) else "", 22) for at in range(width)]
    rows: list[Cells] = [
        [_marked_cell(sheet.rows.get(row, []), at, wrong.get((row, at)), language) for at in range(width)]
        for row in range(2, last + 1)
    ]
    return Page(sheet.name, head, rows)


def _marked_cell(cells: Sequence[Cell], at: int, fault: Fault | None, language: str) -> Cell | Marked:
    cell = cells[at] if at < len(cells) else None
    return cell if fault is None else Marked(cell, fault.grade, fault.says.in_language(language))
