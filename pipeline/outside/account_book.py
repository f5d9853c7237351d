"""The books of a year from an accounting program (科目余额表) or the tax return (A100000, A107012): their rows in yuan.

Pure: no database, no clock. Which rows make up which figure of the record, the firm says; `usual` only proposes.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipeline.outside.roster import cells
from pipeline.outside.roster.cells import CellRefused, words
from pipeline.outside.roster.columns import squeezed
from pipeline.outside.roster.faults import Fault, Place
from pipeline.outside.roster.heads import unit_above
from pipeline.outside.sheets import Cell, Sheet, SheetRefused
from pipeline.rules.labels import Label

type Kind = Literal["trial_balance", "tax_return"]
type Side = Literal["debit", "credit", "end", "amount"]

LOOKED_THROUGH = 30
YUAN = Decimal(1)
MOST_ROWS = 300
CODE_HEADS = frozenset({"科目编码", "科目代码", "科目编号", "编码", "代码"})
NAME_HEADS = frozenset({"科目名称", "会计科目", "科目"})
FORMS = ("A100000", "A107012")
SUMS = re.compile(r"(合计|总计|小计)$|^(合计|总计|小计)")
LEADING = re.compile(r"^[一二三四五六七八九十]+、|^\d+(\.\d+)*[.、]?|^(减|加|其中)[:：]")
BRACKETS = re.compile(r"\([^()]*\)")

TOO_MANY = Label(
    "表中有 {n} 个一级科目和研发科目，最多读 {most} 个：请少导出几级研发明细，再上传。",
    "The sheet holds {n} accounts of the first level and of R&D, at most {most} are read: export fewer levels of R&D "
    "and send it again.",
)
NOT_BOOKS = Label(
    "没有认出科目余额表（要有“科目名称”和发生额、期末余额的借方、贷方），也没有 A100000、A107012 表。"
    "请从财务软件或电子税务局导出后上传。",
    "Neither a trial balance (科目名称 with debit and credit of the turnover and the closing balance) nor the forms "
    "A100000 or A107012 were found. Export them from your accounting program or the tax bureau's site.",
)

# What a figure is made of in a trial balance: the turnover of one side over the year, or the closing balance.
SIDES: Mapping[str, tuple[Side, int]] = {
    "sales": ("credit", 1),
    "total_income": ("credit", 1),
    "non_taxable_income": ("credit", 1),
    "costs": ("debit", 1),
    "rd_total": ("debit", 1),
    "total_assets": ("end", 1),
    "net_assets": ("end", -1),
}
FIGURES: Mapping[Kind, tuple[str, ...]] = {
    "trial_balance": tuple(SIDES),
    "tax_return": ("sales", "total_income", "non_taxable_income", "costs", "taxable_income", "rd_total"),
}
INCOME, COSTS = ("sales", "total_income"), ("costs",)
USUAL: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("主营业务收入", "其他业务收入", "营业收入"), INCOME),
    **dict.fromkeys(("营业外收入", "投资收益", "其他收益", "资产处置收益", "公允价值变动损益"), ("total_income",)),
    **dict.fromkeys(("主营业务成本", "其他业务成本", "营业成本", "税金及附加"), COSTS),
    **dict.fromkeys(("销售费用", "管理费用", "财务费用"), COSTS),
    "研发费用": COSTS,
    "研发支出": ("rd_total",),
    "应纳税所得额": ("taxable_income",),
}  # fmt: skip
EQUITY = frozenset({"实收资本", "股本", "资本公积", "盈余公积", "本年利润", "利润分配", "未分配利润", "其他综合收益",
                    "专项储备", "库存股", "其他权益工具"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One account or one line of a form. `sides` are its amounts in yuan: debit and credit of the year, what is left at
    its end (a debit balance positive), or the one amount of a form.
    """

    key: str
    code: str
    name: str
    place: Place
    sides: Mapping[Side, Decimal]


@dataclass(frozen=True, slots=True)
class Books:
    """A file that was understood. Files of one make, and of one version of a form, have the same layout."""

    kind: Kind
    layout: str
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]


