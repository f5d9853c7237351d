"""The running product and the browser that other tests stand on."""

import pytest
from celery import Celery
from django.db import transaction

from config.embedded.processes import started_at, wait_until
from config.postgres.scope import acting
from pipeline.access import SENDER
from pipeline.models import Heartbeat
from tests.live import House


def beats() -> int:
    with acting(SENDER), transaction.atomic():
        return Heartbeat.objects.count()


@pytest.fixture(scope="module")
def house(own_house: House) -> House:
    """Its processes are restarted here."""
    return own_house


def test_a_message_to_the_broker_is_done_by_the_worker_in_this_module_s_database(house):
    assert beats() == 0
    with Celery(broker=house.valkey.url, set_as_current=False) as sender:
        sender.send_task("pipeline.jobs.beat")
    assert wait_until(lambda: beats() > 0, 30, pause=0.1), house.log("worker")


def test_commands_run_with_the_role_that_is_asked_for(house):
    assert "[X] 0001" in house.run_command("showmigrations", "pipeline")
    asked = (
        "from django.db import connection as c; k = c.cursor(); k.execute('select current_user'); print(k.fetchone())"
    )
    assert "('web',)" in house.run_command("shell", "-v", "0", "-c", asked)
    assert "('owner',)" in house.run_command("shell", "-v", "0", "-c", asked, role="owner")


def test_it_can_be_restarted_and_leaves_nothing(house):
    before = [child.process.pid for child in house.children.values()]
    house.restart(beat=True, SITE_URL="https://elsewhere.example")
    assert [pid for pid in before if started_at(pid)] == []
    assert set(house.children) == {"worker", "web", "beat"}
    assert all(child.alive() for child in house.children.values())


@pytest.mark.browser
def test_the_browser_reaches_the_log_in_page_and_it_complains_about_nothing(house, page):
    answer = page.goto(house.url)
    assert answer.status == 200
    assert "/accounts/login/" in page.url
    assert answer.headers["content-security-policy"]


@pytest.mark.browser
def test_an_error_on_the_console_is_a_complaint(page, complaints):
    page.evaluate("console.error('spilt milk')")
    complaints.expect("spilt milk")


@pytest.mark.browser
def test_an_error_of_a_script_is_a_complaint(page, complaints):
    page.goto("data:text/html,<script>undefined.thing</script>")
    complaints.expect("undefined")


@pytest.mark.browser
def test_a_breach_of_the_content_policy_is_a_complaint(house, page, complaints):
    page.goto(house.url)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')")
    complaints.expect("Content Security Policy")
