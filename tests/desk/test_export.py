"""Lists as files: what goes out, to whom, and after whose look."""

import csv
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from python_calamine import CalamineWorkbook

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import INTAKE
from pipeline.acts import export as acts
from pipeline.desk import export as screen
from pipeline.models import Export, Firm, TrailEntry
from pipeline.models.export import KEPT_FOR
from tests.cast import QINGHE, Cast, Story
from tests.desk.conftest import Seat, text
from tests.desk.test_queue import leads

ASK = reverse("desk:export_ask")


@pytest.fixture(autouse=True)
def papers(settings: Any, tmp_path: Path) -> Path:
    """Files of these tests lie in a folder of their own."""
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"documents": disk}
    return tmp_path


def fetched(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(content.decode("utf-8-sig"))))


def test_the_list_goes_out_in_its_columns_and_no_other_office_s_case_with_it(story: Story, seat: Seat) -> None:
    story.to("county_review")
    leads(story.cast, 2, "xihu")
    wang = seat(story.cast.wang)
    page = wang.post(f"{ASK}?view=all", {"form": "csv"}, follow=True)
    assert page.context["export"].state == "done"
    rows = lines(fetched(wang.get(page.redirect_chain[-1][0] + "?file=1")))
    assert len(rows) == 2
    assert rows[1][0] == "杭州青禾智控科技有限公司"
    assert story.number in rows[1]
    assert "临安区" in rows[1]


