"""Seats that wait for a second person, and the accounts they are for."""

from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import Seat, SeatRequest, User
from tests.cast import DAY, Cast
from tests.desk.conftest import Seat as Sit
from tests.desk.conftest import text

SEATS, PEOPLE = reverse("desk:seats"), reverse("desk:people")


def person(user: User) -> str:
    return reverse("desk:person", args=[user.pk])


def ask(cast: Cast, seat: Sit, **also: object) -> None:
    sent = {"do": "ask", "kind": "county_head", "office": cast.offices["xihu"].pk, "first": DAY.isoformat()}
    assert seat(cast.song).post(person(cast.sun), {**sent, "note": "新任", **also}).status_code == 302


def waiting(cast: Cast) -> SeatRequest:
    with acting(cast.song), transaction.atomic():
        return SeatRequest.objects.waiting().get()


def test_a_seat_is_asked_for_on_the_persons_page_and_given_by_the_head(cast: Cast, seat: Sit) -> None:
    ask(cast, seat)
    zhou = seat(cast.zhou)
    shown = text(zhou.get(SEATS))
    assert "孙浩" in shown
    assert "西湖区科学技术局" in shown
    assert "新任" in shown
    assert zhou.post(SEATS, {"do": "give", "asked": waiting(cast).pk}).status_code == 302
    with acting(cast.song), transaction.atomic():
        assert Seat.objects.filter(user=cast.sun, kind="county_head").exists()
    messages = reverse("desk:messages")
    told, other = text(seat(cast.sun).get(messages)), text(seat(cast.wang).get(messages))
    assert ("西湖区科学技术局" in told, "西湖区科学技术局" in other) == (True, False)
    assert seat(cast.sun).post(messages).status_code == 302, "read"
    assert 'name="do" value="give"' not in text(zhou.get(SEATS))


def test_who_asked_may_only_take_it_back(cast: Cast, seat: Sit) -> None:
    ask(cast, seat)
    song = seat(cast.song)
    shown = text(song.get(SEATS))
    assert ('value="give"' in shown, 'value="drop"' in shown) == (False, True)
    forced = song.post(SEATS, {"do": "give", "asked": waiting(cast).pk})
    assert 'role="alert"' in text(forced)
    assert song.post(SEATS, {"do": "drop", "asked": waiting(cast).pk}).status_code == 302


def test_a_refusal_needs_a_reason_which_who_asked_reads(cast: Cast, seat: Sit) -> None:
    ask(cast, seat)
    zhou, key = seat(cast.zhou), waiting(cast).pk
    assert 'role="alert"' in text(zhou.post(SEATS, {"do": "refuse", "asked": key, "why": " "}))
    assert zhou.post(SEATS, {"do": "refuse", "asked": key, "why": "尚未到岗"}).status_code == 302
    assert "尚未到岗" in text(seat(cast.song).get(person(cast.sun)))


def test_what_is_forged_comes_to_nothing(cast: Cast, seat: Sit) -> None:
    ask(cast, seat)
    zhou = seat(cast.zhou)
    for sent in ({"do": "give", "asked": "999999"}, {"do": "give", "asked": "x"}, {"do": "crown", "asked": "1"}):
        assert zhou.post(SEATS, sent).status_code == 404
    song = seat(cast.song)
    with acting(cast.song), transaction.atomic():
        foreign = Seat.objects.get(user=cast.wang).pk
    assert song.post(person(cast.sun), {"do": "end", "seat": foreign}).status_code == 404
    wrong = {"do": "ask", "kind": "firm_owner", "office": "999999", "first": "31.02.2026"}
    assert 'role="alert"' in text(song.post(person(cast.sun), wrong))
    assert SeatRequest.objects.count() == 0, "outside of anybody's scope nothing is there"


def test_a_seat_is_ended_and_an_account_locked_and_unlocked_from_the_page(cast: Cast, seat: Sit) -> None:
    song = seat(cast.song)
    with acting(cast.song), transaction.atomic():
        held = Seat.objects.get(user=cast.sun).pk
    assert song.post(person(cast.sun), {"do": "end", "seat": held}).status_code == 302
    assert seat(cast.sun).get("/desk/").status_code == 404
    assert song.post(person(cast.sun), {"do": "lock"}).status_code == 302
    assert "孙浩" in text(song.get(f"{PEOPLE}?state=locked"))
    assert not User.objects.get(pk=cast.sun.pk).is_active
    assert song.post(person(cast.sun), {"do": "unlock"}).status_code == 302
    assert "孙浩" not in text(song.get(f"{PEOPLE}?state=locked"))


def test_the_system_administrator_makes_accounts_and_sees_no_seats(cast: Cast, seat: Sit) -> None:
    feng = seat(cast.feng)
    sent = {"name": "钱新", "username": "qian", "email": "qian@example.org"}
    made = feng.post(PEOPLE, sent)
    assert made.status_code == 302
    shown = text(feng.get(person(cast.chen)))
    assert "市级经办人" not in shown
    assert 'value="ask"' not in shown
    assert feng.post(person(cast.sun), {"do": "lock"}).status_code == 403
    assert 'role="alert"' in text(feng.post(PEOPLE, {**sent, "email": "x"}))
    assert "钱新" in text(feng.get(f"{PEOPLE}?text=qian"))


def test_telephones_are_masked_in_the_list_of_accounts(cast: Cast, seat: Sit) -> None:
    User.objects.filter(pk=cast.sun.pk).update(phone="13900004321")
    shown = text(seat(cast.song).get(f"{PEOPLE}?text=sun"))
    assert "13900004321" not in shown
    assert "4321" in shown
