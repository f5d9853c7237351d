"""What a recommendation rests on, on one page, and the county's check recorded there."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import application, coaching, round
from pipeline.models import Application, CountyCheck, Round, Supplement
from pipeline.models.recommendation import AGREES, CHECKED, DIFFERS
from tests.cast import Story, the
from tests.desk.conftest import Seat, Travel, text
from tests.recommended import forwarded

DAYS = {
    "opens_on": date(2026, 11, 3),
    "county_date": date(2026, 12, 11),
    "city_date": date(2026, 12, 18),
    "province_date": date(2026, 12, 31),
}


@pytest.fixture
def handed_in(story: Story, travel: Travel) -> Story:
    story.to("coaching")
    cast = story.cast
    with acting(cast.chen), transaction.atomic():
        round.open(name="2026 年第三批", by=cast.chen, **DAYS)
    with acting(cast.li), transaction.atomic():
        application.open(the(cast.qinghe), Round.objects.get(), by=cast.li, on=story.day)
        application.submit(Application.objects.all(), by=cast.li, on=story.day)
    travel(story.day)
    return story


def page(story: Story) -> str:
    return reverse("desk:recommendation", args=[story.number])


def visited(story: Story) -> int:
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        said: dict[str, Any] = {"way": "visit", "notes": "看了中试线", "met": "李青，总经理"}
        return coaching.record_visit(story.case.get(), by=wang, on=story.day, **said).pk


def answers(visit: int, **also: str) -> dict[str, Any]:
    return {"visit": visit, "says": "属实", **dict.fromkeys(CHECKED, AGREES), **also}


def test_a_county_records_its_check_and_everybody_of_the_bureau_reads_it(handed_in: Story, seat: Seat) -> None:
    sent = answers(visited(handed_in), people=DIFFERS, people_says="在岗 15 人，名单 16 人")
    assert seat(handed_in.cast.wang).post(page(handed_in), sent).status_code == 302
    for person in ("wang", "zhao", "chen", "zhou"):
        shown = text(seat(handed_in.cast.people[person]).get(page(handed_in)))
        for said in ("在岗 15 人，名单 16 人", "属实", "看了中试线", "李青，总经理", "王敏"):
            assert said in shown, (person, said)
    assert seat(handed_in.cast.sun).get(page(handed_in)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        ({"people": DIFFERS}, ["people_says"]),
        ({"people": ""}, ["people"]),
        ({"people": "maybe"}, ["people"]),
        ({"says": " "}, ["says"]),
        ({"visit": "0"}, ["visit"]),
    ],
)
def test_what_is_missing_of_a_check_is_told_at_its_place_and_what_was_typed_stays(
    handed_in: Story, seat: Seat, wrong: dict[str, str], places: list[str]
) -> None:
    sent = answers(visited(handed_in), licence_says="地址以执照为准") | wrong
    refused = seat(handed_in.cast.wang).post(page(handed_in), sent)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, places)
    assert "地址以执照为准" in text(refused)
    with acting(handed_in.cast.chen):
        assert not CountyCheck.objects.exists()


def test_without_a_visit_the_page_leads_to_recording_one(handed_in: Story, seat: Seat) -> None:
    shown = text(seat(handed_in.cast.wang).get(page(handed_in)))
    assert reverse("desk:visit", args=[handed_in.number]) in shown
    assert 'name="visit"' not in shown


def test_the_city_checks_nothing_and_a_forwarded_dossier_is_not_checked_any_more(handed_in: Story, seat: Seat) -> None:
    sent = answers(visited(handed_in))
    assert seat(handed_in.cast.chen).post(page(handed_in), sent).status_code == 404
    forwarded(handed_in.cast, Application.objects.all(), handed_in.day)
    assert seat(handed_in.cast.wang).post(page(handed_in), sent).status_code == 404
    shown = text(seat(handed_in.cast.zhou).get(page(handed_in)))
    assert "同意推荐" in shown


def test_a_case_that_never_applied_has_no_such_page(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert seat(story.cast.wang).get(page(story)).status_code == 404


def test_what_the_agency_asks_for_is_answered_in_the_portal_and_read_at_the_desk(handed_in: Story, seat: Seat) -> None:
    cast, day = handed_in.cast, handed_in.day
    forwarded(cast, Application.objects.all(), day)
    with acting(cast.chen), transaction.atomic():
        application.propose(Application.objects.all(), by=cast.chen, on=day, note="材料齐全")
    with acting(cast.zhou), transaction.atomic():
        application.recommend(Application.objects.all(), by=cast.zhou, on=day)
    with acting(cast.chen), transaction.atomic():
        asked: dict[str, Any] = {"to": "supplement", "by_day": date(2026, 12, 21), "note": "补三份销售合同"}
        application.record(Application.objects.all(), by=cast.chen, on=day, **asked)
    li, portal = seat(cast.li), reverse("portal:application", args=[cast_code(handed_in)])
    assert "补三份销售合同" in text(li.get(portal))
    with acting(cast.li):
        version = Application.objects.get().version
    li.post(portal, {"act": "supply", "version": version, "answer": " "})
    with acting(cast.li):
        assert Supplement.objects.get().answered_on is None
    li.post(portal, {"act": "supply", "version": version, "answer": "三份合同在资料里"})
    shown = text(seat(cast.chen).get(page(handed_in)))
    assert "三份合同在资料里" in shown
    assert "补三份销售合同" in shown


def cast_code(story: Story) -> str:
    with acting(story.cast.chen):
        return story.cast.qinghe.uscc
