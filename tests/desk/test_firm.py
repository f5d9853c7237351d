"""The page of a firm."""

from datetime import date

from django.db import transaction
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.models import Case, Firm, FirmMove
from tests.cast import QINGHE, YUNLING, Cast, Story, the
from tests.desk.conftest import Seat, statements, text

PAGE = reverse("desk:firm", args=[QINGHE])


def test_the_figures_stand_in_ten_thousand_yuan_with_their_source(cast: Cast, seat: Seat) -> None:
    shown = text(seat(cast.wang).get(PAGE))
    for word in ("8,640.00", "329.00", "年度审计报告", "2025", QINGHE, "临安区"):
        assert word in shown


def test_a_foreign_firm_is_missing_like_one_that_never_was(cast: Cast, seat: Seat) -> None:
    sun = seat(cast.sun)
    assert sun.get(PAGE).status_code == 404
    assert sun.get(reverse("desk:firm", args=["91330112MA2CFYQ04G"])).status_code == 404
    assert sun.get(reverse("desk:firm_lead", args=[QINGHE])).status_code == 404


def test_what_is_made_up_is_marked(cast: Cast, seat: Seat) -> None:
    with acting(cast.chen), transaction.atomic():
        the(cast.qinghe).update(made_up="注册日期与知识产权为虚构")
    assert "注册日期与知识产权为虚构" in text(seat(cast.wang).get(PAGE))


def test_a_lead_is_registered_from_the_firms_page_once(cast: Cast, seat: Seat) -> None:
    wang = seat(cast.wang)
    url = reverse("desk:firm_lead", args=[QINGHE])
    assert url in text(wang.get(PAGE))
    answer = wang.post(url, {"note": "研发投入增长快"})
    with acting(cast.wang):
        opened = Case.objects.get()
    assert answer.headers["Location"] == reverse("desk:case", args=[opened.number])
    assert url not in text(wang.get(PAGE))
    assert 'role="alert"' in text(wang.post(url, {"note": "再来一次"}))


def test_a_firm_without_a_county_is_given_one_by_the_city(cast: Cast, seat: Seat) -> None:
    chen = cast.chen
    with acting(chen), transaction.atomic():
        firm = Firm.objects.get(uscc=YUNLING)
        FirmMove.objects.filter(firm=firm).update(during=DateRange(date(2026, 1, 5), date(2026, 2, 1)))
        FirmMove.objects.create(firm=firm, division=None, during=DateRange(date(2026, 2, 1), None))
    url = reverse("desk:firm_county", args=[YUNLING])
    assert url in text(seat(chen).get(reverse("desk:firm", args=[YUNLING])))
    seat(chen).post(url, {"division": cast.divisions["linan"].pk})
    with acting(chen):
        assert firm.county_on(date(2026, 11, 2)) == cast.divisions["linan"]


def test_a_county_assigns_no_county(cast: Cast, seat: Seat) -> None:
    assert seat(cast.wang).get(reverse("desk:firm_county", args=[QINGHE])).status_code == 403


def test_the_page_takes_at_most_sixteen_statements(story: Story, seat: Seat) -> None:
    story.to("coaching")
    client = seat(story.cast.wang)
    client.get(PAGE)
    with statements() as taken:
        client.get(PAGE)
    assert len(taken) <= 16, "\n".join(taken)


def test_an_officer_notes_the_identity_as_checked_once(cast: Cast, seat: Seat) -> None:
    with acting(cast.wang), transaction.atomic():
        Firm.objects.filter(uscc=QINGHE).update(verified_on=None)
    url = reverse("desk:firm_verify", args=[QINGHE])
    wang = seat(cast.wang)
    assert url in text(wang.get(PAGE))
    wang.post(url)
    with acting(cast.wang), transaction.atomic():
        assert Firm.objects.get(uscc=QINGHE).verified_on is not None
    assert url not in text(wang.get(PAGE))
