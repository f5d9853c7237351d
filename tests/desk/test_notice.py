"""What an office was told."""

from django.urls import reverse

from tests.cast import Story
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
