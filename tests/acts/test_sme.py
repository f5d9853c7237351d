"""Registration as a technology SME, from the choice of the way to the number and the renewal."""

from datetime import date

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import sme
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import MoveRefused, Notice, SmeRegistration
from pipeline.models.record import facts_of
from pipeline.models.sme import SmeRegistrationQuerySet, listings
from pipeline.rules.law.sme_year import evaluation_year
from tests.cast import Cast

DAY, YEAR = date(2026, 6, 1), 2026
NUMBER = "202633011208012345"


def chosen(cast: Cast, day: date = DAY, route: str = "points", why: str = "") -> SmeRegistration:
    with acting(cast.li), transaction.atomic():
        return sme.choose(cast.qinghe, route=route, why=why, by=cast.li, on=day, version=None)


def the(one: SmeRegistration) -> SmeRegistrationQuerySet:
    return SmeRegistration.objects.filter(pk=one.pk)


def listed(cast: Cast, number: str = NUMBER) -> SmeRegistration:
    one = chosen(cast)
    with acting(cast.li), transaction.atomic():
        sme.hand_in(the(one), by=cast.li, on=DAY, version=1)
        sme.record(the(one), number=number, listed_on=DAY, by=cast.li, on=DAY, version=2)
        return the(one).get()


def test_a_direct_way_says_by_what(cast: Cast) -> None:
    with pytest.raises(ConditionUnmet) as refused:
        chosen(cast, route="certificate")
    assert [each.place for each in refused.value.missing] == ["why"]


def test_what_the_firm_reckons_is_kept_when_it_hands_in(cast: Cast) -> None:
    one = chosen(cast)
    with acting(cast.li), transaction.atomic():
        sme.hand_in(the(one), by=cast.li, on=DAY, version=1)
        kept = the(one).get()
    assert kept.reckoned is not None
    assert (kept.state, kept.reckoned["book"], kept.reckoned["on"]) == ("handed_in", "sme", DAY.isoformat())


def test_nothing_is_handed_in_outside_the_window(cast: Cast) -> None:
    window = evaluation_year(YEAR)
    assert window.closes_on is not None
    one = chosen(cast)
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        sme.hand_in(the(one), by=cast.li, on=date(YEAR, 12, 31), version=1)


@pytest.mark.parametrize("number", ["2026330112", "202533011208012345", "209999011208012345"])
def test_a_number_that_cannot_be_is_told_at_its_field(cast: Cast, number: str) -> None:
    with pytest.raises(ConditionUnmet) as refused:
        listed(cast, number)
    assert [each.place for each in refused.value.missing] == ["number"]


def test_the_number_of_another_firm_is_not_taken(cast: Cast) -> None:
    listed(cast)
    with acting(cast.he), transaction.atomic():
        other = sme.choose(cast.yunling, route="points", why="", by=cast.he, on=DAY, version=None)
        sme.hand_in(the(other), by=cast.he, on=DAY, version=1)
        with pytest.raises(ConditionUnmet) as refused:
            sme.record(the(other), number=NUMBER, listed_on=DAY, by=cast.he, on=DAY, version=2)
    assert refused.value.missing[0].place == "number"


def test_a_registration_somebody_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    one = chosen(cast)
    with acting(cast.li), transaction.atomic():
        sme.choose(cast.qinghe, route="institute", why="省级研发中心", by=cast.li, on=DAY, version=1)
        with pytest.raises(MoveRefused):
            sme.hand_in(the(one), by=cast.li, on=DAY, version=1)


def test_a_listing_stands_until_its_update_is_due(cast: Cast) -> None:
    listed(cast)
    last = evaluation_year(YEAR).update_by
    with acting(cast.li), transaction.atomic():
        key = cast.qinghe.pk
        told = [listings([key], day) for day in (date(2026, 5, 31), DAY, last, date(last.year, last.month + 1, 1))]
        assert facts_of([cast.qinghe], DAY)[key].sme_listed is True
    assert told == [{}, {key: True}, {key: True}, {key: False}]


def test_who_is_listed_is_reminded_of_the_renewal_once(cast: Cast) -> None:
    listed(cast)
    with acting(INTAKE), transaction.atomic():
        runs = [sme.remind(SmeRegistration.objects.all(), by=INTAKE, on=date(2027, 1, 4)) for _run in range(2)]
        told = Notice.objects.get(kind="sme.remind")
    assert (runs, told.to) == ([1, 0], Notice.FIRM)
    assert evaluation_year(YEAR).update_by.isoformat() in told.body["zh"]
