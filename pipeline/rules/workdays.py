"""Working days of the People's Republic: Monday to Friday, less the State Council's holidays, plus its make-up days."""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from pipeline.rules.labels import Label, listed
from pipeline.rules.shelf.volumes import read_yaml

CALENDAR_FOLDER = Path(__file__).parent / "books" / "calendar"
ONE_DAY = timedelta(days=1)
SATURDAY = 5
WEEKEND = Label("周末", "weekend")


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """A day that a notice takes out of the plain week: a holiday, or a weekend day worked instead."""

    day: date
    name: Label
    off: bool


@dataclass(frozen=True, slots=True)
class DayWithReason:
    day: date
    reason: Label


@dataclass(frozen=True, slots=True)
class Derivation:
    """A term in working days and how its last day was found."""

    start: date
    days: int
    due: date
    skipped: tuple[DayWithReason, ...]
    made_up: tuple[DayWithReason, ...]
    provisional_years: tuple[int, ...]

    @property
    def provisional(self) -> bool:
        """True while the term runs into a year whose holidays are not announced."""
        return bool(self.provisional_years)

    def says(self, language: str) -> str:
        return "".join(part.in_language(language) for part in self._sentences())

    def _sentences(self) -> Iterator[Label]:
        yield self._term()
        if self.skipped:
            text = Label("不计：{days}。", " Not counted: {days}.")
            yield text.filled(days=listed(list(spans_in_words(self.skipped))))
        if self.made_up:
            text = Label("计入调休上班日：{days}。", " Make-up working days counted: {days}.")
            yield text.filled(days=listed([Label(f"{each.day:%m-%d}", f"{each.day:%m-%d}") for each in self.made_up]))
        if self.provisional:
            years = "、".join(map(str, self.provisional_years)), ", ".join(map(str, self.provisional_years))
            yield Label(
                f"{years[0]} 年放假安排尚未公布，暂按周一至周五计算，日期可能变动。",
                f" The holidays of {years[1]} are not announced yet; counted Monday to Friday, the day may move.",
            )

    def _term(self) -> Label:
        if self.days == 0:
            return Label(f"当日 {self.due}。", f"The day itself, {self.due}.")
        if self.days < 0:
            back = -self.days
            return Label(
                f"{self.start} 之前第 {back} 个工作日为 {self.due}（当日不计）。",
                f"{back} working days before {self.start} is {self.due}; the day itself is not counted.",
            )
        return Label(
            f"自 {self.start} 次日起算 {self.days} 个工作日，至 {self.due} 24 时止。",
            f"{self.days} working days from the day after {self.start} end at 24:00 on {self.due}.",
        )


class Calendar:
    """Answers which days are worked.

    Years without a published notice are counted Monday to Friday, and what is counted there is marked provisional. So
    are the last `reaches_back` days of the last year, which the next year's notice may still turn round.
    """

    def __init__(
        self,
        days: Iterable[NoticeDay],
        *,
        first_announced_year: int,
        last_announced_year: int,
        reaches_back: int = 0,
    ) -> None:
        self.first_announced_year = first_announced_year
        self.last_announced_year = last_announced_year
        self.reaches_back = timedelta(days=reaches_back)
        self._notices = {each.day: each for each in days}
        weekdays_off = (d.day for d in self._notices.values() if d.off and d.day.weekday() < SATURDAY)
        weekend_worked = (d.day for d in self._notices.values() if not d.off and d.day.weekday() >= SATURDAY)
        self._weekdays_off = sorted(weekdays_off)
        self._weekend_worked = sorted(weekend_worked)

    def announced(self, day: date) -> bool:
        return self.first_announced_year <= day.year <= self.last_announced_year

    def notices_of(self, year: int) -> list[NoticeDay]:
        """The holidays and make-up days of a year, in their order."""
        return sorted((each for each in self._notices.values() if each.day.year == year), key=lambda each: each.day)

    def is_workday(self, day: date) -> bool | None:
        """Whether the day is worked; None where the year's holidays are not announced."""
        return self._worked(day) if self.announced(day) else None

    def add(self, day: date, n: int) -> Derivation:
        """The n-th working day after `day`, which itself is not counted; before it for a negative n; itself for 0."""
        step = ONE_DAY if n >= 0 else -ONE_DAY
        passed, left, due = [], abs(n), day
        while left:
            due += step
            passed.append(due)
            left -= self._worked(due)
        passed.sort()
        return Derivation(
            start=day,
            days=n,
            due=due,
            skipped=tuple(DayWithReason(each, self._reason(each)) for each in passed if not self._worked(each)),
            made_up=tuple(
                DayWithReason(each, self._notices[each].name)
                for each in passed
                if self._worked(each) and each.weekday() >= SATURDAY
            ),
            provisional_years=tuple(sorted(set(self._open_years(passed)))),
        )

    def _open_years(self, days: Iterable[date]) -> Iterator[int]:
        """The years whose notice may still change one of the days."""
        for each in days:
            if not self.announced(each):
                yield each.year
            elif each.year == self.last_announced_year < (each + self.reaches_back).year:
                yield each.year + 1

    def between(self, start: date, end: date) -> int:
        """Working days left from the end of `start` to the end of `end`: 0 on the day itself, negative when it is past.

        `between(day, add(day, n).due) == n` for every n but where `day` is no working day and n is negative.
        """
        return self._worked_through(end) - self._worked_through(start)

    def _worked(self, day: date) -> bool:
        notice = self._notices.get(day)
        return day.weekday() < SATURDAY if notice is None else not notice.off

    def _worked_through(self, day: date) -> int:
        weeks, weekday = divmod(day.toordinal() - 1, 7)
        plain = weeks * SATURDAY + min(weekday + 1, SATURDAY)
        return plain - bisect_right(self._weekdays_off, day) + bisect_right(self._weekend_worked, day)

    def _reason(self, day: date) -> Label:
        notice = self._notices.get(day)
        return notice.name if notice else WEEKEND


