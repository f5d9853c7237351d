"""The plan, its steps, visits and coaches."""

from datetime import date
from io import BytesIO

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import coaching, evidence
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Appointment, Case, Firm, MoveRefused, Plan, Step
from tests.cast import Story

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def step(story: Story) -> Step:
    story.to("coaching")
    with acting(story.cast.li):
        return Step.objects.get(rule="rd_intensity")


def attach(story: Story, step: Step) -> None:
    li = story.cast.li
    evidence.receive(
        story.cast.qinghe, BytesIO(PDF), name="辅助账.pdf", size=len(PDF), purpose="step", by=li, step=step
    )


def test_a_step_is_handed_in_with_a_paper_and_accepted_by_the_bureau(story: Story, step: Step) -> None:
    li, wang = story.cast.li, story.cast.wang
    steps = Step.objects.filter(pk=step.pk)
    with acting(li), transaction.atomic():
        attach(story, step)
        coaching.finish_step(steps, by=li, on=story.day, version=1)
    with acting(wang), transaction.atomic():
        coaching.accept_step(steps, by=wang, on=story.day, version=2)
        kept = steps.get()
    assert (kept.state, kept.finished_on) == ("done", story.day)


def test_a_step_without_evidence_is_not_handed_in(story: Story, step: Step) -> None:
    with acting(story.cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        coaching.finish_step(Step.objects.filter(pk=step.pk), by=story.cast.li, on=story.day, version=1)


def test_a_step_somebody_changed_meanwhile_is_not_overwritten(story: Story, step: Step) -> None:
    li, wang = story.cast.li, story.cast.wang
    steps = Step.objects.filter(pk=step.pk)
    with acting(li), transaction.atomic():
        attach(story, step)
        coaching.finish_step(steps, by=li, on=story.day, version=1)
    with acting(wang), transaction.atomic(), pytest.raises(MoveRefused):
        coaching.accept_step(steps, by=wang, on=story.day, version=1)


def test_a_new_plan_supersedes_the_old_one_which_stays(story: Story, step: Step) -> None:
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        coaching.draw_plans(story.case, by=wang, on=date(2026, 12, 1))
        assert Plan.objects.count() == 2
        assert Plan.objects.get(superseded_on=None).drawn_on == date(2026, 12, 1)


def test_a_coach_sees_a_firm_only_once_it_consents(story: Story, step: Step) -> None:
    cast = story.cast
    with acting(cast.wang), transaction.atomic():
        coaching.appoint(cast.qinghe, cast.zhang, by=cast.wang, on=date(2026, 1, 5), until=date(2099, 1, 1))
    with acting(cast.zhang), transaction.atomic():
        assert not Firm.objects.visible_to(cast.zhang).exists()
    with acting(cast.li), transaction.atomic():
        coaching.consent(Appointment.objects.get(), by=cast.li, on=date(2026, 1, 6))
    with acting(cast.zhang), transaction.atomic():
        assert list(Case.objects.visible_to(cast.zhang).values_list("number", flat=True)) == [story.number]


def test_a_file_that_is_not_what_it_says_is_not_taken(story: Story, step: Step) -> None:
    li = story.cast.li
    with acting(li), transaction.atomic():
        for name, content in (("账.exe", b"MZ"), ("账.pdf", b"PK\x03\x04"), ("空.pdf", b"")):
            with pytest.raises(ConditionUnmet) as refused:
                evidence.receive(
                    story.cast.qinghe, BytesIO(content), name=name, size=len(content), purpose="step", by=li, step=step
                )
            assert name in refused.value.missing[0].says
