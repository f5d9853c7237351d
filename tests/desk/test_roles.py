"""What a role may do, as the page tells it: nothing but the access tables."""

import re

import pytest
from django.urls import reverse

from pipeline import access, stages
from pipeline.desk.grant_names import ACT_NAMES, PAGE_NAMES
from pipeline.desk.roles import REACH, name_of, pages_shown
from tests.cast import Cast
from tests.desk.conftest import Seat, text

PAGE = reverse("desk:roles")
ACT = re.compile(r'<td class="mono quiet xs">([\w.]+)</td>')


@pytest.mark.parametrize("kind", sorted(access.SEATS))
def test_the_page_names_exactly_the_acts_and_pages_of_the_tables(cast: Cast, seat: Seat, kind: str) -> None:
    answer = seat(cast.chen).get(PAGE, {"seat": kind})
    acts = ACT.findall(text(answer))
    assert len(acts) == len(set(acts))
    assert set(acts) == {act for act, seats in access.GRANTS.items() if kind in seats}
    opened = [
        name
        for name, page in access.URLS.items()
        if not isinstance(page.seats, str) and kind in page.seats and "GET" in page.methods
    ]
    assert [name for name, _url in answer.context["pages"]] == [PAGE_NAMES[name] for name in opened]


def test_every_act_and_every_page_has_a_name_and_nothing_else_has() -> None:
    moves = {act for table in stages.MOVES.values() for act in table}
    assert set(access.GRANTS) == moves | set(ACT_NAMES)
    assert not moves & set(ACT_NAMES)
    assert all(name_of(act) for act in access.GRANTS)
    shown = {name for kind in access.SEATS for name in pages_shown(kind)}
    assert set(PAGE_NAMES) == shown
    assert set(REACH) == access.SEATS


def test_a_seat_nobody_has_shows_ones_own(cast: Cast, seat: Seat) -> None:
    assert seat(cast.zhao).get(PAGE, {"seat": "king"}).context["seat"] == access.SEAT_NAMES["county_head"]


def test_an_address_is_offered_to_who_may_open_it_only(cast: Cast, seat: Seat) -> None:
    shown = text(seat(cast.wang).get(PAGE, {"seat": "security_admin"}))
    assert f'href="{reverse("desk:people")}"' not in shown
    assert f'href="{reverse("desk:people")}"' in text(seat(cast.song).get(PAGE, {"seat": "security_admin"}))
