"""How the values of a facts file are read: a reader takes what stands in the file, returns the value or refuses it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, get_args, get_type_hints

from pipeline.rules.codes.identifiers import IdentifierRefused, credit_code
from pipeline.rules.labels import Label

MOST_YUAN = Decimal(2**53 - 1) / 100
"""Money is whole fen below 2**53, so that it survives every number type on its way."""
CODE = re.compile(r"[0-9A-Za-z]+")
DECIMAL = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of the file; `place` reads like `years[1].rd.personnel`."""

    place: str
    says: Label

    def in_language(self, language: str) -> str:
        return f"{self.place}: {self.says.in_language(language)}" if self.place else self.says.in_language(language)


class FactsRefused(ValueError):
    """The file cannot be judged; every fault is named at once."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.in_language("en") for fault in faults))
        self.faults = faults


class ValueRefused(ValueError):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.says = Label(zh, en)


type Reader = Callable[[Any, str, list[Fault]], Any]
"""Takes the value, its place and the list that faults are added to; a refused value reads as None."""


def scalar(read: Callable[[Any], Any]) -> Reader:
    def reader(value: Any, place: str, faults: list[Fault]) -> Any:
        try:
            return None if value is None else read(value)
        except (ValueRefused, IdentifierRefused) as refused:
            faults.append(Fault(place, refused.says))
            return None

    return reader


def decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal) and value.is_finite():
        return value
    if isinstance(value, float):
        raise ValueRefused(f"小数须加引号：{value}", f"a decimal number stands in quotes, never as a float: {value}")
    if isinstance(value, bool) or not isinstance(value, int | str) or not DECIMAL.fullmatch(str(value).strip()):
        raise ValueRefused(f"不是数字：{shown(value)}", f"not a number: {shown(value)}")
    return Decimal(str(value).strip())


def yuan(value: Any) -> Decimal:
    amount = decimal(value)
    if abs(amount) > MOST_YUAN:
        raise ValueRefused(f"金额过大，单位应为元：{value}", f"the amount is too large; it is given in yuan: {value}")
    if amount != amount.quantize(Decimal("0.01")):
        raise ValueRefused(f"金额最多两位小数（分）：{value}", f"an amount has at most two decimals (fen): {value}")
    return amount


def whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = decimal(value)
        if number != int(number) or not least <= number <= most:
            raise ValueRefused(
                f"应为 {least} 至 {most} 的整数：{value}", f"a whole number from {least} to {most} is wanted: {value}"
            )
        return int(number)

    return read


def heads(value: Any) -> Decimal:
    number = decimal(value)
    if abs(number) > 10_000_000:
        raise ValueRefused(f"人数过大：{value}", f"too many persons: {value}")
    return number


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueRefused(f"应为 true 或 false：{shown(value)}", f"true or false is wanted: {shown(value)}")
    return value


def day(value: Any) -> date:
    if isinstance(value, date):
        return value
    try:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueRefused(f"不是日期（如 2026-05-20）：{shown(value)}", f"not a day such as 2026-05-20: {shown(value)}")


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueRefused(f"应为文字：{shown(value)}", f"a text is wanted: {shown(value)}")
    return value


def code(value: Any) -> str:
    if not isinstance(value, str) or not CODE.fullmatch(value):
        raise ValueRefused(f"应为代码（加引号）：{shown(value)}", f"a code in quotes is wanted: {shown(value)}")
    return value


def one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in words:
            choice = ", ".join(words)
            raise ValueRefused(
                f"应为以下之一：{choice}；现为 {shown(value)}", f"one of {choice} is wanted, not {shown(value)}"
            )
        return str(value)

    return read


def uscc(value: Any) -> str:
    return credit_code(text(value))


def listing(read_one: Reader) -> Reader:
    def reader(value: Any, place: str, faults: list[Fault]) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple):
            faults.append(Fault(place, Label("应为列表", "a list is wanted")))
            return None
        return tuple(read_one(each, f"{place}[{index}]", faults) for index, each in enumerate(value))

    return reader


def record(kind: type[Any]) -> Reader:
    """Reads a mapping into the dataclass `kind`, whose fields are annotated with their readers."""
    readers: dict[str, Reader] = {
        name: get_args(hint)[1] for name, hint in get_type_hints(kind, include_extras=True).items()
    }
    required = [each.name for each in fields(kind) if each.default is MISSING]

    def reader(value: Any, place: str, faults: list[Fault]) -> Any:
        if value is None:
            return None
        if not isinstance(value, Mapping):
            faults.append(Fault(place, Label("应为对象", "an object is wanted")))
            return None
        inside = f"{place}." if place else ""
        before = len(faults)
        faults.extend(unknown_keys(value, readers, inside))
        read = {name: read_one(value.get(name), inside + name, faults) for name, read_one in readers.items()}
        absent = [name for name in required if value.get(name) is None]
        faults.extend(Fault(inside + name, Label("必填", "this is required")) for name in absent)
        return kind(**read) if len(faults) == before else None

    return reader


def unknown_keys(value: Mapping[Any, Any], known: Mapping[str, Any], inside: str) -> Iterator[Fault]:
    for key in value:
        if key in known:
            continue
        near = get_close_matches(str(key), known, n=1)
        zh, en = (f"，是否 {near[0]}", f"; perhaps {near[0]}") if near else ("", "")
        yield Fault(f"{inside}{key}", Label(f"没有这一项{zh}", f"there is no such entry{en}"))


def shown(value: Any) -> str:
    """The value as it stands in the file, cut where it is long."""
    written = f'"{value}"' if isinstance(value, str) else str(value)
    return written if len(written) <= 40 else written[:39] + "…"
