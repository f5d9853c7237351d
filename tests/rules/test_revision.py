"""A book with parameters changed: checked like a file, dated from a day, and named by its content."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest

from pipeline.rules import NoValue, books
from pipeline.rules.labels import Label
from pipeline.rules.programmes import conditions_of
from pipeline.rules.shelf.dated import Band, Source
from pipeline.rules.shelf.revision import SUPPOSED, as_written, differences, on_day, revised
from pipeline.rules.shelf.volumes import TITLES, BookRefused, value_from

DAY = date(2026, 11, 2)
POOL = books("pool", DAY)
OURS = Source("city", "杭科高〔2027〕1号", Label("杭科高〔2027〕1号", "杭科高〔2027〕1号"), "4", "C", None, None)


def refusals(changes: dict[str, Any], **also: Any) -> list[str]:
    with pytest.raises(BookRefused) as refused:
        revised(POOL, changes, **also)
    return [fault.in_language("en") for fault in refused.value.faults]


def test_a_changed_number_holds_from_the_day_on_and_the_old_one_before() -> None:
    book = revised(POOL, {"tech_staff_ratio": "0.06"}, start=date(2027, 1, 1), source=OURS)
    assert book.number("tech_staff_ratio") == Fraction(5, 100)
    assert on_day(book, date(2026, 12, 31)).number("tech_staff_ratio") == Fraction(5, 100)
    later = on_day(book, date(2027, 1, 1))
    assert later.number("tech_staff_ratio") == Fraction(6, 100)
    assert later.source("tech_staff_ratio").in_words() == "杭科高〔2027〕1号 第四条"
    assert later.source("rd_domestic") == POOL.source("rd_domestic")


def test_what_is_only_supposed_says_so_where_its_source_would_stand() -> None:
    book = revised(POOL, {"tech_staff_ratio": "0.06"})
    assert book.source("tech_staff_ratio") == SUPPOSED
    assert book.source("tech_staff_ratio").in_words() == "设想，不是现行规定"


def test_a_whole_table_may_be_changed_and_a_single_number_stand_for_one() -> None:
    table = [{"upto": "50000000", "value": "0.035"}, {"value": "0.02"}]
    book = revised(POOL, {"rd_intensity": table})
    assert book.bands("rd_intensity") == (Band(Fraction(50_000_000), Fraction(7, 200)), Band(None, Fraction(1, 50)))
    flat = revised(book, {"rd_intensity": "0.03"})
    assert flat.bands("rd_intensity") == (Band(None, Fraction(3, 100)),)
    assert revised(flat, {"rd_intensity": table}).bands("rd_intensity") == book.bands("rd_intensity")


def test_the_conditions_are_built_from_the_changed_values() -> None:
    book = revised(POOL, {"sme_listed": "required"})
    asked = next(each for each in conditions_of(book) if each.rule == "sme_listed")
    waived = next(each for each in conditions_of(POOL) if each.rule == "sme_listed")
    assert asked.verdict != waived.verdict


def test_a_change_ends_what_the_book_had_for_later_days() -> None:
    later = revised(POOL, {"tech_staff_ratio": "0.07"}, start=date(2028, 1, 1))
    book = revised(later, {"tech_staff_ratio": "0.06"}, start=date(2027, 1, 1))
    assert on_day(book, date(2028, 1, 1)).number("tech_staff_ratio") == Fraction(6, 100)


def test_a_second_change_on_one_day_takes_the_place_of_the_first() -> None:
    book = revised(revised(POOL, {"tech_staff_ratio": "0.06"}), {"tech_staff_ratio": "0.07"})
    assert book.number("tech_staff_ratio") == Fraction(7, 100)


def test_the_same_content_has_the_same_version_however_it_was_written() -> None:
    one = revised(POOL, {"tech_staff_ratio": "0.06", "entry_score": "55"})
    two = revised(POOL, {"entry_score": "55.0", "tech_staff_ratio": "0.060"})
    assert one.version == two.version
    assert one.version.startswith("pool-")
    others = [
        POOL,
        revised(POOL, {"tech_staff_ratio": "0.06", "entry_score": "56"}),
        revised(POOL, {"tech_staff_ratio": "0.06", "entry_score": "55"}, source=OURS),
        revised(POOL, {"tech_staff_ratio": "0.06", "entry_score": "55"}, start=date(2027, 1, 1)),
    ]
    assert len({one.version, *(each.version for each in others)}) == 5


def test_a_change_to_what_stands_there_already_changes_nothing() -> None:
    assert revised(POOL, {}) is POOL
    assert revised(POOL, {"tech_staff_ratio": "0.050"}) is POOL


def test_every_fault_is_told_at_once_and_in_both_languages() -> None:
    with pytest.raises(BookRefused) as refused:
        revised(POOL, {"tech_staff": "0.06", "entry_score": "sixty", "sme_listed": "perhaps"})
    told = [fault.in_language("zh") for fault in refused.value.faults]
    assert told == [
        "entry_score: 不是加引号的十进制数：'sixty'",
        'sme_listed: "perhaps" 不在 required, waived 之列',
        "tech_staff: 手册“高新技术企业培育库入库”没有这个参数",
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"certificate_years": "4"}, "certificate_years: the book pool has no such parameter"),
        ({"tech_staff_ratio": 0.06}, "tech_staff_ratio: 0.06 is not a decimal number in quotes"),
        ({"tech_staff_ratio": "1.01"}, "tech_staff_ratio: 1.01 is above 1"),
        ({"tech_staff_ratio": None}, "tech_staff_ratio: there is no value"),
        ({"rd_years": "4"}, "rd_years: 4 is above 3"),
        ({"rd_years": "0"}, "rd_years: 0 is below 1"),
        ({"rd_other_cap": "1"}, "rd_other_cap: 1 is above 0.9"),
        ({"term_months": "36.5"}, "term_months: a whole number is wanted, not 36.5"),
        ({"rd_intensity": [{"upto": "5", "value": "0.05"}]}, "rd_intensity: the last line leaves a hole behind 5"),
        ({"rd_intensity": [{"value": "1.5"}]}, "rd_intensity[0]: 1.5 is above 1"),
        ({"region": "hangzhou"}, "region: nothing can be judged by this value"),
        ({"term_months": [{"value": "36"}]}, "a number does not stand in for a table, nor a table for a number"),
        ({"score_growth": "10"}, "a number does not stand in for a table, nor a table for a number"),
    ],
)
def test_a_change_is_checked_like_a_file(changes: dict[str, Any], why: str) -> None:
    [told] = refusals(changes)
    assert why in told


def test_no_value_begins_before_the_first_day_of_the_book() -> None:
    [told] = refusals({"tech_staff_ratio": "0.06"}, start=date(2025, 12, 31))
    assert told == "tech_staff_ratio: the book has this parameter from 2026-01-01 on only"


@pytest.mark.parametrize("name", TITLES)
def test_every_value_reads_back_as_it_is_written(name: str) -> None:
    book = books(name, DAY)
    for rule, entry in book.entries.items():
        try:
            value = book.at(rule)
        except NoValue:
            continue
        assert value_from(as_written(value), entry, rule) == value


def test_two_books_differ_by_line_each_on_its_own_day() -> None:
    book = revised(POOL, {"tech_staff_ratio": "0.06", "sme_listed": "required"}, start=date(2027, 1, 1))
    assert differences(POOL, book) == []
    told = differences(POOL, on_day(book, date(2027, 1, 1)))
    assert [(each.rule, each.before, each.after) for each in told] == [
        ("sme_listed", "waived", "required"),
        ("tech_staff_ratio", Fraction(5, 100), Fraction(6, 100)),
    ]
    assert told[1].title.zh == POOL.entry("tech_staff_ratio").title.zh
