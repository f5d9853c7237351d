"""Rounds, and the applications under way in them."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import application
from pipeline.models import Application, Firm, Round
from tests.cast import QINGHE, Cast, Story
from tests.desk.conftest import Seat, Travel, statements, text

ROUNDS = reverse("desk:rounds")
APPLICATIONS = reverse("desk:applications")
SAID = {
    "name": "2026 年第三批",
    "opens_on": "2026-11-01",
    "county_date": "2026-12-10",
    "city_date": "2026-12-20",
    "province_date": "2026-12-31",
}


@pytest.fixture
def applied(story: Story, seat: Seat, travel: Travel) -> Story:
    """Qinghe has opened a dossier in the round."""
    story.to("coaching")
    travel(story.day)
    seat(story.cast.chen).post(ROUNDS, SAID)
    with acting(story.cast.li), transaction.atomic():
        firms = Firm.objects.filter(uscc=QINGHE)
        application.open(firms, Round.objects.get(), by=story.cast.li, on=story.day)
    return story


def test_an_officer_opens_a_round_with_its_dates(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    chen.post(ROUNDS, SAID)
    opened = Round.objects.get()
    assert (opened.name, opened.year, opened.county_date) == ("2026 年第三批", 2026, date(2026, 12, 10))
    assert "2026 年第三批" in text(chen.get(ROUNDS))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"county_date": "2026-10-01"}, "county_date"),
        ({"city_date": "2026-12-01"}, "city_date"),
        ({"province_date": "2026-12-15"}, "province_date"),
        ({"name": ""}, "name"),
        ({"opens_on": "tomorrow"}, "opens_on"),
    ],
)
def test_a_round_with_a_wrong_date_or_no_name_is_refused_at_its_field(
    cast: Cast, seat: Seat, wrong: dict[str, str], field: str
) -> None:
    refused = seat(cast.chen).post(ROUNDS, {**SAID, **wrong})
    assert list(refused.context["form"].errors) == [field]
    assert not Round.objects.exists()


def test_two_rounds_do_not_share_a_name(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    chen.post(ROUNDS, SAID)
    assert list(chen.post(ROUNDS, SAID).context["form"].errors) == ["name"]


def test_a_county_reads_rounds_and_opens_none(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    assert not wang.get(ROUNDS).context["may_open"]
    assert wang.post(ROUNDS, SAID).status_code == 403
    assert not Round.objects.exists()


def test_a_round_counts_the_applications_within_reach(applied: Story, seat: Seat) -> None:
    def counted(person: str) -> int:
        rounds = seat(applied.cast.people[person]).get(ROUNDS).context["rounds"]
        return int(rounds[0].applications_within)

    assert [counted(person) for person in ("chen", "wang", "sun")] == [1, 1, 0]


def test_an_application_under_way_leads_to_its_case(applied: Story, seat: Seat) -> None:
    page = text(seat(applied.cast.wang).get(APPLICATIONS))
    assert reverse("desk:case", args=[applied.number]) in page
    assert "2026 年第三批" in page
    assert "编制申报材料" in page


def test_another_county_sees_no_application_and_one_that_ended_is_gone(applied: Story, seat: Seat) -> None:
    assert applied.number not in text(seat(applied.cast.sun).get(APPLICATIONS))
    with acting(applied.cast.li), transaction.atomic():
        application.withdraw(Application.objects.all(), by=applied.cast.li, on=applied.day, note="明年再报")
    assert applied.number not in text(seat(applied.cast.wang).get(APPLICATIONS))


def test_the_pages_ask_little_of_the_database(applied: Story, seat: Seat) -> None:
    wang = seat(applied.cast.wang)
    for page, most in ((ROUNDS, 8), (APPLICATIONS, 9)):  # a list also asks for kept views, counties and rounds
        with statements() as counted:
            wang.get(page)
        assert len(counted) <= most, page
