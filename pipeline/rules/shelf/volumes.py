"""The books on the shelf: reads and checks the YAML files that carry the law's numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.rules.facts.reading import Fault, shown
from pipeline.rules.labels import Label
from pipeline.rules.sentences import exact_text
from pipeline.rules.shelf.dated import Band, Book, DatedValue, Entry, NoBook, NoValue, PointsFrom, Source, Value
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.readings import READINGS

SHELF = Path(__file__).parents[1] / "books"
UNITS = frozenset({"share", "factor", "yuan", "heads", "days", "months", "years", "count", "points", "code", "choice"})
WORDS = frozenset({"code", "choice"})
CERTAINTIES = frozenset({"C", "L", "U"})
WHOLE = frozenset({"days", "months", "years", "count", "points"})
NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
FRACTION = re.compile(r"[0-9]{1,10}/[1-9][0-9]{0,9}")
WORD = re.compile(r"[0-9A-Za-z_-]+( [0-9A-Za-z_-]+)*")
"""One word, or several with a space between, as a list of codes has it."""
ENTRY_KEYS = frozenset({"rule", "title_zh", "title_en", "unit", "values"})
LIMITS = frozenset({"least", "most"})
VALUE_KEYS = frozenset({"from", "value", "instrument", "article", "certainty", "verified_by", "verified_on"})

TITLES = {
    "hte": Label("高新技术企业认定", "High-tech enterprise certification"),
    "sme": Label("科技型中小企业评价入库", "Registration as a technology SME"),
    "pool": Label("高新技术企业培育库入库", "Admission to the cultivation pool"),
    "tax": Label("研发费用加计扣除与高企税收测算", "Super deduction and the tax benefit of certification"),
    "obligations": Label("高新技术企业证书义务", "Obligations of certificate holders"),
}

BUILDS_ON = {"sme": "hte", "pool": "hte", "obligations": "hte", "tax": "hte"}
"""A book that says only what differs from another one."""


class BookRefused(ValueError):
    """A book cannot be used as it stands. Each fault has its place, which is file and key, and the reason."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.in_language("en") for fault in faults))
        self.faults = faults


def refused(place: str, zh: str, en: str) -> BookRefused:
    return BookRefused(Fault(place, Label(zh, en)))


@lru_cache(maxsize=64)
def books(name: str, day: date) -> Book:
    """The book of a programme as it stands on that day; raises NoBook, or NoValue for a day before its first number.

    A single number that the book does not have yet, or no more, raises NoValue when it is asked for.
    """
    if name not in TITLES:
        raise NoBook(f"there is no book {name!r}; there are {', '.join(TITLES)}")
    entries, version = volume(name)
    if day < first_day(name):
        raise NoValue(f"the book {name} starts on {first_day(name)}; it says nothing about {day}")
    return Book(name, TITLES[name], version, day, entries)


@cache
def volume(name: str) -> tuple[Mapping[str, Entry], str]:
    """All entries of a book through time and the version of their content."""
    about = SHELF / "instruments.yaml"
    instruments = read_yaml(about)
    files = [file for each in (BUILDS_ON.get(name), name) if each for file in files_of(each)]
    entries = [entry_from(read_yaml(file), instruments, file.name) for file in files]
    by_rule = {entry.rule: entry for entry in entries}
    all_asked_for(name, {file.stem for file in files_of(name)}, by_rule.keys())
    return by_rule, content_version(name, [*files, about])


def files_of(name: str) -> list[Path]:
    """What a book says itself, without the one it builds on."""
    return sorted((SHELF / name).glob("*.yaml"))


@cache
def first_day(name: str) -> date:
    entries, _ = volume(name)
    return min(entries[file.stem].values[0].start for file in files_of(name))


def all_asked_for(name: str, own: Set[str], there: Set[str]) -> None:
    """A number no code asks for misleads its reader, and one that code asks for must be there: both are refused."""
    asked = PARAMETERS.get(name, frozenset())
    idle, absent = sorted(own - asked), sorted(asked - there)
    why_idle = Label("没有规则用到它（见 parameters.py）", "no code asks for it (parameters.py says what is asked for)")
    why_absent = Label("规则用到它，但没有这个文件", "code asks for it and no file has it")
    faults = [Fault(f"{name}/{rule}.yaml", why_idle) for rule in idle]
    faults += [Fault(f"{name}/{rule}.yaml", why_absent) for rule in absent]
    if faults:
        raise BookRefused(*faults)


def content_version(name: str, files: list[Path]) -> str:
    """The same for the same bytes, whatever machine reads them."""
    digest = sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return f"{name}-{digest.hexdigest()[:12]}"


def read_yaml(path: Path) -> Any:
    """The content of one file as plain lists and mappings, by YAML 1.2 (in 1.1 the key `on` would read as true)."""
    try:
        return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise refused(path.name, f"不是 YAML：{reason}", f"this is no YAML: {reason}") from error


