"""What one cell of a roster means. Empty is unknown, never zero; what cannot be read is refused, with the remedy."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal

from pipeline.outside.roster.columns import UNITS, squeezed
from pipeline.outside.sheets import Cell, CellError
from pipeline.rules.codes import identifiers
from pipeline.rules.labels import Label

UNKNOWN = frozenset(
    [
        "-",
        "--",
        "---",
        "–",
        "—",
        "——",
        "―",
        "/",
        "//",
        "\\",
        "无",
        "暂无",
        "不详",
        "未知",
        "空",
        "n/a",
        "na",
        "#n/a",
        "null",
        "none",
        "nil",
    ]
)
INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]")
NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?(e[+-]?\d{1,2})?", re.ASCII)
AMOUNT_UNIT = re.compile(r"(亿元|百万元|万元|千元|元|亿|万)$")
FEN = Decimal("0.01")
HEADS = Decimal("0.0001")
AS_SHOWN = Context(prec=15)  # a spreadsheet keeps and shows fifteen digits; what a float has beyond them is noise
LARGEST = Decimal(10**16)
DAY_FORMS = (
    re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:T?\d{1,2}:\d{2}(?::\d{2})?(?:\.0+)?)?"),
    re.compile(r"(\d{4})/(\d{1,2})/(\d{1,2})(?:T?\d{1,2}:\d{2}(?::\d{2})?)?"),
    re.compile(r"(\d{4})\.(\d{1,2})\.(\d{1,2})"),
    re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
PROVINCE = re.compile(r"^\w{2,7}?(省|自治区)(?=.)")
FIRST_DAY = date(1949, 10, 1)


class CellRefused(Exception):
    """The cell cannot be what its column wants; `kind` is one of faults.KINDS."""

    def __init__(self, kind: str, says: Label, remedy: Label) -> None:
        super().__init__(says.en)
        self.kind, self.says, self.remedy = kind, says, remedy


@dataclass(frozen=True, slots=True)
class Places:
    """The counties of the city, and the lists that cells are looked up in.

    `counties` gives the code of each present name, `former` the present name of each former one, `fields` the code of
    each name as `squeezed` leaves it.
    """

    city: str
    counties: Mapping[str, str]
    former: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    industries: frozenset[str] = frozenset()


def words(cell: Cell) -> str:
    """A cell as a person reads it, in one line, half-width signs and invisible ones left out."""
    if type(cell) is str:  # most cells with words in them are
        return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", cell)).split())
    if cell is None:
        return ""
    if isinstance(cell, CellError):
        return cell.sign
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    text = cell.isoformat() if isinstance(cell, date) else str(cell)
    return " ".join(INVISIBLE.sub("", unicodedata.normalize("NFC", text)).split())


def is_unknown(cell: Cell) -> bool:
    if cell is None:
        return True
    return isinstance(cell, str) and (not (text := squeezed(cell)) or text.casefold() in UNKNOWN)


def refuse_error(cell: Cell) -> None:
    if isinstance(cell, CellError):
        raise CellRefused(
            "formula",
            Label("公式出错：{sign}", "the formula fails: {sign}").filled(sign=cell.sign),
            Label("请改正公式，或直接填数。", "Put the formula right or enter the value."),
        )


# -------------------------------------------------------------------------------------------------------------- numbers


def amount(cell: Cell, factor: Decimal) -> Decimal | None:
    """A cell of a money column in yuan, to the fen; `factor` is what one unit of its head is in yuan."""
    if type(cell) is not Decimal and is_unknown(cell):
        return None
    number, own = number_and_unit(cell)
    yuan = number * (own or factor)
    if not -LARGEST < yuan < LARGEST:
        raise CellRefused(
            "magnitude",
            Label("数额大得不可能", "impossibly large"),
            Label("请核对单位是元还是万元。", "Check whether the unit is yuan or 10,000 yuan."),
        )
    return yuan.quantize(FEN, ROUND_HALF_UP)


def heads(cell: Cell) -> Decimal | None:
    """A number of persons; averages may have a fraction."""
    number = count_of(cell, "人")
    if number is None or number == number.to_integral_value():
        return None if number is None else number.to_integral_value() + 0
    return number.quantize(HEADS, ROUND_HALF_UP).normalize() + 0


def whole(cell: Cell) -> int | None:
    """A count of things."""
    number = count_of(cell, "件个项")
    if number is None:
        return None
    if number != number.to_integral_value():
        raise CellRefused(
            "number",
            Label("“{text}”不是整数", "“{text}” is not a whole number").filled(text=words(cell)),
            Label("请填件数。", "Enter the number of rights."),
        )
    return int(number)


def count_of(cell: Cell, measure: str) -> Decimal | None:
    if is_unknown(cell):
        return None
    number, unit = number_and_unit(squeezed(cell).rstrip(measure) if isinstance(cell, str) else cell)
    if unit is not None:
        raise not_a_number(cell)
    if number < 0:
        raise CellRefused(
            "number",
            Label("不能小于 0，现为 {text}", "cannot be below 0: {text}").filled(text=words(cell)),
            Label("请改为实际数；不知道就留空。", "Enter the true number, or leave it empty if it is not known."),
        )
    if number >= 10**8:
        raise CellRefused(
            "magnitude",
            Label("大得不可能：{text}", "impossibly large: {text}").filled(text=words(cell)),
            Label("请改为实际数。", "Enter the true number."),
        )
    return number


def number_and_unit(cell: Cell) -> tuple[Decimal, Decimal | None]:
    """The number in a cell, and the yuan its own unit stands for where the cell names one (3.5亿元)."""
    if type(cell) is Decimal and cell.is_finite():
        return AS_SHOWN.plus(cell), None
    if type(cell) is int:
        return Decimal(cell), None
    refuse_error(cell)
    if isinstance(cell, bool | date):
        raise not_a_number(cell)
    if isinstance(cell, Decimal):
        raise not_a_number(cell)
    return typed_number(str(cell))


def typed_number(text: str) -> tuple[Decimal, Decimal | None]:
    typed = squeezed(text).lstrip("'").replace("−", "-").replace("–", "-").lstrip("¥￥").casefold()
    if typed.endswith(("%", "‰")):
        raise CellRefused(
            "number",
            Label("“{text}”是百分数，这一列要的是数额", "“{text}” is a percentage; this column takes an amount").filled(
                text=text
            ),
            Label("请填数额，比例由系统计算。", "Enter the amount; shares are computed."),
        )
    unit = AMOUNT_UNIT.search(typed)
    if unit:
        typed = typed[: unit.start()]
    if typed.startswith("(") and typed.endswith(")"):
        typed = f"-{typed[1:-1]}"
    if not NUMBER.fullmatch(typed):
        raise not_a_number(text)
    sign = unit[1] if unit else ""
    return Decimal(typed.replace(",", "")), UNITS.get(sign if sign.endswith("元") or not sign else f"{sign}元")


def not_a_number(cell: Cell) -> CellRefused:
    return CellRefused(
        "number",
        Label("“{text}”不是数", "“{text}” is not a number").filled(text=words(cell)[:40]),
        Label("请只填数字；不知道就留空。", "Enter digits only; leave it empty if it is not known."),
    )


# ------------------------------------------------------------------------------------------------------- days and texts


def day(cell: Cell, *, today: date) -> date | None:
    """A date, typed in any of the usual ways or kept as one by the spreadsheet program."""
    if is_unknown(cell):
        return None
    refuse_error(cell)
    found = cell if isinstance(cell, date) else typed_day(cell)
    if found > today:
        raise CellRefused(
            "day",
            Label("{day} 还没有到", "{day} is in the future").filled(day=found),
            Label("请按营业执照填写。", "Enter the day on the licence."),
        )
    if found < FIRST_DAY:
        raise CellRefused(
            "day",
            Label("{day} 早得不可能", "{day} is too early").filled(day=found),
            Label("请按营业执照填写。", "Enter the day on the licence."),
        )
    return found


def typed_day(cell: Cell) -> date:
    text = squeezed(words(cell))
    for form in DAY_FORMS:
        if match := form.fullmatch(text):
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                raise CellRefused(
                    "day",
                    Label("{text} 没有这一天", "{text} is no day of the calendar").filled(text=words(cell)),
                    Label("请按营业执照改正。", "Correct it from the licence."),
                ) from None
    raise CellRefused(
        "day",
        Label("“{text}”看不出是哪一天", "“{text}” does not say which day").filled(text=words(cell)[:40]),
        Label("请写成 2015-03-02 这样的日期。", "Write it like 2015-03-02."),
    )


def code(cell: Cell) -> str:
    """A credit code in its normal form."""
    refuse_error(cell)
    text = words(cell)
    spoilt = (
        isinstance(cell, Decimal) or (isinstance(cell, int) and cell >= 10**15) or re.fullmatch(r"\d\.\d+E\+\d+", text)
    )
    if spoilt:
        raise CellRefused(
            "code",
            Label("代码被存成了数字，末几位已经丢失", "the code was kept as a number and has lost its last digits"),
            Label(
                "请把这一列设为文本，重新填写完整的 18 位代码。",
                "Set the column to text and enter all 18 characters again.",
            ),
        )
    try:
        return identifiers.credit_code(text)
    except identifiers.IdentifierRefused as refused:
        remedy = Label("请对照营业执照改正。", "Correct it from the licence.")
        raise CellRefused("code", refused.says, remedy) from None


def name(cell: Cell) -> str:
    """A firm's name."""
    refuse_error(cell)
    text = words(cell)
    if isinstance(cell, str) and 2 <= len(text) <= 200 and not NUMBER.fullmatch(text):
        return text
    raise CellRefused(
        "name",
        Label("“{text}”不像企业名称", "“{text}” does not look like a firm's name").filled(text=text[:40]),
        Label("请填营业执照上的全称（2 至 200 字）。", "Enter the full name of the licence, 2 to 200 characters."),
    )


