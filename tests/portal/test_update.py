"""The yearly update in the portal, and what the first page says of windows."""

from datetime import date
from typing import Any

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import case, intake
from pipeline.models import AnnualUpdate, Case
from tests.cast import DAY, Cast, Story, the
from tests.portal.conftest import Travel, Visitor


@pytest.fixture
def asked(story: Story) -> Story:
    story.to("coaching")
    with acting(INTAKE), transaction.atomic():
        kept = story.case.get()
        AnnualUpdate.objects.create(firm=kept.firm, case=kept, year=2026, due_on=date(2026, 11, 30))
    return story


def test_the_first_page_asks_for_it_and_the_owner_confirms(asked: Story) -> None:
    li = Visitor(asked.cast.li)
    assert li.url("update") in li.get("home").content.decode()
    li.post("update", says="办公地址变更")
    with acting(asked.cast.li), transaction.atomic():
        kept = AnnualUpdate.objects.get()
        assert (kept.confirmed_on, kept.says) == (DAY, "办公地址变更")
    assert "办公地址变更" in li.get("update").content.decode()


def test_a_finance_clerk_reads_it_and_confirms_nothing(asked: Story) -> None:
    bai = Visitor(asked.cast.bai)
    assert bai.get("update").status_code == 200
    assert bai.post("update", says="").status_code == 403
    with acting(asked.cast.li), transaction.atomic():
        assert AnnualUpdate.objects.get().confirmed_on is None


def test_who_submits_late_is_told_before_and_the_county_after(story: Story, travel: Travel) -> None:
    dates: dict[str, Any] = {"opens_on": DAY, "closes_on": DAY, "county_date": date(2026, 11, 20)}
    with acting(story.cast.chen), transaction.atomic():
        intake.open(name="2026 年第二批", **dates, by=story.cast.chen, on=DAY)
    with acting(story.cast.li), transaction.atomic():
        case.begin(the(story.cast.qinghe), by=story.cast.li, on=DAY)
    told = "note warn"
    assert told not in Visitor(story.cast.li).get("submit").content.decode()
    travel(date(2026, 11, 3))
    li = Visitor(story.cast.li)
    assert told in li.get("submit").content.decode()
    li.post("submit", version="1")
    with acting(story.cast.wang), transaction.atomic():
        assert Case.objects.get().late


def test_outside_of_a_window_the_first_page_names_the_next_and_nothing_is_begun(cast: Cast) -> None:
    dates: dict[str, Any] = {
        "opens_on": date(2027, 3, 1),
        "closes_on": date(2027, 3, 31),
        "county_date": date(2027, 4, 10),
    }
    with acting(cast.chen), transaction.atomic():
        intake.open(name="2027 年第一批", **dates, by=cast.chen, on=DAY)
    li = Visitor(cast.li)
    page = li.get("home").content.decode()
    assert "2027-03-01" in page
    assert li.url("begin") not in page
    assert "2027-03-01" in li.post("begin").content.decode()
