"""What is demanded before the house is opened."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline import checks


def test_a_house_without_addresses_is_told_each_of_them(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", "")
    settings.BROKER_URL, settings.SCANNER_URL, settings.DEMO = "", urlsplit(""), True
    found = [message.id for message in checks.environment(None)]
    assert found == ["pipeline.E001", "pipeline.E002", "pipeline.W003", "pipeline.E004"]


def test_a_house_with_its_addresses_may_open(settings: Any) -> None:
    settings.BROKER_URL, settings.SCANNER_URL = "redis://localhost", urlsplit("clamd://localhost:3310")
    assert checks.environment(None) == []


def test_the_role_of_the_web_is_bound_by_the_walls(db: None) -> None:
    assert checks.walls(None, databases=["default"]) == []
