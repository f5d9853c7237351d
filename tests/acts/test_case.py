"""The stay of a firm with the bureau."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.acts import case, coaching, figures, flag
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Case, Fault, Firm, MoveRefused, Notice, Plan, Step, Transition
from pipeline.rules.workdays import carried_calendar
from tests.cast import DAY, Cast, Story, fresh, the, yuan


def test_a_firm_goes_from_draft_to_the_pool_and_every_step_is_a_row(story: Story) -> None:
    story.to("coaching")
    with acting(story.cast.chen):
        kept = story.case.get()
        moves = list(Transition.objects.filter(case=kept).order_by("pk").values_list("move", "source", "target"))
    assert moves == [
        ("case.begin", "", "draft"),
        ("case.submit", "draft", "county_review"),
        ("case.forward", "county_review", "city_review"),
        ("case.publish", "city_review", "publicity"),
        ("case.admit", "publicity", "coaching"),
    ]
    assert kept.term.lower == story.day
    assert kept.term.upper == date(2029, story.day.month, story.day.day)


def test_the_number_of_a_case_counts_up_within_its_year(cast: Cast) -> None:
    first, second = Case.numbers(2026, 2)
    assert (first, second) == ("GP2026-0001", "GP2026-0002")
    assert Case.numbers(2027, 1) == ["GP2027-0001"]


def test_an_application_is_refused_with_all_that_is_missing_at_once(cast: Cast) -> None:
    he = cast.he
    with acting(he), transaction.atomic():
        begun = case.begin(the(cast.yunling), by=he, on=DAY)
        with pytest.raises(ConditionUnmet) as refused:
            case.submit(Case.objects.filter(pk=begun.pk), by=he, on=DAY)
    places = {missing.place for missing in refused.value.missing}
    assert places == {"firm", "contact", "figures.2023", "figures.2024", "figures.2025", "property"}


def test_county_review_is_due_after_five_working_days(story: Story) -> None:
    story.to("county_review")
    with acting(story.cast.wang):
        kept = story.case.get()
    assert (kept.clock_from, kept.clock_days) == (DAY, 5)
    assert kept.due_on == date(2026, 11, 9)


def test_a_return_stops_the_clock_and_resuming_gives_back_what_was_left(story: Story) -> None:
    story.to("county_review")
    wang, li = story.cast.wang, story.cast.li
    returned, answered = date(2026, 11, 3), date(2026, 11, 12)
    with acting(wang), transaction.atomic():
        case.return_from_county(story.case, by=wang, on=returned, faults=[("figures.2025.rd_total", "与审计报告不符")])
        kept = story.case.get()
        assert (kept.stage, kept.clock_left, kept.due_on) == ("county_returned", 4, date(2026, 11, 17))
    with acting(li), transaction.atomic():
        fault = Fault.objects.get()
        case.resubmit_to_county(story.case, by=li, on=answered, answers={fault.pk: "已更正"})
        kept = story.case.get()
    assert (kept.stage, kept.clock_days) == ("county_review", 4)
    assert kept.due_on == carried_calendar().add(answered, 4).due


def test_a_clock_that_resumes_has_at_least_three_days(story: Story) -> None:
    story.to("county_review")
    wang, li = story.cast.wang, story.cast.li
    last_day = date(2026, 11, 9)
    with acting(wang), transaction.atomic():
        case.return_from_county(story.case, by=wang, on=last_day, faults=[("property", "缺缴费凭证")])
    with acting(li), transaction.atomic():
        answers = {fault.pk: "已补" for fault in Fault.objects.all()}
        case.resubmit_to_county(story.case, by=li, on=last_day, answers=answers)
        assert story.case.get().clock_days == 3


def test_every_fault_must_be_answered(story: Story) -> None:
    story.to("county_review")
    wang, li = story.cast.wang, story.cast.li
    with acting(wang), transaction.atomic():
        case.return_from_county(story.case, by=wang, on=DAY, faults=[("firm", "领域有误"), ("contact", "电话打不通")])
    with acting(li), transaction.atomic():
        first, second = Fault.objects.order_by("pk")
        with pytest.raises(ConditionUnmet) as refused:
            case.resubmit_to_county(story.case, by=li, on=DAY, answers={first.pk: "已改", second.pk: " "})
    assert [missing.place for missing in refused.value.missing] == ["contact"]


def test_a_return_names_at_least_one_fault(story: Story) -> None:
    story.to("county_review")
    with acting(story.cast.wang), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.return_from_county(story.case, by=story.cast.wang, on=DAY, faults=[("firm", "  ")])


def test_a_fourth_return_asks_for_a_visit_first(story: Story) -> None:
    story.to("county_review")
    wang, li = story.cast.wang, story.cast.li
    for _round in range(3):
        with acting(wang), transaction.atomic():
            case.return_from_county(story.case, by=wang, on=DAY, faults=[("firm", "再改")])
        with acting(li), transaction.atomic():
            answers = {fault.pk: "已改" for fault in Fault.objects.filter(answered_on=None)}
            case.resubmit_to_county(story.case, by=li, on=DAY, answers=answers)
    with acting(wang), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            case.return_from_county(story.case, by=wang, on=DAY, faults=[("firm", "还要改")])
        coaching.record_visit(story.case.get(), by=wang, on=DAY, way="visit", notes="当面讲清")
        case.return_from_county(story.case, by=wang, on=DAY, faults=[("firm", "还要改")])


def test_a_county_officer_cannot_sign_for_her_head(story: Story) -> None:
    story.to("county_review")
    wang = story.cast.wang
    with acting(wang), transaction.atomic(), pytest.raises(access.Refused):
        case.forward(story.case, by=wang, on=DAY, opinion="for", note="同意")


def test_nobody_publishes_what_nobody_proposed(story: Story) -> None:
    story.to("city_review")
    zhou = story.cast.zhou
    with acting(zhou), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.publish(story.case, by=zhou, on=DAY)


def test_an_open_objection_keeps_a_firm_out_until_it_is_cleared(story: Story) -> None:
    story.to("publicity")
    chen = story.cast.chen
    later = date(2026, 11, 20)
    with acting(chen), transaction.atomic():
        (raised,) = flag.raise_flag(the(story.cast.qinghe), kind="objection", by=chen, on=DAY, says="专利权属有争议")
        with pytest.raises(ConditionUnmet):
            case.admit(story.case, by=chen, on=later)
        flag.clear_flag(raised, by=chen, on=later, note="权属证明已核实")
        case.admit(story.case, by=chen, on=later)


def test_publicity_is_never_cut_short(story: Story) -> None:
    story.to("publicity")
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        last_day = story.case.get().due_on
        assert last_day is not None
        with pytest.raises(ConditionUnmet):
            case.admit(story.case, by=chen, on=last_day)
        case.admit(story.case, by=chen, on=last_day + timedelta(days=1))


def test_admission_draws_a_plan_whose_first_step_closes_the_r_and_d_gap(story: Story) -> None:
    story.to("coaching")
    with acting(story.cast.li):
        drawn = Plan.objects.get()
        steps = {step.rule: step for step in Step.objects.filter(plan=drawn)}
    assert "rd_intensity" in steps
    assert steps["rd_intensity"].amount == 92 * 10_000  # 4 % of 230,000,000 less 8,280,000


def test_the_firm_is_told_and_so_is_whoever_has_the_turn(story: Story) -> None:
    story.to("coaching")
    with acting(story.cast.chen):
        told = list(Notice.objects.order_by("pk").values_list("kind", "to"))
    assert told == [
        ("case.submit", "coun"),
        ("case.forward", "city"),
        ("case.publish", "firm"),
        ("case.admit", "firm"),
    ]


def test_a_move_the_table_does_not_know_is_refused(story: Story) -> None:
    story.to("draft")
    chen = story.cast.chen
    with acting(chen), transaction.atomic(), pytest.raises(MoveRefused):
        case.send_back(story.case, by=chen, on=DAY, note="不该有")


def test_of_two_officers_only_the_first_wins(story: Story) -> None:
    story.to("county_review")
    zhao = story.cast.zhao
    with acting(zhao), transaction.atomic():
        seen = {each.pk: each.version for each in story.case}
        case.forward(story.case, by=zhao, on=DAY, opinion="for", note="同意", versions=seen)
    with acting(story.cast.chen), transaction.atomic():
        case.send_back(story.case, by=story.cast.chen, on=DAY, note="补盖章")
    with acting(zhao), transaction.atomic(), pytest.raises(MoveRefused) as refused:
        case.forward(story.case, by=zhao, on=DAY, opinion="against", note="反对", versions=seen)
    assert next(iter(refused.value.current.values()))[0] == "county_review"


def test_a_bulk_moves_all_or_none(cast: Cast, story: Story) -> None:
    chen = cast.chen
    story.to("draft")
    with acting(chen), transaction.atomic():
        case.open_lead(the(cast.yunling), by=chen, on=DAY)
        both = Case.objects.all()
        with pytest.raises(MoveRefused):
            case.drop_lead(both, by=chen, on=DAY, note="无意向")
        assert set(Case.objects.values_list("stage", flat=True)) == {"draft", "lead"}


def test_a_firm_that_withdrew_waits_a_year_to_come_back(story: Story) -> None:
    story.to("draft")
    li = story.cast.li
    with acting(li), transaction.atomic():
        case.withdraw(story.case, by=li, on=DAY)
        with pytest.raises(ConditionUnmet):
            case.begin(the(story.cast.qinghe), by=li, on=date(2027, 11, 1))
        case.begin(the(story.cast.qinghe), by=li, on=date(2027, 11, 2))


def test_a_firm_that_changes_county_is_reviewed_anew_by_the_new_one(story: Story) -> None:
    story.to("city_review")
    cast = story.cast
    moved_on = date(2026, 11, 5)
    with acting(cast.chen), transaction.atomic():
        case.change_county(story.case, cast.divisions["xihu"], by=cast.chen, on=moved_on)
    with acting(cast.sun), transaction.atomic():
        kept = story.case.get()
        assert (kept.stage, kept.due_on) == ("county_review", carried_calendar().add(moved_on, 5).due)
        assert Case.objects.visible_to(cast.sun).filter(pk=kept.pk).exists()
    with acting(cast.wang), transaction.atomic():
        assert Firm.objects.visible_to(cast.wang).filter(pk=kept.firm_id).exists(), "its past stays readable"
        with pytest.raises((access.Refused, MoveRefused)):
            case.return_from_county(story.case, by=cast.wang, on=moved_on, faults=[("firm", "不再归我管")])


def test_removal_is_proposed_by_one_and_decided_by_another_after_five_days(story: Story) -> None:
    story.to("coaching")
    chen, zhou = story.cast.chen, story.cast.zhou
    proposed = story.day
    with acting(chen), transaction.atomic():
        case.propose(story.case, act="case.remove", by=chen, on=proposed, note="一年未联系", reason="inactive")
    with acting(zhou), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.remove(story.case, by=zhou, on=proposed, note="长期未活动")
    with acting(zhou), transaction.atomic():
        after = carried_calendar().add(proposed, 6).due
        case.remove(story.case, by=zhou, on=after, note="长期未活动")
        kept = story.case.get()
    assert (kept.stage, kept.reason, kept.closed_on) == ("closed", "inactive", after)


def test_a_firm_is_ready_when_its_numbers_are_or_when_a_head_decided(story: Story) -> None:
    story.to("coaching")
    wang, li = story.cast.wang, story.cast.li
    with acting(wang), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.mark_ready(story.case, by=wang, on=story.day)
    with acting(li), transaction.atomic():
        more = yuan((8_640, 8_800, 0, 5_600, 421, 421, 4_400, 121, 16))
        figures.enter(story.cast.qinghe, 2025, more, version=1, by=li, on=story.day)
    with acting(wang), transaction.atomic():
        case.mark_ready(story.case, by=wang, on=story.day)
        assert story.case.get().stage == "ready"


def test_a_case_lapses_only_after_its_day_and_two_reminders(story: Story) -> None:
    story.to("county_review")
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        case.return_from_county(story.case, by=wang, on=DAY, faults=[("firm", "领域有误")])
        case.remind(story.case, by=wang, on=date(2026, 11, 11))
        assert case.remind(story.case, by=wang, on=date(2026, 11, 11)) == 0, "once a day"
        with pytest.raises(ConditionUnmet):
            case.lapse(story.case, by=wang, on=date(2026, 11, 17))
        case.remind(story.case, by=wang, on=date(2026, 11, 13))
        with pytest.raises(ConditionUnmet):
            case.lapse(story.case, by=wang, on=date(2026, 11, 16))
        case.lapse(story.case, by=wang, on=date(2026, 11, 17))
        assert story.case.get().reason == "no_correction"


def test_a_draft_lapses_only_after_two_reminders(story: Story) -> None:
    story.to("draft")
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        for day in (10, 11):
            with pytest.raises(ConditionUnmet):
                case.lapse(story.case, by=wang, on=date(2026, 11, day))
            case.remind(story.case, by=wang, on=date(2026, 11, day))
        assert Notice.objects.filter(kind="case.remind_draft").count() == 2
        case.lapse(story.case, by=wang, on=date(2026, 11, 12))
        assert story.case.get().reason == "no_correction"


def test_where_an_office_signs_once_its_officer_forwards(story: Story) -> None:
    story.to("county_review")
    story.cast.offices["linan"].one_signature = True
    story.cast.offices["linan"].save()
    wang = fresh(story.cast).wang
    with acting(wang), transaction.atomic():
        case.forward(story.case, by=wang, on=DAY, opinion="for", note="同意")
        assert story.case.get().stage == "city_review"
