"""What every request passes through."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast


@pytest.mark.parametrize("kept", ["{", "[]", '"x"', '{"theme": "<b>"}', '{"theme": {}}'])
def test_a_spoilt_cookie_of_looks_spoils_nothing(db: None, kept: str) -> None:
    client = Client()
    client.cookies["look"] = kept
    page = client.get(reverse("account_login"))
    assert page.status_code == 200
    assert b'data-bs-theme="light"' in page.content


def test_an_error_page_bears_the_number_that_the_log_knows(cast: Cast, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    client = Client()
    client.force_login(cast.chen)
    page = client.get("/desk/cases/GP2026-9999/")
    facts: list[Any] = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    (number,) = {line["request_id"] for line in facts if line["event"] == "request_finished"}
    assert page.status_code == 404
    assert number in page.content.decode()


def test_chinese_is_spoken_whatever_the_browser_prefers(db: None) -> None:
    page = Client().get(reverse("account_login"), headers={"Accept-Language": "en"})
    assert page.headers["Content-Language"] == "zh-hans"


def test_every_answer_carries_its_guards(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.chen)
    for path in ("/desk/", "/nowhere/", "/desk/cases/GP2026-9999/", "/accounts/login/", "/notices/"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "'unsafe-inline'" not in policy, path
        assert "script-src 'self'" in policy, path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["X-Frame-Options"] == "DENY", path
        assert headers["Referrer-Policy"] == "same-origin", path
