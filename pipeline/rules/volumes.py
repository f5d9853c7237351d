"""The books on the shelf: reads and checks the YAML files that carry the law's numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from pipeline.rules.dated import Band, Book, DatedValue, Entry, NoBook, PointsFrom, Source, Value
from pipeline.rules.labels import Label

SHELF = Path(__file__).parent / "books"
UNITS = frozenset({"share", "factor", "yuan", "days", "years", "count", "points", "code", "choice"})
WORDS = frozenset({"code", "choice"})
CERTAINTIES = frozenset({"C", "L", "U"})
NUMBER = re.compile(r"-?\d+(\.\d+)?")
ENTRY_KEYS = frozenset({"rule", "title_zh", "title_en", "unit", "values"})
VALUE_KEYS = frozenset({"from", "value", "instrument", "article", "certainty", "verified_by", "verified_on"})

TITLES = {
    "hte": Label("高新技术企业认定", "High-tech enterprise certification"),
    "pool": Label("高新技术企业培育库入库", "Admission to the cultivation pool"),
}

BUILDS_ON = {"pool": "hte"}
"""A book that says only what differs from another one."""


class BookRefused(ValueError):
    """A book cannot be used as it stands: names the file, the key and the reason."""


@lru_cache(maxsize=64)
def books(name: str, day: date) -> Book:
    """The book of a programme as it stands on that day; raises NoBook. What it lacks that day raises NoValue."""
    if name not in TITLES:
        raise NoBook(f"there is no book {name!r}; there are {', '.join(TITLES)}")
    entries, version = volume(name)
    return Book(name, TITLES[name], version, day, entries)


@cache
def volume(name: str) -> tuple[Mapping[str, Entry], str]:
    """All entries of a book through time and the version of their content."""
    about = SHELF / "instruments.yaml"
    instruments = read_yaml(about)
    folders = [SHELF / name] if name not in BUILDS_ON else [SHELF / BUILDS_ON[name], SHELF / name]
    files = [file for folder in folders for file in sorted(folder.glob("*.yaml"))]
    entries = [entry_from(read_yaml(file), instruments, file.name) for file in files]
    return {entry.rule: entry for entry in entries}, content_version(name, [*files, about])


def content_version(name: str, files: list[Path]) -> str:
    """The same for the same bytes, whatever machine reads them."""
    digest = sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return f"{name}-{digest.hexdigest()[:12]}"


def read_yaml(path: Path) -> Any:
    """The content of one file as plain lists and mappings, by YAML 1.2 (in 1.1 the key `on` would read as true)."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


def entry_from(raw: Mapping[str, Any], instruments: Mapping[str, Any], file: str) -> Entry:
    """Checks one file of a book; raises BookRefused with file, key and reason."""
    keys_are(raw, ENTRY_KEYS, frozenset(), file)
    if f"{raw['rule']}.yaml" != file:
        raise BookRefused(f"{file}: rule: the file is named after its rule, not {raw['rule']!r}")
    if raw["unit"] not in UNITS:
        raise BookRefused(f"{file}: unit: {raw['unit']!r} is none of {', '.join(sorted(UNITS))}")
    values = [
        dated_value(each, raw["unit"], instruments, f"{file}: values[{n}]") for n, each in enumerate(raw["values"])
    ]
    if not values:
        raise BookRefused(f"{file}: values: there is none")
    return Entry(raw["rule"], Label(raw["title_zh"], raw["title_en"]), raw["unit"], tuple(in_turn(values, file)))


def keys_are(raw: Mapping[str, Any], wanted: frozenset[str], allowed: frozenset[str], place: str) -> None:
    missing, foreign = wanted - set(raw), set(raw) - wanted - allowed
    if missing or foreign:
        words = [f"{key} is missing" for key in sorted(missing)] + [f"{key} is not known" for key in sorted(foreign)]
        raise BookRefused(f"{place}: {'; '.join(words)}")


