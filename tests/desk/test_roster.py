"""The screens of a roster: list and upload, progress, preview, what comes after."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import roster as acts
from pipeline.models import Firm, Import, User
from tests.acts.test_roster import DAY, ROWS, SALES, Desk
from tests.cast import Cast
from tests.outside.workbooks import CODE, HEAD, OTHER_CODE, opened, xlsx


@pytest.fixture
def desk(cast: Cast, tmp_path: Path, settings: Any) -> Desk:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return Desk(cast, tmp_path)


def signed_in(client: Client, person: User) -> Client:
    client.force_login(person)
    return client


def page(client: Client, found: Import, query: str = "") -> str:
    return client.get(reverse("desk:roster", args=[found.public_id]) + query).content.decode()


def sent(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile("名册.xlsx", path.read_bytes())


def wrong_and_right() -> list[list[Any]]:
    return [
        [*HEAD, SALES, "2024年销售收入（万元）", "备注"],
        [CODE[:-1] + "8", "临安新苗有限公司", "临安", 100, 90, "x"],
        [OTHER_CODE, "西湖新叶公司", "西湖区", 900, 100, "y"],
    ]


def test_an_upload_is_received_and_its_page_shows_that_it_waits(client: Client, desk: Desk) -> None:
    signed_in(client, desk.cast.chen)
    path = xlsx(desk.folder / "a.xlsx", ROWS)
    answer = client.post(reverse("desk:rosters"), {"file": sent(path)}, follow=True)
    assert "名册.xlsx" in answer.content.decode()
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    with acting(desk.cast.chen):
        assert Import.objects.get().state == Import.RECEIVED


def test_a_file_that_is_not_what_it_says_is_told_at_the_field_and_leaves_no_row(client: Client, desk: Desk) -> None:
    signed_in(client, desk.cast.chen)
    answer = client.post(reverse("desk:rosters"), {"file": SimpleUploadedFile("名册.xlsx", b"%PDF-1.7")})
    assert "内容却是PDF" in answer.content.decode()
    with acting(desk.cast.chen):
        assert not Import.objects.exists()


def test_progress_is_a_fragment_until_the_work_is_done_and_then_asks_for_the_page(client: Client, desk: Desk) -> None:
    chen = desk.cast.chen
    received = desk.receive(ROWS, chen)
    signed_in(client, chen)
    url = reverse("desk:roster_progress", args=[received.public_id])
    assert b"<html" not in client.get(url, headers={"HX-Request": "true"}).content
    with acting(chen):
        acts.read(received.pk, by=chen, on=DAY)
    assert client.get(url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"


def test_the_preview_says_what_each_row_would_do_and_where_it_is_wrong(client: Client, desk: Desk) -> None:
    found = desk.read(wrong_and_right(), desk.cast.chen)
    shown = page(signed_in(client, desk.cast.chen), found)
    for text in ("校验", "杭州市没有“临安”", "上年 100 万元", SALES, "备注"):
        assert text in shown
    assert 'class=" wrong"' in shown
    assert "asked" in shown


def test_a_kind_of_fault_opens_the_rows_that_have_it(client: Client, desk: Desk) -> None:
    found = desk.read(wrong_and_right(), desk.cast.chen)
    shown = page(signed_in(client, desk.cast.chen), found, "?kind=jump")
    assert OTHER_CODE in shown
    assert CODE[:-1] + "8" not in shown


def test_a_change_shows_the_record_struck_out_in_the_unit_of_the_file(client: Client, desk: Desk) -> None:
    desk.bring_in(ROWS, desk.cast.chen)
    found = desk.read([[*HEAD, SALES], [CODE, "临安新苗有限公司", "临安区", 1300]], desk.cast.chen)
    shown = page(signed_in(client, desk.cast.chen), found)
    assert "<del>1,234.5</del> <ins>1,300</ins>" in shown


def test_confirming_lets_the_rows_in_and_names_how_many(
    client: Client, desk: Desk, django_capture_on_commit_callbacks: Any
) -> None:
    chen = desk.cast.chen
    found = desk.read(ROWS, chen)
    signed_in(client, chen)
    assert "2" in page(client, found)
    with django_capture_on_commit_callbacks() as nudges:
        client.post(reverse("desk:roster_confirm", args=[found.public_id]), {"version": found.version})
    assert len(nudges) == 1
    with acting(chen):
        acts.commit(found.pk, by=chen, on=DAY)
        assert Firm.objects.filter(uscc=CODE).exists()
    assert "已导入" in page(client, found) or "brought in" in page(client, found)


def test_what_was_seen_at_another_version_is_not_confirmed(client: Client, desk: Desk) -> None:
    found = desk.read(ROWS, desk.cast.chen)
    signed_in(client, desk.cast.chen)
    url = reverse("desk:roster_confirm", args=[found.public_id])
    assert client.post(url, {"version": found.version - 1}).status_code == 409
    assert client.post(url, {"version": "x"}).status_code == 409


def test_a_roster_that_changes_nothing_cannot_be_confirmed_and_says_so(client: Client, desk: Desk) -> None:
    desk.bring_in(ROWS, desk.cast.chen)
    again = desk.read(ROWS, desk.cast.chen)
    signed_in(client, desk.cast.chen)
    assert reverse("desk:roster_confirm", args=[again.public_id]) not in page(client, again)
    answer = client.post(reverse("desk:roster_confirm", args=[again.public_id]), {"version": again.version})
    assert answer.status_code == 422


def test_a_roster_may_be_given_up(client: Client, desk: Desk) -> None:
    found = desk.read(ROWS, desk.cast.chen)
    signed_in(client, desk.cast.chen).post(
        reverse("desk:roster_cancel", args=[found.public_id]), {"version": found.version}
    )
    with acting(desk.cast.chen):
        assert Import.objects.get(pk=found.pk).state == Import.CANCELLED
    assert client.get(reverse("desk:roster", args=[found.public_id])).status_code == 200


def test_a_refused_file_shows_its_sentence_and_the_way_on(client: Client, desk: Desk) -> None:
    found = desk.read([["企业名称", "所属县区"], ["甲公司", "临安区"]], desk.cast.chen)
    shown = page(signed_in(client, desk.cast.chen), found)
    assert "没有“统一社会信用代码”这一列" in shown
    assert reverse("desk:roster_template") in shown


def test_the_marked_copy_and_the_template_are_workbooks_to_keep(client: Client, desk: Desk) -> None:
    found = desk.read(wrong_and_right(), desk.cast.chen)
    signed_in(client, desk.cast.chen)
    answer = client.get(reverse("desk:roster_marked", args=[found.public_id]))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert opened(answer.content, desk.folder / "b.xlsx")[0][1][0] == CODE[:-1] + "8"
    template = client.get(reverse("desk:roster_template"))
    assert opened(BytesIO(template.content).getvalue(), desk.folder / "c.xlsx")[0][0][0] == HEAD[0]


def test_another_county_s_roster_does_not_exist(client: Client, desk: Desk) -> None:
    found = desk.read([HEAD, [CODE, "甲公司", "临安区"]], desk.cast.wang)
    signed_in(client, desk.cast.sun)
    assert client.get(reverse("desk:roster", args=[found.public_id])).status_code == 404
    assert client.get(reverse("desk:roster_marked", args=[found.public_id])).status_code == 404
    assert client.post(reverse("desk:roster_confirm", args=[found.public_id]), {"version": 1}).status_code == 404


@pytest.mark.parametrize("person", ["li", "gu", "zhang", "feng"])
def test_who_brings_in_no_rosters_finds_no_page_of_them(client: Client, desk: Desk, person: str) -> None:
    signed_in(client, getattr(desk.cast, person))
    assert client.get(reverse("desk:rosters")).status_code == 404


def test_list_and_preview_make_the_same_number_of_queries_with_5_and_with_50_rows(client: Client, desk: Desk) -> None:
    chen = desk.cast.chen
    signed_in(client, chen)
    counted = []
    for rows in (5, 50):
        found = desk.read([[*HEAD, SALES], *([f"{n:018d}", f"第{n}公司", "临安区", n] for n in range(rows))], chen)
        for _ in range(rows):
            desk.receive(ROWS, chen)
        counted.append(
            (queries(client, reverse("desk:rosters")), queries(client, reverse("desk:roster", args=[found.public_id])))
        )
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 18


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
