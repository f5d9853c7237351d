"""Where the head of a sheet is and what each of its columns means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import pairwise

from pipeline.outside.roster.cells import words
from pipeline.outside.roster.columns import COMPULSORY, UNIT, UNITS, YEAR, Column, HeadText, squeezed, understood
from pipeline.outside.roster.faults import Place, letters
from pipeline.outside.sheets import Row, SheetRefused
from pipeline.rules.labels import Label, listed

LOOKED_THROUGH = 30  # rows from the top in which the head is looked for
FIRST_YEAR = 2000

NO_HEAD = Label(
    "没有找到表头。表头里至少要有“统一社会信用代码”“企业名称”“所属县区”三列。请下载模板，把数据贴进去再上传。",
    "No head was found. It must at least name 统一社会信用代码 (credit code), 企业名称 (firm) and 所属县区 "
    "(county). Download the template, paste the data "
    "into it and upload that.",
)
MISSING = Label(
    "工作表“{sheet}”第 {row} 行的表头里没有{columns}这一列。请在表头补上这个列名，或下载模板重新填写。",
    "The head in row {row} of sheet “{sheet}” has no column {columns}. Add it to the head, or start from the template.",
)
TWICE = Label(
    "{first} 和 {second} 都是“{column}”。请只保留一列。", "{first} and {second} are both “{column}”. Keep one of them."
)
NO_YEAR = Label(
    "{place} 的表头“{text}”没有写年份。请写成“{example}”这样的表头。",
    "The head “{text}” in {place} names no year. Write it like “{example}”.",
)
NO_UNIT = Label(
    "{place} 的表头“{text}”没有写单位。请写明“（万元）”或“（元）”。",
    "The head “{text}” in {place} names no unit. Add （万元） for 10,000 yuan or （元） for yuan.",
)
ODD_YEAR = Label(
    "{place} 的表头“{text}”写的年份是 {year}，只收 {first} 至 {last} 年。请改正年份。",
    "The head “{text}” in {place} says {year}; years from {first} to {last} are taken. Correct the year.",
)


@dataclass(frozen=True, slots=True)
class Found:
    """One understood column of a sheet; `factor` turns a figure of it into yuan."""

    column: Column
    at: int
    text: str
    year: int | None
    factor: Decimal


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a sheet. `row` is its last row; data begin below it."""

    sheet: str
    row: int
    texts: list[str]
    found: tuple[Found, ...]
    unknown: tuple[str, ...]
    places: Mapping[tuple[str, int | None], int] = field(init=False)  # of each column, by its key and year

    def __post_init__(self) -> None:
        places = {(found.column.key, found.year): found.at for found in self.found}
        object.__setattr__(self, "places", places)  # the one way into a frozen one

    def at(self, key: str, year: int | None = None) -> int | None:
        return self.places.get((key, year))

    @property
    def years(self) -> list[int]:
        return sorted({found.year for found in self.found if found.year is not None})


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: int
    texts: list[str]
    said: list[HeadText]

    @property
    def known(self) -> int:
        return sum(head.column is not None for head in self.said)

    @property
    def keys(self) -> set[str]:
        return {head.column.key for head in self.said if head.column}

    @property
    def plausible(self) -> bool:
        compulsory = len(self.keys & {column.key for column in COMPULSORY})
        return compulsory >= 2 or (compulsory == 1 and self.known >= 4)


def find_head(sheet: str, top: Sequence[Row], merged: Sequence[tuple[int, int, int, int]], *, day: date) -> Head | None:
    """The head among the first rows of a sheet, None where there is none; SheetRefused where it cannot be relied on."""
    best = max(_candidates(top, merged), key=lambda candidate: (candidate.plausible, candidate.known), default=None)
    if best is None or not best.plausible:
        return None
    missing = [column for column in COMPULSORY if column.key not in best.keys]
    if missing:
        names = listed([Label(f"“{column.name.zh}”", f"“{column.name.zh}” ({column.name.en})") for column in missing])
        raise SheetRefused("no_column", MISSING.filled(sheet=sheet, row=best.row, columns=names))
    above = [words(cell) for row in top if row.number <= best.row for cell in row.cells]
    found = tuple(_found(sheet, best, unit_above(above), day))
    refuse_twice(sheet, best.row, found)
    unknown = tuple(text for text, head in zip(best.texts, best.said, strict=True) if text and head.column is None)
    return Head(sheet, best.row, best.texts, found, unknown)


