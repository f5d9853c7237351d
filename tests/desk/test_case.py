"""The page of a case and the acts on it."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, coaching, flag
from pipeline.desk.case_moves import DEEDS
from pipeline.desk.happenings import Fold, Line
from pipeline.models import Case, Fault, Flag, Proposal, User
from tests.cast import QINGHE, Cast, Story, the
from tests.desk.conftest import Seat, Travel, statements, text


def page(story: Story) -> str:
    return reverse("desk:case", args=[story.number])


def deed(story: Story, slug: str) -> str:
    return reverse("desk:case_move", args=[story.number, slug])


def offered(answer: object) -> dict[str, str]:
    """The acts the page offers, with what stands in their way."""
    context = answer.context  # type: ignore[attr-defined]
    offers = [*context["buttons"], *context["more"], *context["obstacles"]]
    return {offer.deed.slug: offer.obstacle for offer in offers}


def seen(story: Story) -> Case:
    with acting(story.cast.chen):
        return story.case.get()


def test_the_page_answers_who_what_stage_whose_turn_and_until_when(story: Story, seat: Seat) -> None:
    story.to("county_review")
    shown = text(seat(story.cast.wang).get(page(story)))
    for word in ("杭州青禾智控科技有限公司", "临安区", "县区初审", "11-09", "自 2026-11-02 次日起算 5 个工作日"):
        assert word in shown


def test_another_countys_case_is_missing_like_one_that_never_was(story: Story, seat: Seat) -> None:
    story.to("county_review")
    sun = seat(story.cast.sun)
    assert sun.get(page(story)).status_code == 404
    assert sun.get(deed(story, "return-from-county")).status_code == 404
    assert sun.get(reverse("desk:case", args=["GP2026-9999"])).status_code == 404


@pytest.mark.parametrize(
    ("stage", "person", "acts"),
    [
        ("county_review", "wang", {"return-from-county", "raise-flag", "object", "move-county", "take"}),
        ("county_review", "zhao", {"forward", "assign", "take"}),
        ("county_review", "zhou", {"assign", "take"}),
        (
            "city_review",
            "chen",
            {"propose-publication", "return-from-city", "send-back", "change-county", "raise-flag"}
            | {"record-departure", "object", "move-county", "take"},
        ),
        ("city_review", "zhou", {"publish", "refuse", "assign", "take"}),
        ("city_review", "wang", {"raise-flag", "object", "move-county", "take"}),
    ],
)
def test_each_seat_is_offered_its_own_acts(story: Story, seat: Seat, stage: str, person: str, acts: set[str]) -> None:
    story.to(stage)
    assert set(offered(seat(story.cast.people[person]).get(page(story)))) == acts


def test_visits_and_certificates_are_recorded_on_pages_of_their_own(story: Story, seat: Seat) -> None:
    story.to("coaching")
    certificate = reverse("desk:certificate_issue", args=[QINGHE])
    visits = reverse("desk:visit", args=[story.number])
    shown = {name: text(seat(story.cast.people[name]).get(page(story))) for name in ("chen", "wang", "zhou")}
    assert [name for name, shown_page in shown.items() if certificate in shown_page] == ["chen"]
    assert [name for name, shown_page in shown.items() if visits in shown_page] == ["chen", "wang"]


def test_an_act_that_is_not_granted_has_no_page(story: Story, seat: Seat) -> None:
    story.to("city_review")
    assert seat(story.cast.chen).get(deed(story, "publish")).status_code == 404
    assert seat(story.cast.zhou).get(deed(story, "publish")).status_code == 200


def test_a_head_is_told_why_publication_is_not_possible_yet(story: Story, seat: Seat) -> None:
    story.to("city_review")
    zhou = seat(story.cast.zhou)
    assert offered(zhou.get(page(story)))["publish"]
    with acting(story.cast.chen), transaction.atomic():
        case.propose(story.case, act="case.publish", by=story.cast.chen, on=story.day, note="符合")
    assert not offered(zhou.get(page(story)))["publish"]
    with acting(story.cast.chen), transaction.atomic():
        flag.raise_flag(
            the(story.cast.qinghe), kind=Flag.OBJECTION, by=story.cast.chen, on=story.day, says="有人反映数据不实"
        )
    assert "有人反映数据不实" in offered(zhou.get(page(story)))["publish"]


def test_a_return_names_several_faults_at_once_after_a_look_as_the_firm_sees_it(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    sent: dict[str, Any] = {
        "version": seen(story).version,
        "place": ["figures.2025.rd_total", "property", ""],
        "says": ["与审计报告第 12 页不符。请改，或说明原因。", "缺缴费凭证", " "],
    }
    preview = wang.post(deed(story, "return-from-county"), {**sent, "step": "preview"})
    assert [says for _place, says in preview.context["form"].named] == [sent["says"][0], "缺缴费凭证"]
    assert preview.context["form"].named[0][0].endswith("研发费用")
    assert seen(story).stage == "county_review"
    done = wang.post(deed(story, "return-from-county"), {**sent, "step": "do"})
    assert done.headers["Location"] == page(story)
    with acting(story.cast.wang):
        assert list(Fault.objects.order_by("pk").values_list("place", "says")) == [
            ("figures.2025.rd_total", "与审计报告第 12 页不符。请改，或说明原因。"),
            ("property", "缺缴费凭证"),
        ]


def test_more_rows_for_faults_are_to_be_had_without_a_script(story: Story, seat: Seat) -> None:
    story.to("county_review")
    sent = {"version": 2, "place": ["firm"], "says": ["地址不全"], "step": "more"}
    shown = text(seat(story.cast.wang).post(deed(story, "return-from-county"), sent))
    assert shown.count('name="says"') == 6
    assert "地址不全" in shown
    assert 'role="alert"' not in shown


def test_a_return_without_a_fault_is_asked_for_one(story: Story, seat: Seat) -> None:
    story.to("county_review")
    answer = seat(story.cast.wang).post(deed(story, "return-from-county"), {"version": 2, "place": [""], "says": [""]})
    assert 'role="alert"' in text(answer)
    assert seen(story).stage == "county_review"


def test_who_comes_second_is_told_who_was_first_and_keeps_what_was_typed(story: Story, seat: Seat) -> None:
    story.to("county_review")
    version = seen(story).version
    story._city_review()
    typed = {"version": version, "place": ["property"], "says": ["缺缴费凭证，请补"]}
    answer = seat(story.cast.wang).post(deed(story, "return-from-county"), typed)
    assert answer.status_code == 409
    shown = text(answer)
    assert "赵越" in shown
    assert "市级审核" in shown
    assert "缺缴费凭证，请补" in shown
    assert seen(story).stage == "city_review"


def test_a_stale_page_does_not_move_the_case_even_where_the_move_is_still_legal(story: Story, seat: Seat) -> None:
    story.to("county_review")
    stale = {"version": seen(story).version - 1, "opinion": "for", "note": "材料齐全"}
    answer = seat(story.cast.zhao).post(deed(story, "forward"), stale)
    assert answer.status_code == 409
    assert "材料齐全" in text(answer)
    assert f'name="version" value="{seen(story).version}"' in text(answer)
    assert seen(story).stage == "county_review"


def test_nothing_is_proposed_of_a_case_that_has_moved_on(story: Story, seat: Seat) -> None:
    story.to("publicity")
    answer = seat(story.cast.chen).post(
        deed(story, "propose-publication"), {"version": seen(story).version, "note": "再公示"}
    )
    assert answer.status_code == 409
    assert "再公示" in text(answer)
    with acting(story.cast.chen):
        assert Proposal.objects.filter(decided_on=None).count() == 0


def test_the_county_forwards_with_an_opinion_and_the_city_reads_it(story: Story, seat: Seat) -> None:
    story.to("county_review")
    sent = {"version": seen(story).version, "opinion": "against", "note": "研发费用存疑"}
    assert seat(story.cast.zhao).post(deed(story, "forward"), sent).status_code == 302
    shown = text(seat(story.cast.chen).get(page(story)))
    assert "研发费用存疑" in shown
    assert "赵越" in shown


def test_publication_goes_from_proposal_to_the_pool_through_two_people(
    story: Story, seat: Seat, travel: Travel
) -> None:
    story.to("city_review")
    chen, zhou = seat(story.cast.chen), seat(story.cast.zhou)
    chen.post(deed(story, "propose-publication"), {"version": seen(story).version, "note": "符合入库条件"})
    assert "符合入库条件" in text(zhou.get(page(story)))
    zhou.post(deed(story, "publish"), {"version": seen(story).version})
    assert seen(story).stage == "publicity"
    early = chen.post(deed(story, "admit"), {"version": seen(story).version})
    assert 'role="alert"' in text(early)
    travel(date(2026, 11, 10))
    later = seat(story.cast.chen)
    assert later.post(deed(story, "admit"), {"version": seen(story).version}).status_code == 302
    assert seen(story).stage == "coaching"


def test_an_objection_takes_a_case_out_of_publicity_and_waits_for_its_decision(story: Story, seat: Seat) -> None:
    story.to("publicity")
    chen = seat(story.cast.chen)
    assert offered(chen.get(page(story)))["reconsider"]
    said = {"objector": "马某", "received_on": story.day.isoformat(), "says": "有人反映人员不实"}
    chen.post(deed(story, "object"), {"version": seen(story).version, **said})
    assert offered(chen.get(page(story)))["admit"]
    chen.post(deed(story, "reconsider"), {"version": seen(story).version})
    assert seen(story).stage == "city_review"
    with acting(story.cast.chen):
        raised = Flag.objects.get()
    settled = {"version": seen(story).version, "flag": raised.pk, "note": "核实无误"}
    assert 'role="alert"' in text(chen.post(deed(story, "clear-flag"), settled))
    with acting(story.cast.chen):
        assert Flag.objects.get().cleared_on is None


def test_a_change_of_county_begins_the_review_anew_there(story: Story, seat: Seat) -> None:
    story.to("county_review")
    xihu = story.cast.divisions["xihu"]
    sent = {"version": seen(story).version, "division": xihu.pk}
    assert seat(story.cast.chen).post(deed(story, "change-county"), sent).status_code == 302
    assert seat(story.cast.sun).get(page(story)).status_code == 200
    left = seat(story.cast.wang).get(page(story))
    assert left.status_code in (200, 404)
    assert left.status_code == 404 or offered(left) == {}


def test_a_case_is_put_into_one_officers_hands(story: Story, seat: Seat) -> None:
    story.to("city_review")
    zhou = seat(story.cast.zhou)
    assert offices(story, "zhou", zhou) == {"zhou", "chen"}
    assert offices(story, "zhao", seat(story.cast.zhao)) == {"zhao", "wang"}
    zhou.post(deed(story, "assign"), {"version": seen(story).version, "officer": story.cast.chen.pk})
    assert seen(story).officer == story.cast.chen


@pytest.mark.parametrize("slug", sorted(DEEDS))
def test_every_act_has_a_page_for_a_seat_that_holds_it(story: Story, seat: Seat, slug: str) -> None:
    story.to("county_review")
    people = [story.cast.people[name] for name in ("wang", "zhao", "chen", "zhou")]
    answers = [seat(person).get(deed(story, slug)).status_code for person in people]
    assert 200 in answers
    assert set(answers) <= {200, 404}


def test_a_lead_is_dropped_for_a_reason(cast: Cast, seat: Seat) -> None:
    story = Story(cast)
    lead(cast.wang, story)
    answer = seat(cast.wang).post(deed(story, "drop-lead"), {"version": 1, "note": ""})
    assert 'role="alert"' in text(answer)
    seat(cast.wang).post(deed(story, "drop-lead"), {"version": 1, "note": "企业无意向"})
    assert (seen(story).stage, seen(story).reason) == ("closed", "not_interested")
    assert "无意向" in text(seat(cast.wang).get(page(story)))


def offices(story: Story, username: str, client: Client) -> set[str]:
    """Whom the page offers to put a case into the hands of."""
    choices = client.get(deed(story, "assign")).context["form"].fields["officer"].queryset
    with acting(story.cast.people[username]):
        return {person.username for person in choices.all()}


def lead(person: User, story: Story) -> None:
    with acting(person), transaction.atomic():
        firms = the(story.cast.qinghe)
        story.number = case.open_lead(firms, by=person, on=story.day)[0].number


def test_removal_is_proposed_and_decided_after_the_days_for_objections(
    story: Story, seat: Seat, travel: Travel
) -> None:
    story.to("coaching")
    travel(story.day)
    sent = {"version": seen(story).version, "reason": "inactive", "note": "两年未参加培育活动"}
    seat(story.cast.chen).post(deed(story, "propose-removal"), sent)
    zhou = seat(story.cast.zhou)
    assert offered(zhou.get(page(story)))["remove"]
    travel(date(2026, 11, 30))
    zhou = seat(story.cast.zhou)
    assert not offered(zhou.get(page(story)))["remove"]
    zhou.post(deed(story, "remove"), {"version": seen(story).version, "note": "经公示无异议"})
    assert (seen(story).stage, seen(story).reason) == ("closed", "inactive")
    with acting(story.cast.chen):
        assert Proposal.objects.get(act="case.remove").decided_by == story.cast.zhou


def test_the_timeline_is_one_and_can_be_narrowed(story: Story, seat: Seat) -> None:
    story.to("coaching")
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        coaching.record_visit(story.case.get(), by=wang, on=story.day, way="call", notes="已电话提醒建立台账")
    client = seat(wang)
    whole = lines(client.get(page(story)))
    assert [line.kind for line in whole][:2] == ["visit", "move"]
    assert {line.kind for line in whole} == {"visit", "move", "assessment", "proposal"}
    folds = [fold for fold in client.get(page(story)).context["lines"] if isinstance(fold, Fold)]
    assert sum(len(fold.lines) for fold in folds) > 0
    moves = lines(client.get(page(story), {"events": "moves"}))
    assert [line.kind for line in moves].count("move") == 5
    assert {line.kind for line in moves} == {"move", "proposal"}


def lines(answer: Any) -> list[Line]:
    return [line for line in answer.context["lines"] if isinstance(line, Line)]


def test_the_page_takes_at_most_eighteen_statements(story: Story, seat: Seat) -> None:
    story.to("city_review")
    for person in (story.cast.chen, story.cast.wang):
        client = seat(person)
        client.get(page(story))
        with statements() as taken:
            client.get(page(story))
        assert len(taken) <= 18, "\n".join(taken)
