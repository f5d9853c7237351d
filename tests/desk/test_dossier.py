"""The dossier as an officer looks it over, and its file as the firm and the office fetch it."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import application, bundle
from pipeline.acts import round as rounds
from pipeline.models import Application, Bundle, Firm, IntellectualProperty, User
from tests.cast import Story, the


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path) -> Iterator[None]:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    with override_settings(STORAGES=settings.STORAGES | {"documents": disk}):
        yield


@pytest.fixture
def handed_in(story: Story) -> str:
    """Qinghe has handed in a dossier in which a right bears another's name; the number of its case."""
    story.to("coaching")
    cast, day = story.cast, story.day
    with acting(cast.chen), transaction.atomic():
        opened = rounds.open(
            name="第一批", opens_on=day, county_date=day, city_date=day + timedelta(9),
            province_date=day + timedelta(20), by=cast.chen,
        )  # fmt: skip
    with acting(cast.li), transaction.atomic():
        IntellectualProperty.objects.create(
            firm=cast.qinghe, kind="invention", number="ZL1", holder="宁波别家科技有限公司"
        )
        application.open(the(cast.qinghe), opened, by=cast.li, on=day)
        application.submit(Application.objects.all(), by=cast.li, on=day)
    return story.number


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: User, number: str, **more: Any) -> str:
    return as_(person).get(reverse("desk:dossier", args=[number]), **more).content.decode()


def test_the_county_sees_what_looks_wrong_and_takes_it_into_the_return(story: Story, handed_in: str) -> None:
    shown = page(story.cast.wang, handed_in)
    assert "宁波别家科技有限公司" in shown
    compose = reverse("desk:application_move", args=[handed_in, "return-dossier-from-county"])
    assert f"{compose}?place=property" in shown


def test_who_may_not_return_it_is_offered_no_return(story: Story, handed_in: str) -> None:
    assert "return-dossier-from" not in page(story.cast.zhao, handed_in)


def test_the_page_of_the_case_asks_for_the_part_alone(story: Story, handed_in: str) -> None:
    case = as_(story.cast.wang).get(reverse("desk:case", args=[handed_in])).content.decode()
    assert f'hx-get="{reverse("desk:dossier", args=[handed_in])}"' in case
    part = page(story.cast.wang, handed_in, headers={"HX-Request": "true"})
    assert "宁波别家科技有限公司" in part
    assert "<html" not in part


def test_another_county_finds_no_dossier(story: Story, handed_in: str) -> None:
    answer = as_(story.cast.sun).get(reverse("desk:dossier", args=[handed_in]))
    assert answer.status_code == 404


def test_asking_for_the_file_nudges_a_job_and_shows_how_far_it_is(
    story: Story, handed_in: str, django_capture_on_commit_callbacks: Any
) -> None:
    wang = as_(story.cast.wang)
    with django_capture_on_commit_callbacks() as nudges:
        answer = wang.post(reverse("desk:dossier", args=[handed_in]))
    with acting(story.cast.wang), transaction.atomic():
        asked = Bundle.objects.get()
    assert len(nudges) == 1
    where = reverse("desk:bundle", args=[handed_in, asked.public_id])
    assert answer.headers["Location"] == where
    assert "hx-get" in wang.get(where).content.decode()
    assert "<html" not in wang.get(where, headers={"HX-Request": "true"}).content.decode()


def test_the_file_goes_to_firm_and_office_and_to_nobody_else(story: Story, handed_in: str) -> None:
    cast = story.cast
    with acting(cast.li), transaction.atomic():
        asked = bundle.ask(Firm.objects.get(pk=cast.qinghe.pk), by=cast.li, on=story.day)
        bundle.make(asked.pk, by=cast.li)
    address = reverse("desk:bundle_file", args=[asked.public_id])
    for person in (cast.li, cast.wang, cast.chen):
        answer = as_(person).get(address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip"), person
        assert answer.headers["Content-Disposition"].startswith("attachment")
    for person in (cast.sun, cast.he, cast.gu, cast.expert, cast.feng):
        assert as_(person).get(address).status_code == 404, person


def test_what_is_not_made_yet_is_no_file(story: Story, handed_in: str) -> None:
    with acting(story.cast.li), transaction.atomic():
        asked = bundle.ask(story.cast.qinghe, by=story.cast.li, on=story.day)
    assert as_(story.cast.li).get(reverse("desk:bundle_file", args=[asked.public_id])).status_code == 404
