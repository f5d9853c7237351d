"""What one cell of a firm's workbook means, in the normal form of its line."""

import re
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from pipeline.outside.chinese_numbers import chinese_number
from pipeline.outside.firm_book.lines import Line
from pipeline.outside.roster import cells
from pipeline.outside.roster.cells import CellRefused, words
from pipeline.outside.roster.columns import squeezed
from pipeline.outside.sheets import Cell, CellFormula
from pipeline.rules.codes.fields import carried_fields, is_chosen
from pipeline.rules.codes.identifiers import IdentifierRefused, phone_number
from pipeline.rules.codes.industries import industry_of
from pipeline.rules.labels import Label

YUAN = Decimal(1)
LAST_DAY = date(2100, 12, 31)
LARGEST, MOST_HEADS = Decimal("1e15"), Decimal("1e8")
YES, NO = frozenset("是有对√y") | {"yes", "true"}, frozenset("否没不×n") | {"no", "false", "没有", "不是"}


def meant(line: Line, cell: Cell, *, factor: Decimal, day: date) -> str | None:
    """The normal form of a cell; None where it is empty. `factor` turns a money figure into yuan. CellRefused where it
    cannot be read.
    """
    if isinstance(cell, CellFormula):
        raise CellRefused(
            "formula",
            Label("这一格是公式（{sign}），不收公式", "this cell is a formula ({sign}); formulas are not taken").filled(
                sign=cell.sign[:60]
            ),
            Label("请复制后“选择性粘贴—数值”。", "Copy it and paste it back as a value."),
        )
    cells.refuse_error(cell)
    if cells.is_unknown(cell):
        return None
    match line.form:
        case "money":
            return _amount(line, cell, factor)
        case "heads":
            return _heads(cell)
        case "day":
            return _day(cell, LAST_DAY if line.planned else day)
        case "choice" | "yes_no":
            return _chosen(line, cell)
        case _:
            return _text(line, cell)


def _amount(line: Line, cell: Cell, factor: Decimal) -> str:
    number = _chinese(cell, factor)
    yuan = number if number is not None else cells.amount(cell, factor)
    if yuan is None or abs(yuan) >= LARGEST:
        raise _refused("数额大得不可能", "impossibly large", "请核对单位是元还是万元。", "Look at the unit.")
    if yuan < 0 and not line.negative:
        raise _refused("这一项不能小于 0", "cannot be below zero", "请改为实际数。", "Enter the true figure.")
    return f"{yuan.quantize(cells.FEN):.2f}"


def _chinese(cell: Cell, factor: Decimal) -> Decimal | None:
    found = chinese_number(squeezed(cell)) if isinstance(cell, str) else None
    if found is None:
        return None
    number, in_yuan = found
    names_its_size = isinstance(cell, str) and bool(set("万亿") & set(squeezed(cell)))
    return (number * (YUAN if in_yuan or names_its_size else factor)).quantize(cells.FEN)


def _heads(cell: Cell) -> str:
    found = chinese_number(squeezed(cell).rstrip("人名")) if isinstance(cell, str) else None
    heads = found[0] if found else cells.heads(cell)
    if heads is None or not 0 <= heads < MOST_HEADS:
        raise _refused("不是人数", "is no number of persons", "请填人数。", "Enter a number of persons.")
    return f"{heads.normalize():f}"


def _day(cell: Cell, today: date) -> str:
    try:
        found = cells.day(cell, today=today)
    except CellRefused as refused:
        remedy = Label("请照证书或执照写成 2015-03-02 这样的日期。", "Write the day of the paper like 2015-03-02.")
        raise CellRefused("day", refused.says, remedy) from None
    return "" if found is None else found.isoformat()


def _chosen(line: Line, cell: Cell) -> str:
    text = squeezed(words(cell)).casefold()
    if line.form == "yes_no" and text in YES | NO:
        return "yes" if text in YES else "no"
    for code, name in line.choosable.items():
        if text in (code, squeezed(name).casefold(), squeezed(name).casefold().partition("(")[0]):
            return code
    names = "、".join(line.choosable.values())
    raise CellRefused(
        "choice",
        Label("“{text}”不在可选项里", "“{text}” is none of the choices").filled(text=words(cell)[:40]),
        Label("请从这些里选：{names}。", "Choose one of: {names}.").filled(names=names),
    )


def _text(line: Line, cell: Cell) -> str:
    text = words(cell)
    if len(text) > line.longest:
        raise CellRefused(
            "text",
            Label("有 {n} 个字，最多 {most} 个", "{n} characters, at most {most}").filled(
                n=len(text), most=line.longest
            ),
            Label("请写短一些。", "Shorten it."),
        )
    reader = {"field": _field, "industry": _industry, "phone": _phone, "email": _email}.get(line.form)
    return reader(text) if reader else text


def _field(text: str) -> str:
    code = re.match(r"\d{2,5}", squeezed(text))
    if code and code[0] in carried_fields() and is_chosen(code[0]):
        return code[0]
    remedy = ("请填到第三级的领域代码，如 10109。", "Enter a code of the third level such as 10109.")
    raise _refused(f"领域目录里没有“{text[:40]}”", f"the list of fields has no “{text[:40]}”", *remedy)


def _industry(text: str) -> str:
    code = re.fullmatch(r"[A-Ta-t]?(\d{2,4})", squeezed(text))
    if code and industry_of(code[1]) is not None:
        return code[1]
    remedy = ("请填 GB/T 4754-2017 的代码，如 3562。", "Enter a code of GB/T 4754-2017 such as 3562.")
    raise _refused(f"行业代码表里没有“{text[:40]}”", f"the list of industries has no “{text[:40]}”", *remedy)


def _phone(text: str) -> str:
    try:
        return phone_number(text)
    except IdentifierRefused as refused:
        raise CellRefused("phone", refused.says, Label("请改正。", "Correct it.")) from None


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        says = (f"“{text[:40]}”不是电子邮箱", f"“{text[:40]}” is no e-mail address")
        raise _refused(*says, "请写成 name@example.com 的样子。", "Write it like name@example.com.") from None
    return text


def _refused(zh: str, en: str, remedy_zh: str, remedy_en: str) -> CellRefused:
    return CellRefused("number", Label(zh, en), Label(remedy_zh, remedy_en))
