"""Beginning, submitting, correcting and withdrawing, from the firm's side."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import case
from pipeline.models import Case, Evidence, Fault
from tests.cast import YUNLING, Cast, Story
from tests.portal.conftest import Visitor

PDF = b"%PDF-1.7 a paper"


def returned(story: Story, *faults: tuple[str, str]) -> list[Fault]:
    """Qinghe's case sent back by the county with these faults."""
    story.to("county_review")
    told = faults or (("figures.2025.rd_total", "研发费用与审计报告不一致"),)
    with acting(story.cast.wang), transaction.atomic():
        case.return_from_county(story.case, by=story.cast.wang, on=story.day, faults=told)
        return list(Fault.objects.order_by("pk"))


def stage(story: Story) -> str:
    with acting(story.cast.li), transaction.atomic():
        return story.case.get().stage


def test_the_owner_begins_and_lands_on_the_first_page_of_the_application(cast: Cast) -> None:
    assert Visitor(cast.he, YUNLING).sent_to("begin").endswith(f"/{YUNLING}/firm")


def test_a_member_who_is_not_the_owner_cannot_begin(cast: Cast) -> None:
    assert Visitor(cast.bai).post("begin").status_code == 403


def test_an_incomplete_application_names_every_missing_page_with_its_address(cast: Cast) -> None:
    he = Visitor(cast.he, YUNLING)
    he.post("begin")
    page = he.post("submit", version=1)
    urls = [url for _says, url in page.context["missing"]]
    assert he.url("firm") in urls
    assert he.url("figures", 2025) in urls
    with acting(cast.he), transaction.atomic():
        assert Case.objects.get().stage == "draft"


def test_a_complete_application_is_submitted_once(story: Story) -> None:
    story.to("draft")
    li = Visitor(story.cast.li)
    li.post("submit", version=1)
    assert stage(story) == "county_review"
    assert li.post("submit", version=1).status_code == 404


def test_a_page_seen_before_somebody_else_acted_is_refused(story: Story) -> None:
    story.to("draft")
    assert Visitor(story.cast.li).post("submit", version=7).status_code == 409
    assert stage(story) == "draft"


def test_each_fault_leads_to_the_page_where_it_is_put_right(story: Story) -> None:
    returned(story, ("figures.2025.rd_total", "研发费用不一致"), ("property", "缺证书"))
    li = Visitor(story.cast.li)
    page = li.text("corrections")
    assert li.url("figures", 2025) in page
    assert li.url("property") in page
    assert "研发费用不一致" in li.text("figures", 2025)


def test_an_unanswered_fault_is_named_and_the_given_answer_kept(story: Story) -> None:
    first, second = returned(story, ("property", "缺证书"), ("contact", "电话打不通"))
    page = Visitor(story.cast.li).post(
        "corrections", version=3, **{f"answer-{first.pk}": "已补", f"answer-{second.pk}": " "}
    )
    assert "电话打不通" in page.context["missing"][0][0]
    assert "已补" in page.content.decode()
    assert stage(story) == "county_returned"


def test_answers_with_a_paper_send_the_case_back_to_review(story: Story) -> None:
    (fault,) = returned(story)
    with acting(story.cast.li), transaction.atomic():
        version = story.case.get().version
    paper = SimpleUploadedFile("审计报告.pdf", PDF, "application/pdf")
    Visitor(story.cast.li).post(
        "corrections", version=version, **{f"answer-{fault.pk}": "已按审计报告更正", f"paper-{fault.pk}": paper}
    )
    assert stage(story) == "county_review"
    with acting(story.cast.li), transaction.atomic():
        assert Evidence.objects.get(fault=fault).document.title == "审计报告.pdf"
        assert Fault.objects.get(pk=fault.pk).answered_on == date(2026, 11, 2)


def test_a_file_that_is_not_what_its_name_says_is_refused_in_words(story: Story) -> None:
    (fault,) = returned(story)
    fake = SimpleUploadedFile("审计报告.pdf", b"MZ not a paper", "application/pdf")
    page = Visitor(story.cast.li).post(
        "corrections", version=3, **{f"answer-{fault.pk}": "已改", f"paper-{fault.pk}": fake}
    )
    assert "审计报告.pdf" in page.context["missing"][0][0]
    assert stage(story) == "county_returned"


@pytest.mark.parametrize("at", ["draft", "coaching"])
def test_the_owner_withdraws_an_open_case(story: Story, at: str) -> None:
    story.to(at)
    with acting(story.cast.li), transaction.atomic():
        version = story.case.get().version
    Visitor(story.cast.li).post("withdraw", version=version, note="计划有变")
    assert stage(story) == "closed"
