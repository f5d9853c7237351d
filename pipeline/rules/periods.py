"""Month arithmetic of the law: the same day some months later, clipped to the end of a shorter month."""

from calendar import monthrange
from datetime import date


def months_later(day: date, months: int) -> date:
    """2024-02-29 and 12 months give 2025-02-28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
