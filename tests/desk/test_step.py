"""Steps put into a plan by hand: from the library or in one's own words, changed, taken out."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import coaching
from pipeline.models import Case, Notice, Plan, Step
from pipeline.rules.codes.step_templates import carried_steps
from tests.cast import QINGHE, Story
from tests.desk.conftest import Seat, Travel, text


@pytest.fixture
def plan(story: Story, travel: Travel) -> Story:
    story.to("coaching")
    travel(story.day)
    return story


def address(story: Story, name: str, *more: object) -> str:
    return reverse(f"desk:{name}", args=[story.number, *more])


def steps(story: Story) -> list[Step]:
    with acting(story.cast.chen):
        return list(Step.objects.filter(plan__case__number=story.number).current().order_by("position"))


OWN = {"rule": "rd_ledger", "what": "请会计师看一遍辅助账", "who": "coach", "due_on": "2027-03-01", "proof": "核对表"}


def test_steps_are_chosen_from_the_library_those_for_what_is_lacking_on_top(plan: Story, seat: Seat) -> None:
    wang, before = seat(plan.cast.wang), len(steps(plan))
    offered = wang.get(address(plan, "add_steps")).context["offered"]
    lacking = [lacks for _entry, lacks, _due in offered]
    assert lacking == sorted(lacking, reverse=True)
    assert offered[0][0].rule == "rd_intensity"
    wang.post(address(plan, "add_steps"), {"chosen": ["ledger_by_project", "ip_plan"]})
    added = steps(plan)[before:]
    carried = carried_steps()
    assert [(each.what, each.who, each.due_on) for each in added] == [
        (carried[key].what, carried[key].who, plan.day + timedelta(days))
        for key, days in (("ip_plan", 90), ("ledger_by_project", 30))
    ]
    assert carried["ip_plan"].proof["zh"] in text(wang.get(address(plan, "plan")))


def test_a_step_in_ones_own_words_goes_to_the_end_and_the_firm_is_told(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    wang.post(address(plan, "add_steps"), OWN)
    last = steps(plan)[-1]
    assert (last.what["zh"], last.who, last.due_on, last.added_by_id) == (
        OWN["what"], "coach", date(2027, 3, 1), plan.cast.wang.pk,
    )  # fmt: skip
    with acting(plan.cast.li):
        assert OWN["what"] in Notice.objects.get(kind="coaching.change_plan").body["zh"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"what": " "}, "what"), ({"rule": "luck"}, "rule"), ({"due_on": "2020-01-01"}, "due_on"), ({"who": "x"}, "who")],
)
def test_a_wrong_step_is_refused_at_its_field(plan: Story, seat: Seat, wrong: dict[str, str], field: str) -> None:
    before = len(steps(plan))
    refused = seat(plan.cast.wang).post(address(plan, "add_steps"), {**OWN, **wrong})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, [field])
    assert len(steps(plan)) == before


def test_nothing_chosen_is_said_and_nothing_is_added_where_there_is_no_plan(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    assert wang.post(address(plan, "add_steps"), {}).status_code == 422
    with acting(plan.cast.chen):
        Plan.objects.update(superseded_on=plan.day)
    assert wang.post(address(plan, "add_steps"), {"chosen": ["ip_plan"]}).status_code == 422


def edited(step: Step, **other: Any) -> dict[str, Any]:
    told = {"what": step.what["zh"], "who": step.who, "due_on": step.due_on or "", "proof": ""}
    return {**told, "version": step.version, **other}


def test_a_step_gets_another_day_and_keeps_its_words_in_both_languages(plan: Story, seat: Seat) -> None:
    first = steps(plan)[0]
    seat(plan.cast.wang).post(address(plan, "edit_step", 1), edited(first, due_on="2027-09-30", who="county"))
    kept = steps(plan)[0]
    assert (kept.due_on, kept.who, kept.what) == (date(2027, 9, 30), "county", first.what)
    seat(plan.cast.wang).post(address(plan, "edit_step", 1), edited(kept, what="换个说法"))
    assert steps(plan)[0].what == {"zh": "换个说法", "en": "换个说法"}


def test_a_step_a_colleague_changed_meanwhile_is_not_overwritten(plan: Story, seat: Seat) -> None:
    wang, first = seat(plan.cast.wang), steps(plan)[0]
    wang.post(address(plan, "edit_step", 1), edited(first, due_on="2027-09-30"))
    assert wang.post(address(plan, "edit_step", 1), edited(first, due_on="2028-01-01")).status_code == 409
    assert steps(plan)[0].due_on == date(2027, 9, 30)


def test_a_step_is_taken_out_with_a_reason_and_counts_no_more(plan: Story, seat: Seat) -> None:
    wang, first, count = seat(plan.cast.wang), steps(plan)[0], len(steps(plan))
    assert wang.post(address(plan, "edit_step", 1), {"drop": "1", "version": first.version}).status_code == 422
    wang.post(address(plan, "edit_step", 1), {"drop": "1", "version": first.version, "note": "企业已达标"})
    assert steps(plan)[0].state == Step.DROPPED
    page = wang.get(address(plan, "plan"))
    assert (page.context["wanted"], "企业已达标" in text(page)) == (count - 1, True)
    listed = wang.get(reverse("desk:coaching")).context["rows"][0]
    assert listed.steps == count - 1
    assert wang.get(address(plan, "edit_step", 1)).status_code == 404
    portal = text(seat(plan.cast.li).get(reverse("portal:plan", args=[QINGHE])))
    assert first.what["zh"] not in portal


def test_what_was_put_in_by_hand_goes_on_in_the_next_plan(plan: Story, seat: Seat) -> None:
    seat(plan.cast.wang).post(address(plan, "add_steps"), OWN)
    wang = plan.cast.wang
    with acting(wang), transaction.atomic():
        coaching.draw_plans(Case.objects.filter(number=plan.number), by=wang, on=plan.day)
    now = steps(plan)
    assert [each.what["zh"] for each in now].count(OWN["what"]) == 1
    assert [each.position for each in now] == list(range(1, len(now) + 1))


def test_another_county_adds_and_changes_nothing(plan: Story, seat: Seat) -> None:
    sun = seat(plan.cast.sun)
    assert {
        sun.post(address(plan, "add_steps"), OWN).status_code,
        sun.get(address(plan, "edit_step", 1)).status_code,
    } == {404}
