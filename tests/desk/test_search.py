"""Ctrl-K."""

import pytest
from django.urls import reverse

from tests.cast import QINGHE, Cast, Story
from tests.desk.conftest import Seat, statements, text

PALETTE = reverse("desk:palette")
HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize("wanted", ["青禾", "智控", "qing", "hangzhouqinghe", QINGHE, QINGHE[:8], "1234"])
def test_a_firm_is_found_by_name_pinyin_code_or_the_end_of_a_telephone_number(
    cast: Cast, seat: Seat, wanted: str
) -> None:
    found = text(seat(cast.wang).get(PALETTE, {"q": wanted}, headers=HTMX))
    assert (reverse("desk:firm", args=[QINGHE]) in found) is (wanted != "qing")


def test_what_is_anothers_is_not_found(cast: Cast, seat: Seat) -> None:
    assert QINGHE not in text(seat(cast.sun).get(PALETTE, {"q": "青禾"}, headers=HTMX))


def test_a_case_is_found_by_its_number(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert reverse("desk:case", args=[story.number]) in text(seat(story.cast.wang).get(PALETTE, {"q": "gp2026"}))


def test_only_pages_that_the_seat_opens_are_offered(cast: Cast, seat: Seat) -> None:
    assert reverse("desk:rosters") in text(seat(cast.wang).get(PALETTE, headers=HTMX))
    assert reverse("desk:rosters") not in text(seat(cast.zhou).get(PALETTE, headers=HTMX))


def test_it_is_a_fragment_for_the_dialog_and_a_page_without_a_script(cast: Cast, seat: Seat) -> None:
    client = seat(cast.wang)
    assert "<html" not in text(client.get(PALETTE, {"q": "青禾"}, headers=HTMX))
    assert "<html" in text(client.get(PALETTE, {"q": "青禾"}))


def test_it_takes_two_statements_of_its_own(story: Story, seat: Seat) -> None:
    story.to("county_review")
    client = seat(story.cast.wang)
    client.get(PALETTE, headers=HTMX)
    with statements() as bare:
        client.get(PALETTE, headers=HTMX)
    with statements() as taken:
        client.get(PALETTE, {"q": "GP2026"}, headers=HTMX)
    assert len(taken) - len(bare) <= 2


@pytest.mark.parametrize("odd", ["'", "\\", "a'b", "%", "：*&|!()", " "])
def test_odd_characters_find_nothing_and_break_nothing(cast: Cast, seat: Seat, odd: str) -> None:
    assert seat(cast.wang).get(PALETTE, {"q": odd}, headers=HTMX).status_code == 200


def test_a_leader_is_led_to_no_page_that_the_seat_does_not_open(cast: Cast, seat: Seat) -> None:
    page = text(seat(cast.gu).get(reverse("desk:funnel")))
    assert reverse("desk:funnel") in page
    assert PALETTE not in page
    assert reverse("desk:messages") not in page
