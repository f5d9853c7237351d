"""Who acts for a firm: signing up, inviting, joining, handing over, ending."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import membership
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Seat, User
from tests.cast import DAY, Cast

AT = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
LATER = AT + timedelta(days=8)
PHONE, PASSWORD = "13900000077", "青禾的密码要足够长才好记住"


def newcomer(phone: str = PHONE) -> User:
    return membership.sign_up(name="周新", phone=phone, password=PASSWORD)


def invited(cast: Cast, kind: str, phone: str = PHONE) -> str:
    with acting(cast.li), transaction.atomic():
        return membership.invite(cast.qinghe, kind, phone=phone, by=cast.li, at=AT)


def join(token: str, person: User, at: datetime = AT) -> None:
    with acting(person), transaction.atomic():
        membership.join(token, by=User.objects.get(pk=person.pk), on=DAY, at=at)


def kinds(person: User) -> list[str]:
    with acting(person), transaction.atomic():
        return [seat.kind for seat in User.objects.get(pk=person.pk).seats]


def test_a_new_account_has_no_seat_and_its_number_is_taken(cast: Cast) -> None:
    assert kinds(newcomer()) == []
    with pytest.raises(ConditionUnmet) as refused:
        newcomer()
    assert refused.value.missing[0].place == "phone"


def test_a_short_password_is_refused_at_its_field(cast: Cast) -> None:
    with pytest.raises(ConditionUnmet) as refused:
        membership.sign_up(name="周新", phone=PHONE, password="short")
    assert {each.place for each in refused.value.missing} == {"password"}


def test_who_is_invited_takes_the_seat_once(cast: Cast) -> None:
    token, person = invited(cast, "firm_finance"), newcomer()
    join(token, person)
    assert kinds(person) == ["firm_finance"]
    with pytest.raises(ConditionUnmet):
        join(token, person)


@pytest.mark.parametrize(("phone", "at"), [("13900000078", AT), (PHONE, LATER)])
def test_a_link_of_another_or_an_old_one_gives_nothing(cast: Cast, phone: str, at: datetime) -> None:
    token, person = invited(cast, "firm_finance"), newcomer(phone)
    with pytest.raises(ConditionUnmet):
        join(token, person, at)
    assert kinds(person) == []


def test_a_withdrawn_link_gives_nothing(cast: Cast) -> None:
    token, person = invited(cast, "firm_viewer"), newcomer()
    with acting(cast.li), transaction.atomic():
        membership.withdraw(cast.qinghe.invitation_set.get(), by=cast.li, at=AT)
    with pytest.raises(ConditionUnmet):
        join(token, person)


def test_the_owner_hands_over_and_acts_for_the_firm_no_more(cast: Cast) -> None:
    token, person = invited(cast, "firm_owner"), newcomer()
    assert kinds(cast.li) == ["firm_owner"]
    join(token, person)
    assert kinds(person) == ["firm_owner"]
    assert kinds(cast.li) == []


def test_a_firm_is_handed_over_to_one_person_at_a_time(cast: Cast) -> None:
    invited(cast, "firm_owner")
    with pytest.raises(ConditionUnmet):
        invited(cast, "firm_owner", "13900000078")


def test_only_the_owner_invites(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic(), pytest.raises(Refused):
        membership.invite(cast.qinghe, "firm_viewer", phone=PHONE, by=cast.bai, at=AT)


def test_a_member_gets_another_seat_and_loses_it(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        seat = Seat.objects.get(user=cast.bai)
        changed = membership.change(seat, "firm_rd", by=cast.li, on=DAY)
    assert kinds(cast.bai) == ["firm_rd"]
    with acting(cast.li), transaction.atomic():
        membership.end(changed, by=cast.li, on=DAY)
    assert kinds(cast.bai) == []


def test_an_owner_does_not_leave_without_a_successor(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        membership.end(Seat.objects.get(user=cast.li), by=cast.li, on=DAY)
