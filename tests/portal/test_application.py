"""The dossier in a round, from the firm's side."""

from datetime import timedelta

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import round as round_acts
from pipeline.models import Application
from tests.cast import Story
from tests.portal.conftest import Travel, Visitor

ROUND = "2027 年第一批"


def in_a_round(story: Story, travel: Travel) -> Visitor:
    """Qinghe in coaching on a day on which a round is open."""
    story.to("coaching")
    travel(story.day)
    chen = story.cast.chen
    opens = story.day - timedelta(days=1)
    with acting(chen), transaction.atomic():
        dates = [story.day + timedelta(days=days) for days in (20, 40, 60)]
        round_acts.open(
            name="2027 年第一批",
            opens_on=opens,
            county_date=dates[0],
            city_date=dates[1],
            province_date=dates[2],
            by=chen,
        )
    return Visitor(story.cast.li)


def dossier(story: Story) -> Application:
    with acting(story.cast.li), transaction.atomic():
        return Application.objects.get()


def test_a_firm_in_coaching_may_apply_and_is_warned(story: Story, travel: Travel) -> None:
    li = in_a_round(story, travel)
    page = li.get("application")
    assert page.context["early"]
    li.post("application", round=ROUND)
    assert dossier(story).stage == "draft"
    assert li.get("home").context["application"].stage == "draft"


def test_a_dossier_is_handed_in_and_can_be_withdrawn(story: Story, travel: Travel) -> None:
    li = in_a_round(story, travel)
    li.post("application", round=ROUND)
    li.post("application", act="submit", version=dossier(story).version)
    assert dossier(story).stage == "county_review"
    li.post("application", act="withdraw", version=dossier(story).version)
    assert dossier(story).stage == "withdrawn"


def test_a_round_that_is_not_open_is_no_round(story: Story, travel: Travel) -> None:
    assert in_a_round(story, travel).post("application", round="没有这一批").status_code == 404


def test_during_review_no_dossier_is_offered(story: Story) -> None:
    story.to("county_review")
    assert not Visitor(story.cast.li).get("application").context["opens"]


def test_a_clerk_cannot_apply(story: Story, travel: Travel) -> None:
    in_a_round(story, travel)
    assert Visitor(story.cast.bai).post("application", round=ROUND).status_code == 403
