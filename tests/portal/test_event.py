"""Trainings in the portal: the firm says whether it comes, and later how good its coach's visit was."""

from datetime import time, timedelta

from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import coaching, event
from pipeline.models import Attendance, Event, User, Visit
from tests.cast import DAY, QINGHE, Cast, Story, the

PAGE = reverse("portal:events", args=[QINGHE])


def visitor(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def invited(cast: Cast) -> Event:
    on = DAY + timedelta(days=9)
    said = {"title": "归集实务", "says": "带账", "on": on, "begins": time(14), "place": "302", "seats": 2}
    with acting(cast.wang), transaction.atomic():
        planned = event.plan({**said, "answer_by": on}, by=cast.wang, on=DAY)
        event.invite(the(cast.qinghe), planned, by=cast.wang, on=DAY)
    return planned


def state(cast: Cast) -> tuple[str, int, str]:
    with acting(cast.li), transaction.atomic():
        return Attendance.objects.values_list("state", "people", "who").get()


def test_a_firm_says_that_it_comes_and_changes_its_mind(cast: Cast) -> None:
    planned, li = invited(cast), visitor(cast.li)
    assert "归集实务" in li.get(PAGE).content.decode()
    sent = {"event": str(planned.public_id), "people": "2", "who": "白会计", "why": ""}
    assert li.post(PAGE, {**sent, "comes": "1"}).status_code == 302
    assert state(cast) == ("accepted", 2, "白会计")
    li.post(PAGE, {**sent, "stays": "1", "why": "年审"})
    assert state(cast)[0] == "declined"


def test_more_people_than_seats_are_refused_in_words(cast: Cast) -> None:
    planned = invited(cast)
    sent = {"event": str(planned.public_id), "people": "3", "comes": "1"}
    refused = visitor(cast.li).post(PAGE, sent)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["people"])
    assert state(cast)[0] == "invited"


def test_another_firm_and_an_invented_training_are_not_there(cast: Cast) -> None:
    planned = invited(cast)
    assert visitor(cast.he).get(PAGE).status_code == 404
    assert visitor(cast.li).post(PAGE, {"event": "x" * 40, "people": "1"}).status_code == 404
    assert (
        visitor(cast.bai).post(PAGE, {"event": str(planned.public_id), "people": "1", "comes": "1"}).status_code == 302
    )


def test_a_visit_is_rated_once_and_from_one_to_five(story: Story) -> None:
    story.to("coaching")
    cast = story.cast
    with acting(cast.wang), transaction.atomic():
        kept = coaching.record_visit(story.case.get(), by=cast.wang, on=story.day, way="visit", notes="看了台账")
    li, rate = visitor(cast.li), reverse("portal:rate_visit", args=[QINGHE])
    for rating, counts in (("9", None), ("", None), ("4", 4), ("1", 4)):
        li.post(rate, {"visit": kept.pk, "rating": rating, "says": "有帮助"})
        with acting(cast.li), transaction.atomic():
            assert Visit.objects.get().rating == counts
    assert visitor(cast.he).post(rate, {"visit": kept.pk, "rating": "5"}).status_code == 404
