import json
import time
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client
from django.utils import timezone, translation

from config.embedded.places import CannotStart
from config.postgres.scope import acting, forget
from pipeline import health, jobs
from pipeline.access import INTAKE, SENDER
from pipeline.acts import book, trail
from pipeline.models import BookEdition, Delivery, Heartbeat, Import, Notice, Pace, TrailSeal
from pipeline.models.in_force import CHANGES
from tests import services
from tests.cast import DAY, Cast
from tests.live import House

TODAY = date(2026, 11, 24)


def looked(**at: Any) -> dict[str, health.Check]:
    return {check.name: check for check in health.look(at.get("now") or timezone.now(), at.get("today") or TODAY)}


def test_each_part_is_looked_at_and_a_bad_one_says_what_to_do(db: None):
    checks = looked()
    assert set(checks) == {
        "database", "migrations", "search", "broker", "beat", "worker", "outbox", "channel", "rosters", "disk",
        "calendar", "pool_book", "trail_partitions", "seals",
    }  # fmt: skip
    for check in checks.values():
        assert check.says
        assert check.title
        assert check.state == "good" or check.remedy, check


def test_the_database_is_good_as_web_and_bad_as_anybody_mightier(db: None):
    checks = looked()
    assert [checks[name].state for name in ("database", "migrations", "search")] == ["good", "good", "good"]


@pytest.mark.parametrize("role", ["owner", "postgres"])
def test_running_as_a_role_the_policies_do_not_bind_is_bad(fresh_database: str, django_db_blocker: Any, role: str):
    passwords = services.server().postgres.passwords()
    with django_db_blocker.unblock():
        connection.close()
        connection.settings_dict.update({"USER": role, "PASSWORD": passwords[role]})
        try:
            check = looked()["database"]
        finally:
            services.point_django_at(fresh_database)
    assert check.state == "bad"
    assert role in check.says


def test_signs_of_life_are_good_while_fresh_and_bad_when_silent(db: None):
    assert looked()["beat"].state == "bad"
    jobs.beat()
    now = timezone.now()
    [worker] = [name for name in looked(now=now) if name.startswith("worker ")]
    assert [looked(now=now)[name].state for name in ("beat", worker)] == ["good", "good"]
    later = looked(now=now + timedelta(minutes=10))
    assert [later[name].state for name in ("beat", worker)] == ["bad", "bad"]
    assert str(3 * 24 * 60) in looked(now=now + timedelta(days=3))["beat"].says, "days of silence are minutes too"


def test_one_silent_worker_among_others_is_named(db: None):
    now = timezone.now()
    Heartbeat.objects.create(part="worker a", at=now)
    Heartbeat.objects.create(part="worker b", at=now - timedelta(hours=1))
    Heartbeat.objects.create(part="worker long gone", at=now - timedelta(days=9))
    checks = looked(now=now)
    assert (checks["worker a"].state, checks["worker b"].state) == ("good", "bad")
    assert "worker long gone" not in checks


def test_a_notice_that_waits_is_bad_and_one_given_up_is_a_warning(cast: Cast):
    now = timezone.now()
    with acting(SENDER):
        Notice.objects.all().delete()
        notice = Notice.objects.create(firm=cast.qinghe, to="firm", kind="case.admit", title={}, body={})
        assert looked(now=now)["outbox"].state == "good"
        assert looked(now=now + timedelta(hours=1))["outbox"].state == "bad"
        Notice.objects.filter(pk=notice.pk).update(state=Notice.DEAD)
        assert looked(now=now + timedelta(hours=1))["outbox"].state == "warn"


def test_a_channel_tells_of_what_waits_and_of_what_was_given_up(cast: Cast):
    now = timezone.now()
    with acting(SENDER), transaction.atomic():
        notice = Notice.objects.create(to=Notice.CITY, kind="book.publish", title={}, body={})
        row = Delivery(notice=notice, person=cast.chen, channel="wecom", urgent=True, next_try_at=now)
        row.save()
        Pace.objects.create(channel="wecom", failures=1, why="the gateway is down (503)")
    assert looked(now=now)["channel"].state == "good"
    late = looked(now=now + timedelta(hours=1))["channel wecom"]
    assert (late.state, "503" in late.says) == ("bad", True)
    with acting(SENDER), transaction.atomic():
        Delivery.objects.update(state=Delivery.DEAD, last_error="WeCom knows no such member")
    lost = looked(now=now + timedelta(hours=1))["channel wecom"]
    assert (lost.state, "no such member" in lost.says) == ("warn", True)


def test_a_roster_nobody_reads_is_bad(cast: Cast):
    with acting(INTAKE):
        Import.objects.create(
            office=cast.offices["linan"], by=cast.wang, name="a.xlsx", sha256="0" * 64, size=1, day=TODAY
        )
    assert looked()["rosters"].state == "good"
    assert looked(now=timezone.now() + timedelta(hours=1))["rosters"].state == "bad"


