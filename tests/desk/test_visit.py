"""A visit written down on the spot: kept while it is typed, with photographs, then on record."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from config.postgres.scope import acting
from pipeline.models import Appointment, Draft, Evidence, Visit
from tests.cast import SINCE, Story
from tests.desk.conftest import Seat, Travel, text


@pytest.fixture
def plan(story: Story, travel: Travel) -> Story:
    story.to("coaching")
    travel(story.day)
    return story


def address(story: Story, name: str = "visit") -> str:
    return reverse(f"desk:{name}", args=[story.number])


def said(story: Story, **other: Any) -> dict[str, Any]:
    told = {"on": story.day.isoformat(), "way": "visit", "met": "李总", "notes": "看了研发台账", "agreed": "下周补合同"}
    return {**told, "next_on": "2027-01-08", **other}


def photograph(name: str = "image.jpg") -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), "image/jpeg")


def test_a_visit_is_kept_with_whom_was_met_what_is_next_and_when(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    assert wang.post(address(plan), said(plan)).status_code == 302
    with acting(plan.cast.wang):
        kept = Visit.objects.get()
    assert (kept.on, kept.next_on, kept.by_id) == (plan.day, date(2027, 1, 8), plan.cast.wang.pk)
    page = text(wang.get(address(plan, "plan")))
    assert [word for word in ("李总", "看了研发台账", "下周补合同") if word not in page] == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"notes": " "}, "notes"),
        ({"on": "2099-01-01"}, "on"),
        ({"next_on": "2020-01-01"}, "next_on"),
        ({"way": "telepathy"}, "way"),
    ],
)
def test_a_wrong_visit_is_refused_at_its_field_and_what_was_written_stays(
    plan: Story, seat: Seat, wrong: dict[str, str], field: str
) -> None:
    refused = seat(plan.cast.wang).post(address(plan), said(plan, **wrong))
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert "下周补合同" in text(refused)
    with acting(plan.cast.wang):
        assert not Visit.objects.exists()


def test_what_is_typed_outlives_the_page_and_is_gone_once_on_record(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    answer = wang.post(address(plan, "visit_draft"), {"notes": "写到一半", "met": "李总"})
    assert answer.json()["saved"]
    assert "写到一半" in text(wang.get(address(plan)))
    assert "写到一半" not in text(seat(plan.cast.zhao).get(address(plan))), "a draft is its writer's"
    wang.post(address(plan), said(plan))
    with acting(plan.cast.wang):
        assert not Draft.objects.exists()


def test_a_draft_is_given_up(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    wang.post(address(plan, "visit_draft"), {"notes": "写到一半"})
    wang.post(address(plan), {"drop": "1"})
    assert "写到一半" not in text(wang.get(address(plan)))


def test_photographs_of_one_name_stay_two(plan: Story, seat: Seat) -> None:
    wang = seat(plan.cast.wang)
    wang.post(address(plan), said(plan, photographs=[photograph(), photograph()]))
    with acting(plan.cast.wang):
        titles = list(Evidence.objects.filter(visit__isnull=False).values_list("document__title", flat=True))
    assert len(set(titles)) == 2
    assert all(title in text(wang.get(address(plan, "plan"))) for title in titles)


def test_a_file_that_is_no_photograph_refuses_the_whole(plan: Story, seat: Seat) -> None:
    refused = seat(plan.cast.wang).post(address(plan), said(plan, photographs=[photograph("a.exe")]))
    assert refused.status_code == 422
    assert "a.exe" in text(refused)
    with acting(plan.cast.wang):
        assert not Visit.objects.exists()


def test_a_coach_whom_the_firm_let_in_records_a_visit_and_others_do_not(plan: Story, seat: Seat) -> None:
    zhang = seat(plan.cast.zhang)
    assert zhang.get(address(plan)).status_code == 404
    with acting(plan.cast.chen):
        during = (SINCE, date(2100, 1, 1))
        Appointment.objects.create(firm=plan.cast.qinghe, coach=plan.cast.zhang, during=during, consented_on=plan.day)
    assert zhang.post(address(plan), said(plan, photographs=[photograph()])).status_code == 302
    with acting(plan.cast.zhang):
        assert Visit.objects.get().by_id == plan.cast.zhang.pk
    for username in ("sun", "zhou"):
        assert seat(plan.cast.people[username]).post(address(plan), said(plan)).status_code == 404
