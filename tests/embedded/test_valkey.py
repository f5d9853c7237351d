"""The launcher of the embedded broker."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from config.embedded.places import CannotStart
from config.embedded.valkey import Valkey


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    server.start()
    yield server
    server.stop()


def test_a_killed_broker_still_has_its_messages(valkey):
    with redis.Redis(port=valkey.port) as client:
        client.rpush("queue", "a message")
        client.execute_command("WAITAOF", 1, 0, 5_000)
    os.kill(valkey.child.process.pid, signal.SIGKILL)
    valkey.child.process.wait()
    valkey.start()
    with redis.Redis(port=valkey.port) as client:
        assert client.lrange("queue", 0, -1) == [b"a message"]


def test_a_port_taken_meanwhile_is_exchanged_for_a_free_one(valkey, tmp_path):
    second = Valkey(tmp_path / "second", port=valkey.port)
    second.start()
    assert second.port != valkey.port
    second.stop()


def test_a_broken_journal_is_reported_with_the_broker_s_own_words(valkey, tmp_path):
    valkey.stop()
    next((tmp_path / "appendonlydir").glob("*.manifest")).write_text("nonsense\n")
    with pytest.raises(CannotStart, match=r"Valkey did not start.*\n"):
        valkey.start()
