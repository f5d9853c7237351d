from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import case
from pipeline.models import Firm
from tests.cast import DAY, QINGHE, Cast, Story

URL = "/api/v1/cases"


def asked(client: Client, person: Any, query: str = "", **headers: str) -> dict[str, Any]:
    client.force_login(person)
    answer = client.get(URL + query, headers=headers)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_each_person_is_told_of_the_cases_they_see(story: Story, client: Client):
    number = story.to("county_review").number
    cast = story.cast
    told = {
        name: [each["number"] for each in asked(client, cast.people[name])["cases"]]
        for name in ("chen", "wang", "sun", "li", "he", "gu", "zhang", "tang", "feng", "song")
    }
    here: list[str] = [number]
    assert told == {
        "chen": here, "wang": here, "sun": [], "li": here, "he": [], "gu": here, "zhang": [], "tang": [], "feng": [],
        "song": [],
    }  # fmt: skip


def test_a_case_is_told_with_firm_county_stage_and_days(story: Story, client: Client):
    story.to("county_review")
    [told] = asked(client, story.cast.chen)["cases"]
    assert told["firm"] == {"uscc": QINGHE, "name": "杭州青禾智控科技有限公司"}
    assert (told["county"], told["stage"]) == ("临安区", {"name": "county_review", "label": "县区初审"})
    assert (told["application"], told["closed_on"], told["opened_on"]) == (None, None, DAY.isoformat())
    assert told["due_on"] > DAY.isoformat()


def test_the_firm_reads_its_own_words_for_the_stage(story: Story, client: Client):
    story.to("county_review")
    [told] = asked(client, story.cast.li, **{"Accept-Language": "en"})["cases"]
    assert told["stage"]["label"] == "With the county"


def test_a_firm_is_told_nothing_of_a_lead(cast: Cast, client: Client):
    with acting(cast.wang):
        case.open_lead(Firm.objects.filter(pk=cast.qinghe.pk), by=cast.wang, on=DAY)
    assert asked(client, cast.li)["cases"] == []
    assert len(asked(client, cast.wang)["cases"]) == 1


@pytest.fixture
def many(cast: Cast) -> Cast:
    with acting(INTAKE):
        firms = Firm.objects.bulk_create(Firm(uscc=f"MANY{n}", name=f"企业{n}") for n in range(25))
    with acting(cast.chen):
        case.open_lead(Firm.objects.filter(pk__in=[firm.pk for firm in firms]), by=cast.chen, on=DAY)
    return cast


def test_pages_follow_each_other_without_gap_or_repeat(many: Cast, client: Client):
    numbers: list[str] = []
    after = ""
    while True:
        page = asked(client, many.chen, f"?limit=10&after={after}")
        numbers += [each["number"] for each in page["cases"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert len(numbers) == len(set(numbers)) == 25
    assert numbers == sorted(numbers)


def test_a_page_asks_as_often_for_five_cases_as_for_twenty_five(many: Cast, client: Client):
    client.force_login(many.chen)
    counts = []
    for limit in (5, 25):
        with CaptureQueriesContext(connection) as asked_for:
            assert len(client.get(f"{URL}?limit={limit}").json()["cases"]) == limit
        counts.append(len(asked_for))
    assert counts[0] == counts[1] <= 14


@pytest.mark.parametrize(
    ("query", "place"),
    [("?stage=nowhere", "stage"), ("?after=forged", "after"), ("?limit=0", "limit"), ("?limit=x", "limit")],
)
def test_a_wrong_question_is_named(cast: Cast, client: Client, query: str, place: str):
    client.force_login(cast.chen)
    answer = client.get(URL + query)
    assert answer.status_code == 422
    assert [fault["place"] for fault in answer.json()["faults"]] == [place]


def test_one_stage_is_told_alone(story: Story, client: Client):
    story.to("county_review")
    assert asked(client, story.cast.chen, "?stage=coaching")["cases"] == []
    assert len(asked(client, story.cast.chen, "?stage=county_review")["cases"]) == 1


def test_who_is_not_signed_in_is_told_so_in_json(db: None, client: Client):
    answer = client.get(URL)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/json")
