"""A path that is offered holds: with its deeds done the engine says met on its day, with one unit less it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.rules import Assessment, FirmFacts, Path, Round, assess, books, planned, read_facts
from pipeline.rules.facts.firm import Scores
from pipeline.rules.plans.deeds import KINDS, Deed, done
from pipeline.rules.programmes import SCORED_BY
from tests.rules.cases import CASES, RuleCase

DAYS = st.sampled_from([date(2026, 2, 10), date(2026, 5, 20), date(2026, 11, 20)])
ROUNDS = st.sampled_from(
    [(), (Round("第一批", date(2026, 6, 5)), Round("第二批", date(2026, 9, 1))), (Round("明年", date(2027, 7, 1)),)]
)
LAW = {
    "sme": (Decimal("0.03"), Decimal("0.03"), Decimal("0.10"), Decimal("0.60")),
    "hte": (Decimal("0.05"), Decimal("0.04"), Decimal("0.10"), Decimal("0.60")),
    "pool": (Decimal("0.03"), Decimal("0.02"), Decimal("0.05"), Decimal("0.40")),
}
FEN = Decimal("0.01")
PASSING = {"met", "not_applicable"}
POINTS = {
    **dict.fromkeys(("ip_advance", "ip_support", "ip_count"), 8),
    **dict.fromkeys(("ip_origin", "rd_system", "rd_institute"), 6),
    **dict.fromkeys(("incentives", "talent"), 4),
    **dict.fromkeys(("growth_net_assets", "growth_sales"), 10),
    "conversion": 30,
    "standards": 0,
}


def beside(line: Decimal) -> st.SearchStrategy[Decimal]:
    """On a line, a fen beside it, or somewhere around it."""
    fen = line.quantize(FEN)
    near = st.sampled_from([fen, fen - FEN, fen + FEN])
    return st.one_of(near, st.decimals(0, max(2 * fen, Decimal(1)), places=2)).filter(lambda amount: amount >= 0)


@st.composite
def years(draw: st.DrawFn, book: str) -> list[dict[str, Any]]:
    share, _, tech, hitech = LAW[book]
    rows = []
    for year in (2023, 2024, 2025):
        sales = draw(st.one_of(beside(Decimal(50_000_000)), beside(Decimal(200_000_000)), st.just(Decimal(0))))
        rd = draw(beside(sales * share))
        staff = draw(st.integers(1, 300))
        income = sales + draw(st.sampled_from([Decimal(0), Decimal(2_000_000)]))
        row: dict[str, Any] = {
            "year": year,
            "sales": sales,
            "total_income": income,
            "non_taxable_income": 0,
            "hitech_income": min(income, draw(beside(income * hitech))),
            "net_assets": draw(st.sampled_from([-5_000_000, 0, 8_000_000, 10_000_000, 13_000_001, 20_000_000])),
            "rd_total": rd,
            "rd_domestic": min(rd, draw(beside(rd * Decimal("0.6")))),
            "costs": rd + draw(beside(9 * rd)),
            "total_assets": Decimal(30_000_000),
            "staff": staff,
            "tech_staff": min(staff, draw(st.sampled_from([0, int(staff * tech), int(staff * tech) + 1]))),
        }
        lost = draw(st.sampled_from([None] * 8 + ["sales", "staff", "rd_total"]))
        rows.append({name: value for name, value in row.items() if name != lost})
    return rows


RIGHT = {"granted_on": "2020-01-01", "expires_on": "2036-01-01", "acquired_by": "own_rd", "owners": 1}


@st.composite
def firms(draw: st.DrawFn, book: str) -> FirmFacts:
    kinds = draw(st.lists(st.sampled_from(["invention", "software", "utility_model"]), max_size=6))
    scored = st.fixed_dictionaries({name: st.integers(most // 2, most) for name, most in POINTS.items()})
    registered = draw(st.sampled_from(["2010-01-01", "2024-02-01", "2025-03-01", "2025-10-01", "2026-01-10"]))
    raw = {
        "firm": {
            "registered_on": registered,
            "resident": draw(st.sampled_from([True] * 9 + [False])),
            "field": "10109",
            "division": "330106",
            "audited_taxation": True,
            "industry": "6513",
            "restricted_industry": False,
            "abnormal_list": False,
        },
        "years": draw(years(book)),
        "ip": draw(st.sampled_from([None] + 6 * [[{**RIGHT, "kind": kind, "core": True} for kind in kinds]])),
        "conversions": [{"year": year, "count": draw(st.integers(0, 7))} for year in (2023, 2024, 2025)],
        "scores": draw(st.one_of(st.none(), scored)),
        "incidents": draw(st.sampled_from([[], [], [{"kind": "safety", "on": "2026-01-20"}], None])),
        "certificates": [],
        "standards": [],
        "awards": [],
        "rd_institute": False,
        "rd_ledger": draw(st.booleans()),
        "credit_clean": draw(st.sampled_from([True, False, None])),
        "pool_entries": 0,
    }
    return read_facts({name: value for name, value in raw.items() if value is not None})


def applied(facts: FirmFacts, path: Path, day: date, book: str, deeds: tuple[Deed, ...] | None = None) -> Assessment:
    """What the engine says on the day to apply, with the deeds done."""
    then = done(facts, path.deeds if deeds is None else deeds, day, path.ready_on)
    return assess(then, book=books(book, path.ready_on), day=path.ready_on)


def left_open(path: Path) -> set[str]:
    return {rule for step in path.steps if step.kind in {"provide", "judge"} for rule in step.rules}


def keeps_its_promise(facts: FirmFacts, path: Path, day: date, book: str) -> None:
    then = applied(facts, path, day, book)
    verdicts = {each.rule: each.verdict for each in then.findings}
    for rule, verdict in verdicts.items():
        assert verdict in PASSING or (rule in left_open(path) and verdict != "unmet"), (rule, verdict, path)
    set_out = {rule for step in path.steps if step.kind in {"raise", "wait"} for rule in step.rules}
    assert all(verdicts[rule] in PASSING for rule in set_out - left_open(path))
    if not left_open(path):
        assert then.verdict == "met"


def says_yes_with_the_points(facts: FirmFacts, path: Path, day: date, book: str) -> None:
    """Where only the experts' points are open, the most that the bands allow is enough."""
    then = applied(facts, path, day, book)
    scored = SCORED_BY[book]
    if book == "sme" or scored not in left_open(path) or then.finding(scored).verdict != "unknown":
        return
    assert then.score
    most = Scores(**{each.item: Decimal(each.band[1]) for each in then.score.items})
    given = replace(facts, scores=most)
    assert applied(given, path, day, book, without_points(path)).finding(scored).verdict == "met"


