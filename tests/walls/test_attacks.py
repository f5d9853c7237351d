"""What a skilled officer or clerk with a valid cookie tries by hand: each attack once, and that it comes to nothing."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time
from typing import Any

import psycopg
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from psycopg import sql

from config import clock
from config.postgres.scope import acting
from pipeline.acts import case
from pipeline.models import (
    Case,
    Diagnosis,
    User,
)
from tests.cast import DAY, QINGHE, Cast, Story, one, the

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
