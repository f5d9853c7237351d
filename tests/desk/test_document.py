"""Giving out papers of a firm."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import evidence
from pipeline.models import DocumentVersion, FinancialYear
from tests.cast import Cast
from tests.desk.conftest import Seat

PDF = b"%PDF-1.4\n" + b"0" * 64


@pytest.fixture
def paper(cast: Cast, tmp_path: Any, settings: Any) -> str:
    """The address of an audit report that Li has sent."""
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    li = cast.li
    with acting(li), transaction.atomic():
        year = FinancialYear.objects.get(year=2025)
        evidence.receive(
            cast.qinghe, BytesIO(PDF), name="审计报告2025.pdf", size=len(PDF), purpose="figures", by=li, year=year
        )
        version = DocumentVersion.objects.get()
    return reverse("desk:document", args=[version.document_id, version.number])


def found(cast: Cast, state: str) -> None:
    with acting(cast.chen), transaction.atomic():
        DocumentVersion.objects.update(state=state)


def test_the_firm_opens_its_own_paper_before_it_is_found_clean_and_no_other_firm_does(
    cast: Cast, seat: Seat, paper: str
) -> None:
    assert status(seat(cast.li), paper) == 200
    assert status(seat(cast.bai), paper) == 404
    found(cast, "clean")
    assert status(seat(cast.bai), paper) == 200
    assert status(seat(cast.he), paper) == 404


def status(client: Client, url: str) -> int:
    """Read to the end, which closes the file."""
    answer: Any = client.get(url)
    b"".join(answer.streaming_content) if answer.streaming else answer.content
    return int(answer.status_code)


def test_a_clean_paper_comes_as_an_inert_attachment(cast: Cast, seat: Seat, paper: str) -> None:
    found(cast, "clean")
    answer: Any = seat(cast.wang).get(paper)
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("state", ["received", "scanning", "quarantined"])
def test_what_is_not_found_clean_is_given_to_nobody_of_the_bureau(
    cast: Cast, seat: Seat, paper: str, state: str
) -> None:
    found(cast, state)
    assert seat(cast.wang).get(paper).status_code == 404


def test_another_countys_paper_is_missing_like_one_that_never_was(cast: Cast, seat: Seat, paper: str) -> None:
    found(cast, "clean")
    assert seat(cast.sun).get(paper).status_code == 404
    assert seat(cast.sun).get(reverse("desk:document", args=[uuid4(), 1])).status_code == 404


def test_a_web_server_in_front_may_send_the_file_itself(cast: Cast, seat: Seat, paper: str, settings: Any) -> None:
    found(cast, "clean")
    settings.FILE_SENDING = "x-accel"
    answer = seat(cast.wang).get(paper)
    with acting(cast.chen):
        digest = DocumentVersion.objects.get().sha256
    assert answer.headers["X-Accel-Redirect"] == f"/documents/{digest[:2]}/{digest[2:]}"
    assert answer.content == b""
    assert "attachment" in answer.headers["Content-Disposition"]
