"""Every day in the life of a certificate against a second calculation: dateutil's calendar, plain dates, the notices of
holidays read line by line. Thirty rows were reckoned by hand; they stand in cases/holder_days.tsv, the article beside.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped]

from pipeline import rules
from pipeline.rules import books
from pipeline.rules.facts.firm import CHANGE_KINDS, Certificate, Change
from pipeline.rules.law.duties import Duty, duties_of
from pipeline.rules.law.obligations import end_of
from pipeline.rules.workdays import carried_calendar

ROWS = Path(__file__).parent / "cases" / "holder_days.tsv"
DAYS_OFF = Path(rules.__file__).parent / "books" / "calendar" / "days.csv"
ONE_DAY = timedelta(days=1)
CERTIFICATES, SEED = 2_000, 20261124
EDGES = ("02-28", "02-29", "03-01", "05-30", "05-31", "06-01", "08-31", "11-30", "12-31", "01-01")
Owed = tuple[str, int, date]


def issue_days() -> Iterator[date]:
    """Days from 2016 to 2031: of every four one at an edge of a month, a year, a report's day or a leap year."""
    drawn, first = Random(SEED), date(2016, 1, 1)
    for n in range(CERTIFICATES):
        if n % 4:
            yield first + timedelta(days=drawn.randrange(365 * 15))
            continue
        year, edge = drawn.randrange(2016, 2031), drawn.choice(EDGES)
        leap = year % 4 == 0
        yield date.fromisoformat(f"{year}-{edge}" if leap or edge != "02-29" else f"{year}-02-28")


def second_calculation(issued: date, changes: list[Change], revoked: date | None) -> list[Owed]:
    """What is owed by when, by dateutil and by counting; nothing here is the engine's."""
    ends = issued + relativedelta(years=3)
    last = ends - ONE_DAY
    may = [date(issued.year + back, 5, 31) for back in range(1, 5)]
    owed: list[Owed] = [("annual_report", due.year - 1, due) for due in may if due <= last]
    owed.append(("recertification", last.year, last))
    settled = date(last.year, 12, 31) if issued >= date(2017, 6, 19) else date(last.year + 1, 5, 31)
    owed.append(("repayment", last.year, settled))
    kept = [each for each in owed if revoked is None or each[2] < revoked]
    since = [each.on for each in changes if each.on and each.on >= issued]
    reports: list[Owed] = [("change_report", day.year, day + relativedelta(months=3)) for day in since]
    return sorted(kept + reports, key=lambda each: (each[2], each[0]))


def as_owed(duties: list[Duty]) -> list[Owed]:
    return sorted(((each.kind, each.year, each.due_on) for each in duties), key=lambda each: (each[2], each[0]))


def test_every_day_of_two_thousand_certificates_is_that_of_the_second_calculation() -> None:
    drawn, counted = Random(SEED + 1), 0
    for issued in issue_days():
        within = [issued + timedelta(days=drawn.randrange(-30, 1_096)) for _n in range(drawn.randrange(3))]
        changes = [Change(drawn.choice(CHANGE_KINDS), day) for day in within]
        revoked = issued + timedelta(days=drawn.randrange(1, 1_096)) if drawn.random() < 0.2 else None
        read_on = date(2036, 1, 1)
        found = duties_of(
            Certificate(issued_on=issued, revoked_on=revoked), books("obligations", issued), read_on,
            changes=tuple(changes),
        )  # fmt: skip
        assert as_owed(found) == second_calculation(issued, changes, revoked), (issued, changes, revoked)
        counted += len(found)
    assert counted > 4 * CERTIFICATES


def test_every_reminder_of_two_thousand_certificates_is_that_of_the_second_calculation() -> None:
    for issued in issue_days():
        for each in duties_of(Certificate(issued_on=issued), books("obligations", issued), issued):
            if each.kind == "annual_report":
                assert each.reminders == tuple(date(each.due_on.year, *day) for day in ((4, 1), (5, 10), (5, 25)))
            elif each.kind == "recertification":
                assert each.reminders == tuple(issued + relativedelta(months=36 - left) for left in (12, 9, 6, 3))


def test_a_certificate_is_valid_for_three_years_by_both_calculations() -> None:
    for issued in issue_days():
        assert end_of(issued, books("obligations", issued)) == issued + relativedelta(years=3)


def notices() -> dict[date, bool]:
    """Days of the yearly notices and whether they are off; a day of an earlier year's notice gives way to a later."""
    with DAYS_OFF.open(encoding="utf-8") as file:
        return {date.fromisoformat(row["day"]): row["off"] == "1" for row in csv.DictReader(file)}


def ten_working_days_after(day: date, off: dict[date, bool]) -> date:
    left = 10
    while left:
        day += ONE_DAY
        left -= not off.get(day, day.weekday() >= 5)
    return day


def test_every_publicity_of_the_years_with_a_notice_ends_as_counted_by_hand() -> None:
    off, kept = notices(), carried_calendar()
    first, last = date(2008, 1, 1), date(2026, 11, 30)
    for n in range((last - first).days):
        day = first + n * ONE_DAY
        assert kept.add(day, 10).due == ten_working_days_after(day, off), day


def by_hand() -> list[dict[str, str]]:
    with ROWS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_thirty_rows_were_reckoned_by_hand() -> None:
    assert len(by_hand()) == 30


@pytest.mark.parametrize(
    "row", by_hand(), ids=lambda row: " ".join((row["issued"], row["change"], row["kind"])).strip()
)
def test_a_row_reckoned_by_hand_is_what_the_rules_say_with_its_article(row: dict[str, str]) -> None:
    due, (kind, _blank, day) = date.fromisoformat(row["due"]), row["change"].partition(" ")
    if row["kind"] == "publicity":
        published = date.fromisoformat(day)
        source = books("hte", published).source("publicity_workdays")
        assert carried_calendar().add(published, int(books("hte", published).number("publicity_workdays"))).due == due
        assert source.article.startswith(row["article"])
        return
    issued = date.fromisoformat(row["issued"])
    changes = (Change(kind, date.fromisoformat(day)),) if kind else ()
    duties = duties_of(Certificate(issued_on=issued), books("obligations", issued), issued, changes=changes)
    found = [
        (each.due_on, each.article) for each in duties if (each.kind, str(each.year)) == (row["kind"], row["year"])
    ]
    assert found == [(due, row["article"])]
