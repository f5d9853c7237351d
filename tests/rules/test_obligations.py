"""The duties of a certificate's holder as days, and the formulas against a plain count on the calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules import Book, assess, books, read_facts
from pipeline.rules.facts.firm import AnnualReport, Certificate, Change
from pipeline.rules.law.duties import Duty, duties_of
from pipeline.rules.law.obligations import first_benefit_year
from pipeline.rules.periods import months_begun, months_later, whole_months
from tests.rules.cases import CASES
from tests.rules.test_numbers import holds

DAY = date(2026, 11, 24)
BOOK = books("obligations", DAY)
ISSUED = date(2024, 11, 30)
ONE_DAY = timedelta(days=1)
DAYS = st.dates(date(2017, 7, 1), date(2031, 12, 31))


def owed(issued_on: date = ISSUED, *, day: date = DAY, **told: Any) -> list[Duty]:
    return duties_of(Certificate(issued_on=issued_on), books("obligations", day), day, **told)


def days_of(kind: str, duties: list[Duty]) -> list[date]:
    return [each.due_on for each in duties if each.kind == kind]


def test_the_duties_of_a_certificate_stand_in_the_order_of_their_days() -> None:
    assert [(each.kind, each.year, str(each.due_on)) for each in owed()] == [
        ("annual_report", 2024, "2025-05-31"),
        ("annual_report", 2025, "2026-05-31"),
        ("annual_report", 2026, "2027-05-31"),
        ("recertification", 2027, "2027-11-29"),
        ("repayment", 2027, "2027-12-31"),
    ]


@pytest.mark.parametrize(("issued_on", "reports"), [(date(2024, 5, 31), 2), (date(2024, 6, 1), 3)])
def test_a_report_is_due_only_while_the_certificate_is_valid(issued_on: date, reports: int) -> None:
    assert len(days_of("annual_report", owed(issued_on))) == reports


def test_what_ends_with_a_year_is_repaid_by_the_end_of_that_year() -> None:
    duties = owed(date(2024, 1, 1))
    assert days_of("recertification", duties) == days_of("repayment", duties) == [date(2026, 12, 31)]


def test_before_the_announcement_of_2017_the_year_was_settled_in_the_next_may() -> None:
    issued_on = date(2016, 11, 30)
    assert days_of("repayment", owed(issued_on, day=date(2017, 6, 18))) == [date(2020, 5, 31)]
    assert days_of("repayment", owed(issued_on, day=date(2017, 6, 19))) == [date(2019, 12, 31)]


def test_a_renewal_is_called_to_mind_a_year_before_and_then_each_quarter() -> None:
    renewal = next(each for each in owed() if each.kind == "recertification")
    assert renewal.reminders == (date(2026, 11, 30), date(2027, 2, 28), date(2027, 5, 30), date(2027, 8, 30))


def test_an_annual_report_is_called_to_mind_three_times_in_spring() -> None:
    assert owed()[0].reminders == (date(2025, 4, 1), date(2025, 5, 10), date(2025, 5, 25))


def test_a_duty_says_how_its_day_was_found_and_where_it_is_written() -> None:
    report = owed()[0]
    assert report.says.zh == "证书 2024-11-30 发证，2025-05-31 在有效期内，应填报 2024 年度年报。"
    assert report.says.en == "Issued on 2024-11-30, the certificate is valid on 2025-05-31: the report on 2024 is due."
    assert (report.article, report.source) == ("13", "国科发火〔2016〕32号 第十三条")


def test_the_end_and_what_it_costs_are_derived_in_both_languages() -> None:
    renewal, repayment = owed()[-2:]
    assert renewal.says.zh == "证书自 2024-11-30 起 3 年有效，最后一日为 2027-11-29；期满前应通过重新认定。"
    assert (
        renewal.says.en == "The certificate is valid for 3 years from 2024-11-30, through 2027-11-29: renew it before."
    )
    assert repayment.says.zh == "2027 年期满当年可暂按优惠税率预缴；2027-12-31 仍未通过重新认定的，应补缴。"
    assert repayment.says.en.startswith(
        "In 2027, the year of expiry, tax is prepaid at the lower rate; the rest is owed"
    )


def test_a_report_is_done_late_missed_or_due() -> None:
    reports = (AnnualReport(2024, date(2025, 5, 31)), AnnualReport(2025, date(2026, 6, 1)))
    duties = owed(reports=reports)
    assert [each.state(DAY) for each in duties] == ["done", "late", "due", "due", "due"]
    assert duties[2].state(date(2027, 5, 31)) == "due"
    assert duties[2].state(date(2027, 6, 1)) == "missed"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("renamed", "证书编号和有效期不变"),
        ("moved_whole", "证书编号和有效期不变"),
        ("moved_part", "由迁入地认定机构重新认定"),
        ("business", "由认定机构判定"),
    ],
)
def test_a_change_is_reported_in_three_months_and_tells_what_becomes_of_the_status(kind: str, status: str) -> None:
    duties = owed(changes=(Change(kind, date(2025, 11, 30)), Change(kind, date(2024, 11, 29))))
    (change,) = (each for each in duties if each.kind == "change_report")
    assert change.due_on == date(2026, 2, 28)
    assert status in change.says.zh


def test_a_revocation_ends_what_is_due_on_its_day_and_later() -> None:
    for revoked_on, left in ((date(2026, 5, 31), 1), (date(2026, 6, 1), 2), (DAY, 2), (DAY + ONE_DAY, 5)):
        duties = duties_of(Certificate(issued_on=ISSUED, revoked_on=revoked_on), BOOK, DAY)
        assert len(duties) == left, revoked_on


def test_a_certificate_without_a_day_of_issue_tells_no_duty() -> None:
    assert duties_of(Certificate(number="GR202433001234"), BOOK, DAY) == []


@pytest.mark.parametrize(("reading", "year"), [("issue_year", 2024), ("next_year", 2025)])
def test_the_tax_benefit_begins_with_the_year_that_the_book_reads(reading: str, year: int) -> None:
    entry = BOOK.entry("tax_benefit_from")
    other = replace(entry, values=tuple(replace(each, value=reading) for each in entry.values))
    read = Book("obligations", BOOK.title, reading, DAY, {**BOOK.entries, other.rule: other})
    assert first_benefit_year(ISSUED, read) == year


def sentence(rule: str, day: date = DAY, *, language: str = "zh", **changed: Any) -> str:
    raw = {**CASES["A holder that keeps its duties"].facts, **changed}
    finding = assess(read_facts(raw), book=books("obligations", day), day=day).finding(rule)
    return finding.says.in_language(language)


def test_the_sentences_name_days_years_and_what_follows() -> None:
    missed = [{"year": 2024, "accepted_on": "2025-06-01"}]
    renamed = [{"kind": "renamed", "on": "2026-08-23"}]
    split = [{"kind": "split", "on": "2026-11-01"}, {"kind": "moved_part", "on": "2026-11-02"}]
    assert sentence("certificate_valid") == "证书有效至 2027-11-29，已进入最后 13 个月；自 2024 年度起享受税收优惠。"
    assert sentence("annual_reports", annual_reports=missed) == (
        "2024、2025 年度年报未按期填报，累计已达 2 年，属于取消资格的情形。"
    )
    assert sentence("annual_reports", date(2025, 6, 1), annual_reports=[]) == (
        "2024 年度年报未按期填报；同一有效期内累计 2 年即取消资格。"
    )
    assert sentence("changes", changes=renamed) == "2026-08-23 更名最迟应于 2026-11-23 报告，未按期报告。"
    assert sentence("status_kept", changes=split) == (
        "分立后是否仍符合条件，由认定机构判定、跨区域部分搬迁须由迁入地认定机构重新认定。"
    )
    assert sentence("renewal", date(2027, 8, 30)) == (
        "证书至 2027-11-29 期满，尚未提交重新认定申请；2027-12-31 仍未通过的，补缴税款。"
    )
    assert sentence("renewal") == "证书至 2027-11-29 期满，最迟应于 2027-08-29 提交重新认定申请。"


# ------------------------------------------------------------------------------------ against the calendar on the wall


def missed_by_hand(issued_on: date, end: date, day: date, accepted: dict[int, date]) -> int:
    dues = [date(year, 5, 31) for year in range(issued_on.year + 1, issued_on.year + 5)]
    owed_ones = [due for due in dues if issued_on <= due < end and due < day]
    return sum(accepted.get(due.year - 1, date.max) > due for due in owed_ones)


def end_by_hand(issued_on: date) -> date:
    """Three years on, and on 1 March's eve for a leap day."""
    try:
        return issued_on.replace(year=issued_on.year + 3)
    except ValueError:
        return date(issued_on.year + 3, 2, 28)


