"""Hours that are offered and booked: whoever is first has one, and is reminded of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import hour
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Appointment, Booking, Firm, Hour, MoveRefused, Notice, User
from pipeline.models.help import HourQuerySet
from tests.cast import DAY, Cast

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)


def offered(by: User, at: datetime = TOMORROW) -> Hour:
    with acting(by), transaction.atomic():
        return hour.offer(starts_at=at, minutes=60, place="科技局 305", by=by, now=NOW)


def the(one: Hour) -> HourQuerySet:
    return Hour.objects.filter(pk=one.pk)


def booked(cast: Cast, one: Hour) -> Booking:
    with acting(cast.li), transaction.atomic():
        return hour.book(the(one), cast.qinghe, about="研发台账", by=cast.li, on=DAY, now=NOW)


def test_an_hour_is_booked_and_its_county_told(cast: Cast) -> None:
    one = offered(cast.wang)
    booked(cast, one)
    with acting(cast.wang), transaction.atomic():
        assert the(one).get().state == Hour.TAKEN
        told = Notice.objects.get(kind="hour.book")
    assert (told.to, "2026-11-03 09:30" in told.body["zh"]) == (Notice.COUNTY, True)


def test_a_taken_hour_is_not_booked_again(cast: Cast) -> None:
    one = offered(cast.chen)
    booked(cast, one)
    with acting(cast.he), transaction.atomic(), pytest.raises(ConditionUnmet):
        hour.book(the(one), cast.yunling, about="人才", by=cast.he, on=DAY, now=NOW)


def test_whose_hours_a_firm_may_book(cast: Cast) -> None:
    """Its county's and the city's; a coach's only once it has let the coach in."""
    hours = {name: offered(cast.people[name]) for name in ("wang", "sun", "chen", "zhang")}

    def open_to(firm: Firm) -> set[str]:
        seen = set(Hour.objects.open_to(firm).values_list("pk", flat=True))
        return {name for name, one in hours.items() if one.pk in seen}

    with acting(cast.li), transaction.atomic():
        assert open_to(cast.qinghe) == {"wang", "chen"}
    with acting(INTAKE), transaction.atomic():
        Appointment.objects.create(
            firm=cast.qinghe, coach=cast.zhang, during=DateRange(date(2026, 1, 1), None), consented_on=DAY
        )
    with acting(cast.li), transaction.atomic():
        assert open_to(cast.qinghe) == {"wang", "chen", "zhang"}


def test_a_cancelled_hour_is_free_for_others(cast: Cast) -> None:
    one = offered(cast.chen)
    first = booked(cast, one)
    with acting(cast.li), transaction.atomic():
        mine = Booking.objects.filter(pk=first.pk)
        hour.cancel(mine, by=cast.li, on=DAY, now=NOW)
        with pytest.raises(MoveRefused):
            hour.cancel(mine, by=cast.li, on=DAY, now=NOW)
    with acting(cast.he), transaction.atomic():
        hour.book(the(one), cast.yunling, about="人才", by=cast.he, on=DAY, now=NOW)
        assert the(one).get().state == Hour.TAKEN


def test_an_hour_that_is_over_is_neither_booked_nor_cancelled(cast: Cast) -> None:
    one = offered(cast.chen)
    first = booked(cast, one)
    later = TOMORROW + timedelta(minutes=1)
    with acting(cast.li), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            hour.cancel(Booking.objects.filter(pk=first.pk), by=cast.li, on=DAY, now=later)
        with pytest.raises(ConditionUnmet):
            hour.book(the(one), cast.qinghe, about="再来", by=cast.li, on=DAY, now=later)


def test_an_hour_in_the_past_or_twice_at_once_is_not_offered(cast: Cast) -> None:
    offered(cast.wang)
    for at in (NOW, TOMORROW):
        with pytest.raises(ConditionUnmet) as refused:
            offered(cast.wang, at)
        assert refused.value.missing[0].place == "starts_at"


def test_a_booked_hour_is_called_off_with_a_reason_and_the_firm_told(cast: Cast) -> None:
    one = offered(cast.wang)
    booked(cast, one)
    with acting(cast.wang), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            hour.withdraw(the(one), by=cast.wang, on=DAY)
        hour.withdraw(the(one), by=cast.wang, on=DAY, note="临时开会。")
    with acting(cast.li), transaction.atomic():
        assert "临时开会" in Notice.objects.get(kind="hour.withdraw", to=Notice.FIRM).body["zh"]
        assert not Booking.objects.standing().exists()


def test_nobody_takes_back_the_hour_of_another(cast: Cast) -> None:
    one = offered(cast.wang)
    with acting(cast.zhao), transaction.atomic(), pytest.raises(Hour.DoesNotExist):
        hour.withdraw(the(one), by=cast.zhao, on=DAY)


def test_a_firm_is_reminded_once_of_tomorrow(cast: Cast) -> None:
    booked(cast, offered(cast.chen))
    booked(cast, offered(cast.chen, NOW + timedelta(days=9)))
    with acting(INTAKE), transaction.atomic():
        due = Booking.objects.to_remind(DAY, DAY + timedelta(days=1))
        assert [hour.remind(due.all(), by=INTAKE, on=DAY) for _run in range(2)] == [1, 0]
        assert Notice.objects.filter(kind="hour.remind").count() == 1
