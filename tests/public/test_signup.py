"""Opening an account, joining by a link, claiming a firm: the way in, from the first page on."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from config.postgres.scope import acting
from pipeline.acts import membership
from pipeline.models import User
from tests.cast import Cast

SAID = {"name": "周新", "phone": "139 0000 0077", "password": "青禾的密码要足够长才好记住"}


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


def test_a_new_person_is_signed_in_and_asked_for_the_firm(cast: Cast) -> None:
    client = Client()
    assert client.post(reverse("signup"), SAID)["Location"] == reverse("portal:claim")
    assert client.get(reverse("portal:claim")).status_code == 200
    assert client.get(reverse("home"))["Location"] == reverse("portal:claim")


def test_a_taken_number_is_told_at_its_field(cast: Cast) -> None:
    Client().post(reverse("signup"), SAID)
    assert Client().post(reverse("signup"), SAID).context["form"].errors["phone"]


def test_a_foreign_address_is_no_place_to_go_on_to(cast: Cast) -> None:
    sent = SAID | {"next": "https://elsewhere.example/"}
    assert Client().post(reverse("signup"), sent)["Location"] == reverse("portal:claim")


def test_too_many_accounts_from_one_place_are_refused(cast: Cast) -> None:
    for at in range(12):
        answer = Client().post(reverse("signup"), SAID | {"phone": f"139000001{at:02}"})
    assert answer.context["form"].non_field_errors()
    assert not User.objects.filter(phone="13900000111").exists()


def test_who_was_invited_opens_an_account_and_joins(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        at = now() + timedelta(days=1)
        token = membership.invite(cast.qinghe, "firm_rd", phone="13900000077", by=cast.li, at=at)
    client, link = Client(), reverse("portal:join", args=[token])
    assert client.post(reverse("signup"), SAID | {"next": link})["Location"] == link
    assert "李青" in client.get(link).content.decode()
    assert client.post(link)["Location"] == reverse("home")
    assert "/portal/91330112MA2CFYQ03J/" in client.get(reverse("home"))["Location"]


def test_a_link_of_somebody_else_says_no_more_than_a_dead_one(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        token = membership.invite(cast.qinghe, "firm_rd", phone="13900000078", by=cast.li, at=now())
    client = Client()
    client.post(reverse("signup"), SAID)
    texts = [client.get(reverse("portal:join", args=[each])).content.decode() for each in (token, "dead")]
    assert all("李青" not in text and "青禾" not in text for text in texts)
