"""Papers beside the checklist: what is shown inline, to whom, and how the sheet is drawn."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import evidence
from pipeline.models import DocumentVersion, FinancialYear
from tests.cast import Story
from tests.desk.conftest import Seat, text
from tests.outside.workbooks import xlsx

PDF = b"%PDF-1.4\n" + b"0" * 64
PNG = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")


@pytest.fixture
def reading(story: Story, tmp_path: Any, settings: Any) -> Story:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return story.to("county_review")


def sent(story: Story, name: str, content: bytes, *, state: str = "clean") -> DocumentVersion:
    """A paper that Li sent for the R&D figure of 2025, judged by the scanner."""
    li = story.cast.li
    with acting(li), transaction.atomic():
        year = FinancialYear.objects.get(firm=story.cast.qinghe, year=2025)
        tie = evidence.receive(
            story.cast.qinghe, BytesIO(content), name=name, size=len(content), purpose="figures", by=li, year=year
        )
        tie.figure = "rd_total"
        tie.save()
        DocumentVersion.objects.filter(document=tie.document).update(state=state)
        return DocumentVersion.objects.get(document=tie.document)


def viewed(version: DocumentVersion, name: str = "desk:viewer") -> str:
    return reverse(name, args=[version.document_id, version.number])


def body(client: Client, url: str) -> tuple[Any, bytes]:
    answer: Any = client.get(url)
    return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.mark.parametrize(("name", "content"), [("审计报告.pdf", PDF), ("执照.png", PNG)])
def test_a_clean_paper_is_shown_inline_in_a_page_of_the_desk_and_nowhere_else(
    reading: Story, seat: Seat, name: str, content: bytes
) -> None:
    answer, got = body(seat(reading.cast.wang), viewed(sent(reading, name, content), "desk:document_page"))
    assert got[:4] == content[:4]
    assert len(got) > len(content) // 2
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("state", ["received", "scanning", "quarantined"])
def test_what_is_not_found_clean_is_shown_to_nobody(reading: Story, seat: Seat, state: str) -> None:
    version = sent(reading, "审计报告.pdf", PDF, state=state)
    wang = seat(reading.cast.wang)
    assert wang.get(viewed(version)).status_code == wang.get(viewed(version, "desk:document_page")).status_code == 404
    assert viewed(version) not in text(wang.get(reverse("desk:case", args=[reading.number])))


def test_another_countys_paper_is_missing(reading: Story, seat: Seat) -> None:
    version = sent(reading, "审计报告.pdf", PDF)
    sun = seat(reading.cast.sun)
    assert {sun.get(viewed(version, name)).status_code for name in ("desk:viewer", "desk:document_page")} == {404}


def test_the_case_page_opens_a_paper_beside_the_checklist_and_says_what_it_proves(reading: Story, seat: Seat) -> None:
    version = sent(reading, "审计报告.pdf", PDF)
    wang = seat(reading.cast.wang)
    page = reverse("desk:case", args=[reading.number])
    plain = text(wang.get(page))
    assert "<iframe" not in plain
    assert f"{page}?paper={version.document_id}&amp;version=1#viewer" in plain
    shown = text(wang.get(page, {"paper": str(version.document_id), "version": "1", "page": "12"}))
    assert f'src="{viewed(version, "desk:document_page")}#page=12"' in shown
    assert "2025 年研发费用" in shown
    assert viewed(version).replace("/view", "") in shown  # the file itself, where the browser shows no PDF


@pytest.mark.parametrize("query", [{"paper": "x"}, {"paper": "00000000-0000-4000-8000-000000000000", "version": "-1"}])
def test_an_address_that_names_no_paper_shows_the_case(reading: Story, seat: Seat, query: dict[str, str]) -> None:
    answer = seat(reading.cast.wang).get(reverse("desk:case", args=[reading.number]), query)
    assert answer.status_code == 200
    assert answer.context["view"] is None


def test_a_sheet_is_drawn_as_a_table_and_its_sheets_can_be_chosen(reading: Story, seat: Seat, tmp_path: Path) -> None:
    rows = [["项目", "金额"], ["委托研发", 92]], [["姓名"], ["<b>某</b>"]]
    content = xlsx(tmp_path / "a.xlsx", *rows, names=("收入", "人员")).read_bytes()
    version = sent(reading, "明细.xlsx", content)
    wang = seat(reading.cast.wang)
    first = wang.get(viewed(version))
    assert first.context["view"].table.rows == [(1, ["项目", "金额"]), (2, ["委托研发", "92"])]
    second = wang.get(viewed(version), {"sheet": "人员"}, headers={"HX-Request": "true"})
    assert second.context["view"].table.name == "人员"
    assert "&lt;b&gt;某&lt;/b&gt;" in text(second)
    assert "<html" not in text(second)


def test_a_long_sheet_is_cut_and_says_so(reading: Story, seat: Seat, tmp_path: Path) -> None:
    content = xlsx(tmp_path / "a.xlsx", [[at] for at in range(450)], [["尾"]], names=("长", "后")).read_bytes()
    version = sent(reading, "明细.xlsx", content)
    table = seat(reading.cast.wang).get(viewed(version)).context["view"].table
    assert (len(table.rows), table.more, list(table.names)) == (200, True, ["长", "后"])


def test_a_damaged_sheet_says_why_it_is_not_shown(reading: Story, seat: Seat, tmp_path: Path) -> None:
    version = sent(reading, "明细.xlsx", xlsx(tmp_path / "a.xlsx", [["甲"]]).read_bytes())
    [stored] = [path for path in (tmp_path / "documents").rglob("*") if path.is_file()]
    stored.write_bytes(b"PK\x03\x04" + b"0" * 50)
    answer = seat(reading.cast.wang).get(viewed(version))
    assert answer.status_code == 200
    assert answer.context["view"].table.refused


def test_an_image_is_turned_and_enlarged_by_links(reading: Story, seat: Seat) -> None:
    version = sent(reading, "执照.png", PNG)
    wang = seat(reading.cast.wang)
    view = wang.get(viewed(version)).context["view"]
    turned = wang.get(view.around["turned"]).context["view"]
    assert (turned.turn, wang.get(turned.around["larger"]).context["view"].zoom) == (90, 2)
    assert wang.get(viewed(version), {"turn": "45", "zoom": "99"}).context["view"].turn == 0


def test_a_web_server_in_front_may_send_it_too(reading: Story, seat: Seat, settings: Any) -> None:
    settings.FILE_SENDING = "x-accel"
    answer, got = body(seat(reading.cast.wang), viewed(sent(reading, "审计报告.pdf", PDF), "desk:document_page"))
    assert got == b""
    assert answer.headers["X-Accel-Redirect"].startswith("/documents/")
