"""The public notice, read by anybody."""

from datetime import date

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.rules.workdays import carried_calendar
from tests.cast import QINGHE, Cast, Story

NOTICES = reverse("public:notices")


def page(client: Client) -> str:
    return str(client.get(NOTICES).content.decode())


def test_anybody_reads_who_is_on_notice_from_which_county_until_when(client: Client, story: Story) -> None:
    story.to("publicity")
    rows = client.get(NOTICES).context["rows"]
    assert [(row["name"], row["county"], row["uscc"], row["number"]) for row in rows] == [
        ("杭州青禾智控科技有限公司", "临安区", QINGHE, story.number)
    ]
    assert (rows[0]["begins"], rows[0]["ends"], rows[0]["workdays"]) == (date(2026, 11, 3), date(2026, 11, 9), 5)


def test_a_notice_is_waited_out_without_alarm_and_over_on_the_day_after(story: Story) -> None:
    story.to("publicity")
    with acting(story.cast.chen):
        case = story.case.get()
    days = (date(2026, 11, 3), date(2026, 11, 9), date(2026, 11, 10))
    assert [case.due(day, carried_calendar()).kind for day in days] == ["notice", "notice", "over"]


def test_the_notice_names_whom_to_tell(client: Client, story: Story) -> None:
    story.to("publicity")
    assert "杭州市科学技术局" in page(client)


def test_nothing_else_of_a_firm_is_told(client: Client, story: Story) -> None:
    story.to("publicity")
    shown = page(client)
    for secret in ("李青", "13900001234", "8,640", "3.60%", "周敏", "符合入库条件"):
        assert secret not in shown, secret


def test_a_firm_before_and_after_its_publicity_is_not_on_the_page(client: Client, story: Story) -> None:
    story.to("city_review")
    assert QINGHE not in page(client)
    story._publicity()
    assert QINGHE in page(client)
    story._coaching()
    assert QINGHE not in page(client)


def test_reading_it_leaves_a_signed_in_person_seeing_what_they_saw(client: Client, story: Story) -> None:
    story.to("publicity")
    client.force_login(story.cast.sun)
    assert QINGHE in page(client)
    assert client.get(reverse("desk:case", args=[story.number])).status_code == 404


def test_it_only_answers_to_reading(client: Client, cast: Cast) -> None:
    assert client.post(NOTICES).status_code == 405


def test_it_asks_who_comes_in_who_leaves_and_where_to_object(client: Client, story: Story) -> None:
    story.to("publicity")
    with CaptureQueriesContext(connection) as captured:
        client.get(NOTICES)
    assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) <= 3