def _candidates(top: Sequence[Row], merged: Sequence[tuple[int, int, int, int]]) -> list[_Candidate]:
    single = [_candidate(row.number, [words(cell) for cell in row.cells]) for row in top]
    double = [
        _candidate(lower.number, joined(spread(upper, merged), [words(cell) for cell in lower.cells]))
        for upper, lower in pairwise(top)
        if lower.number == upper.number + 1
    ]
    return single + double


def _candidate(row: int, texts: list[str]) -> _Candidate:
    return _Candidate(row, texts, [understood(text) for text in texts])


def spread(row: Row, merged: Sequence[tuple[int, int, int, int]]) -> list[str]:
    """The texts of an upper head row; a year stands above all its merged cells, or all columns up to the next text."""
    texts = [words(cell) for cell in row.cells]
    areas = {left: right for top, left, _, right in merged if top == row.number - 1}
    width = max([len(texts), *(right + 1 for right in areas.values())], default=0)
    texts += [""] * (width - len(texts))
    for at, text in enumerate(list(texts)):
        if is_year(text):
            end = areas.get(at, next((later for later in range(at + 1, width) if texts[later]), width + 20) - 1)
            texts += [""] * (end + 1 - len(texts))
            texts[at : end + 1] = [text] * (end + 1 - at)
    return texts


def joined(upper: list[str], lower: list[str]) -> list[str]:
    width = max(len(lower), len(upper))
    pairs = zip(upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower)), strict=True)
    return [above + below if below else ("" if is_year(above) else above) for above, below in pairs]


def is_year(text: str) -> bool:
    """Whether a head is nothing but a year, perhaps with a unit: it then stands above other heads."""
    return YEAR.fullmatch(UNIT.sub("", squeezed(text))) is not None


def unit_above(texts: list[str]) -> Decimal | None:
    """The unit a title row names for the whole sheet (单位：万元)."""
    for text in texts:
        if "单位" in text and (unit := UNIT.search(squeezed(text))):
            return UNITS.get(next(group for group in unit.groups() if group))
    return None


def _found(sheet: str, head: _Candidate, unit: Decimal | None, day: date) -> list[Found]:
    found = []
    for at, (text, said) in enumerate(zip(head.texts, head.said, strict=True)):
        if said.column is not None:
            place = Place(sheet, head.row, at)
            refuse_year(place, text, said, day)
            factor = said.factor or unit
            if said.column.money and factor is None:
                raise SheetRefused("no_unit", NO_UNIT.filled(place=str(place), text=text))
            found.append(Found(said.column, at, text, said.year if said.column.yearly else None, factor or Decimal(1)))
    return found


def refuse_year(place: Place, text: str, said: HeadText, day: date) -> None:
    if said.column is None or not said.column.yearly:
        return
    if said.year is None:
        example = said.column.heading(day.year - 1)
        raise SheetRefused("no_year", NO_YEAR.filled(place=str(place), text=text, example=example))
    if not FIRST_YEAR <= said.year <= day.year:
        told = ODD_YEAR.filled(place=str(place), text=text, year=said.year, first=FIRST_YEAR, last=day.year)
        raise SheetRefused("odd_year", told)


def refuse_twice(sheet: str, row: int, found: tuple[Found, ...]) -> None:
    seen: dict[tuple[str, int | None], Found] = {}
    for one in found:
        first = seen.setdefault((one.column.key, one.year), one)
        if first is not one:
            places = {"first": f"{sheet}!{letters(first.at)}{row}", "second": f"{sheet}!{letters(one.at)}{row}"}
            raise SheetRefused("column_twice", TWICE.filled(**places, column=one.column.heading(one.year)))
