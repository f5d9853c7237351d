"""The notices read and counted in the plainest way, to compare the calendar with."""

from __future__ import annotations

import csv
from datetime import date

from pipeline.rules.workdays import CALENDAR_FOLDER

with (CALENDAR_FOLDER / "days.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))
NOTICES = {date.fromisoformat(row["day"]): row["off"] == "1" for row in ROWS}
NOTICE_OF = {date.fromisoformat(row["day"]): int(row["notice_of"]) for row in ROWS}


def worked_by_hand(day: date) -> bool:
    return not NOTICES[day] if day in NOTICES else day.isoweekday() <= 5
