"""What numbers, days and masked texts look like on screen."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from pipeline.templatetags import figures

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("share", "standard", "shown"),
    [
        ("0.0999999", "0.10", "9.99%"),
        ("0.1", "0.10", "10%"),
        ("0.118", "0.10", "11.8%"),
        ("0.03999999970", "0.04", "3.99%"),
        ("0.040000001", "0.04", "4.0000001%"),
        (Fraction(827, 22970), Fraction(4, 100), "3.60%"),
        (Fraction(1), "0.6", "100%"),
        (Decimal("-0.125"), None, "−12.5%"),
        (None, "0.1", "—"),
    ],
)
def test_a_share_is_cut_and_shows_the_decimals_that_decide(
    share: figures.Share, standard: figures.Share, shown: str
) -> None:
    assert figures.percent(share, standard) == shown


def test_a_gap_is_never_told_smaller_than_it_is() -> None:
    assert figures.points("0.036003", "0.04") == "0.40"
    assert figures.points("0.0399999", "0.04") == "0.01"


@pytest.mark.parametrize(
    ("yuan", "shown", "exact"),
    [
        (Decimal("86400000.00"), "8,640.00", "8640.00"),
        (Decimal("49999999.99"), "5,000.00", "4999.999999"),
        (Decimal("-1234500"), "−123.45", "-123.45"),
        (None, "—", ""),
        (Decimal("0"), "0.00", "0.00"),
    ],
)
def test_wan_is_rounded_for_reading_and_exact_for_fields(yuan: Decimal | None, shown: str, exact: str) -> None:
    assert (figures.wan(yuan), figures.wan_exact(yuan)) == (shown, exact)


def test_masks_leave_enough_to_recognise_and_too_little_to_use() -> None:
    assert figures.masked_phone("13900001234") == "139****1234"
    assert figures.masked_phone("12345") == "—"
    assert figures.masked_code("91330109MA2C00001Q") == "9133…1Q"


def test_a_day_names_its_year_only_outside_this_one() -> None:
    assert figures.day(date(2026, 11, 27), TODAY) == "11-27"
    assert figures.day(date(2027, 1, 8), TODAY) == "2027-01-08"


def test_the_last_seven_days_go_by_name() -> None:
    with translation.override("en"):
        assert figures.moment(datetime(2026, 11, 23, 1, 12, tzinfo=UTC), TODAY) == "today 09:12"
        assert figures.moment(date(2026, 11, 20), TODAY) == "Fri"
        assert figures.moment(date(2026, 11, 16), TODAY) == "11-16"


@pytest.mark.parametrize(
    ("left", "shown"), [(-2, "2 working days over"), (0, "due today"), (1, "1 working day left"), (None, "—")]
)
def test_working_days_are_counted_in_words(left: int | None, shown: str) -> None:
    with translation.override("en"):
        assert figures.workdays_left(left) == shown
