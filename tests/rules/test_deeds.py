"""What a firm may do, and the years that are not closed: the facts as next year's rules will see them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from pipeline.rules import FirmFacts, assess, books, read_facts
from pipeline.rules.facts.folding import fold
from pipeline.rules.facts.forecast import forecast, foreseen
from pipeline.rules.formula import Number
from pipeline.rules.plans.deeds import KINDS, Deed, done, part_of_year
from tests.rules.cases import CASES, changed

DAY, NEW_YEAR = date(2026, 5, 20), date(2027, 1, 1)
CLEAN = CASES["A clean pass"].facts
MONTHS = [
    {"month": month, "opening": 10, "closing": 10, "tech_opening": 1, "tech_closing": 1} for month in range(1, 13)
]
BOOKED = {
    **dict.fromkeys(["personnel", "direct", "depreciation", "amortisation", "design", "commissioning"], "100000"),
    "outsourced_domestic": "200000",
    "outsourced_foreign": "300000",
    "other": "50000",
}


def firm(change: dict[str, Any] | None = None) -> FirmFacts:
    return read_facts(changed(CLEAN, change or {}))


def ahead(facts: FirmFacts, *deeds: Deed) -> dict[str, Number | None]:
    return fold(done(facts, deeds, DAY), NEW_YEAR).values


def test_an_open_year_comes_out_as_the_last_one() -> None:
    facts = firm()
    now, then = fold(facts, DAY).values, ahead(facts)
    for stem in ("sales", "rd_total", "net_assets", "hitech_income", "staff", "tech_staff", "conversions"):
        assert (then[f"{stem}_y1"], then[f"{stem}_y2"]) == (now[f"{stem}_y1"], now[f"{stem}_y1"])


def test_an_estimate_comes_before_the_last_year_and_tells_what_it_lacks() -> None:
    facts = firm({"years": [{"year": 2026, "estimate": True, "sales": "60000000", "rd_total": "3000000"}]})
    told = forecast(facts, DAY)
    assert told.facts == foreseen(facts, DAY)
    row = told.facts.year(2026)
    assert row
    assert [row.sales, row.rd_total, row.net_assets] == [60_000_000, 3_000_000, 16_000_000]
    assert row.rd_domestic is None, "expense is taken whole or not at all"
    assert {(2026, "net_assets"), (2026, "staff"), (2026, "conversions")} <= set(told.taken)
    assert (2026, "sales") not in told.taken


def test_an_estimate_of_a_past_year_serves_no_verdict_but_a_forecast() -> None:
    facts = firm({"years": [{"year": 2025, "estimate": True}]})
    finding = assess(facts, book=books("hte", DAY), day=DAY).finding("rd_intensity")
    assert finding.verdict == "unknown"
    assert "2025 年研发费用（预计数，尚未结账）" in finding.says.zh
    assert {each.place for each in finding.missing} == {"years[2025].rd_total", "years[2025].sales"}
    book = books("hte", NEW_YEAR)
    assert assess(foreseen(facts, DAY), book=book, day=NEW_YEAR).finding("rd_intensity").verdict == "met"


def test_an_estimate_of_the_open_year_changes_no_verdict() -> None:
    estimate = {"years": [{"year": 2026, "estimate": True, "sales": "1", "staff": "1"}]}
    book = books("hte", DAY)
    assert assess(firm(estimate), book=book, day=DAY).findings == assess(firm(), book=book, day=DAY).findings


def test_an_unknown_year_stays_unknown() -> None:
    assert foreseen(FirmFacts(), DAY) == FirmFacts()
    assert ahead(firm({"years": [{"year": 2025, "sales": None}]}))["sales_y1"] is None


def test_several_years_may_be_foreseen() -> None:
    years = foreseen(firm(), DAY, date(2029, 3, 1)).years
    assert years
    assert [each.year for each in years] == [2023, 2024, 2025, 2026, 2027, 2028]
    assert {each.sales for each in years[2:]} == {Decimal(45_000_000)}


def test_a_short_first_year_repeats_by_its_averages() -> None:
    months = [{**MONTHS[0], "month": month} for month in (11, 12)]
    facts = firm({"firm": {"registered_on": "2025-11-01"}, "years": [{"year": 2025, "staff_months": months}]})
    then = ahead(facts)
    assert (then["staff_y1"], then["tech_staff_y1"]) == (10, 1)


@pytest.mark.parametrize("what", [name for name, kind in KINDS.items() if kind.unit == "yuan"])
def test_money_comes_on_top_of_what_is_foreseen(what: str) -> None:
    now, then = ahead(firm()), ahead(firm(), Deed(what, Decimal("0.01"), 2026))
    more = {name for name, value in then.items() if value != now[name]}
    assert (
        more
        == {
            "rd_expense": {"rd_total_y1", "rd_domestic_y1"},
            "rd_brought_home": {"rd_domestic_y1"},
            "rd_abroad": {"rd_total_y1"},
            "sales": {"sales_y1", "total_income_y1"},
            "hitech_sales": {"sales_y1", "total_income_y1", "hitech_income_y1"},
            "hitech_income": {"hitech_income_y1"},
            "net_assets": {"net_assets_y1"},
        }[what]
    )


@pytest.mark.parametrize(("year", "changed_year"), [(None, 2026), (2026, 2026), (2025, 2025)])
def test_a_deed_is_done_in_its_year_else_in_that_of_the_forecast(year: int | None, changed_year: int) -> None:
    before, after = done(firm(), [], DAY), done(firm(), [Deed("sales", Decimal(1), year)], DAY)
    assert before.years
    assert after.years
    changes = [then.year for now, then in zip(before.years, after.years, strict=True) if now != then]
    assert changes == [changed_year]


def test_booked_expense_changes_where_it_is_booked() -> None:
    facts = firm({"years": [{"year": 2025, "rd": BOOKED, "costs": "9000000"}]})
    spent = ahead(facts, Deed("rd_expense", Decimal(1000), 2026))
    assert spent["rd_internal_y1"] == 601_000_00
    home = ahead(facts, Deed("rd_brought_home", Decimal(1000), 2026))
    assert (home["rd_outsourced_domestic_y1"], home["rd_outsourced_foreign_y1"]) == (201_000_00, 299_000_00)
    row = done(facts, [Deed("rd_expense", Decimal(1000), 2026)], DAY).year(2026)
    assert row
    assert row.costs == 9_001_000


@pytest.mark.parametrize(
    ("what", "staff", "tech"),
    [("tech_staff", 121, 19), ("tech_moved", 120, 19), ("other_staff", 121, 18)],
)
def test_persons_count_by_the_months_they_are_there(what: str, staff: int, tech: int) -> None:
    whole, half = (ahead(firm(), Deed(what, Decimal(1), 2026, since)) for since in (1, 7))
    assert (whole["staff_y1"], whole["tech_staff_y1"]) == (staff, tech)
    assert half["tech_staff_y1"] == (Fraction(37, 2) if what != "other_staff" else 18)


def test_a_part_of_a_year_is_cut_and_not_rounded() -> None:
    assert [part_of_year(since) for since in (1, 2, 12)] == [Decimal(1), Decimal("0.9166"), Decimal("0.0833")]


def test_persons_join_the_months_where_there_are_months() -> None:
    facts = firm({"years": [{"year": 2025, "staff_months": MONTHS}]})
    then = ahead(facts, Deed("tech_staff", Decimal(4), 2026, 10))
    assert (then["staff_y1"], then["tech_staff_y1"]) == (11, 2)


def test_rights_are_owned_usable_and_core() -> None:
    facts = firm({"ip": []})
    own = ahead(facts, Deed("class_1_right", Decimal(1)), Deed("class_2_right", Decimal(2)))
    assert [own[name] for name in ("class_1_rights", "class_2_rights", "core_rights", "own_rights")] == [1, 2, 3, 3]
    bought = ahead(facts, Deed("class_1_bought", Decimal(1)), Deed("class_2_bought", Decimal(1)))
    assert (bought["all_rights"], bought["own_rights"]) == (2, 0)
    assert ahead(facts, Deed("class_1_right", Decimal(1), on=date(2027, 6, 1)))["class_1_rights"] == 0


def test_rights_that_are_only_counted_are_counted_on() -> None:
    facts = read_facts({**CLEAN, "ip": None, "ip_counts": {"class_1": 0, "class_2": 3}})
    then = ahead(facts, Deed("class_2_right", Decimal(2)))
    assert (then["class_1_rights"], then["class_2_rights"]) == (0, 5)
    assert ahead(read_facts({**CLEAN, "ip": None}), Deed("class_2_right", Decimal(2)))["class_2_rights"] is None


def test_results_points_and_ledgers() -> None:
    deeds = [
        Deed("conversions", Decimal(3), 2026),
        Deed("points", Decimal(2), item="talent"),
        Deed("rd_ledger", Decimal(1)),
    ]
    then = ahead(firm({"rd_ledger": False}), *deeds)
    assert (then["conversions_y1"], then["score_talent"], then["rd_ledger"]) == (9, 5, 1)
    assert ahead(firm({"scores": {"talent": None}}), *deeds)["score_talent"] is None
    assert ahead(firm({"conversions": None}), *deeds)["conversions_y1"] is None
