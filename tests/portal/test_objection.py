"""A firm objects in the portal, to another's admission or its own removal, and reads the answer there."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from config.postgres.scope import acting
from pipeline import access, jobs
from pipeline.access import INTAKE, PUBLICITY
from pipeline.acts import objection, own_objection
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Document, Flag, Notice, Objection, OwnObjection, User
from tests.cast import YUNLING, Story

PAGE = reverse("portal:objections", args=[YUNLING])
SAYS = "该企业的专利已转让给我公司"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def published(story: Story, travel: Any) -> Story:
    """Qinghe is on public notice; He owns Yunling, of another county."""
    story.to("publicity")
    travel(story.day)
    return story


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def object_to(story: Story, says: str = SAYS, **also: Any) -> Any:
    return as_(story.cast.he).post(PAGE, {"case": story.number, "says": says, **also})


def own(story: Story) -> OwnObjection:
    with acting(INTAKE), transaction.atomic():
        return OwnObjection.objects.select_related("objection").get()


def test_an_objection_with_its_paper_blocks_the_admission_and_its_answer_comes_back(published: Story) -> None:
    cast = published.cast
    paper = SimpleUploadedFile("转让合同.pdf", PDF, "application/pdf")
    assert object_to(published, paper=paper).status_code == 302
    jobs.take_in_objections()
    made = own(published).objection
    assert made is not None
    with acting(cast.chen), transaction.atomic():
        assert (made.objector, made.says, made.evidence) == ("桐庐云岭医疗器械有限公司", SAYS, "转让合同.pdf")
        assert Flag.objects.get(firm=cast.qinghe, cleared_on=None).kind == Flag.OBJECTION
        assert Document.objects.get(purpose="objection").firm == cast.yunling
        assert set(Notice.objects.filter(kind="objection.take_in").values_list("to", flat=True)) == {"city", "coun"}
    jobs.take_in_objections()
    with acting(cast.chen), transaction.atomic():
        assert Objection.objects.count() == 1, "taken in twice it is there once"
        one, say = Objection.objects.all(), {"on": published.day}
        objection.examine(one, by=cast.chen, finding="合同属实", version=1, **say)
    with acting(cast.zhou), transaction.atomic():
        objection.decide(one, by=cast.zhou, result="upheld", ruling="专利权属不清", version=2, **say)
    shown = as_(cast.he).get(PAGE).content.decode()
    assert "专利权属不清" in shown
    with acting(cast.he), transaction.atomic():
        assert Notice.objects.get(kind="objection.answer").firm == cast.yunling


def test_nobody_of_the_firm_it_is_about_reads_who_objected(published: Story) -> None:
    object_to(published)
    jobs.take_in_objections()
    cast = published.cast
    with acting(cast.li), transaction.atomic():
        assert not OwnObjection.objects.exists()
        assert not Objection.objects.exists()
    shown = as_(cast.li).get(reverse("portal:objections", args=[cast_code(published)])).content.decode()
    assert SAYS not in shown


def cast_code(story: Story) -> str:
    with acting(story.cast.chen), transaction.atomic():
        return story.cast.qinghe.uscc


def test_what_is_not_on_notice_is_no_choice_and_without_a_reason_it_is_told(published: Story) -> None:
    he = as_(published.cast.he)
    for sent in ({"case": "GP2026-9999", "says": SAYS}, {"case": "", "says": SAYS}):
        assert "case" in he.post(PAGE, sent).context["form"].errors
    assert "says" in object_to(published, says="  ").context["form"].errors
    with acting(INTAKE), transaction.atomic():
        assert not OwnObjection.objects.exists()


def test_once_until_it_is_answered(published: Story) -> None:
    object_to(published)
    with translation.override("en"):
        assert "case" in object_to(published).context["form"].errors


def test_after_its_last_day_nothing_is_open_and_what_came_too_late_is_answered(published: Story, travel: Any) -> None:
    cast = published.cast
    with acting(PUBLICITY), transaction.atomic():
        [found] = own_objection.on_notice(cast.yunling, published.day)
    late = found.until + timedelta(days=1)
    with acting(cast.he), transaction.atomic(), pytest.raises(ConditionUnmet):
        own_objection.object_to(found, firm=cast.yunling, says=SAYS, by=cast.he, on=late)
    object_to(published)
    travel(late)
    assert not as_(cast.he).get(PAGE).context["open"]


def test_who_is_no_owner_does_not_object(published: Story) -> None:
    cast = published.cast
    with acting(PUBLICITY), transaction.atomic():
        [found] = own_objection.on_notice(cast.yunling, published.day)
    with acting(cast.chen), transaction.atomic(), pytest.raises(access.Refused):
        own_objection.object_to(found, firm=cast.yunling, says=SAYS, by=cast.chen, on=published.day)
