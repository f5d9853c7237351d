"""The benchmarks of the laboratory run on a few firms."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.laboratory import BENCHMARKS

FEW = 40


@pytest.mark.parametrize("name", [each.name for each in BENCHMARKS])
def test_a_benchmark_runs_on_a_small_pool(name: str, fresh_database: str, django_db_blocker: Any) -> None:
    benchmark = next(each for each in BENCHMARKS if each.name == name)
    with django_db_blocker.unblock():
        outcome = benchmark.outcome(FEW, rounds=1)
    assert (outcome.name, outcome.n) == (name, FEW)
    assert outcome.ours > 0
