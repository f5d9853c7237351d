"""The firm's shelf of papers: what is taken, in which pieces, and what a paper is tied to."""

import zipfile
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.timezone import now

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import conversion as conversions
from pipeline.acts import evidence, paper
from pipeline.acts.conditions import ConditionUnmet
from pipeline.acts.paper import AlreadyHere, OutOfStep
from pipeline.models import (
    Conversion,
    ConversionProof,
    Document,
    DocumentVersion,
    Evidence,
    FinancialYear,
    IntellectualProperty,
    MoveRefused,
    RdProject,
    Upload,
    UploadPiece,
)
from tests.cast import DAY, Cast
from tests.outside.test_photograph import a_head_of, taken

PDF = b"%PDF-1.7\n" + b"x" * 1_000 + b"\n%%EOF\n"


@pytest.fixture
def li(cast: Cast) -> Iterator[Cast]:
    """Everything within one transaction of the owner's."""
    with acting(cast.li), transaction.atomic():
        yield cast


def keep(cast: Cast, content: bytes = PDF, name: str = "审计报告.pdf", purpose: str = "other", **also: Any) -> Document:
    version = paper.keep(
        cast.qinghe, BytesIO(content), name=name, size=len(content), purpose=purpose, by=cast.li, **also
    )
    return version.document


def begin(cast: Cast, size: int, name: str = "证书.pdf", **also: Any) -> Upload:
    return paper.begin(cast.qinghe, name=name, size=size, purpose="rights", by=cast.li, at=now(), **also)


def packed(**members: bytes) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, held in {"word/document.xml": b"<w/>", **members}.items():
            archive.writestr(name, held)
    return content.getvalue()


def refused(cast: Cast, content: bytes, name: str, purpose: str = "other") -> str:
    with pytest.raises(ConditionUnmet) as unmet:
        keep(cast, content, name, purpose)
    [missing] = unmet.value.missing
    assert missing.place == "file"
    assert not Document.objects.filter(firm=cast.qinghe).exists()
    return missing.says


def test_a_paper_is_on_the_shelf_and_proves_the_figure_it_was_sent_for(li: Cast) -> None:
    document = keep(li, purpose="annual_audit", proves="figures.2025.sales")
    tie = Evidence.objects.get(document=document)
    assert tie.year is not None
    assert (tie.year.year, tie.figure) == (2025, "sales")
    assert document.versions.get().state == DocumentVersion.RECEIVED


@pytest.mark.parametrize(
    ("place", "field"),
    [("property.ZL201710601862.3", "right"), ("project.RD01", "project"), ("staff.2025", "staff_year")],
)
def test_a_paper_is_tied_and_untied(li: Cast, place: str, field: str) -> None:
    IntellectualProperty.objects.create(firm=li.qinghe, kind="invention", number="ZL201710601862.3")
    RdProject.objects.create(firm=li.qinghe, code="RD01", title="项目")
    document = keep(li)
    paper.link(li.qinghe, document, place, by=li.li)
    paper.link(li.qinghe, document, place, by=li.li)
    assert getattr(Evidence.objects.get(document=document), field) is not None
    paper.unlink(li.qinghe, document, place, by=li.li)
    assert not Evidence.objects.filter(document=document).exists()


def test_a_paper_fills_the_empty_slot_of_a_conversion_and_pushes_none_out(li: Cast) -> None:
    values = {"year": 2025, "result": "成果", "way": "self", "project": None, "right": None, "product": None}
    made: Conversion = conversions.record(li.qinghe, values, conversion=None, by=li.li, on=DAY)
    first, second = keep(li), keep(li, PDF + b"2", "另一份.pdf")
    place = f"conversion.{made.pk}.contract"
    paper.link(li.qinghe, first, place, by=li.li)
    with pytest.raises(ConditionUnmet):
        paper.link(li.qinghe, second, place, by=li.li)
    assert ConversionProof.objects.get().document == first
    paper.unlink(li.qinghe, first, place, by=li.li)
    assert not ConversionProof.objects.exists()


@pytest.mark.parametrize(
    "place",
    [
        *("", "x", "figures", "figures.2025.x", "figures.1999", "figures.２０２５", "property.no", "staff.12345"),
        *("conversion.1.contract", f"conversion.{'9' * 20}.contract", "conversion.x.contract", "step.1"),
    ],
)
def test_what_is_not_on_record_cannot_be_proved(li: Cast, place: str) -> None:
    document = keep(li)
    with pytest.raises(ConditionUnmet):
        paper.link(li.qinghe, document, place, by=li.li)


def test_a_right_of_another_firm_cannot_be_proved(li: Cast) -> None:
    with acting(li.he), transaction.atomic():
        IntellectualProperty.objects.create(firm=li.yunling, kind="invention", number="ZL201710601862.3")
    document = keep(li)
    with pytest.raises(ConditionUnmet):
        paper.link(li.qinghe, document, "property.ZL201710601862.3", by=li.li)


