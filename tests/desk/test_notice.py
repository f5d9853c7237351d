"""What an office was told."""

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import notice
from tests.cast import Cast, Story
from tests.desk.conftest import Seat, text

MESSAGES = reverse("desk:messages")


def test_each_office_reads_its_own_messages(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert story.number in text(seat(story.cast.wang).get(MESSAGES))
    assert story.number not in text(seat(story.cast.chen).get(MESSAGES))
    assert story.number not in text(seat(story.cast.sun).get(MESSAGES))


def test_reading_the_page_marks_nothing_and_the_button_marks_all(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    assert wang.get(MESSAGES).context["unread"] == wang.get(MESSAGES).context["unread"] == 1
    wang.post(MESSAGES)
    assert wang.get(MESSAGES).context["unread"] == 0


@pytest.mark.parametrize("name", ["gu", "zhang", "expert", "tang", "feng", "song"])
def test_who_sits_in_no_office_reads_what_is_told_to_them_alone(cast: Cast, seat: Seat, name: str) -> None:
    person, other = cast.people[name], cast.people["feng" if name != "feng" else "tang"]
    with acting(cast.song), transaction.atomic():
        for each, day in ((person, "2026-11-02"), (other, "2026-11-03")):
            notice.tell_alone(each, kind="people.end_seat", seat={"zh": "岗", "en": "seat"}, place="本局", day=day)
    client = seat(person)
    shown = client.get(MESSAGES)
    assert shown.context["unread"] == 1
    assert "2026-11-02" in text(shown)
    assert "2026-11-03" not in text(shown)
    client.post(MESSAGES)
    assert client.get(MESSAGES).context["unread"] == 0
    assert seat(other).get(MESSAGES).context["unread"] == 1
