"""Firms whose county is to be assigned."""

from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import firm
from pipeline.models import Firm
from tests.cast import DAY, Cast
from tests.desk.conftest import Seat, text

COUNTIES = reverse("desk:county_less")
CODES = ("91330100MA2CFYQ111", "91330100MA2CFYQ222")


@pytest.fixture
def homeless(cast: Cast) -> Cast:
    with acting(cast.chen), transaction.atomic():
        firm.register(
            [
                {"uscc": CODES[0], "name": "甲有限公司", "division": None, "address": "杭州市临安锦城街道"},
                {"uscc": CODES[1], "name": "乙有限公司", "division": None, "address": "钱江路"},
            ],
            by=cast.chen,
            on=DAY,
        )
    return cast


def places(cast: Cast) -> list[str | None]:
    with acting(cast.chen), transaction.atomic():
        rows: Any = Firm.objects.filter(uscc__in=CODES).with_county().order_by("uscc")
        return [each.county_name for each in rows]


def test_a_county_named_by_the_address_is_chosen_already(homeless: Cast, seat: Seat) -> None:
    rows = seat(homeless.chen).get(COUNTIES).context["rows"]
    assert {each.uscc: guess for each, guess in rows} == {CODES[0]: "330112", CODES[1]: ""}


def test_what_is_chosen_is_assigned_and_the_rest_stays(homeless: Cast, seat: Seat) -> None:
    chen = seat(homeless.chen)
    chen.post(COUNTIES, {f"of-{CODES[0]}": "330112", f"of-{CODES[1]}": ""})
    assert places(homeless) == ["临安区", None]
    assert "甲有限公司" in text(seat(homeless.wang).get(reverse("desk:firm", args=[CODES[0]])))
    assert [each.uscc for each, _guess in chen.get(COUNTIES).context["rows"]] == [CODES[1]]


@pytest.mark.parametrize("wrong", [{"of-91330100MA2CFYQ999": "330112"}, {f"of-{CODES[1]}": "999999"}])
def test_a_firm_or_county_that_is_not_there_refuses_the_whole(
    homeless: Cast, seat: Seat, wrong: dict[str, str]
) -> None:
    assert seat(homeless.chen).post(COUNTIES, {f"of-{CODES[0]}": "330112", **wrong}).status_code == 404
    assert places(homeless) == [None, None]


def test_counties_do_not_see_the_list(homeless: Cast, seat: Seat) -> None:
    assert seat(homeless.wang).get(COUNTIES).status_code == 404
