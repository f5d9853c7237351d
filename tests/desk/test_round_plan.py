"""One round: its counties against their quotas, the firms planned into it, its days and lists; the year's calendar."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import application, round
from pipeline.models import Application, Placement, Plan, ProvinceList, Quota, Round
from tests.cast import Story, the
from tests.desk.conftest import Seat, Travel, statements, text
from tests.recommended import recommended

ROUNDS = reverse("desk:rounds")
FIRST = {
    "opens_on": date(2026, 11, 3),
    "county_date": date(2026, 12, 11),
    "city_date": date(2026, 12, 18),
    "province_date": date(2026, 12, 31),
}
SECOND = {
    "opens_on": date(2027, 3, 1),
    "county_date": date(2027, 5, 15),
    "city_date": date(2027, 5, 31),
    "province_date": date(2027, 6, 15),
}


@pytest.fixture(autouse=True)
def papers(settings: Any, tmp_path: Path) -> None:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}


@pytest.fixture
def planned(story: Story, travel: Travel) -> Story:
    """Qinghe is coached and foreseen to be ready in time for the first of two rounds."""
    story.to("coaching")
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        round.open(name="2026 年第三批", by=chen, **FIRST)
        round.open(name="2027 年第一批", by=chen, **SECOND)
        Plan.objects.filter(superseded_on=None).update(ready_on=date(2026, 11, 20))
    travel(story.day)
    return story


def the_round(name: str = "2026 年第三批") -> Round:
    return Round.objects.get(name=name)


def page(name: str = "2026 年第三批") -> str:
    return reverse("desk:round", args=[the_round(name).pk])


def begun(story: Story) -> None:
    with acting(story.cast.li), transaction.atomic():
        application.open(the(story.cast.qinghe), the_round(), by=story.cast.li, on=story.day)


def test_the_years_calendar_shows_each_round_in_three_parts_that_open_their_lists(planned: Story, seat: Seat) -> None:
    begun(planned)
    shown = text(seat(planned.cast.wang).get(ROUNDS))
    for listing, count in (("draft", 1), ("county", 0), ("city", 0)):
        address = f"{page()}?list={listing}"
        assert address in shown
        assert f">{count}</text>" in shown.partition(address)[2].partition("</a>")[0]
    assert "2027 年第一批" not in shown.partition('<svg class="year-plan"')[2].partition("</svg>")[0]
    assert "2027 年第一批" in text(seat(planned.cast.wang).get(ROUNDS, {"year": "2027"}))


@pytest.mark.parametrize("wrong", ["x", "-5", "99999999999", "0"])
def test_a_year_that_is_none_shows_this_one(planned: Story, seat: Seat, wrong: str) -> None:
    shown = seat(planned.cast.wang).get(ROUNDS, {"year": wrong})
    assert (shown.status_code, shown.context["calendar"].year) == (200, 2026)


def test_a_county_sees_the_firms_planned_into_a_round_and_another_county_does_not(planned: Story, seat: Seat) -> None:
    assert "青禾" in text(seat(planned.cast.wang).get(page()))
    assert "青禾" not in text(seat(planned.cast.wang).get(page("2027 年第一批")))
    assert "青禾" not in text(seat(planned.cast.sun).get(page()))


def test_an_officer_moves_a_firm_with_a_reason_and_lets_it_go_by_its_forecast_again(planned: Story, seat: Seat) -> None:
    wang = seat(planned.cast.wang)
    assert 'id="move"' in text(wang.get(page(), {"move": planned.number}))
    sent = {"do": "place", "case": planned.number, "round": the_round("2027 年第一批").pk}
    refused = wang.post(page(), {**sent, "why": ""})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["why"])
    assert wang.post(page(), {**sent, "why": "专项审计要到明年三月"}).status_code == 302
    later = text(wang.get(page("2027 年第一批")))
    assert "青禾" in later
    assert "专项审计要到明年三月" in later
    wang.post(page("2027 年第一批"), {"do": "take_back", "case": planned.number})
    assert "青禾" in text(wang.get(page()))


@pytest.mark.parametrize("do", ["place", "take_back"])
def test_a_firm_of_another_county_is_not_there_to_be_moved(planned: Story, seat: Seat, do: str) -> None:
    sent = {"do": do, "case": planned.number, "round": the_round().pk, "why": "改"}
    assert seat(planned.cast.sun).post(page(), sent).status_code == 404
    with acting(planned.cast.chen):
        assert not Placement.objects.exists()


def test_more_firms_than_the_quota_are_shown_as_too_many(planned: Story, seat: Seat) -> None:
    chen, linan = seat(planned.cast.chen), planned.cast.divisions["linan"].pk
    assert chen.post(page(), {"do": "quotas", f"of_{linan}": "-1"}).status_code == 422
    chen.post(page(), {"do": "quotas", f"of_{linan}": "0"})
    [line] = [each for each in chen.get(page()).context["counties"] if each["county"].pk == linan]
    assert (line["quota"], line["together"], line["over"]) == (0, 1, 1)
    begun(planned)
    [line] = [each for each in chen.get(page()).context["counties"] if each["county"].pk == linan]
    assert (line["stages"], line["over"]) == ([0, 1, 0, 0, 0], 1)
    chen.post(page(), {"do": "quotas", f"of_{linan}": "1"})
    [line] = chen.get(page()).context["counties"]
    assert line["over"] == 0


def test_a_county_sets_no_quota_and_moves_no_day(planned: Story, seat: Seat) -> None:
    wang, linan = seat(planned.cast.wang), planned.cast.divisions["linan"].pk
    days = {name: day.isoformat() for name, day in FIRST.items()}
    for sent in ({"do": "quotas", f"of_{linan}": "9"}, {"do": "days", "why": "改", "version": "1", **days}):
        assert wang.post(page(), sent).status_code == 403
    with acting(planned.cast.chen):
        assert not Quota.objects.exists()


def test_days_are_moved_with_a_reason_and_not_twice_from_one_page(planned: Story, seat: Seat) -> None:
    chen = seat(planned.cast.chen)
    days = {name: day.isoformat() for name, day in FIRST.items()} | {"county_date": "2026-12-14"}
    sent = {"do": "days", "version": "1", "why": "省里延期", **days}
    assert list(chen.post(page(), {**sent, "county_date": "2026-12-25"}).context["form"].errors) == ["city_date"]
    assert chen.post(page(), sent).status_code == 302
    assert the_round().county_date == date(2026, 12, 14)
    assert chen.post(page(), sent).status_code == 422


def test_a_list_is_drawn_by_one_and_sent_by_another_and_its_file_is_the_citys(planned: Story, seat: Seat) -> None:
    begun(planned)
    recommended(planned.cast, Application.objects.all(), planned.day)
    chen, zhou, wang = (seat(planned.cast.people[name]) for name in ("chen", "zhou", "wang"))
    chen.post(page(), {"do": "draw"})
    shown = reverse("desk:province_list", args=[the_round().pk, 1])
    file = reverse("desk:province_list_file", args=[the_round().pk, 1])
    assert zhou.get(file).status_code == 404
    assert chen.post(shown, {"do": "send"}).status_code == 403
    assert zhou.post(shown, {"do": "send", "document": "杭科高〔2026〕12 号"}).status_code == 302
    with acting(planned.cast.zhou):
        kept = ProvinceList.objects.get()
    assert kept.sha256 in text(wang.get(shown))
    assert "青禾" in text(wang.get(shown))
    assert wang.get(file).status_code == 404
    sent: Any = zhou.get(file)
    assert b"".join(sent.streaming_content)[:2] == b"PK"
    assert "青禾" not in text(seat(planned.cast.sun).get(shown))
    again = zhou.post(shown, {"do": "send"}, follow=True)
    assert [each.level_tag for each in again.context["messages"]][-1] == "error"


def test_drawing_a_list_of_nobody_says_so(planned: Story, seat: Seat) -> None:
    refused = seat(planned.cast.chen).post(page(), {"do": "draw"})
    assert refused.status_code == 422
    assert 'role="alert"' in text(refused)


@pytest.mark.parametrize("listing", ["planned", "draft", "county", "city", "sent", "ended", "none", ""])
def test_the_page_asks_little_of_the_database_whichever_list_it_shows(planned: Story, seat: Seat, listing: str) -> None:
    begun(planned)
    chen, address = seat(planned.cast.chen), page()
    with statements() as counted:
        assert chen.get(address, {"list": listing}).status_code == 200
    assert len(counted) <= 12
