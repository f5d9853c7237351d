"""The page of a case in a browser: a paper beside the checklist, a colleague seen, a return composed of phrases."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now
from playwright.sync_api import Page, expect

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import evidence, presence
from pipeline.models import DocumentVersion, FaultDraft, FinancialYear
from tests.cast import Story, city
from tests.live import House

pytestmark = pytest.mark.browser
PASSWORD = "a long pass phrase for tests"
BEGINS, ENDS = "2025 年研发费用填报 329.00 万元，", "第〔页码〕页是〔数额〕。请改，或说明原因并附依据。"


def pdf() -> bytes:
    """Two pages that a viewer can really show."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
        *[b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] >>"] * 2,
    ]
    body, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + head + table + tail


@pytest.fixture(scope="module")
def reviewed(house: House) -> Story:
    """Qinghe's case in county review with a clean audit report; Wang has a log-in."""
    with transaction.atomic():
        cast = city()
        cast.wang.set_password(PASSWORD)
        cast.wang.save()
        return Story(cast).to("county_review")


@pytest.fixture
def desk(house: House, reviewed: Story, page: Page) -> Page:
    page.goto(house.url + reverse("account_login"))
    page.locator("[name=login]").fill(reviewed.cast.wang.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/desk/")
    return page


def paper(house: House, story: Story, settings: object) -> DocumentVersion:
    """Stored where the running house looks for it."""
    place = Path(house.stack.folder) / "documents"
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": place}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}  # type: ignore[attr-defined]
    li, content = story.cast.li, pdf()
    with acting(li), transaction.atomic():
        year = FinancialYear.objects.get(firm=story.cast.qinghe, year=2025)
        evidence.receive(
            story.cast.qinghe, BytesIO(content), name="审计报告2025.pdf", size=len(content), purpose="figures",
            by=li, year=year,
        )  # fmt: skip
    with acting(INTAKE), transaction.atomic():
        DocumentVersion.objects.update(state="clean")
        return DocumentVersion.objects.get()


def test_a_pdf_is_shown_beside_the_checklist_and_leafed_through(
    house: House, reviewed: Story, desk: Page, settings: object
) -> None:
    """A policy that forbade the browser's viewer would be complained of in the console, which fails the test."""
    paper(house, reviewed, settings)
    desk.goto(house.url + reverse("desk:case", args=[reviewed.number]))
    with desk.expect_response("**/page") as answer:
        desk.locator("#papers a", has_text="审计报告2025.pdf").click()
    assert answer.value.headers["content-type"] == "application/pdf"
    frame = desk.locator("#viewer iframe")
    expect(frame).to_be_visible()
    before = desk.url
    desk.locator("#paper-page").fill("2")
    desk.keyboard.press("Enter")
    expect(desk.locator("#viewer iframe")).to_have_attribute("src", re.compile("#page=2$"))
    assert desk.url == before


def test_a_colleague_who_opens_the_case_is_seen_within_five_seconds(house: House, reviewed: Story, desk: Page) -> None:
    desk.goto(house.url + reverse("desk:case", args=[reviewed.number]))
    with acting(reviewed.cast.zhao), transaction.atomic():
        presence.look(reviewed.case.get(), by=reviewed.cast.zhao, at=now())
    expect(desk.locator("[data-presence]")).to_contain_text("赵越", timeout=5_000)


def test_a_phrase_goes_into_the_words_at_once_and_what_is_typed_is_kept(
    house: House, reviewed: Story, desk: Page
) -> None:
    desk.goto(house.url + reverse("desk:case_move", args=[reviewed.number, "return-from-county"]))
    desk.locator("#place-1").select_option("figures.2025.rd_total")
    desk.locator("#phrase-1").select_option("figures_differ")
    says = desk.locator("#says-1")
    expect(says).to_have_value(f"{BEGINS}〔依据〕{ENDS}")
    desk.keyboard.type("审计报告")  # the first blank is selected
    expect(says).to_have_value(f"{BEGINS}审计报告{ENDS}")
    expect(desk.locator("[data-save-state]")).to_contain_text(":", timeout=5_000)
    with acting(reviewed.cast.wang), transaction.atomic():
        [[place, said]] = FaultDraft.objects.get().content
    assert (place, said[:20]) == ("figures.2025.rd_total", says.input_value()[:20])
