"""A worker that dies between sending a message and writing that down."""

import os
import signal
import sys
from datetime import datetime, timedelta
from subprocess import PIPE, Popen
from typing import Any

import time_machine
from django.db import transaction

from config.embedded.places import BASE_DIR
from config.postgres.scope import acting
from pipeline.access import SENDER
from pipeline.acts import delivery
from pipeline.models import Notice
from tests.acts.test_delivery import at, send, states, told
from tests.cast import city
from tests.outside.letters import mail_server


def test_a_worker_killed_between_sending_and_writing_that_down_sends_it_again_under_the_same_number(
    fresh_database: str, settings: Any
) -> None:
    """A process of its own claims, sends and is killed; after two minutes another takes the very message up."""
    with transaction.atomic():
        cast = city()
    with mail_server(settings) as letters:
        told(cast, to=Notice.COUNTY)
        with acting(SENDER), transaction.atomic():
            Notice.objects.update(person=cast.wang)
        moment = at(12)
        with time_machine.travel(moment, tick=False), acting(SENDER):
            delivery.spread(Notice.objects.all(), by=SENDER, at=moment)
        die_after_sending(letters.port, moment)
        assert states() == [("mail", "sending", 0)]
        send(moment + timedelta(minutes=1))
        assert len(letters.to) == 1, "it is still another's"
        send(moment + timedelta(minutes=3))
        assert len(letters.to) == 2
        assert len(set(letters.numbers)) == 1, "one Message-ID: a mailbox shows it once"
        assert states() == [("mail", "sent", 0)]


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
