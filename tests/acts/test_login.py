"""Accounts: made, locked, and helped to a password that nobody but its owner ever sees."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client, override_settings
from django.utils.timezone import now

from config.postgres.scope import acting
from pipeline.access import SENDER, Refused
from pipeline.acts import delivery, login
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Notice, Telling, User
from tests.acts.test_deputy import again
from tests.cast import DAY, Cast

PASSWORD = "a-sentence-of-my-own"


def letters() -> list[str]:
    """What goes out now, as one worker after the other takes it."""
    found: list[str] = []
    with acting(SENDER), transaction.atomic():
        delivery.spread(Notice.objects.all(), by=SENDER, at=now())
    while True:
        with acting(SENDER), transaction.atomic():
            taken = delivery.claim(by=SENDER, at=now())
        if taken is None:
            return found
        if taken.letter is not None:
            found.append(taken.letter.text)
            assert taken.channel == "mail"


def invited(cast: Cast, **also: str) -> User:
    with acting(cast.feng), transaction.atomic():
        said = {"name": "钱新", "username": "qian", "email": "qian@example.org", **also}
        return login.invite(by=again(cast.feng), **said)


def link_of(text: str) -> str:
    return text[text.index("/accounts/password/") :].split()[0]


def test_a_newcomer_chooses_a_password_by_a_link_that_works_once_and_signs_in_with_it(cast: Cast) -> None:
    person = invited(cast)
    assert not person.has_usable_password()
    [text] = letters()
    assert "qian" in text, "the letter tells log-in name and link"
    assert "钱新" not in text
    client, link = Client(), link_of(text)
    form = client.get(link, follow=True)
    assert form.status_code == 200
    chosen = {"password1": PASSWORD, "password2": PASSWORD}
    assert 'class="narrow-page"' in form.content.decode()
    short = client.post(form.redirect_chain[-1][0], {"password1": "short", "password2": "short"})
    assert 'role="alert"' in short.content.decode()
    done = client.post(form.redirect_chain[-1][0], chosen, follow=True)
    assert 'class="narrow-page"' in done.content.decode()
    assert Client().login(username="qian", password=PASSWORD)
    other = Client()
    again_ = other.get(link, follow=True)
    assert (b"password1" in again_.content, b"narrow-page" in again_.content) == (False, True)
    with acting(cast.feng), transaction.atomic():
        stored = " ".join(map(str, Notice.objects.filter(person=person).values_list("body", flat=True)))
    assert "/accounts/password/" not in stored, "the link is kept nowhere"


def test_the_link_is_over_after_half_an_hour(cast: Cast) -> None:
    with time_machine.travel(now() + timedelta(minutes=1), tick=False) as clock:
        invited(cast)
        [text] = letters()
        clock.shift(timedelta(minutes=31))
        assert b"password1" not in Client().get(link_of(text), follow=True).content


def test_a_link_goes_by_mail_at_once_whatever_the_person_chose(cast: Cast) -> None:
    with acting(cast.sun), transaction.atomic():
        Telling.objects.create(person=cast.sun, urgent=[], ordinary=[], digest=True)
    with acting(cast.song), transaction.atomic():
        login.send_link(cast.sun, by=again(cast.song))
    [text] = letters()
    assert "/accounts/password/" in text


def test_a_locked_account_is_out_with_its_next_click_and_keeps_its_seats(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.sun)
    assert client.get("/desk/").status_code == 200
    with acting(cast.song), transaction.atomic():
        login.lock(cast.sun, by=again(cast.song), on=DAY)
    assert client.get("/desk/").status_code == 302
    with acting(cast.song), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            login.send_link(User.objects.get(pk=cast.sun.pk), by=again(cast.song))
        login.unlock(cast.sun, by=again(cast.song))
    client.force_login(User.objects.get(pk=cast.sun.pk))
    assert client.get("/desk/").status_code == 200


def test_nobody_locks_themselves_nor_the_only_security_administrator(cast: Cast) -> None:
    with acting(cast.song), transaction.atomic(), pytest.raises(ConditionUnmet):
        login.lock(cast.song, by=again(cast.song), on=DAY)
    for stranger in (cast.feng, cast.zhou, cast.chen, cast.li):
        with acting(stranger), transaction.atomic(), pytest.raises(Refused):
            login.lock(cast.sun, by=again(stranger), on=DAY)


def test_a_log_in_name_is_given_once_and_a_house_without_mail_says_what_to_do(cast: Cast) -> None:
    with pytest.raises(ConditionUnmet) as unmet:
        invited(cast, username="sun")
    assert [each.place for each in unmet.value.missing] == ["username"]
    console = {"default": {"BACKEND": "django.core.mail.backends.console.EmailBackend"}}
    with override_settings(MAILERS=console), pytest.raises(ConditionUnmet, match="grant_seat"):
        invited(cast)
    assert not User.objects.filter(username="qian").exists()
