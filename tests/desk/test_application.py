"""The bureau's acts on an application, from the county's check to the agency's answer."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import application
from pipeline.acts import round as rounds
from pipeline.desk.application import DEEDS
from pipeline.models import Application, Case, Fault, Plan, Round
from tests.cast import Story, the
from tests.desk.conftest import Seat, Travel, text
from tests.recommended import checked

DAY = date(2026, 11, 16)


def deed(story: Story, slug: str) -> str:
    return reverse("desk:application_move", args=[story.number, slug])


def held(story: Story) -> Application:
    with acting(story.cast.chen):
        return Application.objects.get()


@pytest.fixture
def applying(story: Story, travel: Travel) -> Story:
    """Qinghe's dossier has come in at the county."""
    story.to("coaching")
    chen, li = story.cast.chen, story.cast.li
    with acting(chen), transaction.atomic():
        rounds.open(
            name="2026 年第四批", opens_on=date(2026, 11, 1), county_date=date(2026, 12, 10),
            city_date=date(2026, 12, 20), province_date=date(2026, 12, 31), by=chen,
        )  # fmt: skip
    with acting(li), transaction.atomic():
        application.open(the(story.cast.qinghe), Round.objects.get(), by=li, on=DAY)
        application.submit(Application.objects.all(), by=li, on=DAY)
    travel(DAY)
    return story


def forwarded(story: Story, seat: Seat) -> None:
    checked(story.cast, Application.objects.all(), DAY)
    sent = {"version": held(story).version, "opinion": "for", "note": "属实"}
    assert seat(story.cast.zhao).post(deed(story, "forward-dossier"), sent).status_code == 302


def test_the_queue_and_the_case_show_the_applications_stage_and_turn(applying: Story, seat: Seat) -> None:
    wang = seat(applying.cast.wang)
    assert applying.number in text(wang.get(reverse("desk:queue")))
    assert "县区审查核查" in text(wang.get(reverse("desk:case", args=[applying.number])))
    assert applying.number not in text(seat(applying.cast.chen).get(reverse("desk:queue")))
    asked = {"view": "all", "stage": "application.county_review"}
    assert applying.number in text(seat(applying.cast.chen).get(reverse("desk:queue"), asked))


def test_the_county_forwards_only_after_its_visit(applying: Story, seat: Seat) -> None:
    zhao = seat(applying.cast.zhao)
    sent = {"version": held(applying).version, "opinion": "for", "note": "属实"}
    assert 'role="alert"' in text(zhao.post(deed(applying, "forward-dossier"), sent))
    forwarded(applying, seat)
    assert held(applying).stage == "city_review"


def test_faults_of_a_dossier_belong_to_the_application(applying: Story, seat: Seat) -> None:
    sent = {"version": held(applying).version, "place": ["document"], "says": ["缺专项审计报告"]}
    wang = seat(applying.cast.wang)
    assert wang.post(deed(applying, "return-dossier-from-county"), sent).status_code == 302
    with acting(applying.cast.wang):
        assert Fault.objects.get().application == held(applying)


def test_one_proposes_and_another_recommends_then_the_agencys_steps_are_recorded(applying: Story, seat: Seat) -> None:
    forwarded(applying, seat)
    chen, zhou = seat(applying.cast.chen), seat(applying.cast.zhou)
    chen.post(deed(applying, "propose-recommendation"), {"version": held(applying).version, "note": "符合推荐条件"})
    again = chen.post(deed(applying, "propose-recommendation"), {"version": held(applying).version, "note": "再提一次"})
    assert 'role="alert"' in text(again)
    assert "符合推荐条件" in text(zhou.get(reverse("desk:case", args=[applying.number])))
    zhou.post(deed(applying, "recommend"), {"version": held(applying).version})
    chen.post(deed(applying, "record"), {"version": held(applying).version, "to": "expert_review"})
    assert held(applying).stage == "expert_review"
    chen.post(deed(applying, "record"), {"version": held(applying).version, "to": "announced", "note": "公告第 12 号"})
    assert held(applying).stage == "announced"


def test_a_refusal_names_what_was_wanting_and_takes_the_case_back_to_coaching(applying: Story, seat: Seat) -> None:
    forwarded(applying, seat)
    chen, zhou = seat(applying.cast.chen), seat(applying.cast.zhou)
    chen.post(deed(applying, "propose-recommendation"), {"version": held(applying).version, "note": "符合推荐条件"})
    zhou.post(deed(applying, "recommend"), {"version": held(applying).version})
    bare = chen.post(deed(applying, "record"), {"version": held(applying).version, "to": "refused"})
    assert 'role="alert"' in text(bare)
    sent = {"version": held(applying).version, "to": "refused", "refusal": ["rd_intensity"], "note": "名单 2027-01"}
    assert chen.post(deed(applying, "record"), sent).status_code == 302
    with acting(applying.cast.chen):
        assert (Application.objects.get().stage, Application.objects.get().refusal) == ("refused", ["rd_intensity"])
        assert Case.objects.get().stage == "coaching"
        assert Plan.objects.filter(superseded_on=None).count() == 1


@pytest.mark.parametrize("slug", sorted(DEEDS))
def test_every_act_has_a_page_for_a_seat_that_holds_it_and_none_for_another_county(
    applying: Story, seat: Seat, slug: str
) -> None:
    people = [applying.cast.people[name] for name in ("wang", "zhao", "chen", "zhou")]
    assert 200 in [seat(person).get(deed(applying, slug)).status_code for person in people]
    assert seat(applying.cast.sun).get(deed(applying, slug)).status_code == 404


def test_without_an_open_application_there_is_no_such_page(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert seat(story.cast.wang).get(deed(story, "lapse-dossier")).status_code == 404
