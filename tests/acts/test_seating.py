"""Seats that one person asks for and another gives."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import people, seating
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Notice, Seat, SeatRequest, User
from tests.acts.test_deputy import again, granted
from tests.cast import DAY, SINCE, Cast

TOMORROW = DAY + timedelta(days=1)


def asked(cast: Cast, user: User, kind: str = "expert", **also: Any) -> Any:
    with acting(cast.song), transaction.atomic():
        said = {"first": DAY, "last": None, "office": None, "agency": "", **also}
        kept = seating.ask(user, kind, by=again(cast.song), on=DAY, **said)
    return SeatRequest.objects.filter(pk=kept.pk)


def by(person: User, act: Any, *args: Any, **also: Any) -> Any:
    with acting(person), transaction.atomic():
        return act(*args, by=again(person), on=DAY, **also)


def told(person: User) -> list[str]:
    with acting(person), transaction.atomic():
        mine = Notice.objects.visible_to(again(person)).filter(person=person).order_by("pk")
        return list(mine.values_list("kind", flat=True))


def places(unmet: pytest.ExceptionInfo[ConditionUnmet]) -> set[str]:
    return {each.place for each in unmet.value.missing}


def test_a_seat_that_was_asked_for_gives_nothing_until_a_head_of_the_city_has_given_it(cast: Cast) -> None:
    asked_for = asked(cast, cast.sun, "county_head", office=cast.offices["xihu"])
    assert not granted(cast.sun, "case.forward")
    assert told(cast.zhou) == ["people.ask_seat"]
    by(cast.zhou, seating.give, asked_for)
    assert granted(cast.sun, "case.forward")
    assert told(cast.sun) == ["people.give_seat"]
    with acting(cast.sun), transaction.atomic():
        [notice] = Notice.objects.visible_to(again(cast.sun)).filter(person=cast.sun)
        assert "西湖区科学技术局" in notice.body["zh"]
        assert "County head" in notice.body["en"]


def test_who_asked_does_not_give_and_nobody_gives_a_seat_of_their_own(cast: Cast) -> None:
    by_song = asked(cast, cast.sun)
    with pytest.raises(ConditionUnmet):
        by(cast.song, seating.give, by_song)
    own = asked(cast, cast.zhou, "leader", office=cast.offices["hangzhou"])
    with pytest.raises(ConditionUnmet):
        by(cast.zhou, seating.give, own)
    with pytest.raises(ConditionUnmet) as unmet:
        asked(cast, cast.song)
    assert places(unmet) == {"kind"}
    for stranger in (cast.chen, cast.zhao, cast.feng, cast.li):
        with pytest.raises(Refused):
            by(stranger, seating.give, by_song)
    with acting(cast.zhou), transaction.atomic():
        assert set(SeatRequest.objects.values_list("state", flat=True)) == {"asked"}


def test_a_second_security_administrator_may_be_the_second_person(cast: Cast) -> None:
    newcomer = User.objects.create_user("second", name="宋乙")
    by(cast.zhou, seating.give, asked(cast, newcomer, "security_admin"))
    by(newcomer, seating.give, asked(cast, cast.sun))
    with acting(cast.song), transaction.atomic():
        assert Seat.objects.filter(user=cast.sun, kind="expert", during__contains=DAY).exists()


def test_what_was_decided_is_not_decided_again(cast: Cast) -> None:
    asked_for = asked(cast, cast.sun)
    by(cast.zhou, seating.refuse, asked_for, why="暂不需要")
    assert told(cast.song) == ["people.refuse_seat"]
    with pytest.raises(ConditionUnmet):
        by(cast.zhou, seating.give, asked_for)
    with pytest.raises(ConditionUnmet):
        by(cast.song, seating.drop, asked_for)
    with pytest.raises(ConditionUnmet) as unmet:
        by(cast.zhou, seating.refuse, asked(cast, cast.sun), why=" ")
    assert places(unmet) == {"why"}


def test_who_asked_takes_it_back_and_asks_again(cast: Cast) -> None:
    asked_for = asked(cast, cast.sun)
    with pytest.raises(ConditionUnmet):
        asked(cast, cast.sun)
    by(cast.song, seating.drop, asked_for)
    asked(cast, cast.sun)


@pytest.mark.parametrize(
    ("kind", "said", "place"),
    [
        ("firm_owner", {}, "kind"),
        ("king", {}, "kind"),
        ("county_head", {}, "office"),
        ("county_head", {"office": "hangzhou"}, "office"),
        ("city_officer", {"office": "linan"}, "office"),
        ("coach", {}, "agency"),
        ("expert", {"first": DAY - timedelta(days=1)}, "first"),
        ("expert", {"last": DAY - timedelta(days=1)}, "last"),
        ("county_officer", {"office": "xihu"}, "kind"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(cast: Cast, kind: str, said: dict[str, Any], place: str) -> None:
    with pytest.raises(ConditionUnmet) as unmet:
        asked(cast, cast.sun, kind, **(said | ({"office": cast.offices[said["office"]]} if "office" in said else {})))
    assert places(unmet) == {place}


def test_a_seat_may_begin_later_and_ends_by_itself(cast: Cast) -> None:
    first, last = date(2027, 3, 1), date(2027, 3, 31)
    by(cast.zhou, seating.give, asked(cast, cast.sun, first=first, last=last))
    with acting(cast.song), transaction.atomic():
        [seat] = Seat.objects.filter(user=cast.sun, kind="expert")
        assert seat.during == DateRange(first, date(2027, 4, 1))
        by(cast.song, seating.end, seat)
        seat.refresh_from_db()
        assert seat.during.isempty, "one that has not begun never does"


def test_an_ended_seat_bites_at_once_and_its_person_is_told(cast: Cast) -> None:
    with acting(cast.song), transaction.atomic():
        [seat] = Seat.objects.filter(user=cast.sun).select_related("office", "user")
    assert granted(cast.sun, "case.take")
    by(cast.song, seating.end, seat)
    assert not granted(cast.sun, "case.take")
    assert told(cast.sun) == ["people.end_seat"]


def test_the_last_security_administrator_and_a_firms_seats_are_not_ended(cast: Cast) -> None:
    with acting(cast.song), transaction.atomic():
        last = Seat.objects.get(user=cast.song)
        of_firm = Seat.objects.get(user=cast.bai)
    for seat in (last, of_firm):
        with pytest.raises(ConditionUnmet):
            by(cast.song, seating.end, seat)


def test_two_administrators_are_never_one_person(cast: Cast) -> None:
    with pytest.raises(ConditionUnmet):
        asked(cast, cast.tang, "system_admin")
    with acting(cast.song), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            people.grant_seat(cast.tang, "system_admin", by=cast.song, on=SINCE)
        for during in (DateRange(DAY, None), DateRange(date(2030, 1, 1), None)):
            with pytest.raises(IntegrityError, match="two_administrators"), transaction.atomic():
                Seat.objects.create(user=cast.tang, kind="system_admin", during=during)
        Seat.objects.create(user=cast.tang, kind="system_admin", during=DateRange(date(2020, 1, 1), date(2021, 1, 1)))
