"""The list the desk opens on."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, firm, tag
from pipeline.models import Case, Firm, User
from tests.cast import DAY, Cast, Story
from tests.desk.conftest import Seat, Travel, statements, text

QUEUE = reverse("desk:queue")


def leads(cast: Cast, count: int, place: str = "linan") -> None:
    """So many leads of a county, each a firm of its own."""
    chen = cast.chen
    with acting(chen), transaction.atomic():
        known = Firm.objects.count()
        records = [
            {"uscc": f"9133011{number:010d}X", "name": f"临安第{number}试验有限公司", "division": cast.divisions[place]}
            for number in range(known, known + count)
        ]
        firms = firm.register(records, by=chen, on=DAY)
        case.open_lead(Firm.objects.filter(pk__in=[each.pk for each in firms]), by=chen, on=DAY)


def test_a_case_stands_in_the_list_of_the_office_whose_turn_it_is(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert "杭州青禾智控科技有限公司" in text(seat(story.cast.wang).get(QUEUE))
    assert "杭州青禾智控科技有限公司" not in text(seat(story.cast.chen).get(QUEUE))
    assert "杭州青禾智控科技有限公司" in text(seat(story.cast.chen).get(QUEUE, {"view": "all"}))


def test_another_county_sees_nothing_of_it_in_any_view(story: Story, seat: Seat) -> None:
    story.to("county_review")
    for view in ("mine", "fresh", "soon", "proposed", "all"):
        assert story.number not in text(seat(story.cast.sun).get(QUEUE, {"view": view}))


def test_the_list_is_grouped_by_the_day_things_are_due(story: Story, seat: Seat, travel: Travel) -> None:
    story.to("county_review")
    groups = {date(2026, 10, 30): "later", DAY: "soon", date(2026, 11, 9): "today", date(2026, 11, 10): "over"}
    for day, group in groups.items():
        travel(day)
        shown = seat(story.cast.wang).get(QUEUE).context["groups"]
        assert [(each.key, each.count) for each in shown] == [(group, "1")], day


def test_a_proposal_waits_for_a_head_and_for_nobody_else(story: Story, seat: Seat) -> None:
    story.to("city_review")
    with acting(story.cast.chen), transaction.atomic():
        case.propose(story.case, act="case.publish", by=story.cast.chen, on=story.day, note="符合")
    assert story.number in text(seat(story.cast.zhou).get(QUEUE, {"view": "proposed"}))
    assert story.number not in text(seat(story.cast.chen).get(QUEUE, {"view": "proposed"}))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"county": "330112"}, True),
        ({"county": "330106"}, False),
        ({"stage": "city_review"}, True),
        ({"stage": "county_review"}, False),
        ({"stage": "application.county_review"}, False),
        ({"text": "智控"}, True),
        ({"text": "生物"}, False),
        ({"lacking": "rd_intensity"}, True),
        ({"lacking": "rd_domestic"}, False),
        ({"kind": "pool"}, True),
        ({"kind": "renewal"}, False),
        ({"when": "over"}, False),
        ({"when": "later"}, True),
        ({"county": "no such place"}, True),
        ({"since": "2026-11-02"}, True),
        ({"since": "2027-06-01"}, False),
        ({"until": "2026-11-02"}, False),
        ({"officer": "nobody"}, True),
        ({"coach": "nobody"}, True),
        ({"flag": "none"}, True),
        ({"flag": "objection"}, False),
        ({"field": "80"}, True),
        ({"field": "20"}, False),
    ],
)
def test_conditions_in_the_address_narrow_the_list(
    story: Story, seat: Seat, condition: dict[str, str], found: bool
) -> None:
    story.to("city_review")
    answer = seat(story.cast.chen).get(QUEUE, condition)
    assert (story.number in text(answer)) is found


def test_an_empty_list_names_the_condition_that_emptied_it_and_drops_it(story: Story, seat: Seat) -> None:
    story.to("city_review")
    answer = seat(story.cast.chen).get(QUEUE, {"stage": "publicity"})
    assert answer.context["nothing"]["url"] == "?"
    assert "入库公示" in answer.context["nothing"]["says"]
    assert answer.context["nothing"]["says"] in text(answer).replace("&quot;", '"')


def test_the_list_takes_as_many_statements_with_fifty_rows_as_with_five(cast: Cast, seat: Seat) -> None:
    leads(cast, 5)
    client = seat(cast.wang)
    client.get(QUEUE)  # what a process reads once
    with statements() as few:
        client.get(QUEUE)
    leads(cast, 60)
    with statements() as many:
        client.get(QUEUE)
    assert len(few) == len(many) <= 12
    assert text(client.get(QUEUE)).count('name="chosen"') == 50
    following = client.get(QUEUE).context["around"].following
    assert text(client.get(QUEUE + following)).count('name="chosen"') == 15


def numbers(answer: Any) -> list[str]:
    return [row.case.number for group in answer.context["groups"] for row in group.rows]


def test_every_page_is_reached_forwards_and_backwards_and_no_case_twice(cast: Cast, seat: Seat) -> None:
    leads(cast, 120)
    client = seat(cast.wang)
    for sort in ("due", "firm", "county", "opened"):
        there, address = [], f"{QUEUE}?view=all&sort={sort}"
        while address:
            answer = client.get(address)
            there.append(numbers(answer))
            following = answer.context["around"].following
            address = QUEUE + following if following else ""
        assert [len(page) for page in there] == [50, 50, 20], sort
        assert len({number for page in there for number in page}) == 120, sort
        back, address = [there[-1]], QUEUE + answer.context["around"].previous
        for _page in range(2):
            answer = client.get(address)
            back.insert(0, numbers(answer))
            address = QUEUE + answer.context["around"].previous
        assert back == there, sort


def test_a_case_that_comes_in_meanwhile_shifts_no_page(cast: Cast, seat: Seat) -> None:
    leads(cast, 60)
    client = seat(cast.wang)
    first = client.get(QUEUE, {"view": "all", "sort": "opened"})
    leads(cast, 5)
    second = client.get(QUEUE + first.context["around"].following)
    assert not set(numbers(first)) & set(numbers(second))
    assert len(numbers(second)) == 15


def test_beyond_a_thousand_the_length_is_told_when_it_is_asked_for(cast: Cast, seat: Seat) -> None:
    leads(cast, 1_001)
    client = seat(cast.wang)
    shown = client.get(QUEUE, {"view": "all"})
    assert shown.context["total_says"] == "1,000+"
    exact = client.get(QUEUE + shown.context["count_url"])
    assert exact.context["total_says"] == "1,001"
    county = client.get(QUEUE, {"view": "all", "sort": "county"})
    assert county.context["sort"] == "due"
    assert len(county.context["faults"]) == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"county": "no such place"},
        {"since": "2026-02-30"},
        {"since": "2026-12-01", "until": "2026-11-01"},
        {"officer": "999999999"},
        {"officer": "1 or 1=1"},
        {"tag": "foreign"},
        {"colour": "red"},
        {"view": "secrets"},
        {"sort": "password"},
        {"after": "nonsense"},
        {"after": "12.2026-13-01"},
        {"before": "-1.2026-11-01"},
        {"after": "99999999999999999999.2026-11-01"},
    ],
)
def test_what_the_address_says_wrongly_is_told_in_a_sentence_and_narrows_nothing(
    story: Story, seat: Seat, asked: dict[str, str]
) -> None:
    story.to("county_review")
    answer = seat(story.cast.wang).get(QUEUE, asked)
    assert answer.status_code == 200
    assert len(answer.context["faults"]) == 1
    assert story.number in text(answer)


def test_an_officer_of_another_office_is_nobody_one_can_ask_for(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    with acting(cast.zhao):
        Case.objects.update(officer=User.objects.get(pk=cast.wang.pk))
    wang = seat(cast.wang)
    own = wang.get(QUEUE, {"view": "all", "officer": str(cast.wang.pk)})
    assert story.number in text(own)
    assert own.context["faults"] == []
    assert len(wang.get(QUEUE, {"officer": cast.sun.pk}).context["faults"]) == 1


def test_a_tag_is_asked_for_in_its_own_office_only(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    with acting(cast.wang), transaction.atomic():
        assert tag.put(story.case, "重点", by=cast.wang) == 1
        assert tag.put(story.case, "重点", by=cast.wang) == 0
    tagged = seat(cast.wang).get(QUEUE, {"view": "all", "tag": "重点"})
    assert story.number in text(tagged)
    assert len(seat(cast.chen).get(QUEUE, {"view": "all", "tag": "重点"}).context["faults"]) == 1


def test_of_two_conditions_each_that_is_to_blame_is_named_with_what_is_left_without_it(
    story: Story, seat: Seat
) -> None:
    story.to("city_review")
    answer = seat(story.cast.chen).get(QUEUE, {"view": "all", "county": "330112", "stage": "publicity"})
    guilty = answer.context["nothing"]["guilty"]
    assert [each["url"] for each in guilty] == ["?view=all&county=330112"]
    assert "1" in guilty[0]["says"]