def county(cell: Cell, places: Places) -> str | None:
    """The code of a county of the city; None where the cell is empty and the city must assign one."""
    if is_unknown(cell):
        return None
    refuse_error(cell)
    text = squeezed(words(cell))
    bare = PROVINCE.sub("", text)
    bare = bare.removeprefix(places.city) or bare
    if bare in places.counties:
        return places.counties[bare]
    if bare in places.counties.values():
        return bare
    raise CellRefused("county", unknown_county(bare, places), county_remedy(bare, places))


def unknown_county(text: str, places: Places) -> Label:
    now = places.former.get(text)
    if now:
        return Label("{was}现为{now}", "{was} is now {now}").filled(was=text, now=now)
    return Label("{city}没有“{text}”", "{city} has no “{text}”").filled(city=places.city, text=text[:40])


def county_remedy(text: str, places: Places) -> Label:
    meant = [places.former[text]] if text in places.former else likely_counties(text, places)
    if meant:
        return Label("应为{name}，请改正。", "Write {name}.").filled(name="、".join(meant))
    return Label("请从这些里选：{names}。", "Choose one of: {names}.").filled(names="、".join(places.counties))


def likely_counties(text: str, places: Places) -> list[str]:
    stem = text.rstrip("区县市")
    return [full for full in places.counties if len(stem) >= 2 and full.rstrip("区县市") == stem]


