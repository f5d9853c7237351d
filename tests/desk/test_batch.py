"""One act on many cases: rehearsed, confirmed, done once."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.acts import assignment, bulk_undo, case, coaching
from pipeline.acts import bulk as acts
from pipeline.models import (
    Appointment,
    Assignment,
    Bulk,
    BulkRow,
    Case,
    Fault,
    Notice,
    Proposal,
    Tagging,
    TrailEntry,
    Transition,
)
from tests.cast import DAY, Cast, Story
from tests.desk.conftest import Seat, Travel, text
from tests.desk.test_queue import leads

BATCH, QUEUE = reverse("desk:batch"), reverse("desk:queue")


def rehearsed(client: Client, act: str, chosen: list[str], **said: Any) -> Any:
    """The page of the rehearsal."""
    sent = {"act": act, "chosen": chosen, "rehearse": "1", **said}
    return client.post(BATCH, sent, follow=True)


def done(client: Client, page: Any) -> Any:
    return client.post(page.redirect_chain[-1][0], {"step": "do"}, follow=True)


def stages(cast: Cast) -> list[str]:
    with acting(cast.chen):
        return sorted(Case.objects.values_list("stage", flat=True))


def chosen(cast: Cast) -> list[str]:
    with acting(cast.wang):
        return list(Case.objects.order_by("pk").values_list("number", flat=True))


def test_a_rehearsal_says_what_would_become_of_each_case_and_changes_nothing(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    page = rehearsed(seat(cast.wang), "invite", chosen(cast))
    assert page.context["counts"]["open"] == 3
    assert {line["effect"]["stage"] for line in page.context["rows"]} == {"draft"}
    assert {line["effect"]["told"] for line in page.context["rows"]} == {1}
    assert stages(cast) == ["lead"] * 3
    with acting(cast.wang):
        assert not Notice.objects.filter(kind="case.invite").exists()
        assert not Transition.objects.filter(move="case.invite").exists()


def test_what_was_rehearsed_comes_true(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    client = seat(cast.wang)
    page = rehearsed(client, "invite", chosen(cast))
    result = done(client, page)
    assert result.context["counts"]["done"] == 3
    with acting(cast.wang):
        for row in BulkRow.objects.select_related("case"):
            assert row.effect["stage"] == row.case.stage
            assert row.effect["due"] == (row.case.due_on and row.case.due_on.isoformat())
        assert Notice.objects.filter(kind="case.invite").count() == 3


def test_what_is_asked_for_twice_is_done_once(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    client = seat(cast.wang)
    page = rehearsed(client, "invite", chosen(cast))
    done(client, page)
    again = done(client, page)
    assert "已经" in text(again) or "asked for already" in text(again)
    with acting(cast.wang):
        assert Transition.objects.filter(move="case.invite").count() == 3


def test_the_form_of_a_rehearsal_sent_twice_acts_once(cast: Cast, seat: Seat) -> None:
    """As a double click or a page gone back to sends it: two rehearsals of the same, of which one comes true."""
    leads(cast, 3)
    client, cases = seat(cast.wang), chosen(cast)
    first, second = (rehearsed(client, "invite", cases) for _sent in range(2))
    assert done(client, first).context["counts"]["done"] == 3
    assert done(client, second).context["counts"].get("done", 0) == 0
    with acting(cast.wang):
        assert Transition.objects.filter(move="case.invite").count() == 3
        assert Notice.objects.filter(kind="case.invite").count() == 3


def test_a_case_that_changed_since_the_rehearsal_is_left_and_named(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    client = seat(cast.wang)
    page = rehearsed(client, "drop-lead", chosen(cast), note="不感兴趣")
    moved = chosen(cast)[1]
    with acting(cast.wang), transaction.atomic():
        case.invite(Case.objects.filter(number=moved), by=cast.wang, on=DAY)
    result = done(client, page)
    assert (result.context["counts"]["done"], result.context["counts"]["changed"]) == (2, 1)
    assert stages(cast) == ["closed", "closed", "draft"]
    file = client.get(reverse("desk:bulk_result", args=[page.context["bulk"].public_id])).content.decode("utf-8-sig")
    assert file.count("\r\n") == 4
    assert moved in file


def test_what_the_act_refuses_is_left_out_with_the_reason_and_the_rest_is_done(story: Story, seat: Seat) -> None:
    """Of two cases in city review one is proposed already: the act refuses it, in the rehearsal as in earnest."""
    story.to("city_review")
    cast = story.cast
    leads(cast, 2)
    with acting(cast.chen), transaction.atomic():
        case.propose(story.case, act="case.publish", by=cast.chen, on=story.day, note="符合")
    page = rehearsed(seat(cast.chen), "propose-publication", chosen(cast), note="再提一次")
    counts = page.context["counts"]
    assert (counts["open"], counts["illegal"], counts["refused"]) == (0, 2, 1)
    assert story.number in page.context["rows"][-1]["row"].why + page.context["rows"][0]["row"].why
    with acting(cast.chen):
        assert Proposal.objects.count() == 1


def test_a_case_of_another_office_refuses_the_whole_batch_like_one_that_never_was(story: Story, seat: Seat) -> None:
    story.to("county_review")
    leads(story.cast, 1, "xihu")
    with acting(story.cast.sun):
        foreign = Case.objects.get().number
    wang = seat(story.cast.wang)
    sent = {"act": "tag", "name": "重点", "rehearse": "1"}
    answers = [wang.post(BATCH, {**sent, "chosen": [story.number, other]}) for other in (foreign, "GP2020-9999")]
    assert [each.status_code for each in answers] == [404, 404]
    bodies = [text(each) for each in answers]
    assert len(bodies[0]) == len(bodies[1])
    assert foreign not in bodies[0]
    with acting(story.cast.chen):
        assert not Bulk.objects.exists()
        assert not Tagging.objects.exists()


def test_an_empty_selection_is_told_and_nothing_is_frozen(cast: Cast, seat: Seat) -> None:
    answer = seat(cast.wang).post(BATCH, {"act": "invite"}, follow=True)
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert list(answer.context["messages"])
    with acting(cast.wang):
        assert not Bulk.objects.exists()


def test_a_rehearsal_of_another_day_is_not_carried_out(cast: Cast, seat: Seat, travel: Travel) -> None:
    leads(cast, 2)
    client = seat(cast.wang)
    page = rehearsed(client, "invite", chosen(cast))
    travel(date(2026, 11, 3))
    done(client, page)
    assert stages(cast) == ["lead"] * 2


def test_the_list_is_taken_whole_and_many_are_left_to_a_job(
    cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 10)
    monkeypatch.setattr(acts, "PART", 20)
    leads(cast, 55)
    client = seat(cast.wang)
    page = client.post(BATCH + "?view=all", {"act": "invite", "everything": "1"}, follow=True)
    assert page.context["bulk"].state == "asked"
    assert page.context["total"] == 55
    with acting(cast.wang):
        key = Bulk.objects.get().pk
    jobs.work_bulk(key, person=cast.wang.pk)
    page = client.get(reverse("desk:bulk", args=[page.context["bulk"].public_id]))
    assert page.context["counts"]["open"] == 55
    client.post(page.request["PATH_INFO"], {"step": "do"})
    jobs.work_bulk(key, person=cast.wang.pk)
    jobs.work_bulk(key, person=cast.wang.pk)
    assert stages(cast) == ["draft"] * 55
    with acting(cast.wang):
        assert Transition.objects.filter(move="case.invite").count() == 55


def test_stopped_half_way_what_is_done_stays_and_no_more_is(
    cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "AT_ONCE", 0)
    monkeypatch.setattr(acts, "PART", 2)
    leads(cast, 5)
    client = seat(cast.wang)
    rehearsed(client, "invite", chosen(cast))
    with acting(cast.wang):
        bulk = Bulk.objects.get()
        acts.work(bulk.pk, by=cast.wang)
        acts.confirm(Bulk.objects.get(), by=cast.wang, on=DAY)
        assert acts._part(bulk.pk, cast.wang)
    client.post(reverse("desk:bulk", args=[bulk.public_id]), {"step": "stop"})
    jobs.work_bulk(bulk.pk, person=cast.wang.pk)
    assert stages(cast) == ["draft", "draft", "lead", "lead", "lead"]


def test_what_breaks_the_act_is_shown_and_gone_on_with(cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    leads(cast, 2)
    client = seat(cast.wang)
    page = rehearsed(client, "invite", chosen(cast))
    with monkeypatch.context() as broken:
        broken.setattr(acts, "_as_they_stand", lambda rows: 1 / 0)
        with acting(cast.wang):
            acts.confirm(Bulk.objects.get(), by=cast.wang, on=DAY)
        with pytest.raises(ZeroDivisionError):
            jobs.work_bulk(page.context["bulk"].pk, person=cast.wang.pk)
    shown = client.get(page.redirect_chain[-1][0])
    assert shown.context["bulk"].state == "failed"
    client.post(page.redirect_chain[-1][0], {"step": "again"})
    assert stages(cast) == ["draft", "draft"]


def test_colleagues_may_look_at_an_act_and_only_who_rehearsed_it_carries_it_out(cast: Cast, seat: Seat) -> None:
    leads(cast, 2)
    page = rehearsed(seat(cast.wang), "invite", chosen(cast))
    where = page.redirect_chain[-1][0]
    zhao = seat(cast.zhao)
    assert zhao.get(where).status_code == 200
    zhao.post(where, {"step": "do"})
    assert stages(cast) == ["lead"] * 2
    assert seat(cast.sun).get(where).status_code == 404


# ------------------------------------------------------------------------------------------------ the acts themselves


def test_cases_are_assigned_returned_told_tagged_and_coached_by_the_dozen(story: Story, seat: Seat) -> None:
    story.to("county_review")
    cast, number = story.cast, story.number
    zhao, wang = seat(cast.zhao), seat(cast.wang)
    done(zhao, rehearsed(zhao, "assign", [number], officer=cast.wang.pk, note="轮岗"))
    done(wang, rehearsed(wang, "tell", [number], note="请留意年报"))
    done(wang, rehearsed(wang, "tag", [number], name="重点"))
    faults = {"place": ["figures.2025.sales"], "says": ["与审计报告不符"]}
    done(wang, rehearsed(wang, "return-from-county", [number], **faults))
    with acting(cast.wang):
        found = story.case.get()
        assert (found.officer_id, found.stage) == (cast.wang.pk, "county_returned")
        assert Fault.objects.get().says == "与审计报告不符"
        told = Notice.objects.get(kind="case.tell")
        assert "请留意年报" in told.body["zh"]
        assert Tagging.objects.get().tag.name == "重点"
    done(wang, rehearsed(wang, "untag", [number], name="重点"))
    with acting(cast.wang):
        assert not Tagging.objects.exists()


def test_a_coach_is_appointed_to_many_firms_until_a_day(story: Story, seat: Seat) -> None:
    story.to("coaching")
    wang = seat(story.cast.wang)
    page = rehearsed(wang, "appoint", [story.number], coach=story.cast.zhang.pk, until="2027-06-30")
    with acting(story.cast.wang):
        assert not Appointment.objects.exists()
    done(wang, page)
    with acting(story.cast.wang):
        assert Appointment.objects.get().during.upper == date(2027, 7, 1)


def test_what_the_act_asks_is_asked_before_anything_is_rehearsed(story: Story, seat: Seat) -> None:
    story.to("county_review")
    zhao = seat(story.cast.zhao)
    asked = zhao.post(BATCH, {"act": "forward", "chosen": [story.number]})
    assert asked.status_code == 200
    assert 'name="opinion"' in text(asked)
    faulty = zhao.post(BATCH, {"act": "forward", "chosen": [story.number], "rehearse": "1", "opinion": "for"})
    assert 'role="alert"' in text(faulty)
    with acting(story.cast.zhao):
        assert not Bulk.objects.exists()


def test_a_batch_needs_a_seat_that_grants_the_act(story: Story, seat: Seat) -> None:
    story.to("county_review")
    sent = {"act": "forward", "chosen": [story.number]}
    assert seat(story.cast.wang).post(BATCH, sent).status_code == 404
    assert seat(story.cast.zhao).post(BATCH, sent).status_code == 200


def taken_back(client: Client, page: Any) -> Any:
    return client.post(page.redirect_chain[-1][0], {"step": "undo"}, follow=True)


def test_an_assignment_is_taken_back_once_and_each_case_is_in_the_hands_it_was_in(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    numbers, zhao = chosen(cast), seat(cast.zhao)
    done(zhao, rehearsed(zhao, "assign", numbers[:1], officer=cast.zhao.pk))
    page = rehearsed(zhao, "assign", numbers, officer=cast.wang.pk)
    assert done(zhao, page).context["may_undo"]
    back = taken_back(zhao, page)
    assert (back.context["counts"]["undone"], back.context["counts"]["kept"]) == (3, 0)
    again = taken_back(zhao, page)
    assert not again.context["may_undo"]
    assert list(again.context["messages"])
    with acting(cast.zhao):
        held = dict(Case.objects.values_list("number", "officer"))
        assert held == {numbers[0]: cast.zhao.pk, numbers[1]: None, numbers[2]: None}
        assert Assignment.objects.filter(case__number=numbers[0]).count() == 3, "there, away, and back"
    with acting(cast.tang):
        trail = TrailEntry.objects.filter(table="pipeline_bulk", after__state="undone")
        assert trail.count() == 1


def test_what_somebody_touched_since_is_left_and_says_why(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    numbers, zhao = chosen(cast), seat(cast.zhao)
    page = rehearsed(zhao, "assign", numbers, officer=cast.wang.pk)
    done(zhao, page)
    with acting(cast.zhao), transaction.atomic():
        assignment.assign(Case.objects.filter(number=numbers[0]), cast.zhao, by=cast.zhao, on=DAY)
    with acting(cast.wang), transaction.atomic():
        case.invite(Case.objects.filter(number=numbers[1]), by=cast.wang, on=DAY)
    back = taken_back(zhao, page)
    assert (back.context["counts"]["undone"], back.context["counts"]["kept"]) == (1, 2)
    assert all(line["row"].why for line in back.context["rows"] if line["row"].state == "kept")
    with acting(cast.zhao):
        held = dict(Case.objects.values_list("number", "officer"))
        assert held == {numbers[0]: cast.zhao.pk, numbers[1]: cast.wang.pk, numbers[2]: None}


def test_a_tag_put_on_many_is_taken_off_again_but_for_what_bore_it_before(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    numbers, wang = chosen(cast), seat(cast.wang)
    done(wang, rehearsed(wang, "tag", numbers[:1], name="重点"))
    page = rehearsed(wang, "tag", numbers, name="重点")
    done(wang, page)
    assert taken_back(wang, page).context["counts"]["undone"] == 2
    with acting(cast.wang):
        assert list(Tagging.objects.values_list("case__number", flat=True)) == numbers[:1]
    off = rehearsed(wang, "untag", numbers, name="重点")
    done(wang, off)
    assert taken_back(wang, off).context["counts"]["undone"] == 1
    with acting(cast.wang):
        assert list(Tagging.objects.values_list("case__number", flat=True)) == numbers[:1]


def test_a_coach_set_for_many_is_taken_back_where_no_firm_has_consented(
    story: Story, seat: Seat, travel: Travel
) -> None:
    story.to("coaching")
    travel(story.day)
    wang, until = seat(story.cast.wang), "2027-06-30"
    page = rehearsed(wang, "appoint", [story.number], coach=story.cast.zhang.pk, until=until)
    done(wang, page)
    assert taken_back(wang, page).context["counts"]["undone"] == 1
    with acting(story.cast.wang):
        assert not Appointment.objects.exists()
    page = rehearsed(wang, "appoint", [story.number], coach=story.cast.zhang.pk, until=until)
    done(wang, page)
    with acting(story.cast.li), transaction.atomic():
        coaching.consent(Appointment.objects.get(), by=story.cast.li, on=story.day)
    assert taken_back(wang, page).context["counts"]["kept"] == 1
    with acting(story.cast.wang):
        assert Appointment.objects.filter(consented_on=story.day).exists()


def test_only_who_did_it_takes_it_back_within_ten_minutes_and_only_what_has_an_inverse(cast: Cast, seat: Seat) -> None:
    leads(cast, 2)
    numbers, wang = chosen(cast), seat(cast.wang)
    page = rehearsed(wang, "tag", numbers, name="重点")
    done(wang, page)
    assert not seat(cast.zhao).get(page.redirect_chain[-1][0]).context["may_undo"]
    taken_back(seat(cast.zhao), page)
    with acting(cast.wang):
        assert Tagging.objects.count() == 2
        Bulk.objects.update(worked_at=F("worked_at") - bulk_undo.WINDOW)
    assert not wang.get(page.redirect_chain[-1][0]).context["may_undo"]
    assert taken_back(wang, page).context["counts"]["done"] == 2
    invited = rehearsed(wang, "invite", numbers)
    assert not done(wang, invited).context["may_undo"]
    assert taken_back(wang, invited).context["counts"]["done"] == 2


def test_taking_back_goes_on_after_a_worker_died_and_undoes_no_row_twice(
    cast: Cast, seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acts, "PART", 2)
    monkeypatch.setattr(acts, "AT_ONCE", 0)
    leads(cast, 5)
    wang = seat(cast.wang)
    page = rehearsed(wang, "tag", chosen(cast), name="重点")
    with acting(cast.wang):
        key = Bulk.objects.get().pk
    jobs.work_bulk(key, person=cast.wang.pk)
    done(wang, page)
    jobs.work_bulk(key, person=cast.wang.pk)
    assert taken_back(wang, page).status_code == 200
    with acting(cast.wang), transaction.atomic():
        assert acts._part(key, cast.wang)
        assert Tagging.objects.count() == 3
    jobs.work_bulk(key, person=cast.wang.pk)
    with acting(cast.wang):
        assert (Tagging.objects.count(), Bulk.objects.get(pk=key).state) == (0, "undone")
