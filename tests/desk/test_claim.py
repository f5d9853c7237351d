"""The office looks at a claim, its paper, and decides."""

from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import claim
from pipeline.models import Claim, User
from tests.cast import DAY, Cast

PAPER = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def made(cast: Cast, settings: Any, tmp_path: Any) -> Claim:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": disk}
    person = User.objects.create_user("newcomer", name="新人", phone="13900000001")
    file: dict[str, Any] = {"content": BytesIO(PAPER), "file_name": "执照.pdf", "size": len(PAPER)}
    with acting(person), transaction.atomic():
        return claim.make(cast.offices["linan"], uscc="91330112MA2K000019", name="新苗", **file, by=person, on=DAY)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_the_county_lists_reads_and_accepts_it(cast: Cast, made: Claim) -> None:
    wang = as_(cast.wang)
    page, paper = (reverse(f"desk:{name}", args=[made.public_id]) for name in ("claim", "claim_paper"))
    assert "新人" in wang.get(reverse("desk:claims")).content.decode()
    assert wang.get(paper).status_code == 404
    with acting(INTAKE), transaction.atomic():
        claim.inspect(Claim.objects.all(), by=INTAKE)
    assert b"".join(wang.get(paper).streaming_content) == PAPER  # type: ignore[attr-defined]
    assert wang.post(page, {"do": "accept"}).status_code == 302
    with acting(cast.wang), transaction.atomic():
        assert Claim.objects.get().state == Claim.ACCEPTED


def test_a_refusal_without_a_reason_is_told_at_the_field(cast: Cast, made: Claim) -> None:
    page = as_(cast.wang).post(reverse("desk:claim", args=[made.public_id]), {"do": "refuse"})
    assert page.context["form"].errors["reason"]


def test_another_county_finds_nothing(cast: Cast, made: Claim) -> None:
    assert as_(cast.sun).get(reverse("desk:claim", args=[made.public_id])).status_code == 404
