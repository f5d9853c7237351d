"""From a notice to the people it is for: to whom, by what, when, how often, and in what words."""

import re
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from time import monotonic
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import transaction
from django.utils.timezone import localdate
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import SENDER
from pipeline.acts import delivery, notice, people, telling
from pipeline.acts.telling import Choice
from pipeline.models import Case, Delivery, Division, Notice, Office, Pace, Seat, Telling, User
from pipeline.outside import calling
from tests.cast import SINCE, Story
from tests.outside import gateways
from tests.outside.gateways import SECRET, Gateway, running
from tests.outside.letters import Letters, mail_server, mailers

SHANGHAI = ZoneInfo("Asia/Shanghai")
TUESDAY = datetime(2027, 1, 5, tzinfo=SHANGHAI)  # after every day on which the tests themselves may run this year
TEXT = {"zh": "请看", "en": "Please look"}


def at(hour: float, *, days: int = 0) -> datetime:
    return TUESDAY + timedelta(days=days, hours=hour)


def told(kind: str = "case.remind", *, many: int = 1) -> None:
    """As an act leaves it: a notice to the city in the outbox."""
    with acting(SENDER), transaction.atomic():
        Notice.objects.bulk_create(
            Notice(to=Notice.CITY, kind=kind, title=TEXT, body=TEXT, next_try_at=at(0)) for _ in range(many)
        )


