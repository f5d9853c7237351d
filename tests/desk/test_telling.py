"""Everybody's own page: how they are told."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.models import Telling, User
from tests.desk.conftest import Seat, text
from tests.outside import gateways
from tests.outside.gateways import Gateway

PAGE = reverse("telling")
PHONE = "13800001234"
CHOICE = {"do": "choose", "version": "0", "quiet_from": "22:00", "quiet_until": "07:30"}


@pytest.fixture
def li(db: None, settings: Any) -> User:
    """Of a house that has no mail server."""
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    return User.objects.create_user("li", name="李青", email="li@example.com", phone=PHONE)


@pytest.fixture
def texts(settings: Any) -> Iterator[Gateway]:
    with gateways.sms_offered(settings) as gateway:
        yield gateway


@pytest.fixture
def robot(settings: Any) -> None:
    settings.WECOM_ROBOT = "http://127.0.0.1:9/cgi-bin/webhook/send?key=robot"


def kept(person: User) -> Telling:
    with acting(person):
        return Telling.objects.get(person=person)


def boxes(page: str) -> set[tuple[str, str]]:
    return set(re.findall(r'<input type="checkbox" name="(\w+)" value="(\w+)"', page))


def test_a_channel_without_a_gateway_is_named_and_cannot_be_chosen(li: User, seat: Seat, robot: None) -> None:
    client = seat(li)
    assert boxes(text(client.get(PAGE))) == {("urgent", "wecom"), ("ordinary", "wecom")}
    answer = client.post(PAGE, {**CHOICE, "urgent": "sms"})
    assert answer.status_code == 200
    assert answer.context["form"].errors["urgent"]


def test_a_choice_is_kept_and_shown_again(li: User, seat: Seat, robot: None) -> None:
    client = seat(li)
    answer = client.post(PAGE, {**CHOICE, "urgent": "wecom", "wecom": "liqing", "digest": "on"})
    assert answer.headers["Location"] == PAGE
    told = kept(li)
    assert (told.urgent, told.wecom, str(told.quiet_from), told.digest) == (
        ["mail", "wecom"],
        "liqing",
        "22:00:00",
        True,
    )
    page = text(client.get(PAGE))
    assert 'name="urgent" value="wecom" checked' in page
    assert 'value="22:00"' in page


def test_every_fault_is_told_at_its_field_and_what_was_typed_stays(li: User, seat: Seat, robot: None) -> None:
    answer = seat(li).post(PAGE, {**CHOICE, "urgent": "wecom", "wecom": "@all", "quiet_until": ""})
    assert set(answer.context["form"].errors) == {"wecom", "quiet_until"}
    page = text(answer)
    assert 'value="@all"' in page
    assert 'name="urgent" value="wecom" checked' in page
    with acting(li):
        assert not Telling.objects.exists()


def test_two_windows_do_not_overwrite_each_other(li: User, seat: Seat, robot: None) -> None:
    client = seat(li)
    client.post(PAGE, CHOICE)
    late = client.post(PAGE, {**CHOICE, "quiet_from": "20:00"})
    assert late.context["form"].non_field_errors()
    assert str(kept(li).quiet_from) == "22:00:00"


def test_a_number_is_proved_by_the_code_that_comes_to_it(li: User, seat: Seat, texts: Gateway) -> None:
    client = seat(li)
    client.post(PAGE, {"do": "code", "phone": PHONE})
    jobs.send_codes()
    [(number, _template, words)] = texts.delivered
    code = re.sub(r"\D", "", words)
    assert number == PHONE
    assert text(client.get(PAGE)).count("138****1234") == 1
    assert seat(li).post(PAGE, {"do": "confirm", "code": code}).context["code"].errors, "asked for in another window"
    wrong = client.post(PAGE, {"do": "confirm", "code": "x"})
    assert wrong.context["code"].errors
    assert client.post(PAGE, {"do": "confirm", "code": code}).status_code == 302
    assert kept(li).phone == PHONE
    assert client.post(PAGE, {**CHOICE, "version": "1", "urgent": "sms"}).status_code == 302
    assert "sms" in kept(li).urgent
    client.post(PAGE, {"do": "forget"})
    assert (kept(li).phone, kept(li).urgent) == ("", ["mail"])


def test_a_wrong_guess_counts_although_the_page_shows_a_fault(li: User, seat: Seat, texts: Gateway) -> None:
    client = seat(li)
    client.post(PAGE, {"do": "code", "phone": PHONE})
    for _ in range(5):
        client.post(PAGE, {"do": "confirm", "code": "wrong"})
    assert client.get(PAGE).context["asked"] is None, "nothing is left to guess at"


def test_who_asks_again_at_once_is_told_to_wait(li: User, seat: Seat, texts: Gateway) -> None:
    client = seat(li)
    client.post(PAGE, {"do": "code", "phone": PHONE})
    assert client.post(PAGE, {"do": "code", "phone": PHONE}).context["phone"].errors["phone"]


def test_nobody_reaches_the_page_of_another(li: User, db: None) -> None:
    assert Client().get(PAGE).headers["Location"].startswith(reverse("account_login"))
