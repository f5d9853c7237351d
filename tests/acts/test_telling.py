"""How a person wants to be told, and that a telephone is theirs."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import SENDER
from pipeline.acts import telling
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.telling import Choice
from pipeline.models import PhoneProof, Telling, User
from tests.outside import gateways
from tests.outside.gateways import Gateway

NOON = datetime(2027, 1, 5, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
PHONE = "13800001234"
CHOICE: dict[str, Any] = {
    "urgent": [], "ordinary": [], "quiet_from": time(21), "quiet_until": time(8), "digest": False,
}  # fmt: skip


@pytest.fixture
def texts(settings: Any) -> Iterator[Gateway]:
    with gateways.sms_offered(settings) as gateway:
        yield gateway


@pytest.fixture
def li(db: None) -> User:
    return User.objects.create_user("li", name="李青")


@pytest.fixture
def wang(db: None) -> User:
    return User.objects.create_user("wang", name="王敏")


def ask(person: User, *, at: datetime = NOON, phone: str = PHONE, session: str = "this") -> PhoneProof:
    with acting(person), transaction.atomic():
        return telling.ask_code(person, phone, session=session, at=at)


def confirm(person: User, code: str, *, at: datetime = NOON, session: str = "this") -> bool:
    with acting(person), transaction.atomic():
        return telling.confirm(person, code, session=session, at=at)


def choose(person: User, **also: Any) -> Telling:
    with acting(person), transaction.atomic():
        return telling.choose(person, Choice(**CHOICE | also), version=telling.of(person).version)


def refusal(person: User, **also: Any) -> list[tuple[str, str]]:
    with pytest.raises(ConditionUnmet) as caught:
        choose(person, **also)
    return [(each.place, each.says) for each in caught.value.missing]


def send_codes(at: datetime) -> None:
    with time_machine.travel(at, tick=False):
        jobs.send_codes()


def test_the_code_that_was_sent_proves_the_number_once(li: User, texts: Gateway) -> None:
    proof = ask(li)
    send_codes(NOON)
    send_codes(NOON)
    [(number, template, words)] = texts.delivered
    assert (number, template) == (PHONE, "SMS_1")
    code = telling.code_of(proof)
    assert words == f'{{"code":"{code}"}}'
    assert confirm(li, f" {code} ")
    assert not confirm(li, code), "it has been used"
    with acting(li), transaction.atomic():
        told = telling.of(li)
    assert (told.phone, told.phone_confirmed_at) == (PHONE, NOON)


def test_nothing_in_the_database_tells_the_code(li: User, texts: Gateway) -> None:
    proof = ask(li)
    with acting(li), transaction.atomic():
        kept = [str(value) for value in PhoneProof.objects.values_list().get()]
    assert telling.code_of(proof) not in kept


def test_a_code_counts_in_its_session_and_for_ten_minutes_only(li: User, wang: User, texts: Gateway) -> None:
    code = telling.code_of(ask(li))
    assert not confirm(li, code, session="another")
    assert not confirm(wang, code)
    assert not confirm(li, code, at=NOON + timedelta(minutes=10))
    assert confirm(li, code, at=NOON + timedelta(minutes=9, seconds=59))


def test_a_code_is_guessed_at_five_times(li: User, texts: Gateway) -> None:
    code = telling.code_of(ask(li))
    for number in range(5):
        assert not confirm(li, f"{(int(code) + number + 1) % 10**6:06}")
    assert not confirm(li, code)


def test_another_code_puts_the_first_out_of_use(li: User, texts: Gateway) -> None:
    first = telling.code_of(ask(li))
    second = telling.code_of(ask(li, at=NOON + timedelta(minutes=2)))
    assert not confirm(li, first, at=NOON + timedelta(minutes=2))
    assert confirm(li, second, at=NOON + timedelta(minutes=2))


def test_a_person_asks_once_a_minute_and_ten_times_a_day(li: User, texts: Gateway) -> None:
    for number in range(10):
        ask(li, at=NOON + timedelta(minutes=number))
        with pytest.raises(ConditionUnmet, match=r"minute|分钟"):
            ask(li, at=NOON + timedelta(minutes=number, seconds=59))
    with pytest.raises(ConditionUnmet):
        ask(li, at=NOON + timedelta(hours=3))
    ask(li, at=NOON + timedelta(days=1, minutes=10))


def test_a_number_gets_one_code_a_minute_whoever_asks(li: User, wang: User, texts: Gateway) -> None:
    ask(li)
    ask(wang)
    send_codes(NOON)
    assert len(texts.delivered) == 1
    with acting(wang), transaction.atomic():
        assert PhoneProof.objects.get().why != ""


def test_a_gateway_that_is_down_is_told_to_who_waits_for_the_code(li: User, texts: Gateway) -> None:
    texts.says = (503, {})
    ask(li)
    send_codes(NOON)
    with acting(li), transaction.atomic():
        assert "503" in PhoneProof.objects.get().why


def test_codes_are_forgotten_after_two_days(li: User, texts: Gateway) -> None:
    ask(li)
    for days, left in ((1.9, 1), (2.1, 0)):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            jobs.clear_codes()
        with acting(li), transaction.atomic():
            assert PhoneProof.objects.count() == left


@pytest.mark.parametrize("phone", ["0571-87654321", "1380000123", "13800001234；13900001234", "abc", ""])
def test_only_a_mobile_number_gets_a_code(li: User, texts: Gateway, phone: str) -> None:
    with pytest.raises(ConditionUnmet):
        ask(li, phone=phone)


def test_sms_is_chosen_after_the_number_is_confirmed_and_ends_with_it(li: User, texts: Gateway) -> None:
    assert [place for place, _says in refusal(li, urgent=["sms"])] == ["urgent"]
    confirm(li, telling.code_of(ask(li)))
    assert choose(li, urgent=["sms"]).urgent == ["sms"]
    with acting(li), transaction.atomic():
        telling.forget_phone(li)
        told = telling.of(li)
    assert (told.urgent, told.phone, told.phone_confirmed_at) == ([], "", None)


@pytest.mark.parametrize("account", ["@all", "li|wang", "李青", "a b", "", "x" * 65])
def test_an_account_is_one_persons(li: User, settings: Any, account: str) -> None:
    settings.WECOM_ROBOT = "http://127.0.0.1:9/cgi-bin/webhook/send?key=robot"
    assert "wecom" in dict(refusal(li, urgent=["wecom"], wecom=account))


def test_every_fault_of_a_choice_is_told_at_once(li: User) -> None:
    faults = refusal(li, urgent=["sms", "dingtalk"], quiet_from=None)
    assert {place for place, _says in faults} == {"urgent", "dingtalk", "quiet_until"}


def test_a_channel_whose_gateway_is_away_is_kept_for_when_it_comes_back(li: User, settings: Any) -> None:
    settings.WECOM_ROBOT = "http://127.0.0.1:9/cgi-bin/webhook/send?key=robot"
    choose(li, urgent=["wecom"], wecom="liqing")
    settings.WECOM_ROBOT = ""
    assert choose(li, wecom="liqing", digest=True).urgent == ["wecom"]


def test_of_two_windows_the_second_is_told_that_it_is_late(li: User) -> None:
    choose(li, digest=True)
    with acting(li), transaction.atomic(), pytest.raises(ConditionUnmet):
        telling.choose(li, Choice(**CHOICE), version=0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"urgent": ["sms"]},
        {"urgent": ["sms"], "phone": PHONE},
        {"ordinary": ["pigeon"]},
        {"urgent": ["wecom"]},
        {"wecom": "@all"},
        {"dingtalk": "a|b"},
        {"quiet_from": None},
        {"quiet_from": time(8)},
    ],
)
def test_the_database_holds_what_a_choice_must_be(li: User, wrong: dict[str, Any]) -> None:
    with acting(SENDER), pytest.raises(IntegrityError), transaction.atomic():
        Telling.objects.create(person=li, **wrong)
