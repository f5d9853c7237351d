"""The firm's members, and the coach it lets in."""

from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import coaching, people
from pipeline.models import Appointment, Firm
from tests.cast import DAY, YUNLING, Cast
from tests.portal.conftest import Visitor


def appointed(cast: Cast) -> None:
    with acting(cast.wang), transaction.atomic():
        coaching.appoint(cast.qinghe, cast.zhang, by=cast.wang, on=DAY, until=date(2027, 11, 2))


def test_members_are_listed_with_their_seats(cast: Cast) -> None:
    page = Visitor(cast.bai).text("people")
    assert "李青" in page
    assert "何云" not in page


def test_the_owner_lets_a_coach_in(cast: Cast) -> None:
    appointed(cast)
    Visitor(cast.li).post("people", coach="zhang")
    with acting(cast.li), transaction.atomic():
        assert Appointment.objects.get().consented_on == DAY


def test_nobody_else_of_the_firm_can(cast: Cast) -> None:
    appointed(cast)
    assert Visitor(cast.bai).post("people", coach="zhang").status_code == 403


def test_whoever_has_seats_in_two_firms_chooses_between_them(cast: Cast) -> None:
    with acting(cast.song), transaction.atomic():
        people.grant_seat(cast.bai, "firm_viewer", by=cast.song, on=DAY, firm=Firm(pk=cast.he.seats[0].firm_id))
    page = Visitor(cast.bai).text("home")
    assert f"/portal/{YUNLING}/" in page
    assert Visitor(cast.bai, YUNLING).get("home").status_code == 200
    assert f"/portal/{YUNLING}/" not in Visitor(cast.li).text("home")