def test_a_paper_handed_in_with_a_step_cannot_be_taken_back_by_untying(li: Cast) -> None:
    year = FinancialYear.objects.get(firm=li.qinghe, year=2025)
    tie = evidence.receive(li.qinghe, BytesIO(PDF), name="a.pdf", size=len(PDF), purpose="step", by=li.li, year=year)
    paper.unlink(li.qinghe, tie.document, "figures.2024", by=li.li)
    assert Evidence.objects.filter(pk=tie.pk).exists()


def test_the_same_file_is_offered_for_tying_instead_of_kept_twice(li: Cast) -> None:
    first = keep(li)
    with pytest.raises(AlreadyHere) as here:
        keep(li, name="同一份.pdf")
    assert here.value.version.document == first
    assert DocumentVersion.objects.filter(firm=li.qinghe).count() == 1


def test_a_file_that_was_held_back_may_come_again(li: Cast) -> None:
    keep(li)
    DocumentVersion.objects.filter(firm=li.qinghe).update(state=DocumentVersion.QUARANTINED)
    keep(li)
    assert DocumentVersion.objects.filter(firm=li.qinghe).count() == 2


def test_a_newer_version_keeps_the_older(li: Cast) -> None:
    document = keep(li)
    keep(li, PDF + b"2", "审计报告（定稿）.pdf", document=document)
    assert list(document.versions.order_by("number").values_list("number", "name")) == [
        (1, "审计报告.pdf"),
        (2, "审计报告（定稿）.pdf"),
    ]


@pytest.mark.parametrize(
    ("content", "name", "purpose"),
    [
        (b"MZ", "a.exe", "other"),
        (PDF, "a.pdf.exe", "other"),
        (PDF, "pdf", "licence"),
        (b"PK\x03\x04", "a.xlsm", "other"),
        (PDF, "a.png", "other"),
        (b"\xd0\xcf\x11\xe0encrypted", "a.docx", "other"),
        (b"", "a.pdf", "other"),
        (packed(), "a.docx", "licence"),
        (packed(), "a.xlsx", "other"),
        (packed(**{"word/vbaProject.bin": b"\0"}), "a.docx", "other"),
        (packed(**{"word/embeddings/a.bin": b"\0"}), "a.docx", "other"),
        (packed(**{"word/a.xml": b"\0" * 50_000_000}), "a.docx", "other"),
        (packed(**{"../../etc/passwd": b"\0"}), "a.docx", "other"),
        (packed(**{"/etc/passwd": b"\0"}), "a.docx", "other"),
        (packed(**{"..\\x.xml": b"\0"}), "a.docx", "other"),
        (b"PK\x03\x04 broken", "a.docx", "other"),
    ],
)
def test_a_bad_file_is_refused_in_a_sentence_that_names_it(li: Cast, content: bytes, name: str, purpose: str) -> None:
    assert name in refused(li, content, name, purpose)


def test_each_purpose_names_what_it_takes(li: Cast) -> None:
    assert "PDF, PNG, JPG" in refused(li, packed(), "执照.docx", "licence")
    with pytest.raises(ConditionUnmet) as unmet:
        keep(li, purpose="step")
    assert unmet.value.missing[0].place == "purpose"


def test_a_firm_cannot_fill_the_house(li: Cast) -> None:
    document = keep(li)
    DocumentVersion.objects.filter(document=document).update(size=paper.FIRM_LIMIT)
    with pytest.raises(ConditionUnmet):
        keep(li, PDF + b"2")


def test_numbers_of_persons_do_not_stand_in_the_names_of_papers(li: Cast) -> None:
    document = keep(li, name="王小明330106199001011234 １３９００００１２３４.pdf", purpose="staff")
    kept = document.versions.get()
    for text in (document.title, kept.name):
        assert "19900101" not in text
        assert "13900001234" not in text
        assert text.endswith(".pdf")
    assert keep(li, PDF + b"2", "91330112MA2CFYQ03J 2021SR0123456.pdf").title == "91330112MA2CFYQ03J 2021SR0123456.pdf"


# ------------------------------------------------------------------------------------------- piece by piece


def test_pieces_become_the_paper_they_came_from(li: Cast) -> None:
    upload = begin(li, len(PDF), proves="figures.2025")
    for start in range(0, len(PDF), 100):
        upload = paper.add_piece(upload, PDF[start : start + 100], start=start, by=li.li)
    version = paper.finish(upload, by=li.li)
    with evidence.open_paper(version) as kept:
        assert kept.read() == PDF
    assert Evidence.objects.get(document=version.document).year.year == 2025
    assert not Upload.objects.exists()
    assert not UploadPiece.objects.exists()


