"""Work that jobs do, on one page: whose it is, what stands still, what broke off, and what can be done about it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from config.postgres.scope import acting
from pipeline.access import SENDER
from pipeline.models import Delivery, Import, Notice
from tests.acts.test_roster import ROWS, Desk
from tests.cast import Cast
from tests.desk.conftest import Seat, statements, text

PAGE = reverse("desk:jobs")
LONG = timedelta(minutes=6)


@pytest.fixture
def desk(cast: Cast, tmp_path: Path, settings: Any) -> Desk:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return Desk(cast, tmp_path)


def waits(found: Import, **also: Any) -> Import:
    """As it stands when nobody has got on with it for six minutes."""
    with acting(SENDER):
        Import.objects.filter(pk=found.pk).update(received_at=timezone.now() - LONG, **also)
        return Import.objects.get(pk=found.pk)


def given_up(desk: Desk, **also: Any) -> Delivery:
    """A message by mail to the officer of the city that could not be sent."""
    with acting(SENDER):
        title = {"zh": "请看", "en": "Please look"}
        notice = Notice.objects.create(to=Notice.CITY, kind="case.remind", title=title, body=title, state=Notice.SENT)
        at = {"next_try_at": timezone.now(), "recorded_at": timezone.now(), **also}
        return Delivery.objects.create(
            notice=notice, person=desk.cast.chen, channel="mail", urgent=False, state=Delivery.DEAD, tries=12,
            last_error="mailbox full", **at,
        )  # fmt: skip


def test_an_office_sees_its_own_work_and_the_city_that_of_its_counties(desk: Desk, seat: Seat) -> None:
    waits(desk.receive(ROWS, desk.cast.wang))
    assert "名册.xlsx" in text(seat(desk.cast.wang).get(PAGE))
    assert "名册.xlsx" in text(seat(desk.cast.chen).get(PAGE))
    assert "名册.xlsx" not in text(seat(desk.cast.sun).get(PAGE))


def test_what_nobody_got_on_with_stands_still_and_comes_first(desk: Desk, seat: Seat) -> None:
    still, fresh = waits(desk.receive(ROWS, desk.cast.wang)), desk.receive(ROWS, desk.cast.wang)
    with acting(SENDER):
        Import.objects.filter(pk=fresh.pk).update(received_at=timezone.now())
    wang = seat(desk.cast.wang)
    with acting(SENDER):
        Import.objects.filter(pk=still.pk).update(received_at=timezone.now() - LONG)
        Import.objects.filter(pk=fresh.pk).update(received_at=timezone.now())
    lines = wang.get(PAGE).context["lines"]
    assert [(line.errand.public_id, line.stands_still) for line in lines] == [
        (still.public_id, True),
        (fresh.public_id, False),
    ]


def test_what_broke_off_says_why_and_is_taken_up_again(desk: Desk, seat: Seat) -> None:
    problem = {"zh": "磁盘满了", "en": "the disk is full"}
    wang = seat(desk.cast.wang)
    failed = waits(desk.receive(ROWS, desk.cast.wang), state=Import.FAILED, problem=problem)
    assert "磁盘满了" in text(wang.get(PAGE))
    asked = {"kind": "roster", "key": failed.public_id, "version": failed.version, "step": "again"}
    assert wang.post(PAGE, asked, follow=True).status_code == 200
    with acting(SENDER):
        assert Import.objects.get(pk=failed.pk).state == Import.RECEIVED


def test_another_office_s_work_is_not_there_and_what_is_no_work_neither(desk: Desk, seat: Seat) -> None:
    found = waits(desk.receive(ROWS, desk.cast.wang))
    sun = seat(desk.cast.sun)
    asked = {"kind": "roster", "key": found.public_id, "version": found.version, "step": "stop"}
    assert sun.post(PAGE, asked).status_code == 404
    assert sun.post(PAGE, asked | {"key": "x"}).status_code == 404
    assert sun.post(PAGE, asked | {"kind": "firm"}).status_code == 404
    with acting(SENDER):
        assert Import.objects.get(pk=found.pk).state == Import.RECEIVED


def test_who_administers_the_system_sees_how_work_stands_and_not_what_it_is_about(desk: Desk, seat: Seat) -> None:
    waits(desk.receive(ROWS, desk.cast.wang))
    page = seat(desk.cast.feng).get(PAGE)
    assert "临安区科学技术局" in text(page)
    assert "名册.xlsx" not in text(page)
    assert not any(line.can_go_on or line.can_be_given_up or line.url for line in page.context["lines"])


def test_messages_given_up_are_sent_again_unless_they_are_too_old(desk: Desk, seat: Seat) -> None:
    feng = seat(desk.cast.feng)
    row, old = given_up(desk), given_up(desk, recorded_at=timezone.now() - timedelta(days=4))
    assert "mailbox full" in text(feng.get(PAGE))
    feng.post(PAGE, {"kind": "messages", "channel": "mail", "step": "again"})
    with acting(SENDER):
        assert list(Delivery.objects.filter(pk__in=[row.pk, old.pk]).order_by("pk").values_list("state", "tries")) == [
            (Delivery.WAITING, 0),
            (Delivery.DEAD, 12),
        ]


def test_an_officer_is_told_in_a_sentence_and_reads_no_answer_of_a_gateway(desk: Desk, seat: Seat) -> None:
    """It may hold addresses and tokens: who administers the system reads it."""
    given_up(desk)
    shown = text(seat(desk.cast.chen).get(PAGE))
    assert "mailbox full" not in shown
    assert "The gateway did not take it" in shown or "网关" in shown


def test_an_officer_sends_no_message_of_others_again(desk: Desk, seat: Seat) -> None:
    row = given_up(desk)
    assert seat(desk.cast.chen).post(PAGE, {"kind": "messages", "channel": "mail", "step": "again"}).status_code == 403
    with acting(SENDER):
        assert Delivery.objects.get(pk=row.pk).state == Delivery.DEAD


def test_the_page_takes_few_statements_however_much_work_there_is(desk: Desk, seat: Seat) -> None:
    chen, seen = seat(desk.cast.chen), []
    for more in (1, 4):
        for _each in range(more):
            desk.receive(ROWS, desk.cast.wang)
        with statements() as made:
            chen.get(PAGE)
        seen.append(len(made))
    assert seen[0] == seen[1] <= 12
