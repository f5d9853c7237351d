"""Who is close to certification, and why."""

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case
from pipeline.models import Case
from tests.cast import DAY, Cast
from tests.desk.conftest import Seat, statements, text
from tests.desk.crowd import crowd, judge

LIST = reverse("desk:screening")
GROUPS = ("one", "two", "more", "met", "untold")


def names(answer: object) -> list[str]:
    return [diagnosis.firm.name for diagnosis, _case in answer.context["rows"]]  # type: ignore[attr-defined]


def counts(answer: object) -> dict[str, int]:
    return {tab["url"]: int(tab["count"]) for tab in answer.context["tabs"]}  # type: ignore[attr-defined]


def test_the_nearest_stand_first_and_each_says_what_is_short_of_what(cast: Cast, seat: Seat) -> None:
    far = crowd(cast, 1, rd_total=30, rd_domestic=30, hitech_income=100)
    near = crowd(cast, 1, rd_total=49, rd_domestic=49)
    sound = crowd(cast, 1)
    shown = seat(cast.chen).get(LIST)
    assert names(shown) == [each.name for each in (*sound, *near, *far)]
    page = text(shown)
    assert "<b>4.9%</b>" in page
    assert "≥ 5%" in page


def test_every_firm_stands_in_one_group_and_the_groups_add_up(cast: Cast, seat: Seat) -> None:
    crowd(cast, 3)
    crowd(cast, 2, rd_total=49, rd_domestic=49)
    crowd(cast, 1, rd_total=30, rd_domestic=30, hitech_income=100)
    crowd(cast, 1, rd_total=30, rd_domestic=30, hitech_income=100, tech_staff=1)
    shown = seat(cast.chen).get(LIST)
    found = counts(shown)
    assert found["?group=met"] == 3
    assert found["?group=one"] == 2
    assert found["?group=two"] == 1
    assert found["?group=more"] == 1
    assert sum(found[f"?group={group}"] for group in GROUPS) == found["?"] == 7
    for group in GROUPS:
        assert len(names(seat(cast.chen).get(LIST, {"group": group}))) == found[f"?group={group}"], group


def test_a_firm_without_figures_is_short_of_nothing_and_yet_not_ready(cast: Cast, seat: Seat) -> None:
    from_nothing = crowd(cast, 1)[0]
    with acting(cast.chen):
        from_nothing.financialyear_set.all().delete()
    judge([from_nothing])
    assert names(seat(cast.chen).get(LIST, {"group": "untold"})) == [from_nothing.name]
    assert names(seat(cast.chen).get(LIST, {"group": "met"})) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"county": "330112"}, True),
        ({"county": "330106"}, False),
        ({"rule": "rd_intensity"}, True),
        ({"rule": "hitech_income"}, False),
        ({"verdict": "unmet"}, True),
        ({"verdict": "met"}, False),
        ({"band": "0"}, True),
        ({"band": "1"}, False),
        ({"case": "no"}, True),
        ({"case": "yes"}, False),
        ({"q": "苗木"}, True),
        ({"q": "智能"}, False),
        ({"county": "nowhere"}, True),
    ],
)
def test_a_filter_narrows_the_list_and_stands_in_the_address(
    cast: Cast, seat: Seat, query: dict[str, str], found: bool
) -> None:
    crowd(cast, 1, rd_total=49, rd_domestic=49)
    assert bool(names(seat(cast.chen).get(LIST, query))) is found


def test_the_edge_of_a_band_of_sales_belongs_to_the_lower_band(cast: Cast, seat: Seat) -> None:
    crowd(cast, 1, sales=5_000)
    chen = seat(cast.chen)
    assert len(names(chen.get(LIST, {"band": "0"}))) == 1
    assert names(chen.get(LIST, {"band": "1"})) == []


def test_an_empty_list_says_which_part_of_the_filter_to_take_away(cast: Cast, seat: Seat) -> None:
    crowd(cast, 1)
    shown = seat(cast.chen).get(LIST, {"q": "不存在"})
    assert "不存在" in shown.context["empty"]["says"]
    assert shown.context["empty"]["url"] == "?"


def test_a_county_sees_its_own_firms_only(cast: Cast, seat: Seat) -> None:
    here, there = crowd(cast, 1), crowd(cast, 1, "xihu")
    assert names(seat(cast.wang).get(LIST)) == [here[0].name]
    assert names(seat(cast.sun).get(LIST)) == [there[0].name]


def test_firms_whose_county_is_to_be_assigned_have_a_tab(cast: Cast, seat: Seat) -> None:
    homeless = crowd(cast, 1, None)
    crowd(cast, 1)
    shown = seat(cast.chen).get(LIST, {"group": "homeless"})
    assert names(shown) == [homeless[0].name]
    assert counts(shown)["?group=homeless"] == 1


