"""Numbers and verdicts in plain words. Shares are cut and never rounded, so that 3.9999 % does not read 4 %."""

from __future__ import annotations

from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil

from pipeline.rules.condition import Judged
from pipeline.rules.facts.figures import Missing
from pipeline.rules.formula import Number
from pipeline.rules.labels import Label, listed

TEN_THOUSAND = 10_000
CUT = Context(prec=16, rounding=ROUND_DOWN)
AT_LEAST = {">=": Label("不低于 {line}", "at least {line}"), ">": Label("高于 {line}", "more than {line}")}
UNITS = {
    "days": Label("{n} 天", "{n} days"),
    "months": Label("{n} 个月", "{n} months"),
    "years": Label("{n} 年", "{n} years"),
    "heads": Label("{n} 人", "{n} persons"),
    "count": Label("{n} 件", "{n}"),
    "points": Label("{n} 分", "{n} points"),
}


def exact_text(value: Number) -> str:
    """The number in decimals: in full where it ends, else cut to 16 significant digits."""
    if ends(value):
        return plain_number(value)
    return format(CUT.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")


def ends(value: Number) -> bool:
    return pow(10, value.denominator.bit_length(), value.denominator) == 0


def plain_number(value: Number) -> str:
    """All digits of a number whose decimals end, without exponent and without zeros at the end."""
    over, under = value.as_integer_ratio()
    if under == 1:
        return str(over)
    places = (under - 1).bit_length()
    digits = str(abs(over) * 10**places // under).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 else text


def percent(value: Number) -> str:
    """Cut to two decimals of a percent: 3.60%, and 5% where it is whole."""
    hundredths = abs(value.numerator) * 10_000 // value.denominator * (-1 if value < 0 else 1)
    return f"{hundredths / 100:.2f}%" if hundredths % 100 else f"{hundredths // 100}%"


def shown(value: Number, unit: str) -> Label:
    """A value with its unit. Money is in yuan; amounts of 10,000 yuan and more are shown in 万元."""
    if unit == "share":
        return Label(percent(value), percent(value))
    if unit == "yuan":
        return money(value)
    number = plain_number(value) if ends(value) else f"{float(value):.2f}"
    return UNITS.get(unit, Label("{n}", "{n}")).filled(n=number)


def money(yuan: Number) -> Label:
    """Up to two decimals, rounded up: it is what is missing that is shown, and a little less would not do."""
    in_yuan = rounded_up(yuan)
    if -TEN_THOUSAND < yuan < TEN_THOUSAND:
        return Label(f"{in_yuan} 元", f"{in_yuan} yuan")
    return Label(f"{rounded_up(Fraction(yuan, TEN_THOUSAND))} 万元", f"{in_yuan} yuan")


def rounded_up(value: Number) -> str:
    whole, cents = divmod(hundredths := ceil(value * 100), 100)
    return f"{Decimal(hundredths).scaleb(-2):,}" if cents else f"{whole:,}"


def standard(judged: Judged) -> Label:
    return line_in_words(judged.condition.op, judged.needed or 0, judged.condition.unit)


@lru_cache(maxsize=512)
def line_in_words(op: str, line: Number, unit: str) -> Label:
    return AT_LEAST[op].filled(line=shown(line, unit))


def plainly(judged: Judged) -> Label:
    """The sentence of a comparison: what was found, what is needed, what is short or not known."""
    match judged.verdict:
        case "manual_review":
            return judged.condition.empty or Label("需人工判定。", "A person has to judge this.")
        case "unknown":
            return not_known(judged)
        case "not_applicable":
            return Label("本手册不要求。", "The book does not ask for this.")
        case "met":
            text = Label("{subject} {found}，达到标准（{standard}）。", "{subject}: {found}, as needed ({standard}).")
        case _:
            text = Label(
                "{subject} {found}，未达标准（{standard}）{short}。",
                "{subject}: {found}, but {standard} is needed{short}.",
            )
    found = shown(judged.found or 0, judged.condition.unit)
    return text.filled(subject=judged.condition.subject, found=found, standard=standard(judged), short=short(judged))


def not_known(judged: Judged) -> Label:
    wanted = wanted_in_words(judged.missing)
    text = Label("缺少：{wanted}，暂不能判断。", "This cannot be judged without {wanted}.")
    return text.filled(wanted=wanted)


def wanted_in_words(missing: tuple[Missing, ...]) -> Label:
    """What to ask for, each thing once with all its years: 2023–2025 年销售收入."""
    if all(each.place.startswith("scores.") for each in missing):
        return Label("各项评分", "the points of each item")
    years: dict[Label, list[int]] = {}
    for each in missing:
        years.setdefault(each.says, []).extend([each.year] if each.year else [])
    return listed([of_years(says, sorted(set(given))) for says, given in years.items()])


def of_years(says: Label, years: list[int]) -> Label:
    if not years:
        return says
    in_a_row = len(years) > 1 and years[-1] - years[0] == len(years) - 1
    zh, en = (f"{years[0]}–{years[-1]}",) * 2 if in_a_row else (each.join(map(str, years)) for each in ("、", ", "))
    return Label(f"{zh} 年{says.zh}", f"{says.en} of {en}")


def short(judged: Judged) -> Label:
    lever = judged.condition.lever
    if not judged.gap or lever is None:
        return Label("", "")
    amount = shown(Fraction(judged.gap, 100) if lever.unit == "yuan" else judged.gap, lever.unit)
    return Label("，还差 {amount}", "; short by {amount}").filled(amount=amount)
