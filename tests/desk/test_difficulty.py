"""Firms that ask for help, on the desk of those who answer."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import difficulty, hour
from pipeline.models import Appointment, Booking, Difficulty, Hour, User
from tests.cast import DAY, Cast

NOW = datetime.combine(DAY, time(1, 30), UTC)


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(NOW, tick=False):
        yield


def visitor(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def asked(cast: Cast) -> Difficulty:
    with acting(cast.li), transaction.atomic():
        return difficulty.ask(cast.qinghe, kind="policy", says="年限怎么算？", by=cast.li, on=DAY)


def test_the_county_of_the_firm_sees_the_question_and_answers_it(cast: Cast) -> None:
    one, wang = asked(cast), visitor(cast.wang)
    assert "年限怎么算？" in wang.get(reverse("desk:difficulties")).content.decode()
    address = reverse("desk:difficulty", args=[one.public_id])
    wang.post(address, {"answer": "按发证日起算。", "version": "1"})
    with acting(cast.wang):
        assert Difficulty.objects.get().answered_by_id == cast.wang.pk


def test_another_county_sees_nothing_of_it(cast: Cast) -> None:
    one, sun = asked(cast), visitor(cast.sun)
    assert "年限怎么算？" not in sun.get(reverse("desk:difficulties")).content.decode()
    assert sun.get(reverse("desk:difficulty", args=[one.public_id])).status_code == 404


def test_what_is_past_its_day_stands_on_a_list_of_its_own(cast: Cast) -> None:
    one = asked(cast)
    list_of_late = reverse("desk:difficulties") + "?list=late"
    assert "年限怎么算？" not in visitor(cast.wang).get(list_of_late).content.decode()
    with time_machine.travel(NOW + (one.due_on - DAY) + timedelta(days=1), tick=False):
        assert "年限怎么算？" in visitor(cast.wang).get(list_of_late).content.decode()


def test_a_coach_sees_what_its_firms_ask(cast: Cast) -> None:
    asked(cast)
    assert "年限怎么算？" not in visitor(cast.zhang).get(reverse("desk:difficulties")).content.decode()
    with acting(INTAKE), transaction.atomic():
        during = DateRange(date(2026, 1, 1), None)
        Appointment.objects.create(firm=cast.qinghe, coach=cast.zhang, during=during, consented_on=DAY)
    assert "年限怎么算？" in visitor(cast.zhang).get(reverse("desk:difficulties")).content.decode()


def test_an_hour_is_offered_seen_booked_and_taken_back_with_a_reason(cast: Cast) -> None:
    wang, address = visitor(cast.wang), reverse("desk:hours")
    wang.post(address, {"starts_at": "2026-11-05T14:00", "minutes": "60", "place": "三楼"})
    with acting(cast.li), transaction.atomic():
        one = Hour.objects.get()
        hour.book(Hour.objects.all(), cast.qinghe, about="研发台账", by=cast.li, on=DAY, now=NOW)
    assert "青禾" in wang.get(address).content.decode()
    wang.post(address, {"withdraw": str(one.public_id), "note": ""})
    with acting(cast.wang):
        assert Booking.objects.standing().exists()
    wang.post(address, {"withdraw": str(one.public_id), "note": "开会"})
    with acting(cast.wang):
        assert not Booking.objects.standing().exists()


def test_an_hour_that_is_past_is_told_at_its_field(cast: Cast) -> None:
    sent = {"starts_at": "2026-11-01T14:00", "minutes": "60", "place": "三楼"}
    page = visitor(cast.wang).post(reverse("desk:hours"), sent).content.decode()
    assert 'href="#id_starts_at"' in page
