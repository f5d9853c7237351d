"""Working days on the screen: a year, a notice taken in, a second person who compares it."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import YearNotice
from tests.acts.test_calendar import NEXT
from tests.cast import Cast, Story
from tests.desk.conftest import Seat, Travel, text

CALENDAR = reverse("desk:calendar")
SENT = {"year": "2027", "document": "国办发明电〔2026〕1号", "text": NEXT}


def notices(cast: Cast) -> list[YearNotice]:
    with acting(cast.chen), transaction.atomic():
        return list(YearNotice.objects.order_by("pk"))


def test_a_year_shows_its_holidays_and_the_days_made_up(cast: Cast, seat: Seat) -> None:
    shown = seat(cast.wang).get(CALENDAR)
    days = {
        cell.day: cell.kind for month in shown.context["months"] for week in month["weeks"] for cell in week if cell
    }
    assert len(days) == 365
    assert [days[date(2026, month, day)] for month, day in ((10, 1), (10, 10), (10, 11), (10, 12))] == [
        "off", "worked", "weekend", "",
    ]  # fmt: skip
    assert (shown.context["year"], shown.context["announced"], shown.context["workdays"]) == (2026, True, 248)


def test_a_notice_is_shown_before_it_is_taken_and_counts_after_a_second_look(cast: Cast, seat: Seat) -> None:
    chen, zhou = seat(cast.chen), seat(cast.zhou)
    shown = chen.post(CALENDAR, {**SENT, "look": "1"})
    assert len(shown.context["read"]) == 12
    assert notices(cast) == []
    chen.post(CALENDAR, {**SENT, "take": "1"})
    [taken] = notices(cast)
    assert 'name="confirm"' not in text(chen.get(f"{CALENDAR}?year=2027"))
    assert 'name="confirm"' in text(zhou.get(f"{CALENDAR}?year=2027"))
    chen.post(CALENDAR, {"confirm": taken.pk})
    assert notices(cast)[0].confirmed_on is None
    zhou.post(CALENDAR, {"confirm": taken.pk})
    assert notices(cast)[0].confirmed_by_id == cast.zhou.pk
    assert chen.get(f"{CALENDAR}?year=2027").context["announced"] is True


def test_a_file_in_the_encoding_of_an_old_office_is_read(cast: Cast, seat: Seat) -> None:
    file = SimpleUploadedFile("通知.txt", NEXT.encode("gb18030"))
    shown = seat(cast.chen).post(CALENDAR, {"year": "2027", "document": "一号", "file": file, "look": "1"})
    assert len(shown.context["read"]) == 12


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": "没有日期"},
        {"text": "2027-13-01 元旦 休"},
        {"text": "2026-05-01 劳动节 休"},
        {"document": ""},
        {"year": "1900"},
        {"year": "x"},
    ],
)
def test_what_is_no_notice_is_told_and_not_kept(cast: Cast, seat: Seat, wrong: dict[str, str]) -> None:
    assert 'role="alert"' in text(seat(cast.chen).post(CALENDAR, {**SENT, "take": "1", **wrong}))
    assert notices(cast) == []


@pytest.mark.parametrize("year", ["x", "1", "2030", "99999999999"])
def test_a_year_the_calendar_does_not_know_shows_this_one(cast: Cast, seat: Seat, year: str) -> None:
    assert seat(cast.wang).get(CALENDAR, {"year": year}).context["year"] == 2026


def test_a_county_reads_and_does_not_take_in(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    assert 'name="look"' not in text(wang.get(CALENDAR))
    assert wang.post(CALENDAR, {**SENT, "take": "1"}).status_code == 403
    assert notices(cast) == []


def test_the_chip_of_a_case_explains_where_its_day_comes_from(story: Story, seat: Seat, travel: Travel) -> None:
    """Over the National Day's make-up Saturday: from which event, what does not count, until when."""
    story.day = date(2026, 9, 30)
    travel(story.day)
    story.to("county_review")
    page = text(seat(story.cast.wang).get(reverse("desk:queue")))
    for part in ("2026-09-30", "国庆节 10-01 至 10-07", "10-10", "2026-10-13"):
        assert part in page, part


def test_a_day_that_falls_into_a_year_without_a_notice_says_so_where_it_is_shown(
    cast: Cast, seat: Seat, travel: Travel
) -> None:
    begun = Story(cast, date(2026, 12, 28)).to("county_review")
    travel(begun.day)
    shown = text(seat(cast.wang).get(reverse("desk:case", args=[begun.number])))
    assert "2027" in shown
    assert "2027 年放假安排尚未公布" in shown
