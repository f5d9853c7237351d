"""Trainings on the desk: announcing one, inviting firms by code or from the list of cases, noting who was there."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import event as acts
from pipeline.models import Attendance, Bulk, BulkRow, Event
from tests.cast import DAY, QINGHE, YUNLING, Cast, Story
from tests.desk.conftest import Seat, Travel, text

LIST = reverse("desk:events")
ON = DAY + timedelta(days=14)
SAID = {
    "title": "归集实务", "says": "带账", "on": ON.isoformat(), "begins": "14:00", "place": "302", "seats": "30",
    "answer_by": ON.isoformat(),
}  # fmt: skip


def announced(cast: Cast, seat: Seat, username: str = "wang") -> str:
    answer = seat(cast.people[username]).post(LIST, SAID)
    assert answer.status_code == 302
    return str(answer["Location"])


def states(cast: Cast) -> list[str]:
    with acting(cast.chen), transaction.atomic():
        return list(Attendance.objects.order_by("pk").values_list("state", flat=True))


def comes(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        acts.answer(Attendance.objects.all(), comes=True, people=2, who="白会计", by=cast.li, on=DAY)


@pytest.mark.parametrize(
    "wrong", [{"on": "2020-01-01", "answer_by": "2020-01-01"}, {"seats": "0"}, {"begins": "25:00"}, {"title": " "}]
)
def test_a_wrong_announcement_is_refused_and_keeps_what_was_typed(
    cast: Cast, seat: Seat, wrong: dict[str, str]
) -> None:
    refused = seat(cast.wang).post(LIST, {**SAID, **wrong})
    assert (refused.status_code, "带账" in text(refused)) == (422, True)
    with acting(cast.chen), transaction.atomic():
        assert not Event.objects.exists()


def test_firms_are_invited_by_their_codes_once(cast: Cast, seat: Seat) -> None:
    page, wang = announced(cast, seat), seat(cast.wang)
    wang.post(page, {"do": "invite", "codes": f"{QINGHE}\n"})
    assert states(cast) == ["invited"]
    assert "青禾" in text(wang.get(page))
    assert wang.post(page, {"do": "invite", "codes": QINGHE.lower()}).status_code == 422


def test_a_code_of_another_county_refuses_the_whole(cast: Cast, seat: Seat) -> None:
    page = announced(cast, seat)
    refused = seat(cast.wang).post(page, {"do": "invite", "codes": f"{QINGHE} {YUNLING}"})
    assert (refused.status_code, YUNLING in text(refused)) == (422, True)
    assert states(cast) == []


def test_firms_are_invited_from_the_list_of_cases_after_a_rehearsal(story: Story, seat: Seat, travel: Travel) -> None:
    story.to("coaching")
    day = story.day
    travel(day)
    wang = seat(story.cast.wang)
    announced_on = {"on": (day + timedelta(days=9)).isoformat(), "answer_by": (day + timedelta(days=7)).isoformat()}
    wang.post(LIST, {**SAID, **announced_on})
    with acting(story.cast.wang), transaction.atomic():
        training = Event.objects.get()
    sent = {"act": "train", "chosen": story.number, "rehearse": "1", "training": training.pk}
    rehearsed = wang.post(reverse("desk:batch"), sent)
    assert states(story.cast) == [], "a rehearsal invites nobody"
    with acting(story.cast.wang), transaction.atomic():
        assert BulkRow.objects.get().effect["told"] == 1
    wang.post(rehearsed["Location"], {"step": "do"})
    assert states(story.cast) == ["invited"]
    with acting(story.cast.wang), transaction.atomic():
        assert Bulk.objects.get().state == Bulk.DONE


def test_who_was_there_is_ticked_on_the_day(cast: Cast, seat: Seat, travel: Travel) -> None:
    page, wang = announced(cast, seat), seat(cast.wang)
    wang.post(page, {"do": "invite", "codes": QINGHE})
    comes(cast)
    assert wang.post(page, {"do": "mark"}).status_code == 422
    sheet = text(wang.get(page + "sheet"))
    assert [word for word in ("青禾", "白会计", "13900001234") if word not in sheet] == []
    travel(ON)
    wang = seat(cast.wang)
    with acting(cast.wang), transaction.atomic():
        [key] = Attendance.objects.values_list("pk", flat=True)
    wang.post(page, {"do": "mark", "there": key})
    assert states(cast) == ["attended"]
    wang.post(page, {"do": "mark"})
    assert states(cast) == ["absent"]


def test_a_stale_change_answers_with_the_conflict(cast: Cast, seat: Seat) -> None:
    page, wang = announced(cast, seat), seat(cast.wang)
    changed: dict[str, Any] = {**SAID, "do": "change", "version": "1", "place": "401"}
    assert wang.post(page, changed).status_code == 302
    assert wang.post(page, {**changed, "place": "402"}).status_code == 409
    assert "401" in text(wang.get(page))


def test_a_training_called_off_says_why(cast: Cast, seat: Seat) -> None:
    page, wang = announced(cast, seat), seat(cast.wang)
    assert wang.post(page, {"do": "call_off", "version": "1", "why": " "}).status_code == 422
    wang.post(page, {"do": "call_off", "version": "1", "why": "讲师生病"})
    shown = wang.get(page)
    assert ("讲师生病" in text(shown), shown.context["to_come"]) == (True, False)


def test_a_county_sees_the_citys_training_only_where_its_firm_is_invited(cast: Cast, seat: Seat) -> None:
    page = announced(cast, seat, "chen")
    assert seat(cast.wang).get(page).status_code == 404
    seat(cast.chen).post(page, {"do": "invite", "codes": f"{QINGHE} {YUNLING}"})
    shown = seat(cast.wang).get(page)
    assert ("青禾" in text(shown), "云岭" in text(shown), shown.context["ours"]) == (True, False, False)
    assert seat(cast.wang).post(page, {"do": "call_off", "version": "1", "why": "x"}).status_code in (403, 404)
