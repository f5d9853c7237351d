"""The comparisons can be run, and are worth running: what they compare is alike, and a miss is told."""

from __future__ import annotations

import json

import pytest

from tests.benchmarks.comparison import Outcome
from tests.benchmarks.engine import BENCHMARKS, FIRMS, against_openfisca
from tests.benchmarks.pool import pool

FEW = 2_000


@pytest.mark.parametrize("name", [each.name for each in BENCHMARKS])
def test_a_benchmark_runs_on_a_small_input(name: str) -> None:
    benchmark = next(each for each in BENCHMARKS if each.name == name)
    outcome = benchmark.outcome(max(1, benchmark.n * FEW // FIRMS), rounds=1)
    assert outcome.ours > 0
    assert outcome.theirs > 0
    assert json.loads(outcome.as_line())["name"] == name


def test_a_goal_that_is_missed_is_told() -> None:
    assert "MISSED" in Outcome("slow", goal=1.5, n=1, ours=1.6, theirs=1.0).in_words()
    assert "MISSED" not in Outcome("fast", goal=1.5, n=1, ours=1.5, theirs=1.0).in_words()


def test_the_count_of_firms_judged_wrong_is_ours_and_theirs() -> None:
    ours, theirs = against_openfisca(20_000).notes
    assert ours == "firms judged wrong by ours: 0 of 20,000"
    assert "wrong by OpenFisca: 0 " not in theirs


def test_one_firm_in_a_hundred_stands_on_a_line() -> None:
    frame = pool(20_000, complete=True)
    on_line = (frame["staff_y1"] == frame["tech_staff_y1"] * 10) & (frame["staff_y1"] > 0)
    assert 150 <= on_line.sum() <= 250