def without_points(path: Path) -> tuple[Deed, ...]:
    return tuple(each for each in path.deeds if each.what != "points")


def with_less(deed: Deed) -> Deed:
    return replace(deed, amount=deed.amount - KINDS[deed.what].step)


def is_the_least(facts: FirmFacts, path: Path, day: date, book: str) -> None:
    """With one fen, one person, one right or one point less of any deed something is not met that was."""
    full = {each.rule: each.verdict for each in applied(facts, path, day, book).findings}
    for deed in path.deeds:
        less = with_less(deed)
        others = tuple(each for each in path.deeds if each is not deed)
        deeds = (*others, less) if less.amount and KINDS[deed.what].unit != "flag" else others
        short = {each.rule: each.verdict for each in applied(facts, path, day, book, deeds).findings}
        assert any(short[rule] not in PASSING and short[rule] != verdict for rule, verdict in full.items()), deed


def check(facts: FirmFacts, day: date, book: str, rounds: tuple[Round, ...] = ()) -> None:
    assessment = assess(facts, book=books(book, day), day=day)
    found = planned(assessment, rounds=rounds)
    assert (assessment.verdict == "met") == (not found.paths and not found.obstacles)
    for path in found.paths:
        assert path.ready_on >= max(step.by for step in path.steps)
        assert path.round is None or path.round.closes_on >= path.ready_on
        assert path.round is None or path.round.closes_on.year == path.ready_on.year
        keeps_its_promise(facts, path, day, book)
        is_the_least(facts, path, day, book)
        says_yes_with_the_points(facts, path, day, book)
    assert len({path.deeds for path in found.paths}) == len(found.paths)
    assert all(step.closes.zh and step.kind == "blocked" for step in found.obstacles)


@settings(deadline=None, max_examples=80)
@given(st.data(), st.sampled_from(sorted(LAW)), DAYS, ROUNDS)
def test_a_path_keeps_its_promise_and_asks_for_no_more(
    data: st.DataObject, book: str, day: date, rounds: tuple[Round, ...]
) -> None:
    check(data.draw(firms(book)), day, book, rounds)


@pytest.mark.parametrize(
    "case", [each for each in CASES.values() if each.book in {"hte", "pool", "sme"}], ids=lambda case: case.name
)
def test_a_path_of_every_case_keeps_its_promise(case: RuleCase) -> None:
    check(read_facts(case.facts), case.on, case.book)
