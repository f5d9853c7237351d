"""Reads the yearly notice on public holidays as people have it: its own sentences, or lines of a table.

`一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。` or, a day a line, `2027-01-01 元旦 休`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.rules.labels import Label
from pipeline.rules.workdays import NoticeDay, name_in_english

HOLIDAY = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|\d+[.、])?\s*(?P<name>[^：:\s]{2,24})[：:](?P<says>.+)$")
REMARK = re.compile(r"[（(][^（）()]*[）)]")
STRETCH = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"
    r"(?:\s*(?:至|到|—|-|–|－)\s*(?:(?P<to_year>\d{4})年)?(?:(?P<to_month>\d{1,2})月)?(?P<to_day>\d{1,2})日)?"
)
LINE = re.compile(r"^\s*(?P<day>\d{4}-\d{1,2}-\d{1,2})[\s,，;；\t]+(?P<name>[^\s,，;；]+)[\s,，;；\t]+(?P<off>\S+)\s*$")
OFF = {"休": True, "放假": True, "假": True, "off": True, "1": True, "是": True}
WORKED = {"班": False, "上班": False, "work": False, "0": False, "否": False}
NO_SUCH_DAY = Label("这一行里有不存在的日期。", "There is a day in this line that does not exist.")
LONGEST_STRETCH = timedelta(days=31)
AROUND = timedelta(days=7)  # days of the year before that a notice may turn round


@dataclass(frozen=True)
class Fault:
    """A line that cannot be read, and why."""

    line: int
    says: Label


class _Unread(ValueError):
    """A line that speaks of days and cannot be taken."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.says = Label(zh, en)


class NoticeRefused(Exception):
    """Every line that is no day of a notice."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{each.line}: {each.says.en}" for each in faults))
        self.faults = faults


def read_notice(text: str, year: int) -> list[NoticeDay]:
    """The days of the year's notice, in their order. Lines that speak of no day (title, greeting) are passed over.

    Raises NoticeRefused with every fault: a day that does not exist, lies in another year, or stands there twice.
    """
    days: list[NoticeDay] = []
    faults: list[Fault] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            days += _days(line, year)
        except ValueError as error:
            faults.append(Fault(number, error.says if isinstance(error, _Unread) else NO_SUCH_DAY))
    faults += _strange(days, year)
    if faults:
        raise NoticeRefused(faults)
    return sorted(days, key=lambda each: each.day)


def _days(line: str, year: int) -> Iterator[NoticeDay]:
    as_row = LINE.match(line)
    if as_row:
        word = as_row["off"].lower()
        if word not in OFF | WORKED:
            raise _Unread(f"“{as_row['off']}”既不是“休”也不是“班”。", f"“{as_row['off']}” is neither off nor work.")
        yield _day(date(*map(int, as_row["day"].split("-"))), as_row["name"], (OFF | WORKED)[word])
        return
    as_sentence = HOLIDAY.match(line)
    if as_sentence:
        yield from _told(as_sentence["name"], REMARK.sub("", as_sentence["says"]), year)


def _told(name: str, says: str, year: int) -> Iterator[NoticeDay]:
    """Each sentence ends in what its days are: off, or worked."""
    for part in re.split(r"[。；;]", says):
        stretches = list(STRETCH.finditer(part))
        if not stretches or not ("放假" in part or "上班" in part):
            continue
        for clause in _clauses(part):
            off = "上班" not in clause
            for stretch in STRETCH.finditer(clause):
                for day in _stretch(stretch, year):
                    if off or day.weekday() >= 5:
                        yield _day(day, name, off)


def _clauses(part: str) -> Iterator[str]:
    """Days that are off and days that are worked may stand in one sentence: each clause up to its verb."""
    start = 0
    for verb in re.finditer(r"放假(?:调休|公休)?|上班", part):
        yield part[start : verb.end()]
        start = verb.end()


def _stretch(found: re.Match[str], year: int) -> Iterator[date]:
    month = int(found["month"])
    first = date(int(found["year"] or year), month, int(found["day"]))
    last = first
    if found["to_day"]:
        last = date(int(found["to_year"] or first.year), int(found["to_month"] or month), int(found["to_day"]))
    if not first <= last <= first + LONGEST_STRETCH:
        raise _Unread(f"{first} 至 {last} 不成一段。", f"{first} to {last} is no stretch of days.")
    while first <= last:
        yield first
        first += timedelta(days=1)


def _day(day: date, name: str, off: bool) -> NoticeDay:
    return NoticeDay(day, Label(name, name_in_english(name)), off)


def _strange(days: list[NoticeDay], year: int) -> Iterator[Fault]:
    seen: set[date] = set()
    for each in days:
        if each.day in seen:
            yield Fault(0, Label(f"{each.day} 出现了两次。", f"{each.day} stands there twice."))
        seen.add(each.day)
        if not date(year, 1, 1) - AROUND <= each.day <= date(year, 12, 31):
            yield Fault(0, Label(f"{each.day} 不在 {year} 年。", f"{each.day} is not in {year}."))
        if not each.off and each.day.weekday() < 5:
            yield Fault(0, Label(f"{each.day} 本来就是工作日。", f"{each.day} is a working day anyway."))
