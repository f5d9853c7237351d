"""Offices and the dated tree of divisions."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import people, places
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Division, FirmMove, Office, Seat, User
from tests.acts.test_deputy import again
from tests.cast import DAY, Cast


def by(person: User, act: Any, *args: Any, **also: Any) -> Any:
    with acting(person), transaction.atomic():
        return act(*args, by=again(person), **also)


def new_county(cast: Cast, **also: Any) -> Division:
    said = {"code": "330119", "name": "新城区", "level": "county", "parent": cast.divisions["hangzhou"], "first": DAY}
    kept: Division = by(cast.feng, places.begin_division, on=DAY, **{**said, **also})
    return kept


def test_a_county_can_be_noted_and_given_an_office_and_firms(cast: Cast) -> None:
    county = new_county(cast)
    assert county in Division.objects.counties()
    office = by(cast.feng, people.open_office, "新城区科学技术局", county)
    assert (office.level, office.division) == ("county", county)
    park = new_county(cast, code="330119001", name="东园", level="park", parent=county)
    assert park not in Division.objects.counties()


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"first": DAY + timedelta(days=1)}, "first"),
        ({"code": "330106"}, "code"),
        ({"parent": "xihu"}, "parent"),
    ],
)
def test_a_division_that_cannot_be_is_refused(cast: Cast, said: dict[str, Any], place: str) -> None:
    also = {**said, **({"parent": cast.divisions[said["parent"]]} if "parent" in said else {})}
    with pytest.raises(ConditionUnmet) as unmet:
        new_county(cast, **also)
    assert place in {each.place for each in unmet.value.missing}


def test_a_county_is_closed_once_its_firms_have_moved_and_its_office_is_closed(cast: Cast) -> None:
    xihu, linan = cast.divisions["xihu"], cast.divisions["linan"]
    close = {"day": DAY, "successor": linan, "on": DAY}
    with pytest.raises(ConditionUnmet):
        by(cast.feng, places.close_division, xihu, **close)
    with pytest.raises(ConditionUnmet):
        by(cast.feng, places.close_office, cast.offices["xihu"], on=DAY)
    with acting(cast.song), transaction.atomic():
        [seat] = Seat.objects.filter(office=cast.offices["xihu"])
    by(cast.song, people.end_seat, seat, on=DAY)
    by(cast.feng, places.close_office, cast.offices["xihu"], on=DAY)
    with pytest.raises(ConditionUnmet):
        by(cast.feng, places.close_division, xihu, **close)
    with acting(cast.chen), transaction.atomic():
        here = FirmMove.objects.get(division=xihu)
        FirmMove.objects.filter(pk=here.pk).update(during=DateRange(here.during.lower, DAY))
        FirmMove.objects.create(firm_id=here.firm_id, division=linan, during=DateRange(DAY, None))
    by(cast.feng, places.close_division, xihu, **close)
    xihu.refresh_from_db()
    assert (xihu.during.upper, xihu.successor, xihu.counted) == (DAY, linan, False)
    assert xihu not in Division.objects.counties()


def test_a_closed_office_seats_nobody_and_stays_on_record(cast: Cast) -> None:
    office = by(cast.feng, people.open_office, "临安区二科", cast.divisions["linan"])
    by(cast.feng, places.close_office, office, on=DAY)
    office.refresh_from_db()
    assert office.closed_on == DAY
    with pytest.raises(ConditionUnmet):
        by(cast.feng, places.close_office, office, on=DAY)


def test_only_the_security_administrator_lets_officers_sign_as_the_head(cast: Cast) -> None:
    said: dict[str, Any] = {"name": "临安区科技局", "phone": "0571-1", "one_signature": True}
    with pytest.raises(ConditionUnmet):
        by(cast.feng, places.amend_office, cast.offices["linan"], **said)
    by(cast.song, places.amend_office, cast.offices["linan"], **said)
    assert Office.objects.get(name="临安区科技局").one_signature
    with pytest.raises(ConditionUnmet):
        by(cast.song, places.amend_office, cast.offices["xihu"], name="临安区科技局", phone="", one_signature=False)


def test_who_is_no_administrator_changes_nothing(cast: Cast) -> None:
    for stranger in (cast.chen, cast.zhou, cast.tang, cast.wang, cast.li):
        with pytest.raises(Refused):
            new_county_by(cast, stranger)
        with pytest.raises(Refused):
            by(stranger, places.close_office, cast.offices["xihu"], on=DAY)
    with pytest.raises(Refused):
        new_county_by(cast, cast.song)


def new_county_by(cast: Cast, person: User) -> None:
    said = {"code": "330119", "name": "新", "level": "county", "parent": cast.divisions["hangzhou"], "first": DAY}
    by(person, places.begin_division, on=DAY, **said)
