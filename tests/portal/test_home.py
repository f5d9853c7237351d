"""The portal's home: the one next thing at every stage."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.urls import URLPattern

from config.postgres.scope import acting
from pipeline.acts import case
from pipeline.portal.urls import urlpatterns as portal_routes
from pipeline.stages import CASE_STAGES
from tests.cast import YUNLING, Cast, Story
from tests.portal.conftest import Travel, Visitor, statements

MOST_QUERIES = 9
STAGES = ("draft", "county_review", "city_review", "publicity", "coaching")


def test_a_firm_without_a_case_is_invited_to_apply(cast: Cast) -> None:
    page = Visitor(cast.li).get("home")
    assert page.context["next"].posts
    assert page.context["next"].url.endswith("/begin")


def test_someone_who_is_not_the_owner_is_told_who_begins(cast: Cast) -> None:
    assert Visitor(cast.bai).get("home").context["next"].url == ""


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_shows_its_public_label_within_the_budget(story: Story, travel: Travel, stage: str) -> None:
    story.to(stage)
    travel(story.day)
    visitor = Visitor(story.cast.li)
    visitor.get("home")
    with statements() as queries:
        page = visitor.text("home")
    assert story.number in page
    assert CASE_STAGES[stage].firm_zh in page
    assert len(queries) <= MOST_QUERIES, queries


def test_a_returned_firm_sees_every_fault_and_the_day(story: Story, travel: Travel) -> None:
    story.to("county_review")
    faults = [("figures.2025.rd_total", "2025 年研发费用与审计报告不一致"), ("property", "缺 1 件专利的证书")]
    with acting(story.cast.wang), transaction.atomic():
        case.return_from_county(story.case, by=story.cast.wang, on=story.day, faults=faults)
        due = story.case.get().due_on
    assert due is not None
    page = Visitor(story.cast.li).get("home")
    assert page.context["next"].points == [says for _place, says in faults]
    assert f"{due:%m-%d}" in page.content.decode()
    travel(due + timedelta(days=3))
    assert 'class="due over"' in Visitor(story.cast.li).text("home")


def test_the_case_in_coaching_names_the_first_open_step(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    page = Visitor(story.cast.li).get("home")
    first = page.context["next"]
    assert "/plan/" in first.url
    assert [step for step, _state in page.context["steps"]]


SAMPLES: dict[str, Any] = {
    "IntConverter": 2025,
    "StringConverter": "one",
    "SlugConverter": "one",
    "UUIDConverter": UUID("00000000-0000-4000-8000-000000000000"),
}
OF_A_FIRM = [route for route in portal_routes if "uscc" in route.pattern.converters]


@pytest.mark.parametrize("route", OF_A_FIRM, ids=lambda route: route.name)
def test_no_page_of_another_firm_exists(cast: Cast, route: URLPattern) -> None:
    more = [SAMPLES[type(each).__name__] for name, each in route.pattern.converters.items() if name != "uscc"]
    stranger = Visitor(cast.li, YUNLING)
    assert stranger.post(str(route.name), *more).status_code in (404, 405)
    assert stranger.get(str(route.name), *more).status_code in (404, 405)


def test_the_bureau_has_no_seat_in_the_portal(cast: Cast) -> None:
    assert Visitor(cast.chen).get("home").status_code == 404
