"""What looks odd in the records is found once, settled by people, and back when a side changes."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline import access, jobs
from pipeline.access import ASSESSOR, INTAKE
from pipeline.acts import quality
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Contact, FinancialYear, Firm, Hit, IntellectualProperty, RdProject, StaffMember, User
from pipeline.models.alike import MOST_ALIKE, neighbours
from pipeline.models.oddities import factor_between, is_on_line
from pipeline.models.traits import short_name
from pipeline.rules.codes.identifiers import credit_code
from tests.acts.twins import BOTH, registered
from tests.cast import DAY, QINGHE, YUNLING, Cast

LATER = DAY + timedelta(days=1)
SENTENCE = "采用自适应控制算法实现温室环境的协同调节"


def look(on: date = DAY) -> int:
    with acting(ASSESSOR), transaction.atomic():
        return quality.look(list(Firm.objects.values_list("pk", flat=True)), by=ASSESSOR, on=on)


def hits(cast: Cast) -> list[tuple[str, str, str]]:
    """Kind, state and what it is about of all there are."""
    with acting(cast.chen):
        return list(Hit.objects.order_by("kind", "about").values_list("kind", "state", "about"))


def settle(by: User, why: str = "同一集团的两家子公司") -> None:
    with acting(by), transaction.atomic():
        quality.settle(Hit.objects.all(), why=why, by=by, on=DAY)


def same_phone(one: Firm, two: Firm) -> None:
    for each, name in ((one, "王"), (two, "李")):
        Contact.objects.create(firm=each, name=name, phone="13911112222")


def same_person(one: Firm, two: Firm) -> None:
    for each in (one, two):
        Contact.objects.create(firm=each, name="王一")
    Firm.objects.filter(pk__in=(one.pk, two.pk)).update(address="文三路 100 号 2 楼")


def same_right(one: Firm, two: Firm) -> None:
    IntellectualProperty.objects.create(firm=one, kind="invention", number=BOTH)
    IntellectualProperty.objects.create(firm=two, kind="invention", number=f"ZL {BOTH}")


def same_staff(one: Firm, two: Firm) -> None:
    for each in (one, two):
        for name in ("王一", "王二", "王三"):
            StaffMember.objects.create(firm=each, year=2025, name=name, days_worked=250)


def same_text(one: Firm, two: Firm) -> None:
    RdProject.objects.create(firm=one, code="RD01", title="温室", result=f"{SENTENCE}；产量提高")
    RdProject.objects.create(firm=two, code="RD07", title="大棚", result=f"试验完成。{SENTENCE}！")


def same_name(one: Firm, two: Firm) -> None:
    Firm.objects.filter(pk=two.pk).update(name="青禾智控科技（杭州）有限责任公司")


PAIRS: dict[str, Callable[[Firm, Firm], None]] = {
    each.__name__: each for each in (same_phone, same_person, same_right, same_staff, same_text, same_name)
}


@pytest.mark.parametrize("kind", PAIRS)
def test_what_is_alike_in_two_firms_is_found_once_with_both_sides(cast: Cast, kind: str) -> None:
    look()
    assert hits(cast) == []
    with acting(INTAKE), transaction.atomic():
        PAIRS[kind](cast.qinghe, cast.yunling)
    assert look() >= 1
    assert look() == 0
    assert hits(cast) == [(kind, "open", "")]
    with acting(cast.chen):
        found = Hit.objects.get()
        assert {found.firm_id, found.other_id} == {cast.qinghe.pk, cast.yunling.pk}
        assert all(len(both) == 2 and all(both) for both in found.facts["shared"])


def test_of_people_no_name_and_no_telephone_is_kept_in_what_was_found(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        for make in (same_staff, same_phone):
            make(cast.qinghe, cast.yunling)
    look()
    with acting(cast.chen):
        told = str(list(Hit.objects.values_list("facts", flat=True)))
    assert "王**" not in told
    assert "王*" in told
    assert "王二" not in told
    assert "13911112222" not in told


def test_two_codes_one_sign_apart_are_found(cast: Cast) -> None:
    registered(cast, name="临安另一家制造有限公司")
    look()
    assert hits(cast) == [("near_code", "open", "")]


def test_neighbours_of_a_code_are_valid_and_differ_in_one_sign_or_by_a_swap() -> None:
    near = neighbours(QINGHE)
    assert {credit_code(each) for each in near} == near
    assert len(near) == 17 * 30 + len([1 for one, two in pairwise(QINGHE[:17]) if one != two])
    assert neighbours("不是代码") == set()
    assert QINGHE not in near
    assert YUNLING not in near
    assert "91330112MA2CFYQ02F" in near
    swapped = "91330112AM2CFYQ03"
    assert any(each.startswith(swapped) for each in near)


def test_what_too_many_share_says_nothing_of_two(cast: Cast) -> None:
    names = [f"临安第{number}家制造厂有限公司" for number in range(MOST_ALIKE - 1)]
    codes = sorted(neighbours(YUNLING))[: len(names)]
    made = [registered(cast, code, name) for code, name in zip(codes, names, strict=True)]
    with acting(INTAKE), transaction.atomic():
        for each in (cast.qinghe, cast.yunling, *made):
            Contact.objects.create(firm=each, name="代办", phone="13911112222")
    look()
    assert "same_phone" not in {kind for kind, _state, _about in hits(cast)}


def test_few_names_of_long_lists_are_chance(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        same_staff(cast.qinghe, cast.yunling)
        for each, prefix in ((cast.qinghe, "甲"), (cast.yunling, "乙")):
            for number in range(13):
                name = f"{prefix}某{number}"
                StaffMember.objects.create(firm=each, year=2025, name=name, days_worked=250)
    look()
    assert hits(cast) == []


def test_one_person_of_three_years_is_one(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        for each in (cast.qinghe, cast.yunling):
            for year in (2023, 2024, 2025):
                StaffMember.objects.create(firm=each, year=year, name="王一", days_worked=250)
    look()
    assert hits(cast) == []


def test_settled_it_stays_so_until_a_side_changes(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        same_right(cast.qinghe, cast.yunling)
    look()
    settle(cast.chen)
    with acting(INTAKE), transaction.atomic():
        Firm.objects.filter(pk=cast.qinghe.pk).update(address="别处 1 号")  # nothing of the right
    assert look(LATER) == 1
    assert hits(cast) == [("same_right", "settled", "")]
    with acting(INTAKE), transaction.atomic():
        IntellectualProperty.objects.filter(firm=cast.yunling).update(title="另一件")
    look(LATER)
    assert hits(cast) == [("same_right", "open", "")]
    with acting(cast.chen):
        assert (Hit.objects.get().why, Hit.objects.get().found_on) == ("", LATER)


def test_what_is_no_longer_so_goes(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        same_right(cast.qinghe, cast.yunling)
    look()
    settle(cast.chen)
    with acting(INTAKE), transaction.atomic():
        IntellectualProperty.objects.filter(firm=cast.yunling).delete()
    look()
    assert hits(cast) == []


def test_a_settlement_has_its_reason_and_is_made_once(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        same_right(cast.qinghe, cast.yunling)
    look()
    with pytest.raises(ConditionUnmet):
        settle(cast.chen, " ")
    settle(cast.chen)
    with pytest.raises(ConditionUnmet):
        settle(cast.zhou)
    with acting(cast.chen), transaction.atomic():
        quality.reopen(Hit.objects.all(), by=cast.chen)
    assert hits(cast) == [("same_right", "open", "")]


def test_a_county_settles_what_is_odd_in_its_firm_and_sees_no_pair_with_another_county(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        same_right(cast.qinghe, cast.yunling)
        FinancialYear.objects.filter(firm=cast.qinghe, year=2025).update(sales=Decimal(8_640))
    look()
    for county, seen in ((cast.sun, set()), (cast.wang, {"off_by_unit"})):
        with acting(county), transaction.atomic():
            assert set(Hit.objects.values_list("kind", flat=True)) == seen
    settle(cast.wang)
    with acting(cast.chen):
        assert Hit.objects.get(kind="same_right").state == "open"
    with pytest.raises(access.Refused), acting(cast.li), transaction.atomic():
        quality.settle(Hit.objects.all(), why="x", by=cast.li, on=DAY)


def test_a_figure_in_another_unit_is_found_between_years_and_beside_the_gross_income(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        FinancialYear.objects.filter(firm=cast.qinghe, year=2025).update(sales=Decimal(8_640))
    look()
    assert [(kind, about) for kind, _state, about in hits(cast)] == [
        ("off_by_unit", "2025.sales.2024"),
        ("off_by_unit", "2025.sales.total_income"),
    ]


@pytest.mark.parametrize(
    ("figure", "other", "factor"),
    [
        (10_000, 1, 10_000),
        (1, 10_000, 10_000),
        (700, 1, 1_000),
        (2_000, 1, 10_000),
        (399, 1, None),
        (50_001, 1, None),
        (5, 0, None),
        (None, 5, None),
        (-10_000, 1, None),
    ],
)
def test_only_a_factor_near_a_unit_is_odd(figure: int | None, other: int, factor: int | None) -> None:
    assert factor_between(None if figure is None else Decimal(figure), Decimal(other)) == factor


@pytest.mark.parametrize(
    ("found", "verdict", "unit", "odd"),
    [
        ("1/20", "met", "share", True),
        ("0.05009", "met", "share", True),
        ("0.0501", "met", "share", False),
        ("0.0499", "unmet", "share", False),
        ("1/20", "met", "yuan", False),
        (None, "unknown", "share", False),
    ],
)
def test_only_a_share_met_by_less_than_a_hundredth_of_a_percent_is_on_the_line(
    found: str | None, verdict: str, unit: str, odd: bool
) -> None:
    assert is_on_line({"found": found, "needed": "0.05", "verdict": verdict, "unit": unit}) is odd


def test_a_ratio_exactly_on_the_line_is_found_from_the_diagnosis(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        FinancialYear.objects.filter(firm=cast.qinghe).update(tech_staff=Decimal(10), staff=Decimal(100))
        Firm.objects.filter(pk=cast.qinghe.pk).update(diagnosis_due=True)
    jobs.diagnose_firms()
    jobs.look_for_oddities()
    assert ("on_line", "open", "tech_staff_ratio") in hits(cast)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("杭州青禾智控科技有限公司", "青禾智控科技"),
        ("浙江省杭州市临安区新苗有限公司", "新苗"),
        ("青禾智控（杭州）科技集团股份有限公司", "青禾智控科技"),
        ("Qinghe Labs 有限公司", "qinghelabs"),
    ],
)
def test_a_short_name_is_without_places_and_legal_form(name: str, short: str) -> None:
    assert short_name(name) == short
