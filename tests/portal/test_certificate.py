"""The certificate and its obligations, from the firm's side."""

from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import certificate as certificate_acts
from pipeline.models import Obligation
from tests.cast import Story
from tests.portal.conftest import Travel, Visitor


def certified(story: Story, travel: Travel) -> Visitor:
    story.to("coaching")
    chen = story.cast.chen
    on = date(2026, 12, 8)
    with acting(chen), transaction.atomic():
        certificate_acts.issue(story.cast.qinghe, number="GR202633001234", issued_on=on, by=chen, on=on)
    travel(date(2027, 1, 4))
    return Visitor(story.cast.li)


def test_the_certificate_is_shown_with_the_last_day_it_is_valid(story: Story, travel: Travel) -> None:
    page = certified(story, travel).text("certificate")
    assert "GR202633001234" in page
    assert "2029-12-07" in page


def test_the_next_thing_of_a_certified_firm_is_its_first_obligation(story: Story, travel: Travel) -> None:
    home = certified(story, travel).get("home")
    assert home.context["next"].due.day == date(2027, 5, 31)


def test_an_obligation_is_noted_as_done_once(story: Story, travel: Travel) -> None:
    li = certified(story, travel)
    li.post("certificate", obligation="annual_report:2026")
    with acting(story.cast.li), transaction.atomic():
        assert Obligation.objects.get(kind="annual_report", year=2026).fulfilled_on == date(2027, 1, 4)
    assert li.post("certificate", obligation="annual_report:2026").status_code == 404


def test_a_firm_without_one_is_told_so(story: Story) -> None:
    assert not Visitor(story.cast.li).get("certificate").context["certificates"]
