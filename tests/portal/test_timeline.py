"""What has happened, as the firm is told it."""

from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import call, coaching, flag, note
from tests.cast import QINGHE, Story, the

URL = reverse("portal:timeline", args=[QINGHE])


def test_the_firm_sees_its_own_part_and_nothing_the_bureau_keeps_to_itself(story: Story) -> None:
    story.to("coaching")
    cast, day = story.cast, story.day
    with acting(cast.wang), transaction.atomic():
        coaching.record_visit(story.case.get(), by=cast.wang, on=day, way="visit", notes="老板不在，账是代做的")
        call.note(the(cast.qinghe), says="催过两次", by=cast.wang, on=day)
        note.write(cast.qinghe, "疑似代办", by=cast.wang, on=day)
        note.write(cast.qinghe, "请把合同扫描清楚", by=cast.wang, on=day, internal=False)
        flag.raise_flag(the(cast.qinghe), kind="objection", by=cast.wang, on=day, says="同行举报")
    client = Client()
    client.force_login(cast.li)
    shown = client.get(URL).content.decode()
    for word in ("请把合同扫描清楚", "培育辅导中", "县区审核中", "走访"):
        assert word in shown, word
    for word in ("代做", "催过", "疑似代办", "同行举报", "符合入库条件"):
        assert word not in shown, word


def test_another_firm_finds_no_timeline(story: Story) -> None:
    story.to("county_review")
    client = Client()
    client.force_login(story.cast.he)
    assert client.get(URL).status_code == 404
