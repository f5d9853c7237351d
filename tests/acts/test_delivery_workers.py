"""Several workers at the outbox, and one that dies between sending a message and writing that down."""

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from subprocess import PIPE, Popen
from typing import Any

import pytest
from django.db import connection, transaction

from config.embedded.places import BASE_DIR
from config.postgres.scope import acting
from pipeline.access import SENDER
from pipeline.acts import delivery
from pipeline.models import Notice, User
from pipeline.outside.letter import Letter
from tests import services
from tests.acts.test_delivery import at, choose, officer, send, states, told, town
from tests.outside.letters import mail_server


@pytest.fixture(scope="module")
def song(fresh_database: str, django_db_blocker: Any) -> Iterator[User]:
    with django_db_blocker.unblock():
        with transaction.atomic():
            song = town()
            officer(song, "chen", email="chen@example.org")
        yield song


def test_a_worker_killed_between_sending_and_writing_that_down_sends_it_again_under_the_same_number(
    fresh_database: str, settings: Any, song: User
) -> None:
    """A process of its own claims, sends and is killed; after two minutes another takes the very message up."""
    with mail_server(settings) as letters:
        told()
        moment = at(12)
        spread(moment)
        die_after_sending(letters.port, moment)
        assert states() == [("mail", "sending", 0)]
        send(moment + timedelta(minutes=1))
        assert len(letters.to) == 1, "it is still another's"
        send(moment + timedelta(minutes=3))
        assert len(letters.to) == 2
        assert len(set(letters.numbers)) == 1, "one Message-ID: a mailbox shows it once"
        assert states() == [("mail", "sent", 0)]


def test_no_transaction_is_open_while_a_message_is_handed_over(fresh_database: str, settings: Any, song: User) -> None:
    open_ones: list[int] = []
    asks = "select count(*) from pg_stat_activity where datname = %s and usename = 'web' and state like 'idle in%%'"

    def look() -> None:
        with services.server().connect("postgres", fresh_database) as raw:
            open_ones.extend(row[0] for row in raw.execute(asks, [fresh_database]))

    with mail_server(settings) as letters:
        letters.meanwhile = look
        told()
        send(at(12))
    assert open_ones == [0]


def test_four_workers_make_a_robot_speak_twenty_times_and_nobody_is_told_twice(
    fresh_database: str, settings: Any, song: User
) -> None:
    settings.WECOM_ROBOT = "http://127.0.0.1:9/cgi-bin/webhook/send?key=robot"
    for number in range(30):
        choose(officer(song, f"person{number}"), urgent=["wecom"], wecom=f"person{number}")
    told()
    spread(at(12))
    with ThreadPoolExecutor(4) as workers:
        taken = [letter for mine in workers.map(lambda _: claimed(at(12)), range(4)) for letter in mine]
    by_robot = [letter.to for letter in taken if letter.to.startswith("person")]
    assert len(by_robot) == len(set(by_robot)) == 20


def spread(moment: datetime) -> None:
    with acting(SENDER):
        delivery.spread(Notice.objects.all(), by=SENDER, at=moment)


def claimed(moment: datetime) -> list[Letter]:
    """What one worker gets hold of; it does not say what came of it."""
    found = []
    with acting(SENDER):
        while taken := delivery.claim(by=SENDER, at=moment):
            found += [taken.letter] if taken.letter else []
    connection.close()
    return found


KILLED = """
import os, signal, sys
from datetime import datetime
import django
django.setup()
from django.conf import settings
from config.postgres.scope import acting
from pipeline.access import SENDER
from pipeline.acts import delivery
from pipeline.outside import channels
options = {"host": "127.0.0.1", "port": int(sys.argv[1]), "timeout": 5}
settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": options}}
with acting(SENDER):
    taken = delivery.claim(by=SENDER, at=datetime.fromisoformat(sys.argv[2]))
channels.send(taken.channel, taken.letter)
os.kill(os.getpid(), signal.SIGKILL)
"""


def die_after_sending(port: int, moment: datetime) -> None:
    asked = [sys.executable, "-c", KILLED, str(port), moment.isoformat()]
    with Popen(asked, cwd=BASE_DIR, env=os.environ, stderr=PIPE) as run:
        said = run.communicate(timeout=60)[1].decode()
    assert run.returncode == -signal.SIGKILL, said
