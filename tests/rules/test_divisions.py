"""Divisions of today and of earlier lists, and the other lists that the rules carry."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline.rules.codes.divisions import (
    county_of,
    division_doubt,
    division_in,
    former_divisions,
    successor_of,
    todays_divisions,
)
from pipeline.rules.codes.fields import carried_fields, is_chosen
from pipeline.rules.codes.industries import carried_industries, industry_of


def name_in(code: str, year: int) -> str | None:
    found = division_in(code, year)
    return found.name if found else None


def test_today_has_34_provinces_and_every_county_has_its_city_before_it() -> None:
    levels = Counter(each.level for each in todays_divisions().values())
    assert levels["province"] == 34
    assert len(todays_divisions()) == 3342
    assert sum(each.zone for each in todays_divisions().values()) == 124


def test_what_is_no_more_ended_after_it_began_and_its_successor_is_a_county_of_today() -> None:
    today = todays_divisions()
    for each in former_divisions():
        assert each.until is not None
        assert each.since is None or each.since < each.until, each
        assert each.successor is None or (each.successor in today and not today[each.successor].zone), each
    assert len(former_divisions()) == 3756


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("330111", 2013, None),
        ("330111", 2014, "富阳区"),
        ("330183", 2013, "富阳市"),
        ("330183", 2014, None),
        ("330103", 2020, "下城区"),
        ("330103", 2021, "下城区"),
        ("330103", 2022, None),
        ("330113", 2020, None),
        ("330113", 2021, "临平区"),
        ("120110", 1991, "东郊区"),
        ("120110", 1992, "东丽区"),
        ("120110", 2024, "东丽区"),
        ("110101", 1949, "东城区"),
        ("330103", 2030, None),
        ("440101", 2020, None),
    ],
)
def test_a_code_means_what_the_lists_of_that_year_say(code: str, year: int, name: str | None) -> None:
    assert name_in(code, year) == name


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("330103", "330105"),
        ("330104", "330102"),
        ("330121", "330109"),
        ("330125", "330110"),
        ("130521", None),
        ("120110", "120110"),
        ("330106", "330106"),
        ("132122", "130434"),
        ("999999", None),
    ],
)
def test_a_former_code_leads_to_todays_where_the_lists_tell(former: str, now: str | None) -> None:
    found = successor_of(former)
    assert (found.code if found else None) == now


@pytest.mark.parametrize(
    ("code", "county"),
    [
        ("330106", "西湖区"),
        ("330106001", "西湖区"),
        ("330106001002", "西湖区"),
        ("330103001002", "拱墅区"),
        ("330100", None),
        ("441900", "东莞市"),
        ("440101", None),
        ("3301", None),
        ("33010A", None),
    ],
)
def test_the_county_of_a_code_of_any_length(code: str, county: str | None) -> None:
    found = county_of(code)
    assert (found.name if found else None) == county


def test_a_zone_of_the_statistics_bureau_is_no_county() -> None:
    zone = next(each for each in todays_divisions().values() if each.zone)
    assert county_of(zone.code) is None


def test_a_code_that_is_no_more_or_never_was_is_only_doubted() -> None:
    assert [division_doubt(code) for code in ("330106", "330100", "440101", "330191")] == [None] * 4
    gone, never = division_doubt("330103"), division_doubt("990101")
    assert gone is not None
    assert never is not None
    assert gone.zh == "330103 下城区自 2021-04 起不再使用，现为 330105 拱墅区，请核对"
    assert never.en == "no list of divisions has 990101"


def test_the_fields_of_technology_are_8_52_and_254() -> None:
    assert Counter(map(len, carried_fields())) == {2: 8, 3: 52, 5: 254}
    assert [code for code in carried_fields() if len(code) == 3 and is_chosen(code)] == ["504", "505", "706"]
    assert all(code[:3] in carried_fields() and code[:2] in carried_fields() for code in carried_fields())


def test_the_industries_are_20_97_473_and_as_many_classes_as_were_copied() -> None:
    assert Counter(each.level for each in carried_industries().values()) == {1: 20, 2: 97, 3: 473, 4: 1381}
    above = {code[:-1] for code in carried_industries() if len(code) > 2}
    assert above <= set(carried_industries())


@pytest.mark.parametrize(
    ("text", "name"),
    [("6513", "应用软件开发"), ("I6513", "应用软件开发"), ("i6513", "应用软件开发"), ("A", "农、林、牧、渔业"),
     ("C6513", None), ("9999", None), ("", None), ("65130", None)],
)  # fmt: skip
def test_an_industry_with_or_without_its_section(text: str, name: str | None) -> None:
    found = industry_of(text)
    assert (found.name if found else None) == name


def test_an_industry_knows_its_section() -> None:
    assert {carried_industries()[code].section for code in ("01", "A")} == {"A"}
    assert carried_industries()["6513"].section == "I"
    assert carried_industries()["9700"].section == "T"
