"""Whom to call, and the note of a call."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, certificate
from pipeline.models import Call
from tests.cast import QINGHE, YUNLING, Cast, Story
from tests.desk.conftest import Seat, Travel, text

CALLS, NOTE = reverse("desk:calls"), reverse("desk:call_note")


def kept(cast: Cast) -> list[Call]:
    with acting(cast.chen), transaction.atomic():
        return list(Call.objects.select_related("firm", "by", "case").order_by("pk"))


def test_two_fields_are_enough_and_who_and_when_is_known(story: Story, seat: Seat, travel: Travel) -> None:
    story.to("county_review")
    travel(date(2026, 11, 4))
    answer = seat(story.cast.wang).post(NOTE, {"firm": "智控", "says": "答应周五前补齐"})
    assert answer["Location"] == reverse("desk:firm", args=[QINGHE])
    [call] = kept(story.cast)
    assert (call.firm.uscc, call.by, call.on, call.case.number if call.case else "") == (
        QINGHE, story.cast.wang, date(2026, 11, 4), story.number,
    )  # fmt: skip


def test_of_several_firms_one_is_chosen(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    shown = chen.post(NOTE, {"firm": "有限公司", "says": "问年报"})
    assert len(shown.context["found"]) == 2
    assert kept(cast) == []
    chen.post(NOTE, {"firm": "有限公司", "says": "问年报", "chosen": YUNLING})
    assert [each.firm.uscc for each in kept(cast)] == [YUNLING]


@pytest.mark.parametrize(
    "wrong",
    [
        {"firm": "没有这家", "says": "问"},
        {"firm": YUNLING, "says": "问"},
        {"firm": QINGHE, "says": " "},
        {"firm": QINGHE, "says": "问", "promised_on": "2026-11-01"},
        {"firm": QINGHE, "says": "问", "next_on": "2026-02-30"},
    ],
)
def test_a_note_of_nonsense_or_of_a_foreign_firm_is_told_and_not_kept(
    cast: Cast, seat: Seat, wrong: dict[str, str]
) -> None:
    shown = text(seat(cast.wang).post(NOTE, wrong))
    assert 'role="alert"' in shown
    assert "云岭" not in shown
    assert kept(cast) == []


def test_corrections_that_run_out_are_listed_with_the_telephone_and_the_last_call(
    story: Story, seat: Seat, travel: Travel
) -> None:
    story.to("county_review")
    story._by("wang", case.return_from_county, story.case, faults=[("firm.field", "缺")])
    wang = seat(story.cast.wang)
    assert wang.get(CALLS).context["rows"] == []  # ten working days are left
    travel(date(2026, 11, 12))
    wang = seat(story.cast.wang)
    assert "13900001234" in text(wang.get(CALLS))
    sent = {
        "firm": QINGHE,
        "says": "周五交",
        "promised_on": "2026-11-13",
        "next_on": "2026-11-16",
        "list": "corrections",
    }
    assert wang.post(NOTE, sent)["Location"] == f"{CALLS}?list=corrections"
    [row] = wang.get(CALLS).context["rows"]
    assert (row.last.says, row.last.promised_on) == ("周五交", date(2026, 11, 13))
    assert seat(story.cast.sun).get(CALLS).context["rows"] == []


def test_an_agreed_call_is_listed_on_its_day_until_the_next_call(cast: Cast, seat: Seat, travel: Travel) -> None:
    wang = seat(cast.wang)
    wang.post(NOTE, {"firm": QINGHE, "says": "下周再问", "next_on": "2026-11-09"})
    agreed = f"{CALLS}?list=agreed"
    assert wang.get(agreed).context["rows"] == []
    travel(date(2026, 11, 9))
    wang = seat(cast.wang)
    assert [row.about for row in wang.get(agreed).context["rows"]] == ["下周再问"]
    wang.post(NOTE, {"firm": QINGHE, "says": "已交"})
    assert wang.get(agreed).context["rows"] == []


def test_reports_that_are_due_are_listed_before_their_day(cast: Cast, seat: Seat, travel: Travel) -> None:
    with acting(cast.chen), transaction.atomic():
        certificate.issue(
            cast.qinghe, number="GR202533000001", issued_on=date(2025, 12, 1), by=cast.chen, on=date(2026, 11, 2)
        )
    reports = f"{CALLS}?list=reports"
    travel(date(2027, 5, 1))
    assert {row.firm.uscc for row in seat(cast.wang).get(reports).context["rows"]} == {QINGHE}


def test_a_list_nobody_knows_shows_the_first(cast: Cast, seat: Seat) -> None:
    assert seat(cast.wang).get(CALLS, {"list": "x"}).context["asked"].view == "corrections"