def send(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        jobs.send_notices()


def states(person: User | None = None) -> list[tuple[str, str, int]]:
    with acting(SENDER), transaction.atomic():
        rows = Delivery.objects.filter(person=person) if person else Delivery.objects.all()
        return list(rows.order_by("pk").values_list("channel", "state", "tries"))


def choose(person: User, **also: Any) -> None:
    standard: dict[str, Any] = {
        "urgent": [], "ordinary": [], "quiet_from": time(21), "quiet_until": time(8), "digest": False,
    }  # fmt: skip
    with acting(person), transaction.atomic():
        telling.choose(person, Choice(**standard | also), version=telling.of(person).version)


@pytest.fixture
def letters(settings: Any) -> Iterator[Letters]:
    """What a real mail server on the loopback received."""
    with mail_server(settings) as handler:
        yield handler


@pytest.fixture
def group(settings: Any) -> Iterator[Gateway]:
    """WeCom's robot on the loopback."""
    with gateways.wecom_robot_offered(settings) as gateway:
        yield gateway


def town() -> User:
    """Who grants the seats of a city that has one office and nobody in it."""
    city = Division.objects.create(code="330100", name="杭州市", level="city", during=DateRange(SINCE, None))
    Office.objects.create(name="杭州市科学技术局", level="city", division=city)
    people.appoint_first_administrator(administrator := User.objects.create_user("song", name="宋安"), on=SINCE)
    return User.objects.get(pk=administrator.pk)


@pytest.fixture
def song(db: None) -> User:
    return town()


def officer(song: User, username: str, **also: Any) -> User:
    person = User.objects.create_user(username, name=username, **also)
    with acting(song), transaction.atomic():
        people.grant_seat(person, "city_officer", by=song, on=SINCE, office=Office.objects.get())
    return person


@pytest.fixture
def chen(song: User) -> User:
    """The only one who is told."""
    return officer(song, "chen", email="chen@example.org")


# ------------------------------------------------------------------------------------------ to whom, once


def test_a_notice_is_mailed_once_to_each_however_often_the_job_runs(story: Story, letters: Letters) -> None:
    story.to("county_review")
    send(at(12))
    send(at(12))
    assert sorted(letters.to) == ["wang@example.org", "zhao@example.org"]
    assert states() == [("mail", "sent", 0)] * 2


def test_a_mail_names_the_case_and_says_nothing_else_of_it(story: Story, letters: Letters) -> None:
    story.to("county_review")
    send(at(12))
    assert story.number in letters.texts[0]
    assert "青禾" not in letters.texts[0] + letters.subjects[0]


def test_a_notice_to_one_person_goes_to_nobody_else(song: User, letters: Letters, chen: User) -> None:
    zhou = officer(song, "zhou", email="zhou@example.org")
    told()
    with acting(SENDER), transaction.atomic():
        Notice.objects.update(person=zhou)
    send(at(12))
    assert letters.to == ["zhou@example.org"]


def test_who_left_the_seat_before_the_message_went_out_is_not_told(song: User, letters: Letters, chen: User) -> None:
    told()
    send(at(23))  # within the quiet hours
    with acting(song), transaction.atomic():
        people.end_seat(Seat.objects.get(user=chen), by=song, on=localdate())
    send(at(9, days=1))
    assert (letters.to, states()) == ([], [("mail", "moot", 0)])


def test_nobody_is_sent_to_by_a_channel_that_the_house_has_not(letters: Letters, chen: User) -> None:
    with acting(SENDER), transaction.atomic():
        Telling.objects.create(person=chen, urgent=["mail", "wecom"], wecom="liqing")
    told()
    send(at(12))
    assert states() == [("mail", "sent", 0)]


# ----------------------------------------------------------------------------------------------- when


@pytest.mark.parametrize("happened", [21, 23.99, 24, 26, 31.99])
def test_what_falls_into_quiet_hours_is_sent_at_their_end(letters: Letters, chen: User, happened: float) -> None:
    told()
    send(at(happened))
    send(at(31.999))
    assert letters.to == []
    send(at(32))
    assert letters.to == ["chen@example.org"]


@pytest.mark.parametrize("happened", [8, 12, 20.999])
def test_by_day_what_happens_is_told_at_once(letters: Letters, chen: User, happened: float) -> None:
    told()
    send(at(happened))
    assert letters.to == ["chen@example.org"]


def test_what_waited_through_the_night_comes_as_one_message(letters: Letters, chen: User) -> None:
    told(many=3)
    told("case.invite")
    send(at(22))
    send(at(8, days=1))
    assert letters.subjects[0].startswith("4 ")
    assert "3" in letters.texts[0], "so many are urgent"
    assert {state for _channel, state, _tries in states()} == {"sent"}


def test_quiet_hours_that_were_changed_hold_for_what_waits_already(letters: Letters, chen: User) -> None:
    told()
    send(at(22))
    choose(chen, urgent=["mail"], quiet_from=time(6), quiet_until=time(10))
    send(at(8, days=1))
    assert letters.to == []
    send(at(10, days=1))
    assert letters.to == ["chen@example.org"]


def test_who_has_no_quiet_hours_is_told_at_night(letters: Letters, chen: User) -> None:
    choose(chen, urgent=["mail"], quiet_from=None, quiet_until=None)
    told()
    send(at(3))
    assert letters.to == ["chen@example.org"]


def test_a_digest_holds_the_ordinary_ones_of_a_day_and_not_the_urgent(letters: Letters, chen: User) -> None:
    choose(chen, urgent=["mail"], ordinary=["mail"], digest=True)
    told("case.invite", many=2)
    send(at(9))
    told("case.remind")
    send(at(10))
    assert len(letters.to) == 1, "only the reminder"
    told("case.invite")
    send(at(20))
    send(at(8, days=1))
    assert len(letters.to) == 2
    assert letters.subjects[1].startswith("3 ")


def test_urgent_and_ordinary_go_where_each_was_wanted(letters: Letters, chen: User, group: Gateway) -> None:
    choose(chen, urgent=["mail", "wecom"], ordinary=[], wecom="liqing")
    told("case.invite")
    told("case.remind")
    send(at(12))
    assert (len(letters.to), len(group.delivered)) == (1, 1)


# --------------------------------------------------------------------------------------- what goes wrong


def test_a_mail_server_that_is_down_loses_nothing_and_is_asked_less_and_less(settings: Any, chen: User) -> None:
    settings.MAILERS = mailers(9)
    told()
    tried = []
    for minute in range(60):
        send(at(9 + minute / 60))
        with acting(SENDER), transaction.atomic():
            pace = Pace.objects.get()
        tried.append(pace.failures)
    assert [tried.count(n) for n in range(1, 6)] == [1, 2, 4, 8, 16], "minutes between one try and the next"
    assert "not reached" in pace.why
    assert states() == [("mail", "waiting", 0)]
    with mail_server(settings) as letters:
        send(at(10.1))
    assert letters.to == ["chen@example.org"]


def test_six_hours_without_a_gateway_end_in_one_message(chen: User, group: Gateway) -> None:
    choose(chen, urgent=["wecom"], wecom="liqing")
    group.says = (503, {})
    for hour in range(9, 15):
        told()
        for minute in range(0, 60, 30):
            send(at(hour + minute / 60))
    group.says = None
    for hour in (15, 16):
        send(at(hour))
    assert len(group.delivered) == 1
    assert states() == [("wecom", "sent", 0)] * 6


def test_after_twelve_tries_a_message_is_given_up_for_an_operator_to_see(chen: User, group: Gateway) -> None:
    choose(chen, urgent=["wecom"], wecom="liqing", quiet_from=None, quiet_until=None)
    group.says = (200, {"errcode": 93000, "errmsg": "invalid webhook url"})
    told()
    moment, waits = at(0), []
    for _ in range(14):
        send(moment)
        with acting(SENDER), transaction.atomic():
            waits.append((Delivery.objects.get().next_try_at - moment) // timedelta(minutes=1))
        moment += timedelta(minutes=waits[-1])
    assert waits[:10] == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]
    assert states() == [("wecom", "dead", 12)]
    assert len(group.asked) == 12


def test_an_address_that_never_works_is_given_up_at_once(chen: User, settings: Any) -> None:
    with running(gateways.wecom) as gateway:
        settings.WECOM_URL = urlsplit(f"http://corp:{SECRET}@{gateway.address}/?agent=1")
        choose(chen, urgent=["wecom"], wecom="nobody")
        told()
        send(at(12))
    assert states() == [("wecom", "dead", 1)]


def test_a_message_of_unknown_fate_is_sent_again_under_its_own_number(
    chen: User, settings: Any, texts: Gateway
) -> None:
    with acting(SENDER), transaction.atomic():
        Telling.objects.create(person=chen, urgent=["sms"], phone="13800001234", phone_confirmed_at=at(0))
    told()
    texts.mood = gateways.takes_and_hangs_up(texts)
    send(at(12))
    told()  # what comes meanwhile does not get into it
    texts.mood = None
    send(at(12.5))
    assert texts.delivered == [("13800001234", "SMS_3", '{"count":"1"}')] * 2
    numbers = [each.query["OutId"] for each in texts.asked]
    assert numbers[0] == numbers[1] != numbers[2]
    assert {state for _channel, state, _tries in states()} == {"sent"}


@pytest.fixture
def texts(settings: Any) -> Iterator[Gateway]:
    with gateways.sms_offered(settings) as gateway:
        yield gateway


def test_a_channel_that_has_had_enough_waits_and_nothing_counts_as_failed(chen: User, group: Gateway) -> None:
    choose(chen, urgent=["wecom"], wecom="liqing")
    group.says = (200, {"errcode": 45009, "errmsg": "api freq out of limit"})
    told()
    send(at(12))
    told()
    send(at(12) + timedelta(seconds=30))
    assert len(group.asked) == 1, "nobody asks again meanwhile"
    assert states() == [("wecom", "waiting", 0)] * 2
    group.says = None
    send(at(12.1))
    assert len(group.delivered) == 1


def test_a_gateway_that_hangs_keeps_nobody_elses_messages_waiting(
    song: User, chen: User, letters: Letters, group: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calling, "SECONDS", 0.3)
    group.mood = gateways.hangs
    for number in range(5):
        choose(officer(song, f"person{number}"), urgent=["wecom"], wecom=f"person{number}")
    told()
    began = monotonic()
    with time_machine.travel(at(12), tick=True):
        jobs.send_notices()
    assert monotonic() - began < 2
    assert (len(group.asked), letters.to) == (1, ["chen@example.org"])


def test_a_robot_speaks_twenty_times_a_minute_however_many_are_told(song: User, group: Gateway) -> None:
    for number in range(30):
        choose(officer(song, f"person{number}"), urgent=["wecom"], wecom=f"person{number}")
    told()
    spoken = []
    for seconds in range(0, 121, 10):
        send(at(12) + timedelta(seconds=seconds))
        spoken.append(len(group.delivered))
    assert spoken == [20] * 7 + [30] * 6


def test_what_could_not_be_sent_for_three_days_is_given_up(chen: User, group: Gateway) -> None:
    choose(chen, urgent=["wecom"], wecom="liqing")
    group.says = (503, {})
    told()
    for hour in range(9, 81, 8):
        send(at(hour))
    assert states() == [("wecom", "waiting", 0)]
    send(at(81.1))
    assert states() == [("wecom", "dead", 0)]


# ------------------------------------------------------------------------------------------------- words


SECRETS = {
    "firm": "杭州青禾智控科技有限公司", "due": "2026-12-31", "note": "研发费用 237.00 万元", "name": "李青",
    "edition": "77", "day": "2026-11-11", "stage": {"zh": "秘密", "en": "undisclosed"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", sorted(notice.WORDS.keys() - delivery.LINKS))  # of these see test_login.py
def test_nothing_leaves_the_house_but_the_case_and_the_sort_of_thing(kind: str, language: str) -> None:
    """A notice of each kind, full of what must stay inside: whatever words a kind has, these must not go out."""
    number, short = "GP2026-0042", "en" if language == "en" else "zh"
    others = set(re.findall(r"%\((\w+)\)s", notice.WORDS[kind].title + notice.WORDS[kind].body)) - {*SECRETS, "number"}
    secrets = SECRETS | {name: f"secret {name}" for name in others}
    title, body = notice.compose(kind, secrets | {"number": number})
    about = Notice(case=Case(number=number), to="firm", kind=kind, title=title, body=body, recorded_at=at(12))
    row = Delivery(notice=about, person=User(name="李青", language=language), urgent=kind in delivery.URGENT)
    kept_in = [body[short], *(each for each in secrets.values() if isinstance(each, str))]
    for rows in ([row], [row, row]):
        sent = delivery.letter(rows, "to", key="0" * 32)
        out = "\n".join([sent.subject, sent.text, sent.in_group])
        assert [each for each in kept_in if each in out] == []
        assert number not in sent.in_group, "a group reads that"
        assert sent.number in ("", number), "what a template of an SMS is filled with"
        assert type(sent.count) is int
        assert settings.SITE_URL in sent.text


def test_every_urgent_kind_is_one_that_is_told() -> None:
    assert set(delivery.URGENT) - set(notice.WORDS) == set()
    sounds_urgent = {kind for kind in notice.WORDS if "return" in kind or "remind" in kind or "lapse" in kind}
    assert sounds_urgent - set(delivery.URGENT) == set()