def entry_from(raw: Any, instruments: Mapping[str, Any], file: str) -> Entry:
    """Checks one file of a book; raises BookRefused with file, key and reason."""
    keys_are(raw, ENTRY_KEYS, LIMITS, file)
    if f"{raw['rule']}.yaml" != file:
        raise refused(
            f"{file}: rule",
            f"文件应以规则命名，而非 {raw['rule']!r}",
            f"the file is named after its rule, not {raw['rule']!r}",
        )
    if raw["unit"] not in UNITS:
        known = ", ".join(sorted(UNITS))
        raise refused(f"{file}: unit", f"{raw['unit']!r} 不在 {known} 之列", f"{raw['unit']!r} is none of {known}")
    entry = Entry(raw["rule"], Label(raw["title_zh"], raw["title_en"]), raw["unit"], (), *limits(raw, file))
    listed = raw["values"] if isinstance(raw["values"], list) else []
    values = [dated_value(each, entry, instruments, f"{file}: values[{n}]") for n, each in enumerate(listed)]
    if not values:
        raise refused(f"{file}: values", "没有数值", "there is none")
    return replace(entry, values=tuple(in_turn(values, f"{file}: values")))


def limits(raw: Mapping[str, Any], file: str) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most that the number may be, where the code that asks for it can bear no other."""
    least, most = (number(raw[key], f"{file}: {key}") if key in raw else None for key in ("least", "most"))
    return least, most


def keys_are(raw: Any, wanted: frozenset[str], allowed: frozenset[str], place: str) -> None:
    if not isinstance(raw, Mapping):
        raise refused(place, f"应为对象：{shown(raw)}", f"an object is wanted, not {shown(raw)}")
    missing, foreign = sorted(wanted - set(raw)), sorted(set(raw) - wanted - allowed, key=str)
    if missing or foreign:
        zh = [f"缺少 {key}" for key in missing] + [f"没有 {key} 这一项" for key in foreign]
        en = [f"{key} is missing" for key in missing] + [f"{key} is not known" for key in foreign]
        raise refused(place, "；".join(zh), "; ".join(en))


def in_turn(values: list[DatedValue], place: str) -> Iterator[DatedValue]:
    """Each value until the next begins, where it does not end earlier."""
    for earlier, later in pairwise(values):
        if later.start <= earlier.start or (earlier.end and later.start < earlier.end):
            zh = f"{later.start} 起的数值与 {earlier.start} 起的重叠"
            raise refused(place, zh, f"the one from {later.start} overlaps the one from {earlier.start}")
        yield DatedValue(earlier.start, earlier.end or later.start, earlier.value, earlier.source)
    yield values[-1]


def dated_value(raw: Any, entry: Entry, instruments: Mapping[str, Any], place: str) -> DatedValue:
    keys_are(raw, VALUE_KEYS, frozenset({"to"}), place)
    start, end = day_of(raw["from"], f"{place}: from"), raw.get("to")
    if end is not None and day_of(end, f"{place}: to") <= start:
        raise refused(f"{place}: to", f"{end} 不晚于 {start}", f"{end} is not after {start}")
    value = None if raw["value"] is None else value_from(raw["value"], entry, f"{place}: value")
    return DatedValue(start, end, value, source_from(raw, instruments, place))


def source_from(raw: Mapping[str, Any], instruments: Mapping[str, Any], place: str) -> Source:
    if raw["instrument"] not in instruments:
        known = f"{raw['instrument']!r}"
        raise refused(f"{place}: instrument", f"instruments.yaml 中没有 {known}", f"{known} is not in instruments.yaml")
    if raw["certainty"] not in CERTAINTIES or not isinstance(raw["article"], str) or not raw["article"]:
        raise refused(
            place, "数值须有条款和把握程度（C、L 或 U）", "a number has an article and a certainty of C, L or U"
        )
    if (raw["verified_by"] is None) != (raw["verified_on"] is None):
        raise refused(
            f"{place}: verified_by", "核对人与核对日期须同时填写", "who verified a number stands beside the day"
        )
    about = instruments[raw["instrument"]]
    return Source(
        instrument=raw["instrument"],
        number=about["number"],
        title=Label(about["title_zh"], about["title_en"]),
        article=raw["article"],
        certainty=raw["certainty"],
        verified_by=raw["verified_by"],
        verified_on=raw["verified_on"],
    )


def day_of(raw: Any, place: str) -> date:
    if type(raw) is not date:
        raise refused(place, f"不是日期：{shown(raw)}", f"not a day: {shown(raw)}")
    return raw


def value_from(raw: Any, entry: Entry, place: str) -> Value:
    """A number, a word or a table as the file has it; raises BookRefused where it can be none of this entry's."""
    if entry.unit in WORDS:
        return word(raw, entry, place)
    if not isinstance(raw, list):
        return within(number(raw, place), entry, place)
    if any(isinstance(line, Mapping) and "points" in line for line in raw):
        return points_table(raw, place)
    return bands_table(raw, entry, place)