def test_chosen_firms_become_leads_and_those_with_a_case_are_passed_over(cast: Cast, seat: Seat) -> None:
    busy, fresh = crowd(cast, 1), crowd(cast, 2)
    chen = seat(cast.chen)
    chen.cookies["language"] = "en"
    chen.post(LIST, {"act": "open_lead", "chosen": [busy[0].uscc]})
    answer = chen.post(LIST, {"act": "open_lead", "chosen": [each.uscc for each in (*busy, *fresh)]}, follow=True)
    with acting(cast.chen):
        assert {each.firm_id for each in Case.objects.filter(stage="lead")} == {each.pk for each in (*busy, *fresh)}
    says = [str(message) for message in answer.context["messages"]][-1]
    assert says == "2 leads are registered. 1 firm has an open case and was left as it is."


def test_all_that_the_filter_finds_can_be_invited_at_once(cast: Cast, seat: Seat) -> None:
    crowd(cast, 3, rd_total=49, rd_domestic=49)
    crowd(cast, 2)
    seat(cast.chen).post(f"{LIST}?group=one", {"act": "invite", "everything": "yes"})
    with acting(cast.chen):
        assert Case.objects.filter(stage="draft").count() == 3
        assert Case.objects.count() == 3


def test_a_head_may_look_and_is_offered_no_batch(cast: Cast, seat: Seat) -> None:
    firms = crowd(cast, 1)
    zhou = seat(cast.zhou)
    assert "data-batch" not in text(zhou.get(LIST))
    assert zhou.post(LIST, {"act": "open_lead", "chosen": firms[0].uscc}).status_code == 403


def test_the_list_asks_as_much_of_the_database_for_five_firms_as_for_fifty(cast: Cast, seat: Seat) -> None:
    chen, asked = seat(cast.chen), []
    for more in (5, 45):
        crowd(cast, more)
        with statements() as counted:
            chen.get(LIST)
        asked.append(len(counted))
    assert asked[0] == asked[1] <= 12


@pytest.mark.parametrize("reason", ["dissolved", "moved_out"])
def test_a_firm_that_is_gone_is_neither_close_nor_waiting_for_a_county(cast: Cast, seat: Seat, reason: str) -> None:
    gone, here = crowd(cast, 1), crowd(cast, 1)
    chen = seat(cast.chen)
    chen.post(LIST, {"act": "open_lead", "chosen": [gone[0].uscc]})
    with acting(cast.chen), transaction.atomic():
        case.record_departure(Case.objects.all(), reason=reason, by=cast.chen, on=DAY, note="工商登记")
    assert names(chen.get(LIST)) == [here[0].name]
    assert names(chen.get(LIST, {"group": "homeless"})) == []


def test_pages_go_forwards_and_backwards_by_nearness_and_no_firm_twice(cast: Cast, seat: Seat) -> None:
    crowd(cast, 60)
    crowd(cast, 55, rd_total=49, rd_domestic=49)
    chen = seat(cast.chen)
    there, address = [], LIST
    while address:
        shown = chen.get(address)
        there.append(names(shown))
        following = shown.context["around"].following
        address = LIST + following if following else ""
    assert [len(page) for page in there] == [50, 50, 15]
    assert len({name for page in there for name in page}) == 115
    assert names(chen.get(LIST + shown.context["around"].previous)) == there[1]


@pytest.mark.parametrize(
    "asked", [{"county": "nowhere"}, {"group": "nearest"}, {"colour": "red"}, {"after": "x"}, {"after": "1.2.3"}]
)
def test_what_the_address_says_wrongly_is_told_and_narrows_nothing(
    cast: Cast, seat: Seat, asked: dict[str, str]
) -> None:
    firm = crowd(cast, 1)[0]
    shown = seat(cast.chen).get(LIST, asked)
    assert len(shown.context["faults"]) == 1
    assert names(shown) == [firm.name]


def test_of_two_parts_of_a_filter_the_one_to_blame_is_named(cast: Cast, seat: Seat) -> None:
    crowd(cast, 1)
    shown = seat(cast.chen).get(LIST, {"county": "330112", "q": "不存在"})
    assert [each["url"] for each in shown.context["empty"]["guilty"]] == ["?county=330112"]


def test_the_list_of_firms_is_kept_as_a_view_and_shows_the_columns_one_chose(cast: Cast, seat: Seat) -> None:
    crowd(cast, 2)
    wang = seat(cast.wang)
    wang.post(reverse("desk:view_save", args=["screening"]) + "?group=met", {"name": "可申报", "opens": "1"})
    wang.post(reverse("desk:list_look", args=["screening"]), {"column": ["code", "short"]})
    shown = wang.get(LIST, follow=True)
    assert shown.context["opened"].name == "可申报"
    assert shown.context["columns"] == ("short", "code")
    assert len(names(shown)) == 2
