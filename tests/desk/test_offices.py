"""Offices and divisions as screens."""

from datetime import date, timedelta

from django.db import transaction
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.models import Division, Office
from tests.cast import DAY, Cast
from tests.desk.conftest import Seat, text

OFFICES, DIVISIONS = reverse("desk:offices"), reverse("desk:divisions")


def office(held: Office) -> str:
    return reverse("desk:office", args=[held.pk])


def test_everybody_of_the_bureau_reads_the_offices_and_administrators_open_them(cast: Cast, seat: Seat) -> None:
    shown = text(seat(cast.wang).get(OFFICES))
    assert "临安区科学技术局" in shown
    assert "<form class" not in shown.partition("<main")[2].partition("</main")[0]
    sent = {"name": "临安区二科", "division": cast.divisions["linan"].pk}
    assert seat(cast.wang).post(OFFICES, sent).status_code == 403
    assert seat(cast.feng).post(OFFICES, sent).status_code == 302
    assert 'role="alert"' in text(seat(cast.feng).post(OFFICES, sent)), "a name is given once"
    assert Office.objects.filter(name="临安区二科", level="county").count() == 1


def test_who_sits_in_an_office_is_shown_to_who_sees_seats(cast: Cast, seat: Seat) -> None:
    for person, told in ((cast.song, True), (cast.chen, True), (cast.feng, False)):
        assert ("王敏" in text(seat(person).get(office(cast.offices["linan"])))) is told


def test_an_office_is_renamed_and_closed_once_it_is_empty(cast: Cast, seat: Seat) -> None:
    feng = seat(cast.feng)
    here = cast.offices["linan"]
    assert feng.post(office(here), {"do": "amend", "name": "临安科技局", "phone": "0571-63"}).status_code == 302
    here.refresh_from_db()
    assert (here.name, here.phone, here.one_signature) == ("临安科技局", "0571-63", False)
    assert 'role="alert"' in text(feng.post(office(here), {"do": "close"}))
    with acting(cast.feng), transaction.atomic():
        empty = Office.objects.create(name="空科", level="county", division=cast.divisions["linan"])
    assert feng.post(office(empty), {"do": "close"}).status_code == 302
    empty.refresh_from_db()
    assert empty.closed_on == DAY
    assert seat(cast.chen).post(office(here), {"do": "close"}).status_code == 403


def test_a_box_that_is_not_ones_own_to_tick_changes_nothing(cast: Cast, seat: Seat) -> None:
    sent = {"do": "amend", "name": "临安区科学技术局", "phone": "", "one_signature": "on"}
    seat(cast.feng).post(office(cast.offices["linan"]), sent)
    assert not Office.objects.get(pk=cast.offices["linan"].pk).one_signature
    seat(cast.song).post(office(cast.offices["linan"]), sent)
    assert Office.objects.get(pk=cast.offices["linan"].pk).one_signature


def test_the_tree_stands_as_of_a_day_and_tells_what_became_of_the_others(cast: Cast, seat: Seat) -> None:
    Division.objects.create(
        code="330103",
        name="下城区",
        level="county",
        parent=cast.divisions["hangzhou"],
        counted=False,
        during=DateRange(date(1996, 1, 1), date(2021, 4, 9)),
        successor=cast.divisions["xihu"],
    )
    wang = seat(cast.wang)

    def tree(query: str) -> list[str]:
        return [each["division"].name for each in wang.get(f"{DIVISIONS}{query}").context["tree"]]

    assert tree("") == ["杭州市", "西湖区", "临安区"]
    assert tree("?on=2020-01-01") == ["杭州市", "下城区", "西湖区", "临安区"]
    assert tree("?on=2021-04-09") == ["杭州市", "西湖区", "临安区"]
    assert tree("?on=1990-01-01") == ["杭州市"]
    assert "下城区" in text(wang.get(DIVISIONS))
    assert 'role="alert"' in text(wang.get(f"{DIVISIONS}?on=never"))


def test_a_division_is_noted_and_closed_by_the_system_administrator_alone(cast: Cast, seat: Seat) -> None:
    sent = {"do": "begin", "code": "330119", "name": "新城区", "level": "county", "first": DAY.isoformat()}
    sent["parent"] = str(cast.divisions["hangzhou"].pk)
    feng = seat(cast.feng)
    assert feng.post(DIVISIONS, sent).status_code == 302
    assert "新城区" in text(feng.get(DIVISIONS))
    made = Division.objects.get(code="330119")
    close = {"do": "close", "division": made.pk, "day": (DAY + timedelta(days=1)).isoformat()}
    assert 'role="alert"' in text(feng.post(DIVISIONS, close)), "not before the day has come"
    close["day"] = DAY.isoformat()
    assert 'role="alert"' in text(feng.post(DIVISIONS, close)), "nor on its first day"
    for other in (cast.song, cast.chen, cast.wang):
        assert seat(other).post(DIVISIONS, sent).status_code == 403
