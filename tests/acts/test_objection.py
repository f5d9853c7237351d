"""Objections: registered with who makes them, examined by one person, decided by another; blocking until then."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import case, flag, objection
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Flag, MoveRefused, Objection, User
from tests.cast import Story

LATER = date(2026, 12, 1)


def registered(story: Story, by: User | None = None) -> Objection:
    who = by or story.cast.wang
    with acting(who), transaction.atomic():
        (found,) = objection.register(
            story.case, by=who, on=story.day, objector="马某", contact="13700000000", says="专利权属有争议"
        )
    return found


def examined(story: Story, found: Objection, by: User | None = None) -> None:
    who = by or story.cast.chen
    with acting(who), transaction.atomic():
        seen = Objection.objects.get(pk=found.pk).version
        one = Objection.objects.filter(pk=found.pk)
        objection.examine(one, by=who, on=story.day, finding="已核对登记簿", version=seen)


def decided(story: Story, found: Objection, result: str, by: User | None = None) -> None:
    who = by or story.cast.zhou
    with acting(who), transaction.atomic():
        one = Objection.objects.filter(pk=found.pk)
        objection.decide(one, by=who, on=LATER, result=result, ruling="理由如下", version=one.get().version)


def flags(story: Story) -> list[tuple[str, date | None]]:
    with acting(story.cast.chen), transaction.atomic():
        return list(Flag.objects.values_list("says", "cleared_on"))


def test_an_objection_to_an_admission_blocks_it_until_it_is_dismissed(story: Story) -> None:
    story.to("publicity")
    found = registered(story)
    with acting(story.cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.admit(story.case, by=story.cast.chen, on=LATER)
    examined(story, found)
    decided(story, found, "dismissed")
    assert flags(story) == [("专利权属有争议", LATER)]
    with acting(story.cast.chen), transaction.atomic():
        case.admit(story.case, by=story.cast.chen, on=LATER)
        assert story.case.get().stage == "coaching"


def test_one_that_is_upheld_keeps_the_firm_out_and_the_case_can_be_refused(story: Story) -> None:
    story.to("publicity")
    found = registered(story)
    examined(story, found)
    decided(story, found, "upheld")
    assert flags(story) == [("专利权属有争议", None)]
    with acting(story.cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.admit(story.case, by=story.cast.chen, on=LATER)
    with acting(story.cast.zhou), transaction.atomic():
        case.refuse(story.case, by=story.cast.zhou, on=LATER, note="异议成立")


def test_the_block_of_an_undecided_objection_is_not_lifted_past_it(story: Story) -> None:
    story.to("publicity")
    registered(story)
    with acting(story.cast.chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        flag.clear_flag(Flag.objects.get(), by=story.cast.chen, on=LATER, note="算了")


def test_nobody_decides_what_was_not_examined_nor_what_they_examined(story: Story) -> None:
    story.to("publicity")
    found = registered(story)
    with pytest.raises(ConditionUnmet):
        decided(story, found, "dismissed")
    examined(story, found)
    with acting(story.cast.chen), transaction.atomic(), pytest.raises(IntegrityError):
        Objection.objects.update(result="dismissed", decided_on=LATER, decided_by=story.cast.chen)
    with pytest.raises(Refused):
        decided(story, found, "dismissed", by=story.cast.chen)


def test_who_was_faster_wins(story: Story) -> None:
    story.to("publicity")
    found = registered(story)
    examined(story, found)
    one = Objection.objects.filter(pk=found.pk)
    with acting(story.cast.wang), transaction.atomic(), pytest.raises(MoveRefused):
        objection.examine(one, by=story.cast.wang, on=story.day, finding="另查", version=1)


@pytest.mark.parametrize(
    ("said", "place"),
    [({"objector": " "}, "objector"), ({"says": ""}, "says"), ({"received_on": date(2027, 1, 1)}, "received_on")],
)
def test_an_objection_says_who_and_what_and_when(story: Story, said: dict[str, object], place: str) -> None:
    story.to("publicity")
    words = {"objector": "马某", "says": "不实", **said}
    with acting(story.cast.wang), transaction.atomic(), pytest.raises(ConditionUnmet) as unmet:
        objection.register(story.case, by=story.cast.wang, on=story.day, **words)  # type: ignore[arg-type]
    assert [each.place for each in unmet.value.missing] == [place]


def test_the_firm_reads_what_is_objected_to_and_never_who_objects(story: Story) -> None:
    story.to("publicity")
    registered(story)
    with acting(story.cast.li), transaction.atomic():
        assert not Objection.objects.exists()
        assert not Objection.objects.visible_to(story.cast.li).exists()
        assert "马某" not in Flag.objects.get().says


def test_an_objection_to_a_removal_blocks_it_and_upheld_it_ends_the_proposal(story: Story) -> None:
    story.to("coaching")
    chen, zhou = story.cast.chen, story.cast.zhou
    with acting(chen), transaction.atomic():
        case.propose(story.case, act="case.remove", by=chen, on=story.day, note="期满", reason="expired")
    found = registered(story)
    assert flags(story) == []
    with acting(zhou), transaction.atomic(), pytest.raises(ConditionUnmet, match=r"objection|异议"):
        case.remove(story.case, by=zhou, on=LATER, note="出库")
    examined(story, found)
    decided(story, found, "upheld")
    with acting(zhou), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.remove(story.case, by=zhou, on=LATER, note="出库")