def test_a_file_chosen_again_goes_on_where_it_broke_off(li: Cast) -> None:
    paper.add_piece(begin(li, len(PDF)), PDF[:300], start=0, by=li.li)
    again = begin(li, len(PDF))
    assert again.received == 300
    assert begin(li, len(PDF) + 1).received == 0


@pytest.mark.parametrize("start", [0, 299, 301, -1])
def test_a_piece_that_does_not_follow_is_told_where_to_go_on(li: Cast, start: int) -> None:
    upload = paper.add_piece(begin(li, len(PDF)), PDF[:300], start=0, by=li.li)
    with pytest.raises(OutOfStep) as step:
        paper.add_piece(upload, PDF[300:400], start=start, by=li.li)
    assert step.value.received == 300


def test_no_more_comes_than_was_said(li: Cast) -> None:
    upload = begin(li, 10)
    with pytest.raises(OutOfStep):
        paper.add_piece(upload, PDF[:11], start=0, by=li.li)
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.filter(pk=upload.pk).update(received=11)


def test_a_file_with_a_wrong_ending_is_told_with_its_first_piece(li: Cast) -> None:
    upload = begin(li, 1_000, "a.png")
    with pytest.raises(ConditionUnmet):
        paper.add_piece(upload, PDF[:300], start=0, by=li.li)


def test_a_file_that_is_not_whole_becomes_nothing(li: Cast) -> None:
    upload = paper.add_piece(begin(li, len(PDF)), PDF[:300], start=0, by=li.li)
    with pytest.raises(MoveRefused):
        paper.finish(upload, by=li.li)
    assert Upload.objects.get().received == 300


def test_a_file_that_is_here_need_not_come(li: Cast) -> None:
    sha256 = keep(li).versions.get().sha256
    with pytest.raises(AlreadyHere):
        begin(li, len(PDF), sha256=sha256)


def test_what_nobody_sends_on_is_cleared_away(li: Cast) -> None:
    upload = paper.add_piece(begin(li, len(PDF)), PDF[:300], start=0, by=li.li)
    Upload.objects.filter(pk=upload.pk).update(recorded_at=now() - timedelta(days=3))
    assert begin(li, len(PDF)).received == 0
    assert Upload.objects.count() == 1


def test_files_under_way_are_not_without_end(li: Cast) -> None:
    for at in range(paper.MOST_UNDER_WAY):
        begin(li, 100 + at)
    with pytest.raises(ConditionUnmet):
        begin(li, 99)


# ----------------------------------------------------------------------------------------------- who and when


def test_a_paper_is_renamed_by_who_saw_its_last_name(li: Cast) -> None:
    document = keep(li, name="IMG_0001.pdf")
    paper.rename(li.qinghe, document, title="营业执照.pdf", version=1, by=li.li)
    with pytest.raises(MoveRefused):
        paper.rename(li.qinghe, document, title="别的.pdf", version=1, by=li.li)
    document.refresh_from_db()
    assert document.title == "营业执照.pdf"


def test_nobody_else_sends_ties_or_names_papers_of_the_firm(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        document = keep(cast)
    for deed in (
        lambda: paper.keep(cast.qinghe, BytesIO(PDF), name="a.pdf", size=len(PDF), purpose="other", by=cast.he),
        lambda: paper.begin(cast.qinghe, name="a.pdf", size=9, purpose="other", by=cast.he, at=now()),
        lambda: paper.link(cast.qinghe, document, "figures.2025", by=cast.he),
        lambda: paper.unlink(cast.qinghe, document, "figures.2025", by=cast.he),
        lambda: paper.rename(cast.qinghe, document, title="b.pdf", version=1, by=cast.he),
    ):
        with acting(cast.li), transaction.atomic(), pytest.raises(access.Refused):
            deed()


def test_a_photograph_is_shown_without_what_the_camera_wrote_and_known_again(li: Cast) -> None:
    photo = taken().getvalue()
    keep(li, photo, "IMG_1.jpg", "licence")
    with acting(INTAKE):
        assert evidence.inspect(DocumentVersion.objects.all(), by=INTAKE) == 1
    shown = DocumentVersion.objects.get()
    with evidence.open_paper(shown) as content:
        assert b"CANARY" not in content.read()
    assert (shown.state, shown.received_as != shown.sha256) == ("clean", True)
    with pytest.raises(AlreadyHere):
        keep(li, photo, "IMG_2.jpg", "licence")


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (a_head_of(60_000, 60_000).getvalue(), "扫描.png", "40 million"),
        (b"%PDF-1.7\n1 0 obj <</S /JavaScript /JS (x)>> endobj\n%%EOF\n", "合同.pdf", "scripts"),
    ],
)
def test_a_bomb_of_pixels_and_a_pdf_with_scripts_are_refused_with_a_way_out(
    li: Cast, content: bytes, name: str, says: str
) -> None:
    with translation.override("en"):
        assert says in refused(li, content, name, "licence")
