"""The desk's pages about registrations as technology SMEs."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.models import SmeRegistration
from tests.acts.test_sme_bureau import NUMBER, handed_in, listed, visited
from tests.cast import QINGHE, YUNLING, Cast
from tests.desk.conftest import Seat, Travel, text

DAY = date(2026, 6, 1)


@pytest.fixture
def one(cast: Cast) -> SmeRegistration:
    return handed_in(cast, "qinghe", cast.li)


@pytest.fixture
def sit(seat: Seat, travel: Travel) -> Seat:
    travel(DAY)
    return seat


def page(client: Client, name: str, *parts: Any, **asked: str) -> str:
    answer = client.get(reverse(f"desk:{name}", args=parts), asked)
    assert answer.status_code == 200
    return text(answer)


def send(client: Client, name: str, *parts: Any, **said: Any) -> str:
    return text(client.post(reverse(f"desk:{name}", args=parts), said, follow=True))


def state(cast: Cast) -> str:
    with acting(cast.chen):
        return SmeRegistration.objects.get().state


def test_an_officer_sees_the_registrations_of_the_county_and_not_of_another(
    cast: Cast, one: SmeRegistration, sit: Seat
) -> None:
    assert QINGHE in page(sit(cast.wang), "sme")
    assert QINGHE not in page(sit(cast.sun), "sme")


def test_the_page_says_why_a_visit_is_asked_for_and_takes_what_comes_of_the_form(
    cast: Cast, one: SmeRegistration, sit: Seat
) -> None:
    wang = sit(cast.wang)
    assert "现场核查" in page(wang, "sme_registration", QINGHE, 2026)
    send(wang, "sme_registration", QINGHE, 2026, check="1", version="2", outcome="visit", says="首次参加")
    assert state(cast) == "site_check"


def test_a_page_that_is_stale_changes_nothing_and_shows_what_was_written(
    cast: Cast, one: SmeRegistration, sit: Seat
) -> None:
    answer = sit(cast.wang).post(
        reverse("desk:sme_registration", args=[QINGHE, 2026]),
        {"check": "1", "version": "1", "outcome": "return", "says": "缺签章页的那一份"},
    )
    assert answer.status_code == 409
    assert state(cast) == "handed_in"


def test_the_chosen_ones_go_on_public_notice(cast: Cast, one: SmeRegistration, sit: Seat) -> None:
    visited(cast, one)
    chen = sit(cast.chen)
    assert QINGHE in page(chen, "sme_publicity")
    assert "2026-06-15" in send(chen, "sme_publicity", registrations=[str(one.pk)])
    assert state(cast) == "publicity"


def test_nobody_chosen_and_what_is_no_longer_ready_are_told(cast: Cast, one: SmeRegistration, sit: Seat) -> None:
    chen = sit(cast.chen)
    assert 'role="alert"' in send(chen, "sme_publicity")
    assert 'role="alert"' in send(chen, "sme_publicity", registrations=[str(one.pk)])
    assert state(cast) == "handed_in"


def test_pasted_numbers_are_recorded_and_a_wrong_line_is_told_with_its_cell(
    cast: Cast, one: SmeRegistration, sit: Seat
) -> None:
    rows = f"统一社会信用代码\t登记编号\n{QINGHE}\t{NUMBER}\n{YUNLING}\t{NUMBER}"
    told = send(sit(cast.chen), "sme_numbers", rows=rows, listed_on="2026-06-01")
    assert "B3" in told
    assert state(cast) == "listed"


def test_a_lot_without_listed_firms_is_refused_and_one_with_them_draws(
    cast: Cast, one: SmeRegistration, sit: Seat
) -> None:
    chen = sit(cast.chen)
    assert 'role="alert"' in send(chen, "sme_checks", percent="5", seed="3456.78")
    listed(cast, one)
    assert QINGHE in send(chen, "sme_checks", percent="5", seed="3456.78")
    assert state(cast) == "spot_check"


@pytest.mark.parametrize("year", ["2016", "2027", "x", ""])
def test_a_year_without_an_evaluation_is_not_found(cast: Cast, sit: Seat, year: str) -> None:
    assert sit(cast.chen).get(reverse("desk:sme"), {"year": year}).status_code == 404
