"""One firm in one round."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import application, case, coaching, round
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Application, Case, Fault, MoveRefused, Notice, Round, Step, Supplement, Transition
from pipeline.models.round import ApplicationQuerySet
from tests.cast import Cast, Story, the
from tests.recommended import recommended as carried

OPENS, COUNTY, CITY, PROVINCE = date(2026, 11, 3), date(2026, 12, 11), date(2026, 12, 18), date(2026, 12, 31)


@pytest.fixture
def round_(cast: Cast) -> Round:
    with acting(cast.chen), transaction.atomic():
        return round.open(
            name="2026 年第三批",
            opens_on=OPENS,
            county_date=COUNTY,
            city_date=CITY,
            province_date=PROVINCE,
            by=cast.chen,
        )


@pytest.fixture
def dossier(story: Story, round_: Round) -> Application:
    story.to("coaching")
    li = story.cast.li
    with acting(li), transaction.atomic():
        return application.open(the(story.cast.qinghe), round_, by=li, on=story.day)


def chosen(dossier: Application) -> ApplicationQuerySet:
    return Application.objects.filter(pk=dossier.pk)


def recommended(story: Story, dossier: Application) -> None:
    carried(story.cast, chosen(dossier), story.day)


def test_while_a_dossier_is_open_its_case_is_in_certification(story: Story, dossier: Application) -> None:
    with acting(story.cast.li):
        assert story.case.get().stage == "in_certification"
        assert (dossier.stage, dossier.due_on) == ("draft", COUNTY)


def test_a_firm_that_was_never_in_the_pool_gets_a_case_of_its_own_kind(cast: Cast, round_: Round) -> None:
    he = cast.he
    with acting(he), transaction.atomic():
        opened = application.open(the(cast.yunling), round_, by=he, on=OPENS)
        assert Case.objects.get(pk=opened.case_id).kind == Case.DIRECT
        assert not Case.objects.in_pool().exists()


def test_a_round_takes_nothing_before_it_opens_or_after_its_county_date(cast: Cast, round_: Round) -> None:
    he = cast.he
    with acting(he), transaction.atomic():
        for day in (date(2026, 11, 2), date(2026, 12, 12)):
            with pytest.raises(ConditionUnmet):
                application.open(the(cast.yunling), round_, by=he, on=day)


def test_a_county_forwards_only_after_a_site_visit_and_its_check(story: Story, dossier: Application) -> None:
    cast = story.cast
    with acting(cast.li), transaction.atomic():
        application.submit(chosen(dossier), by=cast.li, on=story.day)
    with acting(cast.zhao), transaction.atomic(), pytest.raises(ConditionUnmet) as refused:
        application.forward(chosen(dossier), by=cast.zhao, on=story.day, opinion="for", note="同意")
    assert refused.value.missing[0].place == "visit"
    with acting(cast.wang), transaction.atomic():
        coaching.record_visit(story.case.get(), by=cast.wang, on=story.day, way="visit", notes="看过")
    with acting(cast.zhao), transaction.atomic(), pytest.raises(ConditionUnmet) as refused:
        application.forward(chosen(dossier), by=cast.zhao, on=story.day, opinion="for", note="同意")
    assert refused.value.missing[0].place == "check"


def test_the_agencys_list_may_skip_stages(story: Story, dossier: Application) -> None:
    recommended(story, dossier)
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        application.record(chosen(dossier), to="announced", by=chen, on=story.day)
        assert chosen(dossier).get().stage == "announced"
        with pytest.raises(MoveRefused):
            application.record(chosen(dossier), to="expert_review", by=chen, on=story.day)


def test_a_refusal_takes_the_case_back_to_coaching_with_a_new_plan(story: Story, dossier: Application) -> None:
    recommended(story, dossier)
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        application.record(
            chosen(dossier), to="refused", by=chen, on=story.day, note="研发占比不足", refusal=["rd_intensity"]
        )
        ended, kept = chosen(dossier).get(), story.case.get()
        assert (ended.stage, ended.ended_on, ended.refusal) == ("refused", story.day, ["rd_intensity"])
        assert kept.stage == "coaching"
        last = Transition.objects.filter(case=kept, application=None).order_by("-pk")[0]
        assert (last.move, last.source) == ("application.end", "in_certification")
        steps = {step.rule: step for step in Step.objects.filter(plan__case=kept).current()}
    assert steps["rd_intensity"].gap["zh"] != "上次申报时认定机构认为不符合。", "the figures tell more"


def test_what_the_agency_refused_against_the_figures_becomes_a_step_too(story: Story, dossier: Application) -> None:
    recommended(story, dossier)
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        refused = ["registered_days"]
        application.record(chosen(dossier), to="refused", by=chen, on=story.day, note="成立不足一年", refusal=refused)
        steps = Step.objects.filter(plan__case=story.case.get()).current()
        assert steps.get(rule="registered_days").gap["zh"] == "上次申报时认定机构认为不符合。"


def test_a_firm_may_withdraw_only_before_it_is_recommended(story: Story, dossier: Application) -> None:
    recommended(story, dossier)
    li = story.cast.li
    with acting(li), transaction.atomic(), pytest.raises(MoveRefused):
        application.withdraw(chosen(dossier), by=li, on=story.day)


def test_a_countys_check_never_lasts_beyond_the_citys_date(story: Story, dossier: Application) -> None:
    li = story.cast.li
    with acting(li), transaction.atomic():
        application.submit(chosen(dossier), by=li, on=COUNTY)
        first = chosen(dossier).get().due_on
        assert first == date(2026, 12, 18)
    with acting(story.cast.chen), transaction.atomic():
        Round.objects.update(city_date=date(2026, 12, 14))
    with acting(story.cast.wang), transaction.atomic():
        application.return_from_county(chosen(dossier), by=story.cast.wang, on=COUNTY, faults=[("dossier", "缺审计")])
    with acting(li), transaction.atomic():
        answers = {fault.pk: "已补" for fault in Fault.objects.all()}
        application.resubmit_to_county(chosen(dossier), by=li, on=COUNTY, answers=answers)
        assert chosen(dossier).get().due_on == date(2026, 12, 14)


def test_a_county_is_told_by_when_it_must_check_a_dossier(story: Story, dossier: Application) -> None:
    li = story.cast.li
    with acting(li), transaction.atomic():
        application.submit(chosen(dossier), by=li, on=story.day)
    with acting(story.cast.wang), transaction.atomic():
        told = Notice.objects.get(kind="application.submit")
        assert str(chosen(dossier).get().due_on) in told.body["zh"]


def test_a_firm_is_told_that_its_dossier_lapsed(story: Story, dossier: Application) -> None:
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        application.lapse(chosen(dossier), by=wang, on=date(2026, 12, 12))
        assert Notice.objects.filter(kind="application.lapse", to=Notice.FIRM).count() == 1


def test_a_supplement_is_due_when_the_agency_says_and_a_publicity_after_ten_working_days(
    story: Story, dossier: Application
) -> None:
    recommended(story, dossier)
    chen, day = story.cast.chen, date(2026, 12, 14)
    with acting(chen), transaction.atomic():
        application.record(
            chosen(dossier), to="supplement", by=chen, on=day, by_day=date(2026, 12, 21), note="补销售合同"
        )
        assert chosen(dossier).get().due_on == date(2026, 12, 21)
        application.record(chosen(dossier), to="publicity", by=chen, on=day)
        assert chosen(dossier).get().due_on == date(2026, 12, 28)
        application.record(chosen(dossier), to="announced", by=chen, on=day)
        assert chosen(dossier).get().due_on is None


@pytest.mark.parametrize(("left_out", "place"), [({"by_day": None}, "by_day"), ({"note": " "}, "note")])
def test_a_supplement_names_its_day_and_what_is_asked(
    story: Story, dossier: Application, left_out: dict[str, Any], place: str
) -> None:
    recommended(story, dossier)
    said: dict[str, Any] = {"by_day": date(2026, 12, 21), "note": "补销售合同"}
    chen = story.cast.chen
    with acting(chen), transaction.atomic(), pytest.raises(ConditionUnmet) as refused:
        application.record(chosen(dossier), to="supplement", by=chen, on=story.day, **said | left_out)
    assert [each.place for each in refused.value.missing] == [place]


def test_what_a_firm_supplies_stands_beside_what_was_asked_and_the_city_is_told(
    story: Story, dossier: Application
) -> None:
    recommended(story, dossier)
    cast, asked, day = story.cast, date(2026, 12, 14), date(2026, 12, 16)
    with acting(cast.chen), transaction.atomic():
        application.record(
            chosen(dossier), to="supplement", by=cast.chen, on=asked, by_day=date(2026, 12, 21), note="补销售合同"
        )
    with acting(cast.li), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            application.supply(chosen(dossier), answer=" ", by=cast.li, on=day)
        application.supply(chosen(dossier), answer="合同三份，见资料库", by=cast.li, on=day)
    with acting(cast.chen):
        kept = Supplement.objects.get()
        assert (kept.asks, kept.due_on, kept.answer) == ("补销售合同", date(2026, 12, 21), "合同三份，见资料库")
        assert (kept.answered_on, kept.answered_by) == (day, cast.li)
        assert chosen(dossier).get().stage == "recommended"
        assert Notice.objects.filter(kind="application.supply", to=Notice.CITY).count() == 1


def test_a_firm_that_is_ready_is_due_at_the_next_round(story: Story, round_: Round) -> None:
    story.to("coaching")
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        case.mark_ready(story.case, by=wang, on=story.day, note="负责人同意")
        assert story.case.get().due_on == COUNTY
