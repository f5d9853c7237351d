"""Messages of the bureau to the firm."""

from tests.cast import Story
from tests.portal.conftest import Travel, Visitor


def test_messages_are_new_until_they_are_marked_as_read(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    li = Visitor(story.cast.li)
    unread = li.get("home").context["firm"].unread
    page = li.get("messages")
    assert unread == len(page.context["page"].object_list) > 0
    assert li.get("home").context["firm"].unread == unread, "reading a page changes nothing"
    li.post("messages")
    assert li.get("home").context["firm"].unread == 0


def test_what_is_written_to_the_office_is_not_shown_to_the_firm(story: Story) -> None:
    story.to("county_review")
    assert [notice.to for notice in Visitor(story.cast.li).get("messages").context["page"]] == []