def test_as_a_workbook_days_are_days_and_codes_keep_their_digits(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    wang.post(reverse("desk:list_look", args=["queue"]), {"column": ["due", "code", "opened", "officer"]})
    page = wang.post(f"{ASK}?view=all", {"form": "xlsx"}, follow=True)
    content = fetched(wang.get(page.redirect_chain[-1][0] + "?file=1"))
    head, row = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    assert len(head) == len(row) == 6
    assert QINGHE in row
    with acting(story.cast.wang):
        assert row[1] == story.case.get().due_on


def test_a_name_that_a_spreadsheet_would_run_goes_out_as_text(story: Story, seat: Seat) -> None:
    story.to("county_review")
    with acting(story.cast.chen):
        Firm.objects.filter(uscc=QINGHE).update(name="=HYPERLINK(A1)")
    wang = seat(story.cast.wang)
    page = wang.post(f"{ASK}?view=all", {"form": "csv"}, follow=True)
    assert lines(fetched(wang.get(page.redirect_chain[-1][0] + "?file=1")))[1][0] == "'=HYPERLINK(A1)"


def test_a_file_is_for_who_asked_and_for_nobody_else(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    where = seat(cast.wang).post(f"{ASK}?view=all", {"form": "csv"}, follow=True).redirect_chain[-1][0]
    for other in (cast.zhao, cast.chen):
        assert seat(other).get(where).status_code == 200
        assert seat(other).get(where + "?file=1").status_code == 404
    assert seat(cast.sun).get(where).status_code == 404


def test_telephones_go_out_masked_and_only_after_a_head_has_looked(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    wang = seat(cast.wang)
    where = wang.post(f"{ASK}?view=all", {"form": "csv", "contact": "1"}, follow=True).redirect_chain[-1][0]
    assert wang.get(where).context["export"].state == "held"
    wang.post(where, {"step": "approve"})
    assert wang.get(where).context["export"].state == "held"
    seat(cast.zhao).post(where, {"step": "approve"})
    with acting(cast.wang):
        jobs.write_export(Export.objects.get().pk, person=cast.wang.pk)
    content = fetched(wang.get(where + "?file=1")).decode("utf-8-sig")
    assert "139****1234" in content
    assert "13900001234" not in content
    assert "李青" not in content


def test_a_file_that_waits_is_written_in_no_other_name_than_who_asked(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    wang = seat(cast.wang)
    where = wang.post(f"{ASK}?view=all", {"form": "csv", "contact": "1"}, follow=True).redirect_chain[-1][0]
    seat(cast.zhao).post(where, {"step": "approve"})
    told = seat(cast.chen).post(where, {"step": "again"}, follow=True).content.decode()
    assert "没有您可以重新继续的事项" in told
    assert wang.get(where).context["export"].state == "waiting", "the city's list is no county's file"


def test_many_rows_want_a_second_look_and_a_head_s_own_wants_another_head_s(
    story: Story, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    story.to("county_review")
    monkeypatch.setattr(acts, "SECOND_LOOK_ABOVE", 0)
    zhao = seat(story.cast.zhao)
    where = zhao.post(f"{ASK}?view=all", {"form": "csv"}, follow=True).redirect_chain[-1][0]
    zhao.post(where, {"step": "approve"})
    assert zhao.get(where).context["export"].state == "held"


def test_what_went_out_stands_in_the_trail_with_the_conditions_and_the_number_of_rows(story: Story, seat: Seat) -> None:
    story.to("county_review")
    seat(story.cast.wang).post(f"{ASK}?view=all&kind=pool", {"form": "csv"})
    with acting(story.cast.tang):
        told: list[Any] = list(TrailEntry.objects.filter(table="pipeline_export").order_by("pk"))
        assert told[0].after["asked"] == {"view": "all", "sort": "due", "conditions": {"kind": "pool"}}
        assert told[0].after["rows_total"] == 1
        assert told[-1].after["state"] == "done"


def test_a_long_list_is_written_by_a_job_in_parts_and_says_how_far_it_is(
    cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "AT_ONCE", 10)
    monkeypatch.setattr(acts, "PART", 10)
    leads(cast, 25)
    wang = seat(cast.wang)
    page = wang.post(f"{ASK}?view=all&sort=firm", {"form": "csv"}, follow=True)
    assert page.context["export"].state == "waiting"
    assert page.context["total"] == 25
    with acting(cast.wang):
        key = Export.objects.get().pk
    jobs.write_export(key, person=cast.wang.pk)
    jobs.write_export(key, person=cast.wang.pk)
    rows = lines(fetched(wang.get(page.redirect_chain[-1][0] + "?file=1")))
    assert len(rows) == 26
    assert len({row[1] for row in rows}) == 26


def test_given_up_half_way_no_file_is_made(cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "AT_ONCE", 0)
    leads(cast, 3)
    wang = seat(cast.wang)
    where = wang.post(f"{ASK}?view=all", {"form": "csv"}, follow=True).redirect_chain[-1][0]
    with acting(cast.wang), transaction.atomic():
        waiting = Export.objects.get()
        claimed = Export.objects.claim(waiting.pk, cast.wang, rows_done=0)
    assert claimed is not None
    wang.post(where, {"step": "stop"})
    with acting(cast.wang):
        assert acts._written(claimed, cast.wang) is None
        assert Export.objects.get().state == "cancelled"
        assert Export.objects.get().kept == ""


def test_after_a_week_the_file_is_gone(story: Story, seat: Seat, papers: Path) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    where = wang.post(f"{ASK}?view=all", {"form": "csv"}, follow=True).redirect_chain[-1][0]
    with acting(story.cast.wang):
        Export.objects.update(asked_at=F("asked_at") - KEPT_FOR - timedelta(days=40))
    assert [each for each in papers.rglob("*") if each.is_file()]
    jobs.clear_exports()
    jobs.clear_exports()
    assert not [each for each in papers.rglob("*") if each.is_file()]
    assert wang.get(where + "?file=1").status_code == 404
    assert wang.get(where).status_code == 200


def test_an_empty_list_and_too_many_files_are_told(cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    wang = seat(cast.wang)
    assert list(wang.post(f"{ASK}?view=all", {"form": "csv"}, follow=True).context["messages"])
    leads(cast, 1)
    monkeypatch.setattr(acts, "MOST_AN_HOUR", 1)
    wang.post(f"{ASK}?view=all", {"form": "csv"})
    assert list(wang.post(f"{ASK}?view=all", {"form": "csv"}, follow=True).context["messages"])
    with acting(cast.wang):
        assert Export.objects.count() == 1


def test_the_files_of_an_office_wait_for_its_head_in_one_list(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast = story.cast
    seat(cast.wang).post(f"{ASK}?view=all", {"form": "csv", "contact": "1"})
    files = reverse("desk:exports")
    assert cast.wang.name in text(seat(cast.zhao).get(files)).split("<main", 1)[1]
    assert cast.wang.name not in text(seat(cast.sun).get(files)).split("<main", 1)[1]


def test_clearing_leaves_what_is_also_kept_as_something_else(story: Story, seat: Seat, papers: Path) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    for _twice in range(2):
        wang.post(f"{ASK}?view=all", {"form": "csv"})
    with acting(story.cast.wang):
        first, second = Export.objects.order_by("pk")
        assert first.kept == second.kept
        Export.objects.filter(pk=first.pk).update(asked_at=F("asked_at") - KEPT_FOR - timedelta(days=40))
    with acting(INTAKE):
        assert acts.clear(by=INTAKE) == 1
    assert [each for each in papers.rglob("*") if each.is_file()]