@settings(max_examples=150, deadline=None)
@given(issued_on=DAYS, after=st.integers(0, 1500), accepted=st.dictionaries(st.integers(0, 3), st.integers(-400, 60)))
def test_the_book_counts_reports_and_validity_like_a_calendar(
    issued_on: date, after: int, accepted: dict[int, int]
) -> None:
    day, end = issued_on + timedelta(days=after), end_by_hand(issued_on)
    told = {issued_on.year + n: date(issued_on.year + n + 1, 5, 31) + timedelta(days=d) for n, d in accepted.items()}
    told = {year: on for year, on in told.items() if on <= day}
    reports = [{"year": year, "accepted_on": on} for year, on in told.items()]
    facts = read_facts({"certificates": [{"issued_on": issued_on}], "annual_reports": reports, "changes": []})
    assessment = assess(facts, book=books("obligations", day), day=day)
    assert assessment.finding("certificate_valid").verdict == ("met" if day < end else "unmet")
    finding, missed = assessment.finding("annual_reports"), missed_by_hand(issued_on, end, day, told)
    verdict = "not_applicable" if day >= end else "unmet" if missed >= 2 else "met"
    assert (finding.found, finding.verdict) == (str(missed), verdict)
    duties = duties_of(Certificate(issued_on=issued_on), books("obligations", day), day)
    assert days_of("recertification", duties) == [end - ONE_DAY]


