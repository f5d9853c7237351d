from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from pipeline.rules import FactsRefused, FirmFacts, read_facts
from pipeline.rules.facts.firm import YearFigures
from tests.rules.cases import CASES


def faults_of(raw: Any) -> list[str]:
    with pytest.raises(FactsRefused) as refused:
        read_facts(raw)
    return [fault.in_language("en") for fault in refused.value.faults]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_facts_survive_being_kept(case: Any) -> None:
    facts = read_facts(case.facts)
    assert read_facts(json.loads(json.dumps(facts.to_json()))) == facts


def test_nothing_known_is_a_firm_all_the_same() -> None:
    assert read_facts({}) == FirmFacts()


def test_what_is_left_out_and_what_is_null_are_both_unknown() -> None:
    assert read_facts({"years": [{"year": 2025, "sales": None}]}) == read_facts({"years": [{"year": 2025}]})


def test_an_amount_is_written_without_an_exponent() -> None:
    facts = FirmFacts(years=(YearFigures(year=2025, sales=Decimal("3E+7")),))
    assert facts.to_json()["years"][0]["sales"] == "30000000"


def test_a_list_that_is_empty_is_known() -> None:
    assert read_facts({"incidents": []}).incidents == ()
    assert read_facts({}).incidents is None


def test_all_faults_are_named_at_once_with_their_places() -> None:
    raw = {
        "firm": {"uscc": "91350100M000100Y44", "registered_on": "2026-02-30", "resident": "yes"},
        "years": [{"year": 2024, "rd": {"personnel": "1"}}, {"year": 2025, "rd": {"personnel": "12o"}, "sale": "1"}],
        "ip": [{"kind": "patent"}],
    }
    assert faults_of(raw) == [
        "firm.uscc: the check digit is wrong: if the first 17 characters are right it is 3, not 4",
        'firm.registered_on: not a day such as 2026-05-20: "2026-02-30"',
        'firm.resident: true or false is wanted: "yes"',
        "years[1].sale: there is no such entry; perhaps sales",
        'years[1].rd.personnel: not a number: "12o"',
        faults_of({"ip": [{"kind": "patent"}]})[0],
    ]


@pytest.mark.parametrize(
    ("amount", "why"),
    [
        (1.5, "never as a float"),
        (True, "not a number"),
        ("1e5", "not a number"),
        ("", "not a number"),
        ("1,000", "not a number"),
        ("NaN", "not a number"),
        ("0.001", "at most two decimals"),
        ("90071992547409.92", "too large"),
        ("9" * 400, "not a number"),
        ([], "not a number"),
        (Decimal("NaN"), "not a number"),
    ],
)
def test_an_amount_that_cannot_be_money(amount: Any, why: str) -> None:
    (fault,) = faults_of({"years": [{"year": 2025, "sales": amount}]})
    assert fault.startswith("years[0].sales: ")
    assert why in fault


@pytest.mark.parametrize("amount", ["0", "-5", 7, "0.01", "90071992547409.91", Decimal("1E+3")])
def test_an_amount_that_can(amount: Any) -> None:
    assert read_facts({"years": [{"year": 2025, "sales": amount}]}).years


@pytest.mark.parametrize("raw", [[], "x", 3, None])
def test_what_is_no_object_at_all(raw: Any) -> None:
    assert len(faults_of(raw)) == 1


def test_a_year_that_stands_twice() -> None:
    assert faults_of({"years": [{"year": 2024}, {"year": 2025}, {"year": 2024}]}) == [
        "years[2]: 2024 stands here twice"
    ]


def test_a_year_without_its_number() -> None:
    assert faults_of({"years": [{"sales": "1"}]}) == ["years[0].year: this is required"]


def test_faults_are_said_in_chinese_too() -> None:
    with pytest.raises(FactsRefused) as refused:
        read_facts({"years": [{"year": 2025, "staff": "十"}]})
    assert refused.value.faults[0].in_language("zh") == 'years[0].staff: 不是数字："十"'
