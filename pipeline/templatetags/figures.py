"""How numbers, days and masked texts are written on screen; nothing is rounded over a line it has not reached."""

from datetime import date, datetime
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NOTHING = "—"
MINUS = "−"
YUAN_IN_WAN = Decimal(10_000)
MOST_DECIMALS = 12

Amount = Decimal | int | str | None
Share = Fraction | Decimal | int | str | None


def grouped(value: Decimal, decimals: int) -> str:
    """1234567.8 with two decimals: 1,234,567.80, with a true minus sign."""
    return f"{value:,.{decimals}f}".replace("-", MINUS)


def wan(value: Amount) -> str:
    """Yuan as 万元 with two decimals, rounded: for reading, not for fields that are sent back."""
    if value in (None, ""):
        return NOTHING
    return grouped((Decimal(value or 0) / YUAN_IN_WAN).quantize(Decimal("0.01"), ROUND_HALF_UP), 2)


def wan_exact(value: Amount) -> str:
    """Yuan as 万元 to the fen, at least two decimals, no group marks: what stands in a field."""
    if value in (None, ""):
        return ""
    exact = (Decimal(value or 0) / YUAN_IN_WAN).quantize(Decimal("0.000001")).normalize()
    return f"{exact:.{max(2, _decimals(exact))}f}"


def yuan(value: Amount) -> str:
    return NOTHING if value in (None, "") else grouped(Decimal(value or 0), 2)


def quantity(value: Amount) -> str:
    """A count of heads or pieces with the decimals it has: 120.5, 1,284."""
    if value in (None, ""):
        return NOTHING
    exact = Decimal(value or 0).normalize()
    return grouped(exact, _decimals(exact))


def percent(value: Share, standard: Share = None) -> str:
    """A share as a percentage, cut and never rounded, with as many decimals as tell it from the standard.

    9.999 % of a standard of 10 % stays 9.99 %; 4.0000001 % of 4 % shows the digit that decides.
    """
    found, needed = fraction(value), fraction(standard)
    if found is None:
        return NOTHING
    decimals = 2
    while needed is not None and _looks_like(found, needed, decimals):
        decimals += 1
    shown = _cut(found, decimals)
    if shown == found * 100:  # exact: no idle zeros
        decimals = _decimals(_decimal(shown))
    return grouped(_decimal(shown), decimals) + "%"


def _looks_like(found: Fraction, needed: Fraction, decimals: int) -> bool:
    return found != needed and _cut(found, decimals) == needed * 100 and decimals < MOST_DECIMALS


def points(found: Share, needed: Share) -> str:
    """How many points of a percentage are short: 3.6 % of 4 % is 0.40."""
    lower, upper = fraction(found), fraction(needed)
    if lower is None or upper is None:
        return NOTHING
    gap = (upper - lower) * 100
    shown = -_cut(-gap / 100, 2)  # rounded up: a gap is never told smaller than it is
    return grouped(_decimal(shown), 2)


def fraction(value: Share) -> Fraction | None:
    if value in (None, ""):
        return None
    return Fraction(value or 0)


def _cut(share: Fraction, decimals: int) -> Fraction:
    scale = 10**decimals
    return Fraction((share * 100 * scale).__floor__(), scale)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def masked_phone(value: str | None) -> str:
    """13900001234 as 139****1234: enough to recognise a number one knows, not enough to call it."""
    digits = value or ""
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 8 else NOTHING


def masked_code(value: str | None) -> str:
    code = value or ""
    return f"{code[:4]}…{code[-2:]}" if len(code) > 6 else code or NOTHING


def weekday(value: date) -> str:
    return [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")][value.weekday()]


def day(value: date | None, today: date) -> str:
    """11-27 inside the year, 2027-01-08 outside it."""
    if value is None:
        return NOTHING
    return f"{value:%m-%d}" if value.year == today.year else f"{value:%Y-%m-%d}"


def planned_day(value: date | None, today: date) -> str:
    """With the weekday, where a person plans by it: 12-04（周五）."""
    if value is None:
        return NOTHING
    return _("%(day)s (%(weekday)s)") % {"day": day(value, today), "weekday": weekday(value)}


def moment(value: datetime | date | None, today: date) -> str:
    """When something happened: today and the last seven days by name, with the time where it is known."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    on = local.date() if isinstance(local, datetime) else local
    age = (today - on).days
    name = _("today") if age == 0 else weekday(on) if 0 < age < 7 else day(on, today)
    return f"{name} {local:%H:%M}" if isinstance(local, datetime) else name


def workdays_left(count: int | None) -> str:
    if count is None:
        return NOTHING
    if count < 0:
        return ngettext("%(count)s working day over", "%(count)s working days over", -count) % {"count": -count}
    if count == 0:
        return _("due today")
    return ngettext("%(count)s working day left", "%(count)s working days left", count) % {"count": count}


def rounded(value: Amount, decimals: int = 0) -> str:
    """A figure cut to some decimals, for columns whose rows must line up."""
    if value in (None, ""):
        return NOTHING
    return grouped(Decimal(value or 0).quantize(Decimal(1).scaleb(-decimals), ROUND_FLOOR), decimals)