@settings(max_examples=150, deadline=None)
@given(on=DAYS, took=st.integers(0, 130))
def test_a_change_is_late_from_the_day_after_the_same_day_three_months_on(on: date, took: int) -> None:
    day = on + timedelta(days=took)
    facts = read_facts({"certificates": [{"issued_on": on}], "changes": [{"kind": "renamed", "on": on}]})
    finding = assess(facts, book=books("obligations", day), day=day).finding("changes")
    (duty,) = (each for each in owed(on, changes=(Change("renamed", on),)) if each.kind == "change_report")
    assert (finding.verdict == "met") == (day <= duty.due_on)


@given(start=DAYS, apart=st.integers(-400, 1500))
def test_whole_and_begun_months_lie_around_the_day(start: date, apart: int) -> None:
    day = start + timedelta(days=apart)
    passed, begun = whole_months(start, day), months_begun(start, day)
    assert months_later(start, passed) <= day < months_later(start, passed + 1)
    assert months_later(start, begun - 1) < day <= months_later(start, begun)


# --------------------------------------------------------- the numbers that the book takes from that of certification


@pytest.mark.parametrize(
    ("rule", "value"),
    [("certificate_years", Fraction(2)), ("certificate_years", Fraction(4)), ("annual_report_due", "05-30")],
)
def test_a_number_of_the_book_it_builds_on_breaks_a_case_too(rule: str, value: Fraction | str) -> None:
    assert broken(rule, value)


@pytest.mark.parametrize(
    ("rule", "value"),
    [("annual_report_due", "06-01"), ("status_kept", "kept"), ("status_renamed", "decided"),
     ("status_moved_whole", "recertified"), ("status_moved_part", "kept")],
)  # fmt: skip
def test_a_word_of_the_book_that_is_another_breaks_a_case(rule: str, value: str) -> None:
    assert broken(rule, value)


def broken(rule: str, value: Fraction | str) -> list[str]:
    entry = BOOK.entry(rule)
    other = replace(entry, values=tuple(replace(each, value=value) for each in entry.values))
    cases = [case for case in CASES.values() if case.book == "obligations"]
    return [
        case.name
        for case in cases
        if not holds(case, Book("obligations", BOOK.title, "moved", case.on, {**BOOK.entries, rule: other}))
    ]
