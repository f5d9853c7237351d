"""Booking an hour, from the firm's side."""

from datetime import UTC, datetime

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import hour
from pipeline.models import Booking, Hour
from tests.cast import YUNLING, Cast
from tests.portal.conftest import Visitor

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


def offered(cast: Cast) -> Hour:
    begins = datetime(2026, 11, 5, 6, 0, tzinfo=UTC)
    with acting(cast.chen), transaction.atomic():
        return hour.offer(starts_at=begins, minutes=60, place="三楼", by=cast.chen, now=NOW)


def test_a_firm_sees_who_answers_books_and_cancels(cast: Cast) -> None:
    one, li = offered(cast), Visitor(cast.li)
    assert "2026-11-05 14:00" in li.text("hours")
    assert "陈立" in li.text("hours")
    assert "三楼" in li.post("hours", hour=str(one.public_id), about="研发台账").content.decode()
    li.post("hours", cancel=str(one.public_id))
    with acting(cast.li):
        assert not Booking.objects.standing().exists()


def test_an_hour_that_was_just_taken_is_no_choice_any_more(cast: Cast) -> None:
    one = offered(cast)
    Visitor(cast.he, YUNLING).post("hours", hour=str(one.public_id), about="人才")
    page = Visitor(cast.li).post("hours", hour=str(one.public_id), about="研发台账").content.decode()
    assert 'role="alert"' in page or "陈立" not in page
    with acting(cast.li):
        assert not Booking.objects.exists()


def test_nobody_cancels_the_hour_of_another_firm(cast: Cast) -> None:
    one = offered(cast)
    Visitor(cast.he, YUNLING).post("hours", hour=str(one.public_id), about="人才")
    assert Visitor(cast.li).post("hours", cancel=str(one.public_id)).status_code == 404
