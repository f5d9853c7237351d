"""Persons month by month and one by one."""

from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import SEALER
from pipeline.acts import staff
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import FinancialYear, MoveRefused, StaffMember, StaffMonth, TrailEntry
from pipeline.models.record import facts_of
from pipeline.rules.facts.folding import fold
from tests.cast import DAY, Cast, the

# after X8 of the policy page: by months the share is below what the last day of the year shows
STARTS = (20, 22, 22, 24, 24, 24, 26, 26, 28, 28, 28, 30)
ENDS = (22, 22, 24, 24, 24, 26, 26, 28, 28, 28, 30, 30)
WANG = {"name": "王一", "post": "工程师", "degree": "master", "employed_as": "employed", "does_rd": True}


def months(tech: int = 2) -> dict[int, dict[str, int | None]]:
    ends = zip(STARTS, ENDS, strict=True)
    return {
        month: {"opening": first, "closing": last, "tech_opening": tech, "tech_closing": tech}
        for month, (first, last) in enumerate(ends, start=1)
    }


def record(cast: Cast, told: dict[int, Any], versions: dict[int, int | None] | None = None) -> None:
    staff.record_months(cast.qinghe, 2025, told, versions=versions or {}, by=cast.bai, on=DAY)


def test_months_are_averaged_only_where_the_firm_lets_them_count(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        record(cast, months())
        [declared] = facts_of(the(cast.qinghe), DAY).values()
        staff.count(cast.qinghe, 2025, what="months", by=cast.bai)
        [counted] = facts_of(the(cast.qinghe), DAY).values()
        kept = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
    mean = sum(STARTS + ENDS) / 24
    assert fold(declared, DAY).values["staff_y1"] == kept.staff == 121
    assert float(fold(counted, DAY).values["staff_y1"] or 0) == pytest.approx(mean)
    assert fold(counted, DAY).values["tech_staff_y1"] == 2


def test_months_with_a_gap_cannot_count(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        record(cast, {month: counts for month, counts in months().items() if month != 7})
        with pytest.raises(ConditionUnmet):
            staff.count(cast.qinghe, 2025, what="months", by=cast.bai)


def test_a_month_somebody_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        record(cast, months())
        record(cast, {3: months(tech=3)[3]}, {3: 1})
        with pytest.raises(MoveRefused):
            record(cast, {3: months(tech=4)[3]}, {3: 1})
        assert StaffMonth.objects.get(month=3).tech_opening == 3


def test_the_183rd_day_makes_a_tech_person_and_only_at_rd(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        people = [
            {**WANG, "days_worked": 183},
            {**WANG, "name": "李二", "days_worked": 182},
            {**WANG, "name": "赵三", "days_worked": 250, "does_rd": False},
        ]
        staff.record_members(cast.qinghe, 2025, people, by=cast.bai)
        assert [row.name for row in StaffMember.objects.tech(183)] == ["王一"]


def test_the_same_name_and_post_again_corrects_and_twice_in_one_list_is_told(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        staff.record_members(cast.qinghe, 2025, [{**WANG, "days_worked": 100}], by=cast.bai)
        staff.record_members(cast.qinghe, 2025, [{**WANG, "days_worked": 200}], by=cast.bai)
        with pytest.raises(ConditionUnmet) as twice:
            staff.record_members(cast.qinghe, 2025, [{**WANG, "days_worked": each} for each in (1, 2)], by=cast.bai)
        kept = StaffMember.objects.get()
    assert (kept.days_worked, kept.version) == (200, 2)
    assert [each.place for each in twice.value.missing] == ["1"]


def test_a_name_is_masked_outside_the_firm_and_stays_out_of_the_trail(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        staff.record_members(cast.qinghe, 2025, [{**WANG, "days_worked": 100}], by=cast.bai)
    with acting(SEALER), transaction.atomic():
        [told] = TrailEntry.objects.filter(table="pipeline_staffmember")
    kept = told.after or {}
    assert (kept["post"], "name" in kept) == ("工程师", False)
    assert [StaffMember(name=name).masked_name for name in ("欧阳明", "王一")] == ["欧**", "王*"]
