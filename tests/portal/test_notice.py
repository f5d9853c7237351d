"""Messages of the bureau to the firm."""

from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Notice
from tests.cast import Cast, Story
from tests.portal.conftest import Travel, Visitor, statements


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


def test_fifty_messages_cost_as_many_statements_as_five(cast: Cast) -> None:
    li, counts = Visitor(cast.li), []
    text = {"zh": "请看", "en": "Please look"}
    for many in (5, 45):
        with acting(cast.chen), transaction.atomic():
            Notice.objects.bulk_create(
                Notice(firm=cast.qinghe, to=Notice.FIRM, kind="case.invite", title=text, body=text) for _ in range(many)
            )
        with statements() as queries:
            li.text("messages")
        counts.append(len(queries))
    assert counts[0] == counts[1]
