"""A firm that goes to another county is handed over with what is open, and taken over there."""

from datetime import date

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import case, handover
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import HandOver, Notice
from tests.cast import Story, fresh


def prepared(story: Story, place: str = "xihu") -> HandOver:
    wang = story.cast.wang
    with acting(wang), transaction.atomic():
        division = story.cast.divisions[place]
        return handover.prepare(story.case, division, by=wang, on=story.day, note="已迁西湖，房租合同在卷")


def moved(story: Story, on: date | None = None) -> None:
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        case.change_county(story.case, story.cast.divisions["xihu"], by=chen, on=on or story.day, note="同意")


def test_the_new_county_takes_over_with_what_is_open(story: Story) -> None:
    story.to("coaching")
    prepared(story)
    moved(story)
    sun = fresh(story.cast).sun
    with acting(sun), transaction.atomic():
        found = HandOver.objects.get()
        assert found.note == "已迁西湖，房租合同在卷\n同意"
        assert found.source == story.cast.divisions["linan"]
        steps = next(task for task in found.tasks if task["kind"] == "steps")
        assert steps["count"] > 0
        assert date.fromisoformat(steps["due"]) > story.day
        assert [handover.accept(HandOver.objects.all(), by=sun, on=story.day) for _again in range(2)] == [1, 0]
        assert Notice.objects.filter(kind="hand_over.move", to=Notice.COUNTY).count() == 1


def test_a_move_without_preparation_is_handed_over_too(story: Story) -> None:
    story.to("county_review")
    moved(story)
    with acting(fresh(story.cast).sun), transaction.atomic():
        assert HandOver.objects.get().moved_by_id == story.cast.chen.pk


def test_nobody_takes_over_what_the_city_has_not_moved_nor_what_is_not_theirs(story: Story) -> None:
    story.to("coaching")
    prepared(story)
    wang = story.cast.wang
    with acting(wang), transaction.atomic(), pytest.raises(ConditionUnmet):
        handover.accept(HandOver.objects.all(), by=wang, on=story.day)
    with acting(story.cast.sun), transaction.atomic():
        assert not HandOver.objects.exists()
    moved(story)
    with acting(fresh(story.cast).chen), transaction.atomic(), pytest.raises(Refused):
        handover.accept(HandOver.objects.all(), by=story.cast.chen, on=story.day)


def test_one_move_at_a_time_and_elsewhere(story: Story) -> None:
    story.to("coaching")
    with pytest.raises(ConditionUnmet):
        prepared(story, "linan")
    prepared(story)
    with pytest.raises(ConditionUnmet):
        prepared(story)


def test_the_firm_does_not_read_the_hand_over(story: Story) -> None:
    story.to("coaching")
    prepared(story)
    with acting(story.cast.li), transaction.atomic():
        assert not HandOver.objects.exists()