def looked_up_field(cell: Cell, places: Places) -> str:
    """The code of a technical field, from its code or its name."""
    text = squeezed(words(cell))
    leading = re.match(r"\d{2,5}", text)
    if leading and leading[0] in places.fields.values():
        return leading[0]
    if text in places.fields:
        return places.fields[text]
    raise CellRefused(
        "field",
        Label("领域目录里没有“{text}”", "the list of fields has no “{text}”").filled(text=words(cell)[:40]),
        Label(
            "请填领域代码，如 10109；这一格按“不知道”导入。",
            "Enter a field code such as 10109; the cell is imported as unknown.",
        ),
    )


def looked_up_industry(cell: Cell, places: Places) -> str:
    """The code of an industry in digits, with or without its section's letter."""
    text = squeezed(words(cell)).upper()
    digits = re.match(r"[A-T]?(\d{2,4})", text)
    if digits and digits[1] in places.industries:
        return digits[1]
    raise CellRefused(
        "industry",
        Label("行业代码表里没有“{text}”", "the list of industries has no “{text}”").filled(text=words(cell)[:40]),
        Label(
            "请填 GB/T 4754-2017 的代码；这一格按“不知道”导入。",
            "Enter a code of GB/T 4754-2017; the cell is imported as unknown.",
        ),
    )


def phone(cell: Cell) -> str:
    try:
        return identifiers.phone_number(words(cell))
    except identifiers.IdentifierRefused as refused:
        remedy = Label("这一格按“不知道”导入。", "The cell is imported as unknown.")
        raise CellRefused("phone", refused.says, remedy) from None


def person(cell: Cell) -> str:
    text = words(cell)
    if len(text) > 40 or any(sign.isdigit() for sign in text):
        raise CellRefused(
            "contact",
            Label("“{text}”不像人名", "“{text}” does not look like a name").filled(text=text[:40]),
            Label("这一格按“不知道”导入。", "The cell is imported as unknown."),
        )
    return text
