"""How a new house gets its people."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Office, Seat, User
from tests.cast import QINGHE, Cast


def test_a_new_house_gets_its_first_administrator_and_no_second_this_way(db: None) -> None:
    call_command("appoint_administrator", "song", "宋安")
    song = User.objects.get(username="song")
    with acting(song), transaction.atomic():
        assert song.seat_kinds == {"security_admin"}
    with pytest.raises(CommandError, match="has a security administrator already"):
        call_command("appoint_administrator", "thief", "某人")
    assert not User.objects.filter(username="thief").exists()


def test_the_administrator_seats_people_in_offices_and_firms(cast: Cast) -> None:
    call_command("grant_seat", "qi", "city_officer", by="song", name="齐明", office=cast.offices["hangzhou"].name)
    call_command("grant_seat", "qian", "firm_viewer", by="song", name="钱一", firm=QINGHE)
    with acting(cast.song), transaction.atomic():
        held = {(seat.user.username, seat.kind) for seat in Seat.objects.filter(user__username__in=["qi", "qian"])}
    assert held == {("qi", "city_officer"), ("qian", "firm_viewer")}


def test_an_office_is_opened_once_for_its_division(cast: Cast) -> None:
    before = Office.objects.count()
    for _again in range(2):
        call_command("open_office", "西湖高新区科学技术局", "330106", by="song")
    assert Office.objects.count() == before + 1
    assert Office.objects.get(name="西湖高新区科学技术局").level == "county"
    with pytest.raises(CommandError, match="no administrator"):
        call_command("open_office", "某局", "330106", by="chen")
    with pytest.raises(CommandError, match="load_facts"):
        call_command("open_office", "某局", "320106", by="song")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"by": "chen", "office": "杭州市科学技术局"}, "no security administrator"),
        ({"by": "nobody"}, "no account"),
        ({"by": "song", "office": "苏州市科学技术局"}, "there are 杭州市科学技术局"),
        ({"by": "song", "firm": "91330106MA2CGLR470"}, "No firm"),
    ],
)
def test_a_seat_that_cannot_be_given_is_refused_in_words(cast: Cast, options: dict[str, str], says: str) -> None:
    assert Office.objects.exists()
    with pytest.raises(CommandError, match=says):
        call_command("grant_seat", "qi", "city_officer", name="齐明", **options)
    assert not User.objects.filter(username="qi").exists()
