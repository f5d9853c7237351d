"""Counties, cities and provinces by their code (GB/T 2260), with what former codes have become.

Old credit codes and certificates carry codes that are no more. The lists end in June 2023; later years go by them.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pipeline.rules.labels import Label
from pipeline.rules.shelf.volumes import SHELF

FIRST_LIST, LAST_LIST = 1980, 2023
FOLDER = SHELF / "divisions"


@dataclass(frozen=True, slots=True)
class Division:
    """A code under one name, on the days [since, until); None is before the first list, or still.

    `zone` is a development zone that only the statistics bureau codes. `successor` is the code it has today.
    """

    code: str
    name: str
    level: str
    since: date | None
    until: date | None
    successor: str | None = None
    parent: str = ""
    zone: bool = False

    def listed_in(self, year: int) -> bool:
        begun = self.since is None or self.since.year <= year
        return begun and (self.until is None or date(year, 1, 1) < self.until)


@cache
def todays_divisions() -> Mapping[str, Division]:
    """Every division of today by its code, in the order of the codes."""
    return {
        row["code"]: Division(
            row["code"],
            row["name"],
            row["level"],
            day(row["since"]),
            None,
            row["code"],
            row["parent"],
            bool(row["zone"]),
        )
        for row in lines("today.csv")
    }


@cache
def former_divisions() -> tuple[Division, ...]:
    """Every code and name that is no more, in the order of the codes."""
    return tuple(
        Division(
            row["code"],
            row["name"],
            level_of(row["code"]),
            day(row["since"]),
            day(row["until"]),
            row["successor"] or None,
        )
        for row in lines("former.csv")
    )


def lines(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def level_of(code: str) -> str:
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


@cache
def by_code() -> Mapping[str, tuple[Division, ...]]:
    """All names of each code, today's first and then the one that ended last."""
    names: dict[str, list[Division]] = defaultdict(list)
    for each in todays_divisions().values():
        names[each.code].append(each)
    for each in sorted(former_divisions(), key=lambda division: division.until or date.max, reverse=True):
        names[each.code].append(each)
    return {code: tuple(found) for code, found in names.items()}


def division_in(code: str, year: int) -> Division | None:
    """What the code meant in a year; None if no list of that year has it. Years without lists go by the nearest one."""
    year = min(max(year, FIRST_LIST), LAST_LIST)
    return next((each for each in by_code().get(code, ()) if each.listed_in(year)), None)


def successor_of(code: str) -> Division | None:
    """What the code's division is today, itself if it still is; None where no list tells."""
    known = by_code().get(code, ())
    return todays_divisions().get(known[0].successor or "") if known else None


def county_of(code: str) -> Division | None:
    """Today's county of a code of 6, 9 or 12 digits, be it former; None for a city, a zone and what is unknown."""
    if len(code) not in {6, 9, 12} or not code.isdecimal():
        return None
    found = successor_of(code[:6])
    return found if found and not found.zone and (found.level == "county" or found in undivided_cities()) else None


@cache
def undivided_cities() -> frozenset[Division]:
    """Cities without counties, such as Dongguan, which are their own."""
    divided = {each.parent for each in todays_divisions().values() if not each.zone}
    return frozenset(each for each in todays_divisions().values() if each.level == "city" and each.code not in divided)


def division_doubt(code: str) -> Label | None:
    """What is odd about a county's code: it is no more, or of no city there is.

    None if it is one of today, and for one of a city's own, as development zones have no official one.
    """
    known = by_code().get(code, ())
    if code in todays_divisions() or (not known and f"{code[:4]}00" in by_code()):
        return None
    if not known:
        return Label(f"行政区划代码表中没有 {code}", f"no list of divisions has {code}")
    now = successor_of(code)
    became = Label(f"，现为 {now.code} {now.name}", f", now {now.code} {now.name}") if now else Label("", "")
    text = Label(
        "{code} {name}自 {month} 起不再使用{now}，请核对",
        "{code} {name} is not used any more since {month}{now}: please compare",
    )
    return text.filled(code=code, name=known[0].name, month=f"{known[0].until:%Y-%m}", now=became)
