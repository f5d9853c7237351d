"""The amounts of a book for one firm: each exact, with the figures it was made of, what is missing, and a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor
from typing import Any

from pipeline.rules.amount import Amount, least_certain
from pipeline.rules.facts.figures import IN_FEN, Figures, Missing
from pipeline.rules.findings import FoundAmount
from pipeline.rules.formula import Number, Reading, names, unknowns
from pipeline.rules.labels import Label
from pipeline.rules.sentences import TEN_THOUSAND, exact_text, percent, shown, wanted_in_words

FEN = 100


def found_amount(amount: Amount, figures: Figures, read: Reading) -> FoundAmount:
    value: Number | None = read[amount.formula]
    missing = tuple(dict.fromkeys(missing_of(amount, figures, read))) if value is None else ()
    return FoundAmount(
        name=amount.name,
        title=amount.title,
        found=None if value is None else exact_text(in_unit(value, amount.unit)),
        unit=amount.unit,
        sources=tuple(dict.fromkeys(each.in_words() for each in amount.sources)),
        certainty=least_certain(amount.sources),
        used=used_of(amount, figures),
        missing=missing,
        says=sentence(amount, value, missing, read),
    )


def in_unit(value: Number, unit: str) -> Number:
    return Fraction(value, FEN) if unit == "yuan" else value


def missing_of(amount: Amount, figures: Figures, read: Reading) -> Iterator[Missing]:
    for name in dict.fromkeys(unknowns(amount.formula, read)):
        yield from figures.missing.get(name, ())


def used_of(amount: Amount, figures: Figures) -> dict[str, Any]:
    """The figures it is made of: those of a year under that year, money in yuan; None is unknown."""
    used: dict[str, Any] = {}
    for name in sorted(set(names(amount.formula))):
        stem, mark, back = name.rpartition("_y")
        place = used.setdefault("by_year", {}).setdefault(str(figures.day.year - int(back)), {}) if mark else used
        value = figures.values.get(name)
        unit = "yuan" if stem in IN_FEN else ""
        place[stem or name] = None if value is None else exact_text(in_unit(value, unit))
    return used


def sentence(amount: Amount, value: Number | None, missing: tuple[Missing, ...], read: Reading) -> Label:
    if amount.lacks is not None:
        return Label("{title}：{why}。", "{title}: {why}.").filled(title=amount.title, why=amount.lacks)
    if value is None and missing:
        text = Label("{title}尚不能计算，缺少：{wanted}。", "{title} cannot be worked out without {wanted}.")
        return text.filled(title=amount.title, wanted=wanted_in_words(missing))
    if value is None:
        return Label("{title}：需人工判定。", "{title}: a person has to judge this.").filled(title=amount.title)
    said = [label for test, label in amount.remarks if read[test]]
    text = Label("{title}：{found}。{zh}", "{title}: {found}.{en}")
    return text.filled(
        title=amount.title,
        found=in_words(in_unit(value, amount.unit), amount.unit),
        zh="".join(each.zh for each in said),
        en="".join(f" {each.en}" for each in said),
    )


def in_words(value: Number, unit: str) -> Label:
    """Cut and never rounded up, so that no benefit reads larger than it is."""
    if unit == "share":
        return Label(percent(value), percent(value))
    if unit == "flag":
        return Label("是", "yes") if value else Label("否", "no")
    if unit != "yuan":
        return shown(value, unit)
    in_yuan = cut(value)
    if -TEN_THOUSAND < value < TEN_THOUSAND:
        return Label(f"{in_yuan} 元", f"{in_yuan} yuan")
    return Label(f"{cut(Fraction(value, TEN_THOUSAND))} 万元", f"{in_yuan} yuan")


def cut(value: Number) -> str:
    """To two decimals, towards zero."""
    hundredths = floor((-value if value < 0 else value) * 100)
    sign = "-" if value < 0 and hundredths else ""
    whole, cents = divmod(hundredths, 100)
    return f"{sign}{whole:,}.{cents:02d}" if cents else f"{sign}{whole:,}"
