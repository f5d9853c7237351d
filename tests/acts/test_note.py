"""Notes on a firm: who reads them, and who is told."""

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import note
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Note, Notice, User
from tests.cast import Cast, Story


def noted(story: Story, by: User, text: str, *, internal: bool = True) -> Note:
    with acting(by), transaction.atomic():
        return note.write(story.cast.qinghe, text, by=by, on=story.day, internal=internal, case=story.case.get())


def read_by(person: User) -> list[str]:
    with acting(person), transaction.atomic():
        return list(Note.objects.order_by("pk").values_list("text", flat=True))


def test_the_firm_and_its_coach_read_what_is_for_the_firm_and_nothing_else(story: Story) -> None:
    story.to("county_review")
    noted(story, story.cast.wang, "疑似代办材料")
    noted(story, story.cast.wang, "请把合同扫描清楚", internal=False)
    assert read_by(story.cast.li) == ["请把合同扫描清楚"]
    assert read_by(story.cast.chen) == ["疑似代办材料", "请把合同扫描清楚"]
    assert read_by(story.cast.he) == []


def test_a_note_for_the_firm_is_told_to_it(story: Story) -> None:
    story.to("county_review")
    noted(story, story.cast.wang, "请把合同扫描清楚", internal=False)
    with acting(story.cast.li), transaction.atomic():
        told = Notice.objects.for_firm().first()
        assert told is not None
        assert "请把合同扫描清楚" in told.body["zh"]


def test_who_is_named_is_told_and_no_other_colleague(story: Story) -> None:
    story.to("city_review")
    kept = noted(story, story.cast.chen, "＠王敏 请核对发票；抄送 @周敏")
    assert kept.mentions == [story.cast.wang.pk, story.cast.zhou.pk]
    assert [told(story.cast, name) for name in ("wang", "zhou", "zhao", "chen")] == [1, 1, 0, 0]


def told(cast: Cast, name: str) -> int:
    """How many mentions the person finds among the messages."""
    person = User.objects.get(pk=cast.people[name].pk)
    with acting(person), transaction.atomic():
        return Notice.objects.visible_to(person).for_office(person).filter(kind="note.mention").count()


@pytest.mark.parametrize("text", ["", "  ", "@无名氏 看一下", "请 @王 看"])
def test_a_note_without_words_or_to_a_name_nobody_has_is_refused(story: Story, text: str) -> None:
    story.to("county_review")
    with pytest.raises(ConditionUnmet):
        noted(story, story.cast.wang, text)


def test_an_address_is_no_name(story: Story) -> None:
    story.to("county_review")
    assert noted(story, story.cast.wang, "已发到 li@example.com").mentions == []
