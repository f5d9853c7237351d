"""The shelf of papers, one paper, files that come in pieces, and the commitment in place of a paper."""

import hashlib
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import Commitment, Document, DocumentVersion, Evidence, StaffMember, Upload
from tests.cast import QINGHE, YUNLING, Cast
from tests.outside.test_photograph import taken
from tests.portal.conftest import Visitor, statements

PDF = b"%PDF-1.7\n" + b"x" * 1_000


def file(name: str, content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def send(visitor: Visitor, *files: SimpleUploadedFile, **told: Any) -> Any:
    return visitor.post("papers", purpose=told.pop("purpose", "other"), chosen=list(files), **told)


def held(cast: Cast) -> list[Document]:
    with acting(cast.li), transaction.atomic():
        return list(Document.objects.filter(firm=cast.qinghe).order_by("title"))


def test_several_papers_come_at_once_and_one_that_is_refused_keeps_none_out(cast: Cast) -> None:
    li = Visitor(cast.li)
    page = send(li, file("一.pdf"), file("二.pdf", PDF + b"2"), file("三.exe"))
    assert page.status_code == 422
    assert "三.exe" in page.context["form"].errors["chosen"][0]
    assert [each.title for each in held(cast)] == ["一.pdf", "二.pdf"]


def test_nothing_chosen_is_told_at_the_field(cast: Cast) -> None:
    page = send(Visitor(cast.li))
    assert list(page.context["form"].errors) == ["chosen"]


def test_a_photo_comes_by_its_own_control(cast: Cast) -> None:
    Visitor(cast.li).post("papers", purpose="licence", camera=file("IMG_0001.jpg", taken().getvalue()))
    [photo] = held(cast)
    assert photo.title == "IMG_0001.jpg"


def test_the_papers_of_one_figure_are_shown_and_sent_from_its_line(cast: Cast) -> None:
    li = Visitor(cast.li)
    send(li, file("别的.pdf", PDF + b"2"))
    send(li, file("审计.pdf"), purpose="annual_audit", proves="figures.2025.sales")
    page = li.get("papers", proves="figures.2025.sales").content.decode()
    assert "审计.pdf" in page
    assert "别的.pdf" not in page
    assert "别的.pdf" in li.text("papers")
    assert reverse("portal:papers", args=[QINGHE]) + "?proves=figures.2025.sales" in li.text("figures", 2025)


@pytest.mark.parametrize("place", ["x", "staff.x", "figures.x", "project./../", "property.", "conversion.1", "step.1"])
def test_papers_of_what_nobody_has_are_none(cast: Cast, place: str) -> None:
    assert Visitor(cast.li).get("papers", proves=place).status_code == 200


def test_the_same_file_leads_to_the_paper_that_is_here(cast: Cast) -> None:
    li = Visitor(cast.li)
    send(li, file("审计.pdf"))
    [paper] = held(cast)
    led = li.sent_to("papers", purpose="other", chosen=[file("又一份.pdf")], proves="figures.2025")
    assert led == reverse("portal:paper", args=[QINGHE, paper.pk]) + "?proves=figures.2025#tie"
    assert len(held(cast)) == 1


def test_a_paper_is_tied_untied_renamed_and_renewed_on_its_page(cast: Cast) -> None:
    li = Visitor(cast.li)
    send(li, file("IMG_20260101.pdf"), purpose="annual_audit")
    [paper] = held(cast)
    li.post("paper", paper.pk, tie="1", proves="figures.2025")
    page = li.get("paper", paper.pk)
    [proof] = page.context["proves"]
    assert proof.place == "figures.2025"
    assert page.context["hint"].endswith(".pdf")
    li.post("paper", paper.pk, rename="1", title=page.context["hint"], version="1")
    li.post("paper", paper.pk, newer="1", chosen=file("定稿.pdf", PDF + b"2"))
    li.post("paper", paper.pk, untie="figures.2025")
    page = li.get("paper", paper.pk)
    assert [line.version.number for line, _objections in page.context["versions"]] == [2, 1]
    assert page.context["proves"] == []
    assert page.context["hint"] == ""


@pytest.mark.parametrize(
    ("sent", "form"),
    [
        ({"newer": "1", "chosen": file("a.exe")}, "version"),
        ({"newer": "1"}, "version"),
        ({"tie": "1", "proves": "figures.1999"}, "tie"),
        ({"rename": "1", "title": " ", "version": "1"}, "name"),
    ],
)
def test_what_is_wrong_on_a_papers_page_is_told_at_its_field(cast: Cast, sent: dict[str, Any], form: str) -> None:
    li = Visitor(cast.li)
    send(li, file("a.pdf"))
    page = li.post("paper", held(cast)[0].pk, **sent)
    assert page.status_code == 422
    assert len(getattr(page.context["desk"], form).errors) == 1


def test_names_and_numbers_of_staff_are_masked_on_every_list(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        StaffMember.objects.create(firm=cast.qinghe, year=2025, name="王小明", days_worked=200)
    li = Visitor(cast.li)
    send(li, file("王小明330106199001011234社保.pdf"), purpose="staff", proves="staff.2025")
    for text in (li.text("papers"), li.text("paper", held(cast)[0].pk)):
        assert "19900101" not in text
    assert "王小明" not in li.text("papers")
    assert "王**" in li.text("papers")


def test_what_was_held_back_is_said_with_its_reason(cast: Cast) -> None:
    li = Visitor(cast.li)
    send(li, file("a.pdf"))
    with acting(cast.li), transaction.atomic():
        DocumentVersion.objects.update(state="quarantined", objections=["Eicar-Test-Signature"])
    page = li.text("paper", held(cast)[0].pk)
    assert "Eicar-Test-Signature" in page


def test_the_shelf_takes_as_many_statements_for_fifty_papers_as_for_five(cast: Cast) -> None:
    li, counts = Visitor(cast.li), []
    for many in (5, 50):
        with acting(cast.li), transaction.atomic():
            for each in range(Document.objects.count(), many):
                kept = Document.objects.create(firm=cast.qinghe, purpose="other", title=f"{each}.pdf")
                DocumentVersion.objects.create(
                    firm=cast.qinghe, document=kept, number=1, name="a.pdf", sha256=f"{each:064}", size=1,
                    media_type="application/pdf", by=cast.li,
                )  # fmt: skip
                Evidence.objects.create(firm=cast.qinghe, document=kept, staff_year=2025, by=cast.li)
        with statements() as queries:
            li.text("papers")
        counts.append(len(queries))
    assert counts[0] == counts[1]


# ------------------------------------------------------------------------------------------------ in pieces


def announced(visitor: Visitor, **told: Any) -> Any:
    about = {"name": "证书.pdf", "size": len(PDF), "purpose": "rights", **told}
    return visitor.client.post(visitor.url("upload"), about)


def piece(visitor: Visitor, url: str, offset: int, content: bytes) -> Any:
    return visitor.client.post(f"{url}?offset={offset}", content, content_type="application/octet-stream")


def test_a_file_comes_in_pieces_breaks_off_and_goes_on(cast: Cast) -> None:
    li = Visitor(cast.li)
    url = announced(li).json()["url"]
    assert piece(li, url, 0, PDF[:400]).json() == {"offset": 400}
    assert "证书.pdf" in li.text("papers")
    assert li.client.get(url).json() == {"offset": 400}
    again = announced(li).json()
    assert again == {"url": url, "offset": 400}
    wrong = piece(li, url, 100, PDF[100:])
    assert (wrong.status_code, wrong.json()) == (409, {"offset": 400})
    done = piece(li, url, 400, PDF[400:]).json()
    assert done["done"]
    assert done["title"] == "证书.pdf"
    assert li.client.get(url).status_code == 404


def test_a_file_is_known_by_its_sum_before_a_byte_is_sent(cast: Cast) -> None:
    li = Visitor(cast.li)
    send(li, file("a.pdf"))
    answer = announced(li, sha256=hashlib.sha256(PDF).hexdigest(), proves="figures.2025")
    assert answer.status_code == 422
    assert answer.json()["held"]
    assert answer.json()["url"].endswith("?proves=figures.2025#tie")


def test_a_file_with_wrong_insides_is_refused_and_leaves_nothing(cast: Cast) -> None:
    li = Visitor(cast.li)
    url = announced(li, name="证书.png").json()["url"]
    answer = piece(li, url, 0, PDF)
    assert answer.status_code == 422
    assert "证书.png" in answer.json()["says"]
    assert li.client.get(url).status_code == 404
    assert held(cast) == []


@pytest.mark.parametrize(
    "told",
    [
        *({"name": "a.exe"}, {"name": ""}, {"size": "x"}, {"size": "0"}, {"size": 21 * 1024 * 1024}),
        *({"purpose": "x"}, {"proves": "x"}, {"document": "x"}),
    ],
)
def test_what_must_not_come_is_refused_before_it_comes(cast: Cast, told: dict[str, Any]) -> None:
    answer = announced(Visitor(cast.li), **told)
    assert answer.status_code == 422
    assert answer.json()["says"]


def test_a_file_under_way_can_be_given_up(cast: Cast) -> None:
    li = Visitor(cast.li)
    announced(li)
    with acting(cast.li), transaction.atomic():
        key = Upload.objects.get().pk
    for wrong in ("x", uuid4()):
        li.post("papers", give_up=wrong)
    li.post("papers", give_up=key)
    with acting(cast.li), transaction.atomic():
        assert not Upload.objects.exists()


def test_papers_of_another_firm_are_not_there(cast: Cast) -> None:
    li, he = Visitor(cast.li), Visitor(cast.he, YUNLING)
    send(li, file("a.pdf"))
    url = announced(li, size=9).json()["url"]
    [paper] = held(cast)
    foreign = Visitor(cast.he, QINGHE)
    assert foreign.get("papers").status_code == 404
    assert he.get("paper", paper.pk).status_code == 404
    assert he.client.get(url).status_code == 404
    assert he.client.get(url.replace(QINGHE, YUNLING)).status_code == 404
    assert announced(he, document=paper.pk).status_code == 404
    assert announced(he, sha256=hashlib.sha256(PDF).hexdigest()).status_code == 200


# ----------------------------------------------------------------------------------------------- commitments


def test_a_commitment_fills_the_slot_of_this_year_only(cast: Cast, travel: Any) -> None:
    li = Visitor(cast.li)
    slots = {slot.name: slot for slot in li.get("papers").context["slots"]}
    assert not slots["licence"].commitment
    li.post("commitment", "licence", agreed="on", signed_as="李青")
    slots = {slot.name: slot for slot in li.get("papers").context["slots"]}
    assert slots["licence"].commitment
    assert not slots["rights"].commitment
    with acting(cast.li), transaction.atomic():
        day = Commitment.objects.get().signed_on
    travel(day.replace(year=day.year + 1))
    li = Visitor(cast.li)
    assert not any(slot.commitment for slot in li.get("papers").context["slots"])
    assert [each.year for each in li.get("commitment", "licence").context["earlier"]] == [day.year]


def test_a_paper_fills_the_slot_unless_it_is_held_back(cast: Cast) -> None:
    li = Visitor(cast.li)
    send(li, file("执照.pdf"), purpose="licence")
    assert len(li.get("papers").context["slots"][0].papers) == 1
    with acting(cast.li), transaction.atomic():
        DocumentVersion.objects.update(state="quarantined")
    assert li.get("papers").context["slots"][0].papers == []


def test_a_wrong_signature_is_told_at_its_field_and_others_of_the_firm_only_read(cast: Cast) -> None:
    page = Visitor(cast.li).post("commitment", "licence", agreed="on", signed_as="李")
    assert list(page.context["form"].errors) == ["signed_as"]
    bai = Visitor(cast.bai)
    assert bai.get("commitment", "licence").status_code == 200
    assert bai.post("commitment", "licence", agreed="on", signed_as="白会计").status_code == 403
    assert bai.get("commitment", "other").status_code == 404