def test_the_pool_book_is_bad_where_an_edition_does_not_fit_the_release(cast: Cast):
    with acting(cast.chen), transaction.atomic():
        draft = book.save(name="旧版", book="pool", changes={}, by=cast.chen, on=DAY)
    with acting(cast.zhou), transaction.atomic():
        BookEdition.objects.create(
            number=1, effective_from=date(2027, 1, 1), changes={"a_rule_that_is_gone": "1"}, instrument="1号",
            article="1", book_version="1", draft=draft, proposed_by=cast.chen, published_by=cast.zhou, published_on=DAY,
        )  # fmt: skip
    forget(CHANGES)  # as in the next transaction
    check = looked()["pool_book"]
    assert (check.state, "a_rule_that_is_gone" in check.says) == ("bad", True)


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 10, 31), "good"), (date(2026, 11, 1), "warn"), (date(2031, 3, 1), "bad")],
)
def test_the_calendar_warns_from_november_on_and_is_bad_in_a_year_nobody_announced(db: None, today: date, state: str):
    assert looked(today=today)["calendar"].state == state


def test_trail_partitions_must_reach_two_months_ahead(db: None):
    assert looked()["trail_partitions"].state == "good"
    assert looked(today=date(2029, 12, 1))["trail_partitions"].state == "bad"


def test_an_unsealed_trail_is_bad_after_hours(cast: Cast):
    assert looked()["seals"].state == "good"
    assert looked(now=timezone.now() + timedelta(hours=4))["seals"].state == "bad"


def test_a_broken_seal_is_named(db: None):
    TrailSeal.objects.create(first=1, last=5, entries=5, digest="0" * 64)
    check = looked()["seals"]
    assert check.state == "bad"
    assert "1–5" in check.says


def test_only_the_newest_seals_are_looked_at_again(db: None):
    for last in (10, 20, 30):
        TrailSeal.objects.create(first=last - 9, last=last, entries=10, digest=str(last), previous=str(last - 10))
    assert [each.last for each in trail.broken_seals(newest=2)] == [20, 30]
    assert [each.last for each in trail.broken_seals()] == [10, 20, 30]


def test_a_broker_that_is_not_there_is_bad(db: None, settings: Any):
    assert "BROKER_URL" in looked()["broker"].says
    settings.BROKER_URL = "redis://127.0.0.1:1/0"
    assert looked()["broker"].state == "bad"
    settings.BROKER_URL = "memory://"
    assert looked()["broker"].state == "good"


@pytest.fixture
def no_database(db: None) -> Iterator[None]:
    """As when the server went away: every statement fails."""

    def fail(*_arguments: Any) -> None:
        raise OperationalError("the connection is closed")

    with connection.execute_wrapper(fail):
        yield


def test_without_a_database_the_rest_is_told_and_nothing_breaks(no_database: None):
    checks = looked()
    assert checks["database"].state == "bad"
    assert checks["disk"].state in ("good", "warn")


def test_the_sentences_come_in_both_languages(db: None):
    told = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            told[language] = {name: check.says for name, check in looked(now=datetime.now().astimezone()).items()}
    assert told["en"]["outbox"] == "nothing waits"


def test_the_screen_is_the_system_administrators(cast: Cast, client: Client):
    for name, status in {"feng": 200, "chen": 404, "song": 404, "tang": 404, "li": 404}.items():
        client.force_login(cast.people[name])
        assert client.get("/health").status_code == status, name


def test_the_screen_shows_each_part_and_answers_a_monitor_in_json(cast: Cast, client: Client):
    client.force_login(cast.feng)
    page = client.get("/health").content.decode()
    assert page.count("<tr>") == 1 + len(health.look(timezone.now(), TODAY))
    told = client.get("/health", headers={"Accept": "application/json"}).json()
    assert told["good"] is False, "tests have no broker"
    assert {each["name"] for each in told["checks"]} >= {"database", "broker"}


def test_a_monitor_asks_without_a_log_in_whether_the_process_lives_and_is_ready(db: None, client: Client):
    assert (client.get("/health/live").status_code, client.get("/health/live").json()) == (200, {"live": True})
    assert (client.get("/health/ready").status_code, client.get("/health/ready").json()) == (200, {"ready": True})


def test_without_a_database_the_process_lives_and_is_not_ready(no_database: None, client: Client):
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_the_command_ends_with_1_where_something_is_bad_and_prints_one_object(fresh_database: str):
    with pytest.raises(RuntimeError) as ended:
        services.manage("health", "--json", address=services.server().url("web", fresh_database))
    status, printed = str(ended.value).split(":\n", 1)
    assert status == "manage.py health --json ended with 1"
    told = json.loads(printed)
    assert told["good"] is False
    assert [each["name"] for each in told["checks"]][:3] == ["database", "migrations", "search"]


@pytest.fixture(scope="module")
def house(own_house: House) -> House:
    """Its processes are restarted here."""
    return own_house


@pytest.mark.long
def test_a_whole_house_that_runs_is_well(house: House):
    """Beat sends its first sign of life after a minute."""
    house.restart(beat=True)
    deadline = time.monotonic() + 150
    while not well(house) and time.monotonic() < deadline:
        time.sleep(10)
    told = json.loads(house.run_command("health", "--json"))
    assert told["good"] is True
    missing = {"calendar"}  # from November on, until next year's notice is taken in
    assert {each["name"] for each in told["checks"] if each["state"] != "good"} <= missing


def well(house: House) -> bool:
    try:
        return bool(house.run_command("health", "--json"))
    except CannotStart:
        return False
