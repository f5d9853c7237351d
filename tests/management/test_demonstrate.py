"""The demonstration city: loaded through the acts, once."""

from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from config.postgres.scope import acting
from pipeline import access
from pipeline.models import Case, Certificate, Firm, Import, Plan, Seat, User
from pipeline.stages import CASE_STAGES


@pytest.fixture
def city(db: None, tmp_path: Path, settings: Any) -> str:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return demonstrated()


def demonstrated(*arguments: str) -> str:
    printed = StringIO()
    call_command("demonstrate", *arguments, stdout=printed)
    return printed.getvalue()


def test_the_city_has_firms_cases_in_every_stage_and_somebody_in_every_seat(city: str) -> None:
    chen, song = User.objects.get(username="chen"), User.objects.get(username="song")
    with acting(chen):
        assert Firm.objects.count() > 100
        assert not Firm.objects.filter(made_up="").exists()
        assert not Firm.objects.filter(latest_diagnosis=None).exists()
        stages = Counter(Case.objects.values_list("stage", flat=True))
        assert Plan.objects.exists()
        assert Certificate.objects.count() >= 3
    assert set(stages) == set(CASE_STAGES)
    with acting(song):
        assert set(Seat.objects.values_list("kind", flat=True)) == access.SEATS


def test_the_first_story_is_a_near_miss_with_everything_else_in_order(city: str) -> None:
    with acting(User.objects.get(username="li")):
        judged = Firm.objects.get().latest_diagnosis
    assert judged is not None
    verdicts = {each["rule"]: each["verdict"] for each in judged.findings}
    assert [rule for rule, verdict in verdicts.items() if verdict == "unmet"] == ["rd_intensity"]
    assert [rule for rule, verdict in verdicts.items() if verdict == "unknown"] == ["innovation_score"]


def test_loading_again_changes_nothing_and_prints_the_same_logins(city: str) -> None:
    chen = User.objects.get(username="chen")

    def counted() -> list[int]:
        with acting(chen):
            return [model.objects.count() for model in (User, Firm, Case, Import)]

    before = counted()
    assert demonstrated() == city == demonstrated("--logins")
    assert counted() == before
    assert "chen" in city
