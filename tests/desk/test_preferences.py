"""Where a day begins, and how the house looks."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config import clock
from pipeline.models import User
from tests.cast import DAY, QINGHE, Cast
from tests.desk.conftest import Seat, text


@pytest.mark.parametrize(
    ("person", "page"),
    [
        ("chen", reverse("desk:queue")),
        ("zhao", reverse("desk:queue")),
        ("gu", reverse("desk:funnel")),
        ("zhang", reverse("advisers:home")),
        ("li", reverse("portal:home", args=[QINGHE])),
    ],
)
def test_everybodys_day_begins_on_a_page_their_seat_opens(cast: Cast, seat: Seat, person: str, page: str) -> None:
    client = seat(cast.people[person])
    assert client.get(reverse("home")).headers["Location"] == page
    assert client.get(page).status_code == 200


def test_a_chosen_look_is_kept_with_the_account(cast: Cast, seat: Seat) -> None:
    client = seat(cast.chen)
    answer = client.post(reverse("look"), {"theme": "dark", "next": reverse("desk:queue")})
    assert answer.headers["Location"] == reverse("desk:queue")
    client.post(reverse("look"), {"density": "compact", "theme": "purple"})
    assert User.objects.get(pk=cast.chen.pk).look == {"theme": "dark", "density": "compact"}
    assert 'data-bs-theme="dark"' in text(client.get(reverse("desk:queue")))


def test_somebody_not_signed_in_keeps_look_and_language_in_a_cookie(db: None) -> None:
    client = Client()
    client.post(reverse("look"), {"theme": "dark"})
    client.post(reverse("language"), {"language": "en"})
    shown = text(client.get(reverse("account_login")))
    assert 'data-bs-theme="dark"' in shown
    assert '<html lang="en"' in shown


@pytest.mark.parametrize("kept", ["{", "[1]", '"dark"', '{"theme": ["dark"]}', '{"theme": "purple"}'])
def test_a_cookie_that_is_not_ours_is_as_good_as_none(db: None, kept: str) -> None:
    client = Client()
    client.cookies["look"] = kept
    assert client.get(reverse("account_login")).status_code == 200
    assert client.post(reverse("look"), {"theme": "dark"}).status_code == 302


def test_the_language_follows_the_account(cast: Cast, seat: Seat) -> None:
    seat(cast.chen).post(reverse("language"), {"language": "en"})
    assert '<html lang="en"' in text(seat(User.objects.get(pk=cast.chen.pk)).get(reverse("desk:queue")))


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org", "javascript:alert(1)", ""])
def test_nobody_is_sent_to_another_house(cast: Cast, seat: Seat, elsewhere: str) -> None:
    answer = seat(cast.chen).post(reverse("look"), {"theme": "dark", "next": elsewhere})
    assert answer.headers["Location"] == reverse("home")


def test_outside_a_demonstration_nobody_becomes_somebody_else(cast: Cast, seat: Seat) -> None:
    client = seat(cast.chen)
    assert client.post(reverse("demo_switch"), {"username": "zhou"}).status_code == 404
    assert client.get(reverse("demo_switch")).status_code == 404
    assert client.post(reverse("demo_day"), {"day": "2027-01-04"}).status_code == 404


def test_in_a_demonstration_one_goes_on_as_another_and_on_another_day(cast: Cast, seat: Seat, settings: Any) -> None:
    settings.DEMO = True
    client = seat(cast.chen)
    assert "周敏" in text(client.get(reverse("demo_switch")))
    client.post(reverse("demo_switch"), {"username": "zhou"})
    assert "市级负责人" in text(client.get(reverse("desk:queue")))
    client.post(reverse("demo_day"), {"day": "2027-01-04", "next": reverse("desk:queue")})
    assert clock.today().isoformat() == "2027-01-04"
    clock.move_to(DAY)