def in_turn(values: list[DatedValue], file: str) -> Iterator[DatedValue]:
    """Each value until the next begins, where it does not end earlier."""
    for earlier, later in pairwise(values):
        if later.start <= earlier.start or (earlier.end and later.start < earlier.end):
            raise BookRefused(f"{file}: values: the one from {later.start} overlaps the one from {earlier.start}")
        yield DatedValue(earlier.start, earlier.end or later.start, earlier.value, earlier.source)
    yield values[-1]


def dated_value(raw: Mapping[str, Any], unit: str, instruments: Mapping[str, Any], place: str) -> DatedValue:
    keys_are(raw, VALUE_KEYS, frozenset({"to"}), place)
    if raw["instrument"] not in instruments:
        raise BookRefused(f"{place}: instrument: {raw['instrument']!r} is not in instruments.yaml")
    if raw["certainty"] not in CERTAINTIES or not raw["article"]:
        raise BookRefused(f"{place}: a number has an article and a certainty of C, L or U")
    about = instruments[raw["instrument"]]
    source = Source(
        instrument=raw["instrument"],
        number=about["number"],
        title=Label(about["title_zh"], about["title_en"]),
        article=raw["article"],
        certainty=raw["certainty"],
        verified_by=raw["verified_by"],
        verified_on=raw["verified_on"],
    )
    value = None if raw["value"] is None else value_from(raw["value"], unit, f"{place}: value")
    return DatedValue(raw["from"], raw.get("to"), value, source)


def value_from(raw: Any, unit: str, place: str) -> Value:
    if unit in WORDS:
        return str(raw)
    if not isinstance(raw, list):
        return number(raw, place)
    if any("points" in line for line in raw):
        return points_table(raw, place)
    return bands_table(raw, place)


def number(raw: Any, place: str) -> Fraction:
    if not isinstance(raw, str) or not NUMBER.fullmatch(raw):
        raise BookRefused(f"{place}: {raw!r} is not a decimal number in quotes")
    return Fraction(Decimal(raw))


def bands_table(raw: list[Mapping[str, Any]], place: str) -> tuple[Band, ...]:
    for line in raw:
        keys_are(line, frozenset({"value"}), frozenset({"upto", "open"}), place)
    lines = tuple(
        Band(
            number(line["upto"], place) if "upto" in line else None,
            number(line["value"], place),
            bool(line.get("open", False)),
        )
        for line in raw
    )
    return without_holes(lines, lambda band: band.upto, 1, place)


def points_table(raw: list[Mapping[str, Any]], place: str) -> tuple[PointsFrom, ...]:
    for line in raw:
        keys_are(line, frozenset({"points"}), frozenset({"from", "open"}), place)
    lines = tuple(
        PointsFrom(
            number(line["from"], place) if "from" in line else None,
            int(line["points"][0]),
            int(line["points"][1]),
            bool(line.get("open", False)),
        )
        for line in raw
    )
    for higher, lower in pairwise(lines):
        if lower.high + 1 != higher.low:
            raise BookRefused(f"{place}: points {lower.low} to {lower.high} do not join {higher.low} to {higher.high}")
    return without_holes(lines, lambda line: line.start, -1, place)


def without_holes[L: (Band, PointsFrom)](
    lines: tuple[L, ...], edge: Callable[[L], Fraction | None], direction: int, place: str
) -> tuple[L, ...]:
    """Every line goes on where the one before it ends, and the last has no end."""
    *edges, last = (edge(line) for line in lines)
    if last is not None:
        raise BookRefused(f"{place}: the last line leaves a hole behind {last}")
    for one, next_one in pairwise(edges):
        if one is None or next_one is None or (next_one - one) * direction <= 0:
            raise BookRefused(f"{place}: {next_one} does not follow {one}: the lines overlap")
    if None in edges:
        raise BookRefused(f"{place}: only the last line is without an edge")
    return lines