def spans_in_words(days: tuple[DayWithReason, ...]) -> Iterator[Label]:
    """`春节 02-15 至 02-23`; weekends only by their number, as everybody knows where they are."""
    weekend_days = sum(each.reason == WEEKEND for each in days)
    if weekend_days:
        yield Label(f"周末 {weekend_days} 天", f"{weekend_days} weekend day{'s' if weekend_days > 1 else ''}")
    named = [each for each in days if each.reason != WEEKEND]
    for reason, run in groupby(named, key=lambda each: each.reason):
        for first, last in runs([each.day for each in run]):
            zh = f"{first:%m-%d}" if first == last else f"{first:%m-%d} 至 {last:%m-%d}"
            en = f"{first:%m-%d}" if first == last else f"{first:%m-%d} to {last:%m-%d}"
            yield Label(f"{reason.zh} {zh}", f"{reason.en} {en}")


def runs(days: list[date]) -> Iterator[tuple[date, date]]:
    """First and last day of each run of days that follow one another."""
    breaks = [0, *(i + 1 for i, (a, b) in enumerate(pairwise(days)) if b - a != ONE_DAY), len(days)]
    for start, end in pairwise(breaks):
        yield days[start], days[end - 1]


@cache
def carried_calendar() -> Calendar:
    """The calendar that ships with the product; its source is named beside the data."""
    return carried_with({})


def carried_with(notices: Mapping[int, Iterable[NoticeDay]]) -> Calendar:
    """The carried calendar with these years' notices, each in place of the one that was carried for its year."""
    about, rows = _carried_rows()
    last = int(about["last_announced_year"])
    while last + 1 in notices:
        last += 1
    days = [day for day, year in rows if year not in notices]
    return Calendar(
        [*days, *(day for year in sorted(notices) for day in notices[year])],
        first_announced_year=int(about["first_announced_year"]),
        last_announced_year=last,
        reaches_back=int(about["reaches_back"]),
    )


@cache
def _carried_rows() -> tuple[Mapping[str, Any], tuple[tuple[NoticeDay, int], ...]]:
    about = read_yaml(CALENDAR_FOLDER / "names.yaml")
    with (CALENDAR_FOLDER / "days.csv").open(encoding="utf-8", newline="") as file:
        rows = tuple(
            (
                NoticeDay(
                    date.fromisoformat(row["day"]), Label(row["name"], about["names"][row["name"]]), row["off"] == "1"
                ),
                int(row["notice_of"]),
            )
            for row in csv.DictReader(file)
        )
    return about, rows


def name_in_english(name: str) -> str:
    """What a holiday is called in English; one that no notice has named before keeps its Chinese name."""
    names: Mapping[str, str] = _carried_rows()[0]["names"]
    return names.get(name, name)
