"""The benchmarks of lists, search, bulk acts and rosters run on a few firms, and find that both ways answer alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import services
from tests.benchmarks import admin_lists, bulk, kept_city, lists, policies, roster, search
from tests.benchmarks.comparison import Benchmark

FEW = 4_000
BENCHMARKS: tuple[Benchmark, ...] = (
    *lists.BENCHMARKS,
    *admin_lists.BENCHMARKS,
    *policies.BENCHMARKS,
    *search.BENCHMARKS,
    *bulk.BENCHMARKS,
    *roster.BENCHMARKS,
)


@pytest.fixture(scope="module")
def kept(django_db_blocker: Any) -> Iterator[None]:
    before = services.current_database()
    with django_db_blocker.unblock():
        yield
        kept_city.stop()
        services.point_django_at(before)


@pytest.mark.long
@pytest.mark.parametrize("name", [each.name for each in BENCHMARKS])
def test_a_benchmark_runs_on_a_small_city(name: str, kept: None) -> None:
    benchmark = next(each for each in BENCHMARKS if each.name == name)
    outcome = benchmark.outcome(FEW // (10 if name.startswith(("bulk", "roster")) else 1), rounds=1)
    assert outcome.name == name
    assert outcome.ours > 0
