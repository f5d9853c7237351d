"""The plan and its steps, from the firm's side."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import coaching
from pipeline.models import Evidence, Step
from tests.cast import Cast, Story
from tests.portal.conftest import Travel, Visitor

PDF = b"%PDF-1.7 a paper"


def first_step(story: Story) -> Step:
    with acting(story.cast.li), transaction.atomic():
        return Step.objects.filter(firm=story.cast.qinghe).current().order_by("position")[0]


def test_before_admission_the_page_says_when_a_plan_is_drawn(cast: Cast) -> None:
    assert Visitor(cast.li).get("plan").context["steps"] == []


def test_the_plan_lists_every_step_with_what_is_short(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    page = Visitor(story.cast.li).get("plan")
    assert len(page.context["steps"]) >= 1
    assert first_step(story).gap["zh"] in page.content.decode()


def test_a_step_needs_a_paper_before_it_is_handed_in(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    step = first_step(story)
    Visitor(story.cast.li).post("step", step.position, hand_in="1", version=step.version)
    assert first_step(story).state == "open"


def test_a_paper_and_a_remark_hand_the_step_in(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    step = first_step(story)
    paper = SimpleUploadedFile("研发台账.pdf", PDF, "application/pdf")
    Visitor(story.cast.bai).post("step", step.position, hand_in="1", version=step.version, papers=paper, remark="已补")
    done = first_step(story)
    assert (done.state, done.remark) == ("handed_in", "已补")
    with acting(story.cast.li), transaction.atomic():
        assert Evidence.objects.get(step=done).document.title == "研发台账.pdf"


def test_attaching_alone_leaves_the_step_open(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    step = first_step(story)
    paper = SimpleUploadedFile("合同.pdf", PDF, "application/pdf")
    page = Visitor(story.cast.li).post("step", step.position, attach="1", version=step.version, papers=paper)
    assert "合同.pdf" in page.content.decode()
    assert first_step(story).state == "open"


def test_a_visit_is_read_on_the_plan(story: Story, travel: Travel) -> None:
    story.to("coaching")
    travel(story.day)
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        coaching.record_visit(story.case.get(), by=wang, on=story.day, way="visit", notes="看了研发台账")
    assert "看了研发台账" in Visitor(story.cast.li).text("plan")


def test_a_step_that_is_not_there_is_no_page(story: Story, travel: Travel) -> None:
    story.to("coaching")
    assert Visitor(story.cast.li).get("step", 99).status_code == 404
