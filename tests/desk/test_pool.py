"""The pool kept in order: terms, yearly updates, windows, objections, moves between counties."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import case, handover, objection
from pipeline.models import AnnualUpdate, HandOver, Objection, Window
from tests.cast import Cast, Story, fresh
from tests.desk.conftest import Seat, Travel, statements, text

TERMS, UPDATES, WINDOWS, OBJECTIONS, MOVES = (
    reverse(f"desk:{name}") for name in ("pool_terms", "pool_updates", "windows", "objections", "hand_overs")
)
FIRM = "杭州青禾智控科技有限公司"
SAID = {"name": "2026 年第二批", "opens_on": "2026-11-01", "closes_on": "2026-11-20", "county_date": "2026-11-27"}


def term(story: Story, first: date, end: date) -> None:
    with acting(INTAKE), transaction.atomic():
        story.case.update(term=DateRange(first, end))


def asked(story: Story, year: int = 2026) -> AnnualUpdate:
    with acting(INTAKE), transaction.atomic():
        kept = story.case.get()
        return AnnualUpdate.objects.create(firm=kept.firm, case=kept, year=year, due_on=date(year, 5, 31))


@pytest.mark.parametrize(
    ("end", "lists"),
    [
        (date(2026, 12, 1), ["ending", "all"]),
        (date(2026, 11, 10), ["over", "all"]),
        (date(2028, 1, 1), ["all"]),
    ],
)
def test_a_term_stands_in_the_lists_of_its_last_day(
    story: Story, seat: Seat, travel: Travel, end: date, lists: list[str]
) -> None:
    story.to("coaching")
    travel(date(2026, 11, 10))
    term(story, date(2024, 1, 1), end)
    wang = seat(story.cast.wang)
    found = [name for name in ("ending", "over", "all") if FIRM in text(wang.get(TERMS, {"list": name}))]
    assert found == lists
    assert FIRM not in text(seat(story.cast.sun).get(TERMS, {"list": "all"}))


def test_an_update_that_is_wanting_is_called_in_once_a_day(story: Story, seat: Seat) -> None:
    story.to("coaching")
    update, wang = asked(story), seat(story.cast.wang)
    assert FIRM in text(wang.get(UPDATES))
    answers = [text(wang.post(UPDATES, {"chosen": update.pk}, follow=True)) for _again in range(2)]
    assert "1" in answers[0]
    with acting(story.cast.wang), transaction.atomic():
        assert AnnualUpdate.objects.get().reminded_on == date(2026, 11, 2)


def test_an_update_of_another_county_refuses_the_whole_and_an_empty_choice_is_said(story: Story, seat: Seat) -> None:
    story.to("coaching")
    update = asked(story)
    assert seat(story.cast.sun).post(UPDATES, {"chosen": update.pk}).status_code == 404
    assert seat(story.cast.wang).post(UPDATES, {}).status_code == 302
    with acting(story.cast.wang), transaction.atomic():
        assert AnnualUpdate.objects.get().reminded_on is None


def test_a_window_is_called_with_its_announcement_and_made_longer(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    chen.post(WINDOWS, {**SAID, "announce": "请按时提交"})
    window = Window.objects.get()
    assert window.announcement is not None
    assert SAID["name"] in text(chen.get(WINDOWS))
    chen.post(WINDOWS, {"window": window.pk, "closes_on": "2026-11-25", "county_date": "2026-12-01"})
    assert Window.objects.get().closes_on == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"),
        ({"closes_on": "2026-10-01"}, "closes_on"),
        ({"county_date": "2026-11-10"}, "county_date"),
        ({"opens_on": "bald"}, "opens_on"),
        ({"opens_on": "2025-01-01", "closes_on": "2025-02-01"}, "closes_on"),
    ],
)
def test_a_window_with_a_wrong_day_is_refused_at_its_field(
    cast: Cast, seat: Seat, wrong: dict[str, str], field: str
) -> None:
    refused = seat(cast.chen).post(WINDOWS, {**SAID, **wrong})
    assert list(refused.context["form"].errors) == [field]
    assert not Window.objects.exists()


def test_a_county_reads_windows_and_calls_none(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    assert not wang.get(WINDOWS).context["may_open"]
    assert wang.post(WINDOWS, SAID).status_code == 403


def test_an_objection_is_examined_by_one_and_decided_by_another_on_its_page(story: Story, seat: Seat) -> None:
    story.to("publicity")
    wang, zhou = seat(story.cast.wang), seat(story.cast.zhou)
    with acting(story.cast.wang), transaction.atomic():
        (raised,) = objection.register(story.case, by=story.cast.wang, on=story.day, objector="马某", says="权属有争议")
    page = reverse("desk:objection", args=[raised.public_id])
    assert page in text(wang.get(OBJECTIONS))
    early = zhou.post(page, {"version": 1, "decide": "1", "result": "dismissed", "ruling": "无据"})
    assert 'role="alert"' in text(early)
    wang.post(page, {"version": 1, "examine": "1", "finding": "已核对"})
    assert zhou.post(page, {"version": 1, "decide": "1", "result": "dismissed", "ruling": "无据"}).status_code == 409
    zhou.post(page, {"version": 2, "decide": "1", "result": "dismissed", "ruling": "无据"})
    with acting(story.cast.zhou), transaction.atomic():
        assert Objection.objects.get().result == "dismissed"
    assert seat(story.cast.sun).get(page).status_code == 404


def test_a_firm_that_moved_is_taken_over_from_the_list(story: Story, seat: Seat) -> None:
    story.to("coaching")
    chen, wang = story.cast.chen, story.cast.wang
    with acting(wang), transaction.atomic():
        handover.prepare(story.case, story.cast.divisions["xihu"], by=wang, on=story.day, note="合同在卷")
    assert "合同在卷" in text(seat(chen).get(MOVES))
    with acting(chen), transaction.atomic():
        case.change_county(story.case, story.cast.divisions["xihu"], by=chen, on=story.day)
        key = HandOver.objects.get().pk
    people = fresh(story.cast)
    assert seat(people.wang).post(MOVES, {"accept": key}).status_code == 404
    sun = seat(people.sun)
    assert "合同在卷" in text(sun.get(MOVES))
    sun.post(MOVES, {"accept": key})
    with acting(people.chen), transaction.atomic():
        assert HandOver.objects.get().accepted_by_id == people.sun.pk


def test_the_pages_ask_little_of_the_database(story: Story, seat: Seat) -> None:
    story.to("coaching")
    asked(story)
    wang: Any = seat(story.cast.wang)
    for page in (TERMS, UPDATES, WINDOWS, OBJECTIONS, MOVES):
        with statements() as counted:
            wang.get(page)
        assert len(counted) <= 12, page
