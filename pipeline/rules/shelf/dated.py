"""The numbers of the law as data: each with the days it is in force, its instrument and its article."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import lru_cache

from pipeline.rules.labels import Label

HANZI_DIGITS = "〇一二三四五六七八九"


class NoBook(LookupError):
    """There is no book of that name."""


class NoValue(LookupError):
    """The book has no value of that rule on that day."""


@dataclass(frozen=True, slots=True)
class Band:
    """A value that holds up to a line; `upto` None is the rest. The line itself belongs to it unless `open`."""

    upto: Fraction | None
    value: Fraction
    open: bool = False


@dataclass(frozen=True, slots=True)
class PointsFrom:
    """Points that may be given from a line on; `start` None is the rest. The line belongs to it unless `open`."""

    start: Fraction | None
    low: int
    high: int
    open: bool = False


type Value = Fraction | str | tuple[Band, ...] | tuple[PointsFrom, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number is written, how certain that is and who compared it with the instrument."""

    instrument: str
    number: str
    title: Label
    article: str
    certainty: str
    verified_by: str | None
    verified_on: date | None

    def in_words(self) -> str:
        """As a Chinese reader cites it: 国科发火〔2016〕32号 第十一条（五）."""
        return f"{self.number or self.title.zh} {article_in_words(self.article)}".strip()


@dataclass(frozen=True, slots=True)
class DatedValue:
    """In force on the days `[start, end)`; a value of None is a repeal."""

    start: date
    end: date | None
    value: Value | None
    source: Source

    def holds(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the law through time, oldest first. It may be set to no less than `least`, no more than `most`."""

    rule: str
    title: Label
    unit: str
    values: tuple[DatedValue, ...]
    least: Fraction | None = None
    most: Fraction | None = None

    def at(self, day: date) -> tuple[Value, Source]:
        found = next((each for each in self.values if each.holds(day)), None)
        if found is None or found.value is None:
            raise NoValue(self.why_none(day))
        return found.value, found.source

    def why_none(self, day: date) -> str:
        first, last = self.values[0], self.values[-1]
        if day < first.start:
            return f"{self.rule} starts on {first.start}; it has no value on {day}"
        if last.end is not None and day >= last.end:
            return f"{self.rule} ended on {last.end}; it has no value on {day}"
        return f"{self.rule} was repealed; it has no value on {day}"


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """The numbers of one programme as they stand on one day. Two of the same content have the same version."""

    name: str
    title: Label
    version: str
    day: date
    entries: Mapping[str, Entry]

    def entry(self, rule: str) -> Entry:
        if rule not in self.entries:
            raise NoValue(f"the book {self.name} says nothing about {rule}")
        return self.entries[rule]

    def as_of(self, day: date) -> Book:
        """The same book on another day."""
        return replace(self, day=day)

    def has(self, rule: str) -> bool:
        """Whether the book has a value of the rule on its day."""
        return any(each.holds(self.day) and each.value is not None for each in self.entry(rule).values)

    def at(self, rule: str) -> Value:
        return self.entry(rule).at(self.day)[0]

    def number(self, rule: str) -> Fraction:
        value = self.at(rule)
        if not isinstance(value, Fraction):
            raise NoValue(f"{rule} is not a single number")
        return value

    def choice(self, rule: str) -> str:
        return str(self.at(rule))

    def bands(self, rule: str) -> tuple[Band, ...]:
        """The bands of a table; a single number is one band without an end."""
        value = self.at(rule)
        if isinstance(value, Fraction):
            return (Band(None, value),)
        return tuple(each for each in value if isinstance(each, Band))

    def points(self, rule: str) -> tuple[PointsFrom, ...]:
        value = self.at(rule)
        if not isinstance(value, tuple):
            raise NoValue(f"{rule} is not a table of points")
        return tuple(each for each in value if isinstance(each, PointsFrom))

    def source(self, rule: str) -> Source:
        return self.entry(rule).at(self.day)[1]


@lru_cache(maxsize=1024)
def article_in_words(article: str) -> str:
    """11(5) as 第十一条（五）; an article that is not numbered stays as it is."""
    match = re.fullmatch(r"(\d{1,2})(?:\((\d{1,2})\))?", article)
    if not match:
        return article
    item = f"（{hanzi(int(match[2]))}）" if match[2] else ""
    return f"第{hanzi(int(match[1]))}条{item}"


def hanzi(number: int) -> str:
    """A whole number below 100 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return HANZI_DIGITS[ones]
    return f"{HANZI_DIGITS[tens] if tens > 1 else ''}十{HANZI_DIGITS[ones] if ones else ''}"
