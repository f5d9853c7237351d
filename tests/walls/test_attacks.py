"""What a skilled officer or clerk with a valid cookie tries by hand: each attack once, and that it comes to nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from psycopg import sql

from config import clock
from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import SENDER
from pipeline.acts import case, coaching, diagnosis, people, roster
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Case,
    Diagnosis,
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
from tests.cast import DAY, QINGHE, YUNLING, Cast, Story, one, the
from tests.outside.workbooks import CODE, HEAD, xlsx

Enter = Callable[[User], Client]
NUL = "a\x00b"
EMPTY_ZIP = b"PK\x05\x06" + b"\x00" * 18
ENDLESS = "9" * 5_000  # more digits than Python turns into a number


@pytest.fixture(autouse=True)
def morning() -> Iterator[time_machine.Traveller]:
    """The first day of the stories."""
    with time_machine.travel(datetime.combine(DAY, time(1, 30), UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture
def enter() -> Enter:
    """A browser of one's own for each person; what goes wrong inside is answered, as it would be outside of tests."""

    def enter(person: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(person)
        return client

    return enter


# ------------------------------------------------------------------------------------ requests of a strange form


def test_a_safe_method_does_nothing_that_a_form_does(cast: Cast, enter: Enter) -> None:
    """The CSRF check lets OPTIONS through: it must not reach a screen that acts."""
    assert enter(cast.li).options(reverse("portal:begin", args=[QINGHE])).status_code == 405
    assert enter(cast.wang).options(reverse("desk:diagnose", args=[QINGHE])).status_code == 405
    with acting(cast.chen):
        assert not Case.objects.exists()
        assert not Diagnosis.objects.exists()


@pytest.mark.parametrize("address", ["/desk/find?q=", "/desk/funnel/firms/?county=", "/desk/screening/?q="])
def test_a_sign_no_text_can_hold_is_a_bad_request_in_an_address(cast: Cast, enter: Enter, address: str) -> None:
    assert enter(cast.chen).get(f"{address}a%00b").status_code == 400


def test_a_sign_no_text_can_hold_is_a_bad_request_in_a_path(cast: Cast, enter: Enter) -> None:
    assert enter(cast.chen).post("/desk/certificates/a%00b/annual_report/2026/done").status_code == 400


def test_a_sign_no_text_can_hold_is_a_bad_request_in_a_form(cast: Cast, enter: Enter) -> None:
    client = enter(cast.wang)
    assert client.post(reverse("desk:batch"), {"act": "invite", "chosen": NUL}).status_code == 400
    assert client.post(reverse("desk:screening"), {"act": "invite", "chosen": NUL}).status_code == 400


def test_a_sign_no_text_can_hold_is_a_bad_request_in_a_cookie(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "\x00abcdefgh"
    assert client.get(reverse("public:notices")).status_code == 400


@pytest.mark.parametrize("kept", ["null", "1", "[" * 3_000])
def test_a_spoilt_cookie_of_the_look_counts_for_nothing(db: None, kept: str) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["look"] = kept
    assert client.get(reverse("account_login")).status_code == 200
    assert client.post(reverse("look"), {"theme": "dark"}).status_code == 302


@pytest.mark.parametrize("elsewhere", ["foo", "desk:queue", "evil.example", "//evil.example", "/\\evil.example"])
def test_one_is_led_back_to_an_address_of_this_house_only(db: None, elsewhere: str) -> None:
    answer = Client(raise_request_exception=False).post(reverse("language"), {"language": "en", "next": elsewhere})
    assert answer.headers["Location"] == reverse("home")


def test_a_version_of_endless_digits_matches_no_row(story: Story, enter: Enter) -> None:
    story.to("county_review")
    cast, number = story.cast, story.number
    head = enter(cast.zhao)
    said = {"version": ENDLESS, "opinion": "for", "note": "材料齐全"}
    assert head.post(reverse("desk:case_move", args=[number, "forward"]), said).status_code == 409
    sent = {"act": "forward", "confirmed": "1", "chosen": number, "seen": f"{number}:{ENDLESS}", **said}
    assert head.post(reverse("desk:batch"), sent).status_code == 200
    assert enter(cast.li).post(reverse("portal:withdraw", args=[QINGHE]), {"version": ENDLESS}).status_code == 409
    owed = {"obligation": f"annual_report:{ENDLESS}"}
    assert enter(cast.li).post(reverse("portal:certificate", args=[QINGHE]), owed).status_code == 404
    with acting(cast.chen):
        assert story.case.get().stage == "county_review"


def test_more_than_the_largest_file_is_turned_away_before_it_is_read(db: None) -> None:
    client = Client(raise_request_exception=False)
    answer = client.post(reverse("language"), {"language": "en"}, headers={"Content-Length": str(1 << 30)})
    assert answer.status_code == 413


# --------------------------------------------------------------------------------- what stays behind in a browser


@pytest.mark.parametrize("address", ["/desk/", "/nowhere/", "/desk/messages", "/notices/"])
def test_no_page_is_kept_by_a_browser_or_a_proxy(cast: Cast, enter: Enter, address: str) -> None:
    assert "no-store" in enter(cast.wang).get(address).headers["Cache-Control"]


def test_what_the_house_says_lies_in_no_cookie(story: Story, enter: Enter) -> None:
    story.to("county_review")
    client = enter(story.cast.li)
    seen = {"version": "2"}
    client.post(reverse("portal:withdraw", args=[QINGHE]), seen)
    assert set(client.cookies) <= {"sessionid", "csrftoken"}


# ------------------------------------------------------------------------------------------------------- log-in


def attempt(client: Client, password: str, **headers: str) -> bool:
    sent = {"login": "chen", "password": password}
    return client.post(reverse("account_login"), sent, headers=headers).status_code == 302


PASSWORD = "a long enough password of Chen"


@pytest.fixture
def locked(cast: Cast) -> Iterator[Client]:
    """Chen's account after six wrong passwords from one address."""
    cache.clear()
    with acting(cast.chen):
        cast.chen.set_password(PASSWORD)
        cast.chen.save()
    client = Client()
    for tried in range(6):
        attempt(client, f"wrong {tried}")
    yield client
    cache.clear()


def test_a_locked_account_is_not_opened_by_another_host_name(locked: Client) -> None:
    """What is locked must not hang on a header that the sender chooses."""
    assert not attempt(locked, PASSWORD)
    assert not attempt(locked, PASSWORD, Host="testserver:81")
    assert not attempt(locked, PASSWORD, Host="localhost:1")
    assert not attempt(locked, PASSWORD, **{"X-Forwarded-For": "203.0.113.9"})


def test_nobody_locks_another_out_from_afar(locked: Client) -> None:
    assert (
        Client()
        .post(reverse("account_login"), {"login": "chen", "password": PASSWORD}, REMOTE_ADDR="203.0.113.7")
        .status_code
        == 302
    )


def test_the_lock_is_over_after_a_quarter_of_an_hour(locked: Client, morning: time_machine.Traveller) -> None:
    morning.shift(15 * 60 + 1)
    assert attempt(locked, PASSWORD)


def test_locks_are_not_washed_out_of_the_cache_by_other_entries(locked: Client) -> None:
    for each in range(400):
        cache.set(f"00000-{each}", 1, 900)
    assert not attempt(locked, PASSWORD)


# ------------------------------------------------------------------------------------------------- demonstration


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1990-01-01"])
def test_a_demonstration_is_not_moved_to_a_day_no_book_knows(cast: Cast, enter: Enter, settings: Any, day: str) -> None:
    settings.DEMO = True
    client = enter(cast.chen)
    assert client.post(reverse("demo_day"), {"day": day}).status_code == 404
    assert clock.today() == DAY


# ----------------------------------------------------------------------------------------------- acts out of turn


def press(client: Client, number: str, slug: str, **sent: str) -> int:
    return client.post(reverse("desk:case_move", args=[number, slug]), sent).status_code


@pytest.mark.parametrize("stage", ["draft", "county_review", "coaching"])
def test_publication_is_proposed_of_no_case_before_the_city_has_it(story: Story, enter: Enter, stage: str) -> None:
    story.to(stage)
    chen = enter(story.cast.chen)
    assert press(chen, story.number, "propose-publication", version=version(story), note="提前") == 409
    with acting(story.cast.chen), pytest.raises(MoveRefused):
        case.propose(story.case, act="case.publish", by=story.cast.chen, on=DAY, note="提前")


def test_the_days_for_objections_to_a_removal_do_not_begin_before_the_firm_is_in_the_pool(story: Story) -> None:
    story.to("county_review")
    with acting(story.cast.chen), pytest.raises(MoveRefused):
        case.propose(story.case, act="case.remove", by=story.cast.chen, on=DAY, note="提前", reason="inactive")


def test_nobody_is_reminded_of_what_is_not_theirs_to_do(story: Story, enter: Enter) -> None:
    story.to("county_review")
    assert press(enter(story.cast.wang), story.number, "remind", version=version(story)) == 409
    with acting(story.cast.wang), pytest.raises(MoveRefused):
        case.remind(story.case, by=story.cast.wang, on=DAY)


def test_a_closed_case_moves_no_firm_to_another_county(story: Story, enter: Enter) -> None:
    story.to("county_review")
    li, chen = story.cast.li, story.cast.chen
    with acting(li):
        case.withdraw(story.case, by=li, on=DAY)
    xihu = story.cast.divisions["xihu"]
    assert press(enter(chen), story.number, "change-county", version=version(story), division=str(xihu.pk)) == 409
    with acting(chen), pytest.raises(MoveRefused):
        case.change_county(story.case, xihu, by=chen, on=DAY)


def test_an_act_that_is_no_move_also_asks_for_the_case_as_it_was_seen(story: Story, enter: Enter) -> None:
    story.to("city_review")
    chen = enter(story.cast.chen)
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


def test_a_foreign_case_among_one_s_own_refuses_the_whole_batch(story: Story, enter: Enter) -> None:
    story.to("county_review")
    with acting(story.cast.chen):
        foreign = case.open_lead(the(story.cast.yunling), by=story.cast.chen, on=DAY)[0].number
    zhao = enter(story.cast.zhao)
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


def test_a_foreign_firm_among_one_s_own_refuses_the_whole_batch(cast: Cast, enter: Enter) -> None:
    with acting(cast.chen):
        diagnosis.keep(Firm.objects.all(), by=cast.chen, on=DAY)
    wang = enter(cast.wang)
    for other in (YUNLING, "91330106MA2CGLR470"):
        sent = {"act": "open_lead", "chosen": [QINGHE, other]}
        assert wang.post(reverse("desk:screening"), sent).status_code == 404
    with acting(cast.chen):
        assert not Case.objects.exists()


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
    story: Story, enter: Enter, morning: time_machine.Traveller, archive: Path, name: str
) -> None:
    story.to("coaching")
    morning.move_to(datetime.combine(story.day, time(1, 30), UTC))
    li = enter(story.cast.li)
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


def test_a_step_that_was_accepted_takes_no_other_paper(
    story: Story, enter: Enter, morning: time_machine.Traveller, archive: Path
) -> None:
    """What somebody accepted must not be exchanged behind their back."""
    story.to("coaching")
    morning.move_to(datetime.combine(story.day, time(1, 30), UTC))
    li, chen = enter(story.cast.li), story.cast.chen
    assert send(li, "a.pdf") == 302
    with acting(chen):
        steps = Step.objects.filter(firm=story.cast.qinghe).current().filter(position=1)
        coaching.accept_step(steps, by=chen, on=story.day, version=steps.get().version)
    send(li, "a.pdf", PDF + b"another")
    with acting(chen):
        assert DocumentVersion.objects.count() == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04" + b"\xff" * 500, b"PK\x03\x04" + EMPTY_ZIP])
def test_a_paper_that_breaks_the_inspection_keeps_no_other_from_it(
    story: Story, enter: Enter, morning: time_machine.Traveller, archive: Path, content: bytes
) -> None:
    story.to("coaching")
    morning.move_to(datetime.combine(story.day, time(1, 30), UTC))
    li = enter(story.cast.li)
    assert send(li, "a.docx", content) == 302
    assert send(li, "b.pdf") == 302
    jobs.inspect_papers()
    with acting(story.cast.li):
        states = dict(DocumentVersion.objects.values_list("name", "state"))
    assert states["b.pdf"] == "clean"
    assert states["a.docx"] != "clean"


def test_a_paper_whose_bytes_are_lost_keeps_no_other_from_being_inspected(
    story: Story, enter: Enter, morning: time_machine.Traveller, archive: Path
) -> None:
    story.to("coaching")
    morning.move_to(datetime.combine(story.day, time(1, 30), UTC))
    li = enter(story.cast.li)
    send(li, "a.pdf", PDF + b"lost")
    with acting(story.cast.li):
        kept = DocumentVersion.objects.get()
    (archive / "documents" / kept.sha256[:2] / kept.sha256[2:]).unlink()
    send(li, "b.pdf")
    jobs.inspect_papers()
    with acting(story.cast.li):
        assert dict(DocumentVersion.objects.values_list("name", "state")) == {"a.pdf": "received", "b.pdf": "clean"}


# ------------------------------------------------------------------------------------------------- other doors


def test_a_form_sent_to_the_interface_is_refused_in_its_own_words(cast: Cast, enter: Enter) -> None:
    answer = enter(cast.li).post("/api/v1/assess", {"book": "hte"})
    assert answer.status_code == 415
    assert answer.json()["faults"][0]["place"] == "body"


def test_a_firm_learns_by_no_door_that_it_was_a_lead(cast: Cast, enter: Enter) -> None:
    with acting(cast.wang):
        lead = case.open_lead(the(cast.qinghe), by=cast.wang, on=DAY)[0].number
        case.drop_lead(one(lead), by=cast.wang, on=DAY, note="企业无意向")
    li = enter(cast.li)
    assert li.get("/api/v1/cases").json()["cases"] == []
    assert lead not in li.get(reverse("portal:home", args=[QINGHE])).content.decode()


def test_a_fault_is_raised_at_a_place_that_there_is(story: Story, enter: Enter) -> None:
    story.to("county_review")
    wang = enter(story.cast.wang)
    for place in ("x" * 61, "javascript:alert(1)", "figures." + "9" * 40):
        sent = {"version": version(story), "place": place, "says": "有误"}
        assert press(wang, story.number, "return-from-county", **sent) == 200
    with acting(story.cast.chen):
        assert story.case.get().stage == "county_review"


def test_a_coach_is_appointed_once_at_a_time(story: Story, enter: Enter) -> None:
    """Twice the same name would leave the firm a consent that names nobody."""
    story.to("coaching")
    wang, zhang = story.cast.wang, story.cast.zhang
    until = story.day + timedelta(days=90)
    with acting(wang):
        coaching.appoint(story.cast.qinghe, zhang, by=wang, on=story.day, until=until)
        with pytest.raises(ConditionUnmet):
            coaching.appoint(story.cast.qinghe, zhang, by=wang, on=story.day, until=until)


# ------------------------------------------------------------------------------------------------ below Django


def test_no_table_of_one_s_own_writes_into_the_trail(as_web: psycopg.Connection) -> None:
    """A trigger function that runs as the owner, hung on a temporary table, would put any tale into the trail."""
    writers = [
        name
        for (name,) in as_web.execute("select oid::regproc::text from pg_proc where proname like 'pgtrigger_trail_%'")
    ]
    assert writers
    as_web.execute("create temporary table pipeline_case (id bigint, firm_id bigint)")
    for writer in writers:
        form = "create trigger tale after insert on pg_temp.pipeline_case referencing new table as new_rows"
        with pytest.raises(psycopg.errors.InsufficientPrivilege), as_web.transaction():
            as_web.execute(sql.SQL(form + " for each statement execute function {}()").format(sql.SQL(writer)))


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
