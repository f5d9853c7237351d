"""The coach's firms."""

from datetime import date

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import coaching
from pipeline.models import Appointment, Case
from tests.cast import SINCE, YUNLING, Cast, Story

HOME = reverse("advisers:home")


def appoint(story: Story, *, consented: bool) -> None:
    """For as long as tests are run: the database has its own clock."""
    with acting(story.cast.chen):
        Appointment.objects.create(
            firm=story.cast.qinghe,
            coach=story.cast.zhang,
            during=(SINCE, date(2100, 1, 1)),
            consented_on=SINCE if consented else None,
        )


def page(client: Client, cast: Cast) -> str:
    client.force_login(cast.zhang)
    return str(client.get(HOME).content.decode())


def test_a_firm_appears_once_it_has_consented(client: Client, story: Story) -> None:
    story.to("coaching")
    appoint(story, consented=False)
    assert "青禾" not in page(client, story.cast)
    with acting(story.cast.li), transaction.atomic():
        coaching.consent(Appointment.objects.get(), by=story.cast.li, on=story.day)
    assert "青禾" in page(client, story.cast)


def test_it_leads_to_the_plan_and_the_diagnosis_and_shows_the_last_visit(client: Client, story: Story) -> None:
    story.to("coaching")
    appoint(story, consented=True)
    with acting(story.cast.zhang), transaction.atomic():
        case = Case.objects.get(number=story.number)
        coaching.record_visit(
            case, by=story.cast.zhang, on=story.day, way="visit", notes="看了台账", next_on=date(2027, 1, 8)
        )
    shown = page(client, story.cast)
    plan = reverse("desk:plan", args=[story.number])
    assert plan in shown
    assert "2027-01-08" in shown or "01-08" in shown
    assert client.get(plan).status_code == 200


def test_firms_of_others_are_not_there(client: Client, story: Story) -> None:
    story.to("coaching")
    appoint(story, consented=True)
    assert YUNLING not in page(client, story.cast)
    assert client.get(reverse("desk:diagnosis", args=[YUNLING])).status_code == 404


def test_only_a_coach_opens_it(client: Client, cast: Cast) -> None:
    for person in (cast.chen, cast.wang, cast.li, cast.gu):
        client.force_login(person)
        assert client.get(HOME).status_code == 404


def test_it_asks_little_of_the_database(client: Client, story: Story) -> None:
    story.to("coaching")
    appoint(story, consented=True)
    client.force_login(story.cast.zhang)
    with CaptureQueriesContext(connection) as captured:
        client.get(HOME)
    assert len([each for each in captured if "SAVEPOINT" not in each["sql"]]) <= 9