def read_books(sheets: Iterator[Sheet]) -> Books:
    """The first trial balance of a file, or all its forms; SheetRefused where it holds neither."""
    rows: list[Row] = []
    faults: list[Fault] = []
    texts: list[str] = []
    for sheet in sheets:
        if sheet.hidden:
            continue
        lines = {row.number: row.cells for row in sheet.rows}
        form = form_of(sheet.name, lines)
        if form:
            texts.append(form)
            rows += _form_rows(form, sheet.name, lines, faults)
        elif not texts and (head := _trial_head(lines)):
            found = tuple(_unique(_trial_rows(sheet.name, lines, head, faults)))
            return Books("trial_balance", _digest("trial_balance", head.texts), _within(found), tuple(faults))
    if not rows:
        raise SheetRefused("no_books", NOT_BOOKS)
    names = [row.key for row in rows]
    return Books("tax_return", _digest("tax_return", names), _within(tuple(_unique(rows))), tuple(faults))


def _within(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """All rows or none: a row that were left out would be missing from a sum without a word."""
    if len(rows) > MOST_ROWS:
        raise SheetRefused("too_many_accounts", TOO_MANY.filled(n=len(rows), most=MOST_ROWS))
    return rows


def _digest(kind: str, texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join((kind, *texts)).encode()).hexdigest()


def _unique(rows: Iterable[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in rows:
        if row.key not in seen:
            seen.add(row.key)
            yield row


def _amount(cell: Cell, factor: Decimal, place: Place, faults: list[Fault]) -> Decimal | None:
    try:
        return cells.amount(cell, factor)
    except CellRefused as refused:
        faults.append(Fault(refused.kind, place, refused.says, refused.remedy))
        return None


# ------------------------------------------------------------------------------------------- a trial balance


@dataclass(frozen=True, slots=True)
class _Head:
    row: int
    texts: tuple[str, ...]
    code: int | None
    name: int
    columns: Mapping[str, int]  # debit, credit, end_debit, end_credit, end, direction


def _trial_head(lines: Mapping[int, Sequence[Cell]]) -> _Head | None:
    """The head in one row, or in two with 期末余额 above 借方 and 贷方."""
    for number, upper in sorted(lines.items())[:LOOKED_THROUGH]:
        texts = [squeezed(words(cell)) for cell in upper]
        named = next((at for at, text in enumerate(texts) if text in NAME_HEADS), None)
        if named is None:
            continue
        below = [squeezed(words(cell)) for cell in lines.get(number + 1, [])]
        halves = ("借方", "贷方", "方向", "借", "贷", "余额", "金额")
        double = not _at(below, named) and any(text in halves for text in below)
        full = _spread(texts, below) if double else texts
        columns = _columns(full)
        if {"debit", "credit"} <= columns.keys() or {"end_debit", "end"} & columns.keys():
            code = next((at for at, text in enumerate(texts) if text in CODE_HEADS), None)
            return _Head(number + double, tuple(full), code, named, columns)
    return None


def _spread(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    full, above = [], ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) and upper[at] else above
        full.append(above + (lower[at] if at < len(lower) else ""))
    return full


def _columns(texts: Sequence[str]) -> dict[str, int]:
    """What stands in which column; the turnover of the whole year wins over that of the period."""
    found: dict[str, int] = {}
    whole_year = any("累计" in text for text in texts)
    for at, text in enumerate(texts):
        if re.search("期初|年初|上年|外币|数量", text):
            continue
        side = "debit" if "借" in text else "credit" if "贷" in text else ""
        if "期末" in text or "余额" in text:
            part = f"end_{side}" if side else "direction" if "方向" in text else "end"
            found.setdefault(part, at)
        elif side and ("累计" in text) == whole_year:
            found.setdefault(side, at)
    return found


def _trial_rows(sheet: str, lines: Mapping[int, Sequence[Cell]], head: _Head, faults: list[Fault]) -> Iterator[Row]:
    above = [words(cell) for number, line in lines.items() if number < head.row for cell in line]
    factor = unit_above(above) or YUAN
    for number, line in sorted(lines.items()):
        name = squeezed(words(_at(line, head.name)))
        if number <= head.row or not name or SUMS.search(name):
            continue
        code = re.sub(r"\D", "", words(_at(line, head.code)))
        if _is_shown(code, name):
            sides = _sides(Place(sheet, number), line, head.columns, factor, faults)
            if sides:
                yield Row(code or name, code, name, Place(sheet, number), sides)


def _is_shown(code: str, name: str) -> bool:
    """Accounts of the first level, and those below that keep R&D apart."""
    return not code or len(code) <= 4 or "研发" in name or "研究" in name


def _sides(
    place: Place, line: Sequence[Cell], columns: Mapping[str, int], factor: Decimal, faults: list[Fault]
) -> dict[Side, Decimal]:
    read = {
        part: _amount(_at(line, at), factor, Place(place.sheet, place.row, at), faults)
        for part, at in columns.items()
        if part != "direction"
    }
    sides: dict[Side, Decimal] = {}
    if read.get("debit") is not None:
        sides["debit"] = read["debit"] or Decimal(0)
    if read.get("credit") is not None:
        sides["credit"] = read["credit"] or Decimal(0)
    end = _end(read, words(_at(line, columns.get("direction"))))
    return sides if end is None else {**sides, "end": end}


def _end(read: Mapping[str, Decimal | None], direction: str) -> Decimal | None:
    debit, credit, end = read.get("end_debit"), read.get("end_credit"), read.get("end")
    if debit is not None or credit is not None:
        return (debit or Decimal(0)) - (credit or Decimal(0))
    return -end if end is not None and "贷" in direction else end


def _at(line: Sequence[Cell], column: int | None) -> Cell:
    return line[column] if column is not None and column < len(line) else None


# ---------------------------------------------------------------------------------------------- a tax return


def form_of(sheet: str, lines: Mapping[int, Sequence[Cell]]) -> str:
    """The form a sheet holds, by its name or the rows at its top; "" where it is none of ours."""
    top = " ".join(words(cell) for _number, line in sorted(lines.items())[:4] for cell in line)
    return next((form for form in FORMS if form in sheet.upper() or form in top[:200].upper()), "")


def _form_rows(form: str, sheet: str, lines: Mapping[int, Sequence[Cell]], faults: list[Fault]) -> Iterator[Row]:
    head = _form_head(lines)
    if head is None:
        return
    number_of_head, name_at, amount_at = head
    for number, line in sorted(lines.items()):
        name = words(_at(line, name_at))
        if number <= number_of_head or not name:
            continue
        place = Place(sheet, number, amount_at)
        cell = _at(line, amount_at)
        amount = None if not re.search(r"\d", words(cell)) else _amount(cell, YUAN, place, faults)
        if amount is not None:
            yield Row(f"{form}:{stem(name)}", form, name, place, {"amount": amount})


def _form_head(lines: Mapping[int, Sequence[Cell]]) -> tuple[int, int, int] | None:
    for number, line in sorted(lines.items())[:LOOKED_THROUGH]:
        texts = [squeezed(words(cell)) for cell in line]
        name = next((at for at, text in enumerate(texts) if text in ("项目", "项目名称")), None)
        amount = next((at for at, text in enumerate(texts) if text.startswith(("金额", "本年金额"))), None)
        if name is not None and amount is not None:
            return number, name, amount
    return None


def stem(name: str) -> str:
    """A line of a form without its ordinal and what stands in brackets: 一、营业收入(填写A101010) is 营业收入."""
    text, before = BRACKETS.sub("", squeezed(name)), ""
    while text != before:
        before, text = text, LEADING.sub("", text)
    return text


# ---------------------------------------------------------------------------------------- figures from rows


def usual(row: Row) -> tuple[str, ...]:
    """The figures a row usually counts to."""
    if row.code in FORMS:
        return USUAL.get(stem(row.name), ()) if row.code == "A100000" else ()
    if len(row.code) > 4:
        return ("rd_total",)
    figures = USUAL.get(row.name, ())
    if row.name in EQUITY:
        return (*figures, "net_assets")
    is_asset = row.code.startswith("1") or row.name in ("生产成本", "制造费用", "研发支出")
    return (*figures, "total_assets") if is_asset else figures


def total(kind: Kind, figure: str, rows: Iterable[Row]) -> Decimal | None:
    """A figure from the rows that count to it; None where there are none."""
    side, sign = SIDES[figure] if kind == "trial_balance" else ("amount", 1)
    amounts = [row.sides[side] for row in rows if side in row.sides]
    return sign * sum(amounts, Decimal(0)) if amounts else None
