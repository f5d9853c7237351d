"""Windows: when a firm may begin and hand in, what is late, and when a firm that left may come back."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import case, intake
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Announcement, Case, Window
from tests.cast import DAY, Cast, Story, the

OPENS, CLOSES, COUNTY = date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 27)


def called(cast: Cast, **also: object) -> Window:
    dates: dict[str, date] = {"opens_on": OPENS, "closes_on": CLOSES, "county_date": COUNTY}
    said = {"name": "2026 年第二批", **dates, **also}
    with acting(cast.chen), transaction.atomic():
        return intake.open(by=cast.chen, on=DAY, **said)  # type: ignore[arg-type]


def begin(cast: Cast, on: date) -> Case:
    with acting(cast.li), transaction.atomic():
        return case.begin(the(cast.qinghe), by=cast.li, on=on)


def submit(cast: Cast, on: date) -> Case:
    with acting(cast.li), transaction.atomic():
        case.submit(Case.objects.filter(firm=cast.qinghe), by=cast.li, on=on)
        return Case.objects.get(firm=cast.qinghe)


def why(refused: pytest.ExceptionInfo[ConditionUnmet]) -> str:
    return refused.value.missing[0].says


def test_a_city_that_called_no_window_takes_applications_on_any_day(cast: Cast) -> None:
    assert begin(cast, DAY).window is None


def test_a_draft_belongs_to_the_open_window_and_is_due_when_it_closes(cast: Cast) -> None:
    window = called(cast)
    begun = begin(cast, CLOSES)
    assert (begun.window, begun.due_on) == (window, CLOSES)


@pytest.mark.parametrize("day", [date(2026, 10, 31), date(2026, 11, 21)])
def test_nobody_begins_outside_of_a_window_and_the_next_one_is_named(cast: Cast, day: date) -> None:
    called(cast)
    later = {"opens_on": date(2027, 3, 1), "closes_on": date(2027, 3, 31), "county_date": date(2027, 4, 10)}
    called(cast, name="2027 年第一批", **later)
    with pytest.raises(ConditionUnmet) as refused:
        begin(cast, day)
    assert ("2026-11-01" if day < OPENS else "2027-03-01") in why(refused)


def test_what_is_handed_in_in_time_is_not_late_and_the_county_has_its_days(cast: Cast) -> None:
    called(cast)
    begin(cast, DAY)
    handed_in = submit(cast, DAY)
    assert not handed_in.late
    assert handed_in.due_on == date(2026, 11, 9)


@pytest.mark.parametrize(("day", "late"), [(CLOSES, False), (date(2026, 11, 21), True), (COUNTY, True)])
def test_what_comes_after_the_window_closed_is_late_and_due_at_the_county_by_its_day(
    cast: Cast, day: date, late: bool
) -> None:
    called(cast)
    begin(cast, DAY)
    handed_in = submit(cast, day)
    assert (handed_in.late, handed_in.due_on) == (late, COUNTY)


def test_what_comes_after_the_county_s_day_waits_for_the_next_window(cast: Cast) -> None:
    called(cast)
    begin(cast, DAY)
    with pytest.raises(ConditionUnmet):
        submit(cast, date(2026, 11, 28))
    days = {"opens_on": date(2026, 12, 7), "closes_on": date(2026, 12, 18), "county_date": date(2026, 12, 25)}
    later = called(cast, name="2026 年第三批", **days)
    handed_in = submit(cast, date(2026, 12, 8))
    assert (handed_in.window, handed_in.late) == (later, False)


def test_a_longer_window_gives_its_drafts_until_then_and_is_never_made_shorter(cast: Cast) -> None:
    window = called(cast)
    begin(cast, DAY)
    longer = date(2026, 12, 4)
    with acting(cast.chen), transaction.atomic():
        intake.prolong(window, closes_on=longer, county_date=longer, by=cast.chen, on=DAY)
        assert Case.objects.get().due_on == longer
    with acting(cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        intake.prolong(Window.objects.get(), closes_on=CLOSES, county_date=longer, by=cast.chen, on=DAY)


def test_a_window_is_announced_to_firms_until_it_closes(cast: Cast) -> None:
    called(cast, announce="请在窗口期内提交。")
    for day, seen in ((DAY, 1), (CLOSES, 1), (date(2026, 11, 21), 0)):
        assert Announcement.objects.pinned(day, frozenset({"firm_owner"})).count() == seen


def test_the_city_alone_calls_windows_by_act_and_by_row(cast: Cast) -> None:
    dates: dict[str, Any] = {"opens_on": OPENS, "closes_on": CLOSES, "county_date": COUNTY}
    with acting(cast.wang), pytest.raises(Refused):
        intake.open(name="县里的", **dates, by=cast.wang, on=DAY)
    with acting(cast.wang), pytest.raises(Exception, match="row-level security"), transaction.atomic():
        Window.objects.create(name="县里的", year=2026, by=cast.wang, **dates)
    with acting(cast.chen), pytest.raises(IntegrityError), transaction.atomic():
        Window.objects.create(name="反了", year=2026, by=cast.chen, **{**dates, "closes_on": date(2026, 12, 1)})


@pytest.mark.parametrize(
    ("reason", "from_day"),
    [
        ("inactive", date(2027, 11, 2)),
        ("became_ineligible", date(2027, 11, 2)),
        ("cancelled_fraud", date(2029, 11, 2)),
        ("withdrawn", date(2027, 11, 2)),
        ("expired", None),
        ("failed_review", DAY),
    ],
)
def test_a_firm_that_left_comes_back_from_the_day_its_reason_gives(
    story: Story, reason: str, from_day: date | None
) -> None:
    story.to("draft")
    cast = story.cast
    with acting(cast.li), transaction.atomic():
        case.withdraw(story.case, by=cast.li, on=DAY)
        Case.objects.update(reason=reason)
    if from_day is None:
        with pytest.raises(ConditionUnmet):
            begin(cast, date(2040, 1, 2))
        return
    if from_day > DAY:
        with pytest.raises(ConditionUnmet) as refused:
            begin(cast, date.fromordinal(from_day.toordinal() - 1))
        assert str(from_day) in why(refused)
    assert begin(cast, from_day).stage == "draft"


def test_a_lead_is_no_way_round_the_waiting_time(story: Story) -> None:
    story.to("draft")
    cast = story.cast
    with acting(cast.li), transaction.atomic():
        case.withdraw(story.case, by=cast.li, on=DAY)
    with acting(cast.wang), transaction.atomic():
        case.open_lead(the(cast.qinghe), by=cast.wang, on=DAY)
    with pytest.raises(ConditionUnmet):
        begin(cast, date(2026, 12, 1))
