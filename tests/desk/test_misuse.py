"""What a clever officer or clerk tries with acts that are theirs: out of turn, on others' rows, in another's name."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import SENDER
from pipeline.acts import case, coaching, diagnosis, evidence, people, roster
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Case,
    Document,
    DocumentVersion,
    Fault,
    Firm,
    Flag,
    Import,
    MoveRefused,
    Proposal,
    Step,
    TrailEntry,
    User,
)
from pipeline.outside import storage
from tests.cast import DAY, QINGHE, YUNLING, Cast, Story, the
from tests.desk.conftest import Seat, Travel
from tests.outside.workbooks import CODE, HEAD, xlsx

EMPTY_ZIP = b"PK\x05\x06" + b"\x00" * 18


# ----------------------------------------------------------------------------------------------- acts out of turn


def press(client: Client, number: str, slug: str, **sent: str) -> int:
    return client.post(reverse("desk:case_move", args=[number, slug]), sent).status_code


@pytest.mark.parametrize("stage", ["draft", "county_review", "coaching"])
def test_publication_is_proposed_of_no_case_before_the_city_has_it(story: Story, seat: Seat, stage: str) -> None:
    story.to(stage)
    chen = seat(story.cast.chen)
    assert press(chen, story.number, "propose-publication", version=version(story), note="提前") == 409
    with acting(story.cast.chen), pytest.raises(MoveRefused):
        case.propose(story.case, act="case.publish", by=story.cast.chen, on=DAY, note="提前")


def test_the_days_for_objections_to_a_removal_do_not_begin_before_the_firm_is_in_the_pool(story: Story) -> None:
    story.to("county_review")
    with acting(story.cast.chen), pytest.raises(MoveRefused):
        case.propose(story.case, act="case.remove", by=story.cast.chen, on=DAY, note="提前", reason="inactive")


def test_nobody_is_reminded_of_what_is_not_theirs_to_do(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert press(seat(story.cast.wang), story.number, "remind", version=version(story)) == 409
    with acting(story.cast.wang), pytest.raises(MoveRefused):
        case.remind(story.case, by=story.cast.wang, on=DAY)


def test_a_closed_case_moves_no_firm_to_another_county(story: Story, seat: Seat) -> None:
    story.to("county_review")
    li, chen = story.cast.li, story.cast.chen
    with acting(li):
        case.withdraw(story.case, by=li, on=DAY)
    xihu = story.cast.divisions["xihu"]
    assert press(seat(chen), story.number, "change-county", version=version(story), division=str(xihu.pk)) == 409
    with acting(chen), pytest.raises(MoveRefused):
        case.change_county(story.case, xihu, by=chen, on=DAY)


def test_an_act_that_is_no_move_also_asks_for_the_case_as_it_was_seen(story: Story, seat: Seat) -> None:
    story.to("city_review")
    chen = seat(story.cast.chen)
    assert press(chen, story.number, "propose-publication", version="1", note="看过旧页面") == 409
    assert press(chen, story.number, "raise-flag", version="1", kind="credit", says="看过旧页面") == 409
    with acting(story.cast.chen):
        assert not Proposal.objects.exists()
        assert not Flag.objects.exists()


def test_a_head_publishes_on_no_proposal_from_before_the_firm_corrected(story: Story) -> None:
    story.to("city_review")
    cast, found = story.cast, story.case
    with acting(cast.chen):
        case.propose(found, act="case.publish", by=cast.chen, on=DAY, note="符合")
        case.return_from_city(found, by=cast.chen, on=DAY, faults=[("property", "专利号有误")])
    with acting(cast.li):
        faults = {fault.pk: "已改" for fault in Fault.objects.all()}
        case.resubmit_to_city(found, by=cast.li, on=DAY, answers=faults)
    with acting(cast.zhou), pytest.raises(ConditionUnmet):
        case.publish(found, by=cast.zhou, on=DAY)
    with acting(cast.chen):
        case.propose(found, act="case.publish", by=cast.chen, on=DAY, note="改后符合")
    with acting(cast.zhou):
        assert case.publish(found, by=cast.zhou, on=DAY)


def test_a_proposal_to_remove_outlives_a_move_that_leaves_the_firm_in_the_pool(story: Story) -> None:
    story.to("coaching")
    cast, found = story.cast, story.case
    with acting(cast.chen):
        case.propose(found, act="case.remove", by=cast.chen, on=story.day, note="长期未活动", reason="inactive")
        case.mark_ready(found, by=cast.chen, on=story.day, note="负责人同意")
        assert Proposal.objects.get(act="case.remove").decided_on is None


def version(story: Story) -> str:
    with acting(story.cast.chen):
        return str(story.case.get().version)


# ------------------------------------------------------------------------------------------------- many at once


def test_a_foreign_case_among_one_s_own_refuses_the_whole_batch(story: Story, seat: Seat) -> None:
    story.to("county_review")
    with acting(story.cast.chen):
        foreign = case.open_lead(the(story.cast.yunling), by=story.cast.chen, on=DAY)[0].number
    zhao = seat(story.cast.zhao)
    sent = {
        "act": "forward",
        "confirmed": "1",
        "opinion": "for",
        "note": "好",
        "seen": f"{story.number}:{version(story)}",
    }
    assert zhao.post(reverse("desk:batch"), {**sent, "chosen": [story.number, foreign]}).status_code == 404
    assert zhao.post(reverse("desk:batch"), {**sent, "chosen": [story.number, "GP2020-9999"]}).status_code == 404
    with acting(story.cast.chen):
        assert story.case.get().stage == "county_review"


def test_a_foreign_firm_among_one_s_own_refuses_the_whole_batch(cast: Cast, seat: Seat) -> None:
    with acting(cast.chen):
        diagnosis.keep(Firm.objects.all(), by=cast.chen, on=DAY)
    wang = seat(cast.wang)
    for other in (YUNLING, "91330106MA2CGLR470"):
        sent = {"act": "open_lead", "chosen": [QINGHE, other]}
        assert wang.post(reverse("desk:screening"), sent).status_code == 404
    with acting(cast.chen):
        assert not Case.objects.exists()


def test_a_fault_is_raised_at_a_place_that_there_is(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    for place in ("x" * 61, "javascript:alert(1)", "figures." + "9" * 40):
        sent = {"version": version(story), "place": place, "says": "有误"}
        assert press(wang, story.number, "return-from-county", **sent) == 200
    with acting(story.cast.chen):
        assert story.case.get().stage == "county_review"


def test_a_coach_is_appointed_once_at_a_time(story: Story, seat: Seat) -> None:
    """Twice the same name would leave the firm a consent that names nobody."""
    story.to("coaching")
    wang, zhang = story.cast.wang, story.cast.zhang
    until = story.day + timedelta(days=90)
    with acting(wang):
        coaching.appoint(story.cast.qinghe, zhang, by=wang, on=story.day, until=until)
        with pytest.raises(ConditionUnmet):
            coaching.appoint(story.cast.qinghe, zhang, by=wang, on=story.day, until=until)


# ----------------------------------------------------------------------------------------------------- papers


PDF = b"%PDF-1.4\n" + b"0" * 64


@pytest.fixture
def archive(tmp_path: Path, settings: Any) -> Path:
    documents = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    settings.STORAGES = settings.STORAGES | {"documents": documents}
    return tmp_path


def send(client: Client, name: str, content: bytes = PDF) -> int:
    paper = SimpleUploadedFile(name, content)
    return client.post(reverse("portal:step", args=[QINGHE, 1]), {"papers": paper}).status_code


@pytest.mark.parametrize(
    "name",
    ["x" * 240 + ".pdf", "../../etc/passwd.pdf", "\u202efdp.exe.pdf", "<img src=x onerror=alert(1)>.pdf", "=1.pdf"],
)
def test_a_paper_of_a_strange_name_is_kept_under_a_harmless_one(
    story: Story, seat: Seat, travel: Travel, archive: Path, name: str
) -> None:
    story.to("coaching")
    travel(story.day)
    li = seat(story.cast.li)
    assert send(li, name) == 302
    with acting(story.cast.li):
        kept = DocumentVersion.objects.get()
    assert kept.name.isprintable()
    assert "/" not in kept.name
    assert len(kept.name) <= 200
    page = li.get(reverse("portal:step", args=[QINGHE, 1])).content.decode()
    assert "<img src=x" not in page
    head = li.get(reverse("desk:document", args=[kept.document_id, 1])).headers["Content-Disposition"]
    assert head.startswith("attachment")
    assert "\n" not in head


def test_a_step_that_was_accepted_takes_no_other_paper(story: Story, seat: Seat, travel: Travel, archive: Path) -> None:
    """What somebody accepted must not be exchanged behind their back."""
    story.to("coaching")
    travel(story.day)
    li, chen = seat(story.cast.li), story.cast.chen
    assert send(li, "a.pdf") == 302
    with acting(chen):
        steps = Step.objects.filter(firm=story.cast.qinghe).current().filter(position=1)
        coaching.accept_step(steps, by=chen, on=story.day, version=steps.get().version)
    send(li, "a.pdf", PDF + b"another")
    with acting(chen):
        assert DocumentVersion.objects.count() == 1


def _kept_unseen(story: Story, name: str, content: bytes) -> None:
    """A paper as an earlier release may have taken it in: nobody looked inside at the door."""
    with acting(story.cast.li), transaction.atomic():
        document = Document.objects.create(firm=story.cast.qinghe, purpose="step", title=name)
        file = {"sha256": storage.keep(BytesIO(content)), "size": len(content), "media_type": evidence.KINDS["docx"][0]}
        evidence.add_version(document, name=name, by_id=story.cast.li.pk, **file)


BROKEN_PACKAGES = [b"PK\x03\x04" + b"\xff" * 500, b"PK\x03\x04" + EMPTY_ZIP]


@pytest.mark.parametrize("content", BROKEN_PACKAGES)
def test_a_broken_package_is_not_taken_in(story: Story, seat: Seat, travel: Travel, content: bytes) -> None:
    story.to("coaching")
    travel(story.day)
    send(seat(story.cast.li), "a.docx", content)
    with acting(story.cast.li):
        assert not DocumentVersion.objects.exists()


@pytest.mark.parametrize("content", BROKEN_PACKAGES)
def test_a_paper_that_breaks_the_inspection_keeps_no_other_from_it(
    story: Story, seat: Seat, travel: Travel, archive: Path, content: bytes
) -> None:
    story.to("coaching")
    travel(story.day)
    li = seat(story.cast.li)
    _kept_unseen(story, "a.docx", content)
    assert send(li, "b.pdf") == 302
    jobs.inspect_papers()
    with acting(story.cast.li):
        states = dict(DocumentVersion.objects.values_list("name", "state"))
    assert states["b.pdf"] == "clean"
    assert states["a.docx"] != "clean"


def test_a_paper_whose_bytes_are_lost_keeps_no_other_from_being_inspected(
    story: Story, seat: Seat, travel: Travel, archive: Path
) -> None:
    story.to("coaching")
    travel(story.day)
    li = seat(story.cast.li)
    send(li, "a.pdf", PDF + b"lost")
    with acting(story.cast.li):
        kept = DocumentVersion.objects.get()
    (archive / "documents" / kept.sha256[:2] / kept.sha256[2:]).unlink()
    send(li, "b.pdf")
    jobs.inspect_papers()
    with acting(story.cast.li):
        assert dict(DocumentVersion.objects.values_list("name", "state")) == {"a.pdf": "received", "b.pdf": "clean"}


# ------------------------------------------------------------------------------------------- in another's name


def test_what_one_confirms_is_written_in_one_s_own_name(cast: Cast, archive: Path) -> None:
    """Not in the name of the colleague who brought the file, whose seat may have ended since."""
    content = BytesIO(xlsx(archive / "r.xlsx", [HEAD, [CODE, "临安新苗有限公司", "临安区"]]).read_bytes())
    wang, zhao = cast.wang, cast.zhao
    with acting(cast.song):
        people.grant_seat(zhao, "county_officer", by=cast.song, on=DAY, office=cast.offices["linan"])
    zhao = User.objects.get(pk=zhao.pk)
    with acting(wang):
        received = roster.receive(content, name="r.xlsx", by=wang, on=DAY)
        roster.read(received.pk, by=wang, on=DAY)
    with acting(cast.song):
        people.end_seat(wang.seats[0], by=cast.song, on=DAY)
    with acting(zhao):
        found = Import.objects.get(pk=received.pk)
        roster.confirm(found, version=found.version, by=zhao, on=DAY)
    with acting(SENDER), transaction.atomic():
        assert Import.objects.waiting().with_hands() == [(received.pk, zhao.pk, Import.CONFIRMED)]
    jobs.commit_roster(received.pk, person=zhao.pk)
    with acting(cast.tang), transaction.atomic():
        written = TrailEntry.objects.filter(table="pipeline_firm", operation="insert", after__uscc=CODE)
        assert [each.actor for each in written] == [str(zhao.pk)]


def test_a_roster_changes_no_firm_that_moved_away(story: Story, archive: Path) -> None:
    """Its past may be read, which is no leave to write; and the roster must not stand still for ever."""
    story.to("county_review")
    cast, chen, wang = story.cast, story.cast.chen, story.cast.wang
    with acting(chen):
        case.change_county(story.case, cast.divisions["xihu"], by=chen, on=DAY)
    rows = [
        [*HEAD, "2025年销售收入（万元）"],
        [QINGHE, "改名公司", "临安区", 1],
        [CODE, "临安新苗有限公司", "临安区", 2],
    ]
    with acting(wang):
        received = roster.receive(BytesIO(xlsx(archive / "r.xlsx", rows).read_bytes()), name="r.xlsx", by=wang, on=DAY)
        roster.read(received.pk, by=wang, on=DAY)
        found = Import.objects.get(pk=received.pk)
        assert list(found.rows.order_by("number").values_list("state", flat=True)) == ["refused", "new"]
        roster.confirm(found, version=found.version, by=wang, on=DAY)
        roster.commit(found.pk, by=wang, on=DAY)
        assert Import.objects.get(pk=received.pk).state == Import.COMMITTED
    with acting(chen):
        assert cast.qinghe.name == "杭州青禾智控科技有限公司"
