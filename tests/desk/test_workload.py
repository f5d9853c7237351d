"""Who of the office has how much in hand, and handing it over."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import assignment, people
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Assignment, Case, User
from tests.cast import DAY, SINCE, Cast, Story
from tests.desk.conftest import Seat, Travel, text
from tests.desk.test_queue import leads

WORKLOAD, HAND_OVER = reverse("desk:workload"), reverse("desk:hand_over")


def colleague(cast: Cast, name: str = "qian", office: str = "linan", kind: str = "county_officer") -> User:
    """One more who works in an office."""
    with acting(cast.song), transaction.atomic():
        user = User.objects.create_user(name, name=name)
        people.grant_seat(user, kind, by=cast.song, on=SINCE, office=cast.offices[office])
    return User.objects.get(pk=user.pk)


def held(cast: Cast, officer: User, count: int) -> list[str]:
    """So many leads of Lin'an in the hands of an officer, by their numbers."""
    with acting(cast.zhao), transaction.atomic():
        known = set(Case.objects.values_list("pk", flat=True))
    leads(cast, count)
    with acting(cast.zhao), transaction.atomic():
        new = Case.objects.exclude(pk__in=known)
        assignment.assign(new, officer, by=cast.zhao, on=DAY)
        return list(new.order_by("pk").values_list("number", flat=True))


def test_every_number_of_the_workload_opens_a_list_of_as_many_rows(story: Story, seat: Seat, travel: Travel) -> None:
    cast = story.cast
    story.to("county_review")
    held(cast, cast.wang, 3)
    with acting(cast.zhao), transaction.atomic():
        assignment.assign(story.case, cast.wang, by=cast.zhao, on=DAY)
    leads(cast, 2)
    travel(date(2026, 11, 10))
    zhao = seat(cast.zhao)
    lines = zhao.get(WORKLOAD).context["lines"]
    assert [(line.person and line.person.name, line.total, line.counts["over"]) for line in lines] == [
        ("王敏", 4, 1), ("赵越", 0, 0), (None, 2, 0),
    ]  # fmt: skip
    for line in lines:
        for _name, count, url in [("all", line.total, line.address), *line.cells]:
            assert text(zhao.get(url)).count('name="chosen"') == count, url
            assert "view" in parse_qs(urlsplit(url).query)


def test_the_age_is_that_of_the_case_in_the_middle(cast: Cast, seat: Seat, travel: Travel) -> None:
    held(cast, cast.wang, 3)
    travel(date(2026, 11, 9))
    [line] = [line for line in seat(cast.zhao).get(WORKLOAD).context["lines"] if line.person == cast.wang]
    assert line.median == 7


def test_a_head_hands_chosen_cases_over_and_says_why(cast: Cast, seat: Seat) -> None:
    other = colleague(cast)
    numbers = held(cast, cast.wang, 3)
    zhao, at = seat(cast.zhao), f"{HAND_OVER}?from={cast.wang.pk}"
    assert text(zhao.get(at)).count('name="chosen"') == 3
    sent = {"chosen": numbers[:2], "officer": other.pk, "note": "调岗"}
    assert zhao.post(at, sent).status_code == 302
    with acting(cast.zhao), transaction.atomic():
        assert Case.objects.filter(officer=other).count() == 2
        kept = Assignment.objects.filter(officer=other)
        assert {(each.former, each.by, each.note) for each in kept} == {(cast.wang, cast.zhao, "调岗")}


def test_all_of_somebodys_cases_change_hands_at_once(cast: Cast, seat: Seat) -> None:
    other = colleague(cast)
    held(cast, cast.wang, 3)
    at = f"{HAND_OVER}?from={cast.wang.pk}"
    seat(cast.zhao).post(at, {"everything": "1", "officer": other.pk, "note": "离职"})
    with acting(cast.zhao), transaction.atomic():
        assert Case.objects.filter(officer=other).count() == 3


def test_a_hand_over_without_a_choice_a_reason_or_with_a_foreign_case_changes_nothing(cast: Cast, seat: Seat) -> None:
    other = colleague(cast)
    numbers = held(cast, cast.wang, 2)
    zhao, at = seat(cast.zhao), f"{HAND_OVER}?from={cast.wang.pk}"
    whole = {"chosen": numbers, "officer": other.pk, "note": "调岗"}
    for wrong in (
        {**whole, "chosen": []},
        {**whole, "note": " "},
        {**whole, "chosen": [*numbers, "GP2020-9999"]},
        {**whole, "officer": cast.chen.pk},
        {**whole, "officer": cast.wang.pk},
    ):
        assert 'role="alert"' in text(zhao.post(at, wrong)), wrong
    with acting(cast.zhao), transaction.atomic():
        assert Case.objects.filter(officer=cast.wang).count() == 2
    assert zhao.get(f"{HAND_OVER}?from={cast.sun.pk}").status_code == 404
    assert zhao.get(f"{HAND_OVER}?from=x").status_code == 404
    assert seat(cast.wang).get(at).status_code == 404


def test_an_officer_takes_what_nobody_holds_and_not_what_a_colleague_does(story: Story, seat: Seat) -> None:
    cast, other = story.cast, colleague(story.cast)
    story.to("county_review")
    take = reverse("desk:case_move", args=[story.number, "take"])
    with acting(cast.wang), transaction.atomic():
        version = story.case.get().version
    assert seat(cast.wang).post(take, {"version": version, "step": "do"}).status_code == 302
    with acting(other), transaction.atomic():
        assert story.case.get().officer == cast.wang
        with pytest.raises(ConditionUnmet):
            assignment.take(story.case, by=other, on=DAY)