def word(raw: Any, entry: Entry, place: str) -> str:
    if not isinstance(raw, str) or not WORD.fullmatch(raw):
        raise refused(place, f"应为加引号的代码：{shown(raw)}", f"a word in quotes is wanted: {shown(raw)}")
    readings = READINGS.get(entry.rule) if entry.unit == "choice" else None
    if readings and raw not in readings:
        known = ", ".join(readings)
        raise refused(place, f"{shown(raw)} 不在 {known} 之列", f"{shown(raw)} is none of {known}")
    return raw


def number(raw: Any, place: str) -> Fraction:
    if isinstance(raw, str) and FRACTION.fullmatch(raw):
        return Fraction(raw)
    if not isinstance(raw, str) or not NUMBER.fullmatch(raw):
        raise refused(place, f"不是加引号的十进制数：{raw!r}", f"{raw!r} is not a decimal number in quotes")
    return Fraction(Decimal(raw))


def within(amount: Fraction, entry: Entry, place: str) -> Fraction:
    """The number itself, where an entry of this unit and these limits may have it."""
    least = max(entry.least or Fraction(0), Fraction(0))
    here = exact_text(amount)
    if amount < least:
        raise refused(place, f"{here} 低于 {exact_text(least)}", f"{here} is below {exact_text(least)}")
    if entry.most is not None and amount > entry.most:
        raise refused(place, f"{here} 高于 {exact_text(entry.most)}", f"{here} is above {exact_text(entry.most)}")
    if entry.unit in WHOLE and amount.denominator != 1:
        raise refused(place, f"应为整数，而非 {here}", f"a whole number is wanted, not {here}")
    return amount


def bands_table(raw: list[Any], entry: Entry, place: str) -> tuple[Band, ...]:
    for n, line in enumerate(raw):
        keys_are(line, frozenset({"value"}), frozenset({"upto", "open"}), f"{place}[{n}]")
    lines = tuple(
        Band(
            number(line["upto"], f"{place}[{n}]: upto") if "upto" in line else None,
            within(number(line["value"], f"{place}[{n}]"), entry, f"{place}[{n}]"),
            opens(line, f"{place}[{n}]"),
        )
        for n, line in enumerate(raw)
    )
    return without_holes(lines, lambda band: band.upto, 1, place)


def points_table(raw: list[Any], place: str) -> tuple[PointsFrom, ...]:
    for n, line in enumerate(raw):
        keys_are(line, frozenset({"points"}), frozenset({"from", "open"}), f"{place}[{n}]")
    lines = tuple(
        PointsFrom(
            number(line["from"], f"{place}[{n}]: from") if "from" in line else None,
            *points_of(line["points"], f"{place}[{n}]: points"),
            opens(line, f"{place}[{n}]"),
        )
        for n, line in enumerate(raw)
    )
    for higher, lower in pairwise(lines):
        if lower.high + 1 != higher.low:
            ends = f"{lower.low}–{lower.high}", f"{higher.low}–{higher.high}"
            zh = f"{ends[0]} 分与 {ends[1]} 分不相接"
            en = f"points {lower.low} to {lower.high} do not join {higher.low} to {higher.high}"
            raise refused(place, zh, en)
    return without_holes(lines, lambda line: line.start, -1, place)


def points_of(raw: Any, place: str) -> tuple[int, int]:
    match raw:
        case [int(low), int(high)] if not {type(low), type(high)} - {int} and 0 <= low <= high:
            return low, high
    raise refused(
        place, f"应为两个整数（低分、高分）：{shown(raw)}", f"two whole numbers are wanted, low and high: {shown(raw)}"
    )


def opens(line: Mapping[str, Any], place: str) -> bool:
    if not isinstance(line.get("open", False), bool):
        raise refused(f"{place}: open", "应为 true 或 false", "true or false is wanted")
    return bool(line.get("open", False))


def without_holes[L: (Band, PointsFrom)](
    lines: tuple[L, ...], edge: Callable[[L], Fraction | None], direction: int, place: str
) -> tuple[L, ...]:
    """Every line goes on where the one before it ends, and the last has no end."""
    if not lines:
        raise refused(place, "表格没有一行", "the table has no line")
    *edges, last = (edge(line) for line in lines)
    if last is not None:
        zh = f"最后一行之后（{exact_text(last)} 以外）没有规定"
        raise refused(place, zh, f"the last line leaves a hole behind {exact_text(last)}")
    if None in edges:
        raise refused(place, "只有最后一行可以没有界限", "only the last line is without an edge")
    for one, next_one in pairwise(each for each in edges if each is not None):
        if (next_one - one) * direction <= 0:
            here, there = exact_text(next_one), exact_text(one)
            zh = f"{here} 不应排在 {there} 之后：各行重叠"
            raise refused(place, zh, f"{here} does not follow {there}: the lines overlap")
    return lines
