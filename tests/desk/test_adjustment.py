"""The yearly adjustment on the desk: rehearsed without writing, every number opens its firms, each step by its seat."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.models import Adjustment, Leaver
from tests.cast import Story
from tests.desk.conftest import Seat, Travel, statements, text

ALL = reverse("desk:adjustments")
FIRM = "杭州青禾智控科技有限公司"


@pytest.fixture
def over(story: Story, travel: Travel) -> Story:
    """Qinghe's term is over."""
    story.to("coaching")
    travel(story.day)
    with acting(INTAKE), transaction.atomic():
        story.case.update(term=DateRange(date(2023, 11, 1), date(2026, 11, 1)))
    return story


def page() -> str:
    return reverse("desk:adjustment", args=[Adjustment.objects.get().public_id])


def stand() -> tuple[str, int]:
    now = Adjustment.objects.get()
    return now.state, now.version


def test_looking_writes_nothing_and_each_number_opens_its_firms(over: Story, seat: Seat) -> None:
    chen = seat(over.cast.chen)
    shown = chen.get(ALL)
    counts = {each["says"]: (each["count"], each["url"]) for each in shown.context["reasons"]}
    assert counts["培育期满"][0] == 1
    assert FIRM in text(chen.get(ALL + counts["培育期满"][1]))
    assert FIRM not in text(chen.get(ALL + counts["长期未活动"][1]))
    assert not Adjustment.objects.exists()


def test_a_county_sees_its_own_firms_and_draws_no_list(over: Story, seat: Seat) -> None:
    assert FIRM in text(seat(over.cast.wang).get(ALL))
    assert FIRM not in text(seat(over.cast.sun).get(ALL))
    assert seat(over.cast.wang).post(ALL, {"draw": "1"}).status_code == 403
    seat(over.cast.chen).post(ALL, {"draw": "1"})
    assert FIRM in text(seat(over.cast.wang).get(page()))
    assert FIRM not in text(seat(over.cast.sun).get(page()))


def test_the_list_goes_its_way_step_by_step(over: Story, seat: Seat, travel: Travel) -> None:
    chen, zhou = seat(over.cast.chen), seat(over.cast.zhou)
    chen.post(ALL, {"draw": "1"})
    chen.post(page(), {"step": "propose", "version": 1, "note": "年度调整"})
    assert chen.post(page(), {"step": "accept", "version": 2}).status_code == 403
    zhou.post(page(), {"step": "accept", "version": 2})
    assert stand() == ("objections", 3)
    assert FIRM in text(zhou.get(reverse("public:notices")))
    early = chen.post(page(), {"step": "submit", "version": 3})
    assert 'role="alert"' in text(early)
    travel(date(2026, 11, 30))
    chen, zhou = seat(over.cast.chen), seat(over.cast.zhou)
    chen.post(page(), {"step": "submit", "version": 3})
    zhou.post(page(), {"step": "publish", "version": 4, "document": "杭科〔2026〕9 号"})
    assert stand() == ("published", 5)
    with acting(over.cast.chen), transaction.atomic():
        assert over.case.get().reason == "expired"
    assert "杭科〔2026〕9 号" in text(zhou.get(reverse("public:notices")))


def test_a_firm_is_taken_off_with_a_reason_and_a_stranger_on_the_form_refuses_the_whole(
    over: Story, seat: Seat
) -> None:
    chen = seat(over.cast.chen)
    chen.post(ALL, {"draw": "1"})
    with acting(over.cast.chen), transaction.atomic():
        key = Leaver.objects.get().pk
    assert chen.post(page(), {"keep": "1", "chosen": [key, 999_999], "why": "x"}).status_code == 404
    chen.post(page(), {"keep": "1", "chosen": [key], "why": " "})
    chen.post(page(), {"keep": "1", "chosen": [], "why": "x"})
    with acting(over.cast.chen), transaction.atomic():
        assert Leaver.objects.get().stays == ""
    chen.post(page(), {"keep": "1", "chosen": [key], "why": "正在申报"})
    with acting(over.cast.chen), transaction.atomic():
        assert Leaver.objects.get().stays == "正在申报"


def test_a_page_that_is_stale_or_a_step_that_is_not_the_next_changes_nothing(over: Story, seat: Seat) -> None:
    chen = seat(over.cast.chen)
    chen.post(ALL, {"draw": "1"})
    assert chen.post(page(), {"step": "publish", "version": 1}).status_code == 404
    assert chen.post(page(), {"step": "propose", "version": 7}).status_code == 409
    assert stand() == ("drawn", 1)


def test_the_pages_ask_little_of_the_database(over: Story, seat: Seat) -> None:
    chen = seat(over.cast.chen)
    with statements() as counted:
        chen.get(ALL)
    assert len(counted) <= 12, "\n".join(counted)
    chen.post(ALL, {"draw": "1"})
    with statements() as counted:
        chen.get(page())
    assert len(counted) <= 12, "\n".join(counted)
