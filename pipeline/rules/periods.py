"""Month arithmetic of the law: the same day some months later, clipped to the end of a shorter month."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """2024-02-29 and 12 months give 2025-02-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def whole_months(start: date, day: date) -> int:
    """The most months after `start` that have passed by `day`: `months_later(start, n) <= day`."""
    apart = month_steps(start, day)
    return apart if months_later(start, apart) <= day else apart - 1


def months_begun(start: date, day: date) -> int:
    """The least months after `start` within which `day` falls: `day <= months_later(start, n)`."""
    apart = month_steps(start, day)
    return apart if day <= months_later(start, apart) else apart + 1


def month_steps(start: date, day: date) -> int:
    return (day.year - start.year) * 12 + day.month - start.month
