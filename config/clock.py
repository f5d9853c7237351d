"""The clock that screens and jobs read. Everything below them is told the day.

A demonstration may be moved to another day, so that a term of months can be walked through in minutes; nothing
else can.
"""

from datetime import date, timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils.timezone import localdate

OFFSET = "demonstration_day_offset"
FARTHEST = timedelta(days=3_650)  # no book is older


def today() -> date:
    if not settings.DEMO:
        return localdate()
    return localdate() + timedelta(days=cache.get(OFFSET, 0))


def move_to(day: date) -> None:
    """Show the demonstration as of another day; raises ValueError for one more than ten years away."""
    if not settings.DEMO:
        raise RuntimeError("Only a demonstration can be moved to another day.")
    if abs(day - localdate()) > FARTHEST:
        raise ValueError(f"{day} is more than ten years away.")
    cache.set(OFFSET, (day - localdate()).days, timeout=None)
