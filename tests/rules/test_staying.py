"""How long a firm stays: the update's days, the gravest ground to leave, one extension, the way back."""

from datetime import date

import pytest

from pipeline.rules import Label, books
from pipeline.rules.law.staying import (
    Stay,
    extended,
    leaving,
    may_enter_from,
    missed_in_a_row,
    update_due,
    update_missed_from,
)
from pipeline.rules.shelf.revision import revised

DAY = date(2026, 11, 2)
BOOK = books("pool", DAY)
SAYS = Label("信用记录不良。", "The credit record is not clean.")


@pytest.mark.parametrize(
    ("stay", "reason"),
    [
        (Stay(), None),
        (Stay(ends=DAY), "expired"),
        (Stay(ends=date(2026, 11, 3)), None),
        (Stay(missed=(2026,)), None),
        (Stay(missed=(2026, 2025)), "inactive"),
        (Stay(ends=DAY, missed=(2026, 2025)), "expired"),
        (Stay(ends=DAY, unmet={"credit_clean": SAYS}), "became_ineligible"),
    ],
)
def test_of_several_grounds_the_gravest_is_told(stay: Stay, reason: str | None) -> None:
    found = leaving(stay, BOOK, DAY)
    assert (found.reason if found else None) == reason


def test_the_last_day_of_a_term_and_the_missed_years_are_named() -> None:
    over, idle = leaving(Stay(ends=date(2024, 3, 1)), BOOK, DAY), leaving(Stay(missed=(2026, 2025, 2024)), BOOK, DAY)
    assert over is not None
    assert over.says.zh == "培育期至 2024-02-29 届满。"
    assert idle is not None
    assert idle.says.en == "The annual updates of 2025, 2026 are missing."


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ()),
        ({2026: True, 2025: True}, (2026, 2025)),
        ({2026: True, 2025: False, 2024: True}, (2026,)),
        ({2026: False, 2025: True}, ()),
        ({2024: True, 2026: True}, (2026, 2024)),
    ],
)
def test_what_is_missed_counts_up_to_the_last_one_done(asked: dict[int, bool], found: tuple[int, ...]) -> None:
    assert missed_in_a_row(asked) == found


def test_an_update_is_missed_after_its_days_of_grace() -> None:
    due = update_due(BOOK, 2027)
    assert (due, update_missed_from(BOOK, due)) == (date(2027, 5, 31), date(2027, 6, 16))


@pytest.mark.parametrize(
    ("reason", "day"),
    [
        ("withdrawn", date(2027, 11, 2)),
        ("cancelled_fraud", date(2029, 11, 2)),
        ("failed_review", DAY),
        ("moved_out", DAY),
        ("certified", None),
        ("expired", None),
    ],
)
def test_a_firm_comes_back_from_the_day_its_reason_gives(reason: str, day: date | None) -> None:
    assert may_enter_from(reason, DAY, BOOK) == day


def test_a_term_is_extended_once_where_the_book_has_months_for_it() -> None:
    term = (date(2024, 2, 29), date(2027, 2, 28))
    assert extended(term, BOOK) is None
    longer = revised(BOOK, {"term_extension_months": "12"})
    assert extended(term, longer) == date(2028, 2, 28)
    assert extended((term[0], date(2028, 2, 28)), longer) is None
