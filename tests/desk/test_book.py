"""The books on screen: what stands there is what judges."""

import pytest
from django.urls import reverse

from pipeline.rules import books
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.volumes import TITLES
from tests.cast import DAY, Cast
from tests.desk.conftest import Seat, text

SHELF = reverse("desk:books")


def page(name: str) -> str:
    return reverse("desk:book", args=[name])


@pytest.mark.parametrize("name", sorted(TITLES))
def test_a_book_shows_every_number_that_its_code_asks_for(cast: Cast, seat: Seat, name: str) -> None:
    shown = text(seat(cast.wang).get(page(name)))
    wanted = PARAMETERS.get(name, frozenset(books(name, DAY).entries))
    assert [rule for rule in wanted if f'id="{rule}"' not in shown] == []


def test_a_number_stands_with_its_bands_its_article_and_its_certainty(cast: Cast, seat: Seat) -> None:
    shown = text(seat(cast.chen).get(page("hte")))
    for words in ("&gt; 5,000 万元、≤ 20,000 万元", "国科发火〔2016〕32号 第十一条（五）"):
        assert words in shown, words
    assert "2023–2025 年研发费用合计 ÷ 2023–2025 年销售收入合计" in shown


def test_what_is_open_says_that_it_is_to_be_confirmed(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    chen.cookies["language"] = "en"
    pool, hte = text(chen.get(page("pool"))), text(chen.get(page("hte")))
    assert "to be confirmed" in pool
    assert "fairly certain" in hte


def test_a_book_can_be_looked_at_as_of_another_day(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    assert "2021–2023 年研发费用合计" in text(chen.get(page("hte"), {"on": "2024-06-01"}))
    chen.cookies["language"] = "en"
    early = text(chen.get(page("pool"), {"on": "2020-01-01"}))
    assert "The book says nothing of this day yet" in early
    assert 'id="rd_intensity"' in early


def test_the_shelf_tells_how_much_was_compared_with_the_gazette(cast: Cast, seat: Seat) -> None:
    rows = seat(cast.zhao).get(SHELF).context["shelf"]
    assert {row["book"].name for row in rows} == set(TITLES)
    assert all(row["verified"] == 0 for row in rows)


def test_a_book_says_once_that_nobody_compared_its_numbers_yet(cast: Cast, seat: Seat) -> None:
    chen = seat(cast.chen)
    chen.cookies["language"] = "en"
    shown = text(chen.get(page("hte")))
    assert shown.count("Nobody has compared these numbers") == 1
    assert "Compared with the gazette" not in shown


@pytest.mark.parametrize("person", ["gu", "zhang", "li", "feng"])
def test_leaders_coaches_and_firms_have_no_books(cast: Cast, seat: Seat, person: str) -> None:
    chair = seat(getattr(cast, person))
    assert chair.get(SHELF).status_code == chair.get(page("hte")).status_code == 404


def test_there_is_no_book_of_another_name(cast: Cast, seat: Seat) -> None:
    assert seat(cast.chen).get(page("nothing")).status_code == 404
