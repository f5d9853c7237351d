"""An extract of the market's registry: which firms were renamed, split, or went into another, one a line.

Columns are known by their heads, in any order; the first row with a code, a day and a name in it is the head.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.outside.roster import cells
from pipeline.outside.roster.cells import CellRefused, is_unknown, words
from pipeline.outside.sheets import Cell, Row, Sheet, SheetRefused
from pipeline.rules.labels import Label

HEADS: Mapping[str, tuple[str, ...]] = {
    "uscc": ("统一社会信用代码", "信用代码", "credit code"),
    "kind": ("变更事项", "变更类型", "事项", "event"),
    "day": ("变更日期", "核准日期", "日期", "day"),
    "old_name": ("变更前名称", "原名称", "变更前内容", "old name"),
    "new_name": ("变更后名称", "现名称", "新名称", "变更后内容", "new name"),
    "other_uscc": ("对方统一社会信用代码", "相关企业统一社会信用代码", "other credit code"),
    "other_name": ("对方名称", "相关企业名称", "other name"),
}
NEEDED = ("uscc", "day")
EVENTS: Mapping[str, tuple[str, ...]] = {
    "renamed": ("更名", "名称", "renamed"),
    "split": ("分立", "split"),
    "merger": ("合并", "吸收", "merger"),
}
LOOKED_THROUGH = 20
NO_HEAD = Label(
    "没有找到表头：第一张表要有“统一社会信用代码”和“变更日期”两列。",
    "No head was found: a sheet needs the columns “credit code” and “day”.",
)
ANOTHER_EVENT = Label("“{text}”不是更名、分立或合并", "“{text}” is no renaming, split or merger")
NO_NAME = Label("缺少变更后名称", "the new name is missing")
NO_OTHER = Label("缺少对方统一社会信用代码", "the other firm's credit code is missing")
NO_DAY = Label("缺少日期", "the day is missing")


@dataclass(frozen=True, slots=True)
class Told:
    """What a line tells."""

    line: int
    uscc: str
    kind: str
    day: date
    old_name: str = ""
    new_name: str = ""
    other_uscc: str = ""
    other_name: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that cannot be read, and why."""

    line: int
    says: Label


def read_extract(sheets: Iterable[Sheet], *, today: date) -> Iterator[Told | Unread]:
    """Every line below a head. Raises SheetRefused where there is no head."""
    found = False
    for sheet in sheets:
        columns: dict[str, int] = {}
        for number, row in enumerate(sheet.rows):
            if not columns:
                columns = _columns(row) if number < LOOKED_THROUGH and not sheet.hidden else {}
                found |= bool(columns)
            elif any(not is_unknown(cell) for cell in row.cells):
                yield _line(row, columns, today)
    if not found:
        raise SheetRefused("no_head", NO_HEAD)


def _columns(row: Row) -> dict[str, int]:
    """Where each column stands; nothing where the row is no head."""
    texts = [words(cell).replace(" ", "").casefold() for cell in row.cells]
    known = {name: [each.replace(" ", "") for each in heads] for name, heads in HEADS.items()}
    columns = {name: texts.index(each) for name, heads in known.items() for each in heads[::-1] if each in texts}
    return columns if all(name in columns for name in NEEDED) else {}


def _line(row: Row, columns: Mapping[str, int], today: date) -> Told | Unread:
    told = {name: row.cells[at] if at < len(row.cells) else None for name, at in columns.items()}
    try:
        uscc, day = cells.code(told["uscc"]), cells.day(told["day"], today=today)
        other = told.get("other_uscc")
        other_uscc = "" if is_unknown(other) else cells.code(other)
        names = {name: _name(told.get(name)) for name in ("old_name", "new_name", "other_name")}
    except CellRefused as refused:
        return Unread(row.number, refused.says)
    kind = _event(words(told.get("kind")), names)
    if not kind:
        return Unread(row.number, ANOTHER_EVENT.filled(text=words(told.get("kind"))[:40]))
    if day is None:
        return Unread(row.number, NO_DAY)
    if kind == "renamed" and not names["new_name"]:
        return Unread(row.number, NO_NAME)
    if kind == "merger" and not other_uscc:
        return Unread(row.number, NO_OTHER)
    return Told(row.number, uscc, kind, day, other_uscc=other_uscc, **names)


def _event(text: str, names: Mapping[str, str]) -> str:
    """Without a word of it, two names tell of a renaming."""
    if not text and names["new_name"]:
        return "renamed"
    return next((kind for kind, signs in EVENTS.items() if any(sign in text.casefold() for sign in signs)), "")


def _name(cell: Cell) -> str:
    return "" if is_unknown(cell) else cells.name(cell)
