"""The head's list of what waits for a second signature."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, deputy, flag
from pipeline.models import Case, Export, Proposal
from pipeline.rules.holidays import read_notice
from tests.acts.test_calendar import NEXT, taken
from tests.cast import Cast, Story, the
from tests.desk.conftest import Seat, Travel, text, these_days

SIGNATURES = reverse("desk:signatures")


def proposed(story: Story) -> Proposal:
    story.to("city_review")
    story._by("chen", case.propose, story.case, act="case.publish", note="符合入库条件")
    with acting(story.cast.chen), transaction.atomic():
        return Proposal.objects.get()


def stage(story: Story) -> str:
    with acting(story.cast.chen), transaction.atomic():
        return story.case.get().stage


def sent(proposal: Proposal, version: int, **also: str) -> dict[str, object]:
    return {"chosen": [proposal.pk], "seen": [f"{proposal.pk}:{version}"], **also}


def test_a_head_signs_from_the_list(story: Story, seat: Seat) -> None:
    waiting = proposed(story)
    zhou = seat(story.cast.zhou)
    shown = zhou.get(SIGNATURES)
    [(each, _says, version)] = shown.context["rows"]
    assert (each, "符合入库条件" in text(shown)) == (waiting, True)
    assert zhou.post(SIGNATURES, sent(waiting, version)).status_code == 302
    assert stage(story) == "publicity"
    assert zhou.get(SIGNATURES).context["rows"] == []


def test_the_list_is_closed_to_officers_but_for_who_holds_a_signature(story: Story, seat: Seat) -> None:
    proposed(story)
    assert seat(story.cast.chen).get(SIGNATURES).status_code == 404
    first, last = these_days()
    with acting(story.cast.zhou), transaction.atomic():
        deputy.give_signature(story.cast.chen, first=first, last=last, by=story.cast.zhou, on=story.day)
    opened = seat(story.cast.chen).get(SIGNATURES)
    assert (opened.status_code, opened.context["rows"]) == (200, [])  # the only one is chen's own
    assert story.cast.zhou.name in text(opened)


def test_what_was_moved_or_is_blocked_is_said_and_not_signed(story: Story, seat: Seat) -> None:
    waiting = proposed(story)
    zhou = seat(story.cast.zhou)
    assert story.number in text(zhou.post(SIGNATURES, sent(waiting, 99), follow=True))
    with acting(story.cast.chen), transaction.atomic():
        flag.raise_flag(the(story.cast.qinghe), kind="objection", by=story.cast.chen, on=story.day, says="被举报")
        version = story.case.get().version
    assert "被举报" in text(zhou.post(SIGNATURES, sent(waiting, version), follow=True))
    assert stage(story) == "city_review"


def test_a_removal_asks_for_reasons_and_for_the_days_of_objection(story: Story, seat: Seat, travel: Travel) -> None:
    story.to("coaching")
    story._by("chen", case.propose, story.case, act="case.remove", note="停产", reason="inactive")
    with acting(story.cast.chen), transaction.atomic():
        waiting, version = Proposal.objects.get(decided_on=None), story.case.get().version
    travel(date(2026, 12, 1))
    zhou = seat(story.cast.zhou)
    zhou.post(SIGNATURES, sent(waiting, version))
    assert stage(story) == "coaching"
    zhou.post(SIGNATURES, sent(waiting, version, note="已停产"))
    assert stage(story) == "closed"


@pytest.mark.parametrize("chosen", [[], ["0"], ["x"], ["999999"]])
def test_an_empty_or_foreign_choice_signs_nothing(story: Story, seat: Seat, chosen: list[str]) -> None:
    proposed(story)
    answer = seat(story.cast.zhou).post(SIGNATURES, {"chosen": chosen})
    assert answer.status_code == (404 if chosen else 302)
    assert stage(story) == "city_review"


def test_a_head_is_warned_from_november_on_until_next_years_days_are_on_record(
    cast: Cast, seat: Seat, travel: Travel
) -> None:
    zhou = seat(cast.zhou)
    assert zhou.get(SIGNATURES).context["calendar_missing"] == 2027
    taken(cast, 2027, read_notice(NEXT, 2027))
    assert [line["count"] for line in zhou.get(SIGNATURES).context["others"]] == [1]
    travel(date(2026, 10, 30))
    assert zhou.get(SIGNATURES).context["calendar_missing"] is None


def test_a_county_head_finds_what_to_forward(story: Story, seat: Seat) -> None:
    story.to("county_review")
    zhao = seat(story.cast.zhao)
    [line] = zhao.get(SIGNATURES).context["others"]
    assert (line["count"], text(zhao.get(line["url"])).count('name="chosen"')) == (1, 1)
    with acting(story.cast.zhao), transaction.atomic():
        assert Case.objects.filter(stage="county_review").count() == 1


def test_what_others_keep_for_a_second_look_is_counted_with_its_page(story: Story, seat: Seat) -> None:
    """A file of somebody else, and a book another proposed; one's own are not one's own to decide."""
    cast = story.cast
    for name in ("chen", "zhou"):
        with acting(cast.people[name]), transaction.atomic():
            Export.objects.create(
                office=cast.offices["hangzhou"], by=cast.people[name], listing="queue", asked={}, columns=["number"],
                form="xlsx", language="zh-hans", day=story.day, state="held",
            )  # fmt: skip
    [line] = seat(cast.zhou).get(SIGNATURES).context["others"]
    assert (line["count"], line["url"]) == (1, reverse("desk:exports"))
