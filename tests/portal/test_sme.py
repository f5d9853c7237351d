"""Registration as a technology SME in the portal."""

from datetime import date

import pytest

from config.postgres.scope import acting
from pipeline.models import SmeRegistration
from tests.cast import Cast
from tests.portal.conftest import Travel, Visitor

NUMBER = "202633011208012345"


@pytest.fixture
def li(cast: Cast, travel: Travel) -> Visitor:
    travel(date(2026, 6, 1))
    return Visitor(cast.li)


def kept(cast: Cast) -> SmeRegistration:
    with acting(cast.li):
        return SmeRegistration.objects.get()


def test_the_way_is_chosen_handed_in_and_its_number_recorded(li: Visitor, cast: Cast) -> None:
    li.post("sme", choose="1", route="points", why="")
    li.post("sme", hand_in="1", version="1")
    page = li.post("sme", record="1", version="2", number="2026 3301 1208 0123 45", listed_on="2026-06-01")
    assert NUMBER in page.content.decode()
    assert kept(cast).state == "listed"


def test_a_wrong_number_is_told_at_its_field_and_stays_there(li: Visitor, cast: Cast) -> None:
    li.post("sme", choose="1", route="points", why="")
    li.post("sme", hand_in="1", version="1")
    page = li.post("sme", record="1", version="2", number="2026330", listed_on="2026-06-01").content.decode()
    assert 'href="#id_number"' in page
    assert "2026330" in page
    assert kept(cast).state == "handed_in"


def test_outside_the_window_it_is_not_handed_in_and_the_page_says_why(li: Visitor, cast: Cast, travel: Travel) -> None:
    li.post("sme", choose="1", route="points", why="")
    travel(date(2026, 12, 31))
    li = Visitor(cast.li)  # the session of June is over
    assert 'role="alert"' in li.post("sme", hand_in="1", version="1").content.decode()
    assert kept(cast).state == "draft"


def test_a_direct_way_without_a_reason_is_told_at_the_field(li: Visitor) -> None:
    page = li.post("sme", choose="1", route="award", why=" ").content.decode()
    assert 'href="#id_why"' in page


def test_the_self_score_shows_each_item_with_its_points(li: Visitor) -> None:
    page = li.text("sme")
    assert "科技人员" in page
    assert "研发投入" in page


def test_who_was_listed_last_year_is_asked_to_renew(li: Visitor, cast: Cast, travel: Travel) -> None:
    li.post("sme", choose="1", route="points", why="")
    li.post("sme", hand_in="1", version="1")
    li.post("sme", record="1", version="2", number=NUMBER, listed_on="2026-06-01")
    travel(date(2027, 1, 4))
    page = Visitor(cast.li).text("sme")
    assert 'class="note warn"' in page
    assert NUMBER in page
