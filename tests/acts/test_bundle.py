"""A dossier asked for as one file: filled from the record, without what is secret, kept for a month."""

from collections.abc import Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.test import override_settings
from PIL import Image

from config.postgres.scope import acting
from pipeline.access import INTAKE, Refused
from pipeline.acts import bundle, filing, ledger, paper
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Bundle, DocumentVersion, Firm, RdProject
from pipeline.outside import bundle as outside
from pipeline.outside import storage
from tests.cast import DAY, Cast

SECRET = "某型装备抗干扰导引算法"


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path) -> Iterator[None]:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    with override_settings(STORAGES=settings.STORAGES | {"documents": disk}):
        yield


def picture(colour: int) -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 40), (colour, 0, 0)).save(content, "PNG")
    return content.getvalue()


def recorded(cast: Cast) -> Firm:
    """Two projects with a paper each, of which the second is secret; and a paper that nobody looked at yet."""
    firm, li = cast.qinghe, cast.li
    for number, title in ((1, "大棚温湿度协同控制"), (2, SECRET)):
        values: dict[str, Any] = {"code": f"RD0{number}", "title": title, "starts_on": date(2025, 1, 1)}
        ledger.write_project(firm, values, version=None, by=li)
        content = picture(number)
        paper.keep(
            firm, BytesIO(content), name=f"立项{number}.png", size=len(content), purpose="project",
            proves=f"project.RD0{number}", by=li,
        )  # fmt: skip
    DocumentVersion.objects.update(state=DocumentVersion.CLEAN)
    content = picture(9)
    paper.keep(firm, BytesIO(content), name="执照.png", size=len(content), purpose="licence", by=li)
    return firm


def classified(cast: Cast) -> None:
    secret = [RdProject.objects.get(code="RD02").pk]
    filing.mark_secret(cast.qinghe, classified=True, secret={"project": secret}, by=cast.li)


def made(cast: Cast) -> Bundle:
    asked = bundle.ask(cast.qinghe, by=cast.li, on=DAY)
    bundle.make(asked.pk, by=cast.li)
    asked.refresh_from_db()
    return asked


def said(found: Bundle) -> str:
    """The text of the .docx."""
    document = ZipFile(bundle.content(found)).read(outside.DOCX)
    return ZipFile(BytesIO(document)).read("word/document.xml").decode()


def test_the_form_is_filled_from_the_record(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        name = recorded(cast).name
        found = made(cast)
        text = said(found)
    assert found.state == "done"
    for told in (name, "91330112MA2CFYQ03J", "8,640.00", "RD01 大棚温湿度协同控制", "临安区", SECRET):
        assert told in text, told
    assert found.parts_total == outside.steps([1, 2])  # type: ignore[list-item]  # it counts them


def test_what_was_not_found_clean_is_not_joined(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        recorded(cast)
        names = [each["name"] for each in made(cast).manifest]
    assert names[2:] == ["A3b-01 立项1.png", "A3b-02 立项2.png"]


def test_what_is_secret_stays_out_and_is_said_to(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        recorded(cast)
        classified(cast)
        found = made(cast)
        content = bundle.content(found).read()
        text = said(found)
    assert SECRET not in text
    assert "RD02" in text
    assert "脱密处理" in text
    assert found.left_out == ["RD02"]
    assert [each["name"] for each in found.manifest[2:]] == ["A3b-01 立项1.png"]
    assert storage.keep(BytesIO(content)) == found.kept


def test_a_second_worker_does_nothing_and_another_person_neither(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        asked = bundle.ask(cast.qinghe, by=cast.li, on=DAY)
        bundle.make(asked.pk, by=cast.bai)
        assert Bundle.objects.get().state == "waiting"
        Bundle.objects.update(state="running", worked_at=Now())
        bundle.make(asked.pk, by=cast.li)
        assert Bundle.objects.get().state == "running"


def test_one_is_made_at_a_time(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        bundle.ask(cast.qinghe, by=cast.li, on=DAY)
        with pytest.raises(ConditionUnmet):
            bundle.ask(cast.qinghe, by=cast.bai, on=DAY)


def test_what_breaks_off_says_so_and_may_be_asked_for_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "MEMORY", 8 * 1024 * 1024)
    with acting(cast.li), transaction.atomic():
        with pytest.raises(outside.BindingFailed):
            made(cast)
        assert Bundle.objects.get().state == "failed"
        bundle.ask(cast.qinghe, by=cast.li, on=DAY)


def test_another_countys_officer_asks_for_nothing(cast: Cast) -> None:
    with acting(cast.sun), transaction.atomic(), pytest.raises((Refused, Firm.DoesNotExist)):
        bundle.ask(cast.qinghe, by=cast.sun, on=DAY)


def test_a_file_goes_when_its_month_is_over(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        kept = made(cast).kept
        Bundle.objects.update(asked_at=Now() - timedelta(days=29))
    with acting(INTAKE), transaction.atomic():
        assert bundle.clear(by=INTAKE) == 0
        Bundle.objects.update(asked_at=Now() - timedelta(days=31))
        assert bundle.clear(by=INTAKE) == 1
        assert Bundle.objects.get().kept == ""
    with pytest.raises(FileNotFoundError):
        storage.fetch(kept)
