"""The demonstration city: loaded through the acts, once."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.models import Case, Certificate, Firm, Import, Plan, Seat, User
from pipeline.stages import CASE_STAGES
from tests.cast import DAY
from tests.demonstrated import demonstrated, load, standing_in
from tests.models.test_pool import different


@pytest.fixture(scope="module")
def city(django_db_blocker: Any) -> Iterator[str]:
    """What was printed when the city was loaded."""
    with django_db_blocker.unblock():
        made = demonstrated()
        with standing_in(made.database, made.documents):
            yield made.printed


@contextmanager
def seen_by(username: str) -> Iterator[User]:
    person = User.objects.get(username=username)
    with acting(person), transaction.atomic():
        yield person


def test_the_city_has_firms_cases_in_every_stage_and_somebody_in_every_seat(city: str) -> None:
    with seen_by("chen"):
        assert Firm.objects.count() > 100
        assert not Firm.objects.filter(made_up="").exists()
        assert not Firm.objects.filter(latest_diagnosis=None).exists()
        stages = Counter(Case.objects.values_list("stage", flat=True))
        assert Plan.objects.exists()
        assert Certificate.objects.count() >= 3
    assert set(stages) == set(CASE_STAGES)
    with seen_by("song"):
        assert set(Seat.objects.values_list("kind", flat=True)) == access.SEATS


def test_the_first_story_is_a_near_miss_with_everything_else_in_order(city: str) -> None:
    with seen_by("li"):
        judged = Firm.objects.get().latest_diagnosis
    assert judged is not None
    verdicts = {each["rule"]: each["verdict"] for each in judged.findings}
    assert [rule for rule, verdict in verdicts.items() if verdict == "unmet"] == ["rd_intensity"]
    assert [rule for rule, verdict in verdicts.items() if verdict == "unknown"] == ["innovation_score"]


def test_loading_again_changes_nothing_and_prints_the_same_logins(city: str) -> None:
    def counted() -> list[int]:
        with seen_by("chen"):
            return [model.objects.count() for model in (User, Firm, Case, Import)]

    before = counted()
    assert load() == city == load("--logins")
    assert counted() == before
    assert "chen" in city


def test_its_pool_is_what_its_record_says(city: str) -> None:
    with seen_by("chen") as chen:
        assert different(chen, DAY) == []
