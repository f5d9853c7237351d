"""Who can see a firm and why: for everybody what the database itself shows them."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import coaching, mandate
from pipeline.models import Firm, FirmMove, User
from pipeline.models.sight import sights
from tests.cast import DAY, QINGHE, Cast, the
from tests.desk.conftest import Seat, text

PAGE = reverse("desk:firm_sight", args=[QINGHE])


def let_in(cast: Cast) -> None:
    """Qinghe is coached, lets an agency in, and came from Xihu a month ago."""
    with acting(cast.wang), transaction.atomic():
        appointed = coaching.appoint(cast.qinghe, cast.zhang, by=cast.wang, on=DAY, until=date(2027, 6, 30))
    with acting(cast.li), transaction.atomic():
        coaching.consent(appointed, by=cast.li, on=DAY)
        granted: dict[str, Any] = {"until": date(2027, 3, 31), "by": cast.li, "on": DAY}
        mandate.grant(cast.qinghe, "agent", parts=["figures"], **granted)
    with acting(cast.chen), transaction.atomic():
        here = FirmMove.objects.filter(firm=cast.qinghe)
        left = DAY - timedelta(days=30)
        here.update(during=DateRange(left, None))
        FirmMove.objects.create(
            firm=cast.qinghe, division=cast.divisions["xihu"], during=DateRange(left - timedelta(days=30), left)
        )


def test_the_page_names_exactly_those_to_whom_the_database_shows_the_firm(cast: Cast, seat: Seat) -> None:
    let_in(cast)
    with acting(cast.chen), transaction.atomic():
        named = {person.username for each in sights(cast.qinghe, cast.chen) for person, _kind in each.people}
    sees = set()
    for username, known in cast.people.items():
        person = User.objects.get(pk=known.pk)
        with acting(person), transaction.atomic():
            if Firm.objects.filter(uscc=QINGHE).exists():
                sees.add(username)
    assert named == sees
    assert {"chen", "zhou", "wang", "zhao", "sun", "gu", "li", "bai", "zhang", "agent"} == named


def test_each_line_says_why_and_until_when(cast: Cast, seat: Seat) -> None:
    let_in(cast)
    shown = seat(cast.chen).get(PAGE)
    until = {each["people"][0][0].username: each["until"] for each in shown.context["lines"] if each["until"]}
    assert until == {
        "zhang": date(2027, 6, 30),
        "agent": date(2027, 3, 31),
        "sun": DAY - timedelta(days=31),
    }


def test_a_county_is_told_the_names_of_its_own_and_that_other_offices_may(cast: Cast, seat: Seat) -> None:
    let_in(cast)
    shown = text(seat(cast.wang).get(PAGE))
    for name in ("王敏", "赵越", "李青", "张工", "代理记账", "杭州市科学技术局", "西湖区科学技术局"):
        assert name in shown
    for name in ("陈立", "周敏", "孙浩", "顾远"):
        assert name not in shown


def test_who_lost_the_seat_or_the_consent_is_named_no_more(cast: Cast, seat: Seat) -> None:
    let_in(cast)
    with acting(INTAKE), transaction.atomic():
        User.objects.filter(pk__in=[cast.wang.pk, cast.zhang.pk]).update(is_active=False)
    with acting(cast.chen), transaction.atomic():
        named = {person.username for each in sights(the(cast.qinghe).get(), cast.chen) for person, _ in each.people}
    assert not named & {"wang", "zhang"}


def test_the_page_of_a_foreign_firm_is_missing(cast: Cast, seat: Seat) -> None:
    assert seat(cast.sun).get(PAGE).status_code == 404
    assert seat(cast.feng).get(PAGE).status_code == 404
