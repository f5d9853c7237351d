"""A roster written out: the template, the marked copy of refused rows, and the page of the manual."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from pipeline.outside.roster.columns import FIRM_COLUMNS, YEAR_COLUMNS, Column, official_order
from pipeline.outside.roster.faults import Fault
from pipeline.outside.sheet_writer import Choice, Form, Heading, Marked, Page, written
from pipeline.outside.sheets import Cell
from pipeline.rules.labels import Label

FORMS: dict[str, Form] = {"money": "money", "heads": "number", "count": "number", "day": "day"}
WIDTHS = {"code": 22, "name": 32, "field": 18, "phone": 16}
PROBLEMS = Label("问题与处理", "Problem and remedy")
SHEET_NAME = "名册"

GUIDE = (
    "一行一家企业。统一社会信用代码、企业名称、所属县区三列必须有，其余的列可以不要、换位置，"
    "也可以多出别的列（多出的不导入）。",
    "年份和单位以表头为准：表头写“（万元）”的按万元读，写“（元）”的按元读。",
    "不知道的留空，不要填 0：空格是“资料不足”，0 是“确实没有”。",
    "上传后先看核对结果，确认后才导入；有错的行不会导入，可下载标红的原表改好再传。同一份表传两次，不会改变任何数据。",
)


def heading(column: Column, year: int | None = None, choice: Choice | None = None) -> Heading:
    form = FORMS.get(column.form, "text")
    return Heading(column.heading(year), WIDTHS.get(column.key, 14), form, column.note.zh, choice)


def template(years: Sequence[int], counties: Sequence[str]) -> bytes:
    """An empty roster for these years in the official order and wording, with the city's counties to choose from."""
    choices = {"county": Choice(tuple(counties))}
    head = [heading(column, year, choices.get(column.key)) for column, year in official_order(list(years))]
    guide = Page("填写说明", [Heading("填写说明", 100)], [[line] for line in GUIDE])
    return written([Page(SHEET_NAME, head, [], locked_head=True), guide])


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row to give back: the head of its sheet, its own cells, and what is wrong."""

    sheet: str
    head: Sequence[str]
    number: int
    cells: Sequence[Cell]
    faults: Sequence[Fault]


def marked_copy(rows: Iterable[RefusedRow], *, language: str) -> bytes:
    """The refused rows with their own columns, the cells at fault coloured and one column that says what to do.

    Rows are given in the order of the file. The copy can be put right and uploaded as it is.
    """
    by_sheet = groupby(rows, key=lambda row: (row.sheet, tuple(row.head)))
    return written([marked_page(sheet, head, list(those), language) for (sheet, head), those in by_sheet])


def marked_page(sheet: str, head: Sequence[str], rows: list[RefusedRow], language: str) -> Page:
    width = max(len(head), *(len(row.cells) for row in rows))
    texts = [*head, *[""] * (width - len(head)), PROBLEMS.in_language(language)]
    widths = [14] * width + [70]
    headings = [Heading(text, size) for text, size in zip(texts, widths, strict=True)]
    return Page(sheet, headings, [marked_row(row, width, language) for row in rows])


def marked_row(row: RefusedRow, width: int, language: str) -> list[Cell | Marked]:
    cells: list[Cell | Marked] = [*row.cells, *[None] * (width - len(row.cells))]
    for fault in row.faults:
        at = fault.place.column
        if at is not None and not isinstance(cells[at], Marked):
            bare = row.cells[at] if at < len(row.cells) else None
            cells[at] = Marked(bare, fault.grade, fault.says.in_language(language))
    return [*cells, " ".join(fault.sentence.in_language(language) for fault in row.faults)]


def manual() -> str:
    """docs/roster.md."""
    return "\n".join([*MANUAL_TOP, *table(FIRM_COLUMNS), "", *MANUAL_YEARS, *table(YEAR_COLUMNS), "", *MANUAL_END, ""])


def table(columns: Sequence[Column]) -> list[str]:
    lines = ["| 列名 | Column | Must be there | What it holds | Also understood |", "|---|---|---|---|---|"]
    for column in columns:
        must = "yes" if column.compulsory else ""
        lines.append(f"| {column.name.zh} | {column.name.en} | {must} | {column.note.en} | {'、'.join(column.also)} |")
    return lines


MANUAL_TOP = (
    "# The roster",
    "",
    "A roster is a spreadsheet with one row for each firm: .xlsx, .xls, .ods or .csv (UTF-8, UTF-16 or GB 18030), "
    "at most 64 MB.",
    "This page is generated from `pipeline/outside/roster/columns.py` (`manage.py describe_roster --write`); a "
    "test compares the two.",
    "",
    f"There are {len(FIRM_COLUMNS)} columns about the firm and {len(YEAR_COLUMNS)} for each year, of which three "
    f"are usual. Columns may stand in any order, be",
    "left out (but for the compulsory ones) or be joined by others, which are not imported. Title rows above the "
    "head, several",
    "sheets, and heads in two rows with the year above are understood. Hidden sheets are not read.",
    "",
    "## About the firm",
    "",
)
MANUAL_YEARS = (
    "## For each year",
    "",
    "The head gives the year and, for money, the unit: `2025年销售收入（万元）` or `2025年销售收入（元）`; 千元, "
    "百万元 and 亿元 are",
    "understood too, and a unit in a title row (`单位：万元`) holds for heads that name none. A head without a "
    "year or a unit is",
    "refused, never guessed. 职工总数 and 科技人员 are persons.",
    "",
)
MANUAL_END = (
    "## Cells",
    "",
    "- Empty, `—`, `/` and `无` are *unknown*; `0` is zero.",
    "- Full-width digits, thousands separators, spaces, numbers kept as text, scientific notation and a unit "
    "behind the number",
    "  (`1,200万元`) are understood. A percentage where an amount belongs is refused, and so is a cell whose "
    "formula fails.",
    "- Dates: as the spreadsheet program keeps them (both date systems), or `2015-03-02`, `2015/3/2`, "
    "`2015年3月2日`, `20150302`.",
    "- Amounts are kept in yuan to the fen; a float is read with the fifteen digits that a spreadsheet program keeps.",
    "",
    "## What keeps a row out, and what is only asked",
    "",
    "A row is refused, and the rest goes on, for: a wrong credit code, no name, a county that the city has not, a "
    "date that does",
    "not exist, a cell that is no number, figures that contradict each other (tech staff above staff, domestic "
    "above all R&D, hi-tech",
    "above total income, R&D equal to sales), an amount about ten thousand times that of another year, and two "
    "rows for one firm.",
    "Asked about but imported: a change above 50 % against the year before, a name or county that differs from the "
    "record, R&D",
    "above sales. A field, industry, contact or phone that cannot be read is imported as unknown and said so.",
    "",
    "The refused rows come back as a marked copy of the officer's own file, with the column `问题与处理`. It can "
    "be put right and",
    "uploaded as it is. The same file twice changes nothing.",
)
