"""The checklist as an officer reads it: what changed, what is accepted, until when."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, fault, figures
from pipeline.models import Acceptance, Fault, FinancialYear, Transition
from tests.cast import DAY, Story, city

PLACE = "figures.2025.rd_total"


@pytest.fixture(scope="module")
def resubmitted(fresh_database: str, django_db_blocker: Any) -> Any:
    """Returned for one figure, which the firm changed and sent back; committed step by step, so that clocks differ."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            cast = city()
        story = Story(cast)
        with transaction.atomic():
            story.to("county_review")
        with acting(cast.wang), transaction.atomic():
            case.return_from_county(story.case, by=cast.wang, on=DAY, faults=[(PLACE, "与审计报告不符")])
        with acting(cast.li), transaction.atomic():
            year = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
            values = {name: getattr(year, name) for name in FinancialYear.FIGURES} | {"rd_total": Decimal(3_500_000)}
            figures.enter(cast.qinghe, 2025, values, version=year.version, by=cast.li, on=DAY, source="年度审计报告")
        with acting(cast.li), transaction.atomic():
            told = {each.pk: fault.Answer("补计委托研发", Fault.CHANGED) for each in Fault.objects.all()}
            case.resubmit_to_county(story.case, by=cast.li, on=DAY, answers=told)
        yield story


@pytest.fixture
def wang(resubmitted: Story) -> Client:
    client = Client()
    client.force_login(resubmitted.cast.wang)
    return client


def page(story: Story) -> str:
    return reverse("desk:case", args=[story.number])


def review(story: Story) -> str:
    return reverse("desk:case_review", args=[story.number])


def submission(story: Story) -> int:
    with acting(story.cast.wang), transaction.atomic():
        return Transition.objects.filter(move="case.resubmit_to_county").latest("pk").pk


def accepted(story: Story) -> set[str]:
    with acting(story.cast.wang), transaction.atomic():
        return set(Acceptance.objects.values_list("place", flat=True))


def test_the_point_that_was_returned_shows_old_and_new_the_remark_and_the_answer(
    resubmitted: Story, wang: Client
) -> None:
    check = wang.get(page(resubmitted)).context["check"]
    touched = [point for point in check.points if point.touched]
    assert [point.item.place for point in touched] == ["figures.2025"]
    [told] = touched[0].told
    assert (told.fault.says, told.fault.answer) == ("与审计报告不符", "补计委托研发")
    assert [(change.place, change.after) for change in told.changed] == [(PLACE, "350.00 万元")]
    assert touched[0].again.endswith("?place=figures.2025.rd_total")


def test_the_switch_leaves_what_changed_and_what_is_missing(resubmitted: Story, wang: Client) -> None:
    shown = wang.get(page(resubmitted), {"only": "changed"})
    assert [point.item.place for point in shown.context["points"]] == ["figures.2025"]
    assert len(wang.get(page(resubmitted)).context["points"]) > 3


def test_all_unchanged_points_are_accepted_at_once_and_one_is_taken_back(resubmitted: Story, wang: Client) -> None:
    check = wang.get(page(resubmitted)).context["check"]
    unchanged = [point.item.place for point in check.unchanged]
    assert "figures.2025" not in unchanged
    seen = {"seen": submission(resubmitted)}
    answer = wang.post(review(resubmitted), {**seen, "place": unchanged})
    assert answer.headers["Location"] == page(resubmitted) + "#checklist"
    assert accepted(resubmitted) == set(unchanged)
    after = wang.get(page(resubmitted)).context["check"]
    assert not after.unchanged
    wang.post(review(resubmitted), {**seen, "reopen": unchanged[0]})
    assert accepted(resubmitted) == set(unchanged[1:])


def test_nothing_is_accepted_of_a_submission_that_was_not_seen(resubmitted: Story, wang: Client) -> None:
    before = accepted(resubmitted)
    for seen in ("", "1", str(submission(resubmitted) + 1)):
        wang.post(review(resubmitted), {"seen": seen, "place": ["figures.2025"]})
    wang.post(review(resubmitted), {"seen": submission(resubmitted), "place": ["figures.1999", "x"]})
    assert accepted(resubmitted) == before


def test_who_does_not_read_the_case_now_accepts_nothing(resubmitted: Story) -> None:
    head = Client()
    head.force_login(resubmitted.cast.zhou)
    before = accepted(resubmitted)
    head.post(review(resubmitted), {"seen": submission(resubmitted), "place": ["figures.2025"]})
    assert accepted(resubmitted) == before
