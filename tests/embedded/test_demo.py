"""./dev demo as a person uses it: started, started twice, killed, started again."""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.embedded.places import BASE_DIR
from config.embedded.processes import free_port, left_running, started_at, wait_until

PATIENCE = 300.0  # seconds; the first start makes the database and loads the city


class Window:
    """A terminal in which ./dev is used, with a state folder of its own."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.environment = {**os.environ, "MIAOPU_STATE": str(state)}
        for name in ("DATABASE_URL", "SECRET_KEY", "STATIC_STORAGE", "STATIC_ROOT"):
            self.environment.pop(name, None)
        self.process: subprocess.Popen[bytes] | None = None

    def demo(self, *arguments: str) -> "Window":
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "config.embedded", "demo", *arguments]
            self.process = subprocess.Popen(command, cwd=BASE_DIR, env=self.environment, stdout=log, stderr=log)
        return self

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "config.embedded", *arguments]
        return subprocess.run(command, cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, check=False)

    @property
    def log(self) -> Path:
        return self.state / "window.log"

    def says(self) -> str:
        return self.log.read_text()

    def pid(self, name: str) -> int:
        return int((self.state / "demo" / f"{name}.pid").read_text().split()[0])

    def ready(self) -> str:
        """The address, once it is printed."""
        assert self.process
        found: list[str] = []

        def looked() -> bool:
            found[:] = re.findall(r"http://127\.0\.0\.1:\d+", self.says())
            return bool(found) or self.ended()

        wait_until(looked, PATIENCE, pause=0.1)
        assert found, self.says()
        return found[0]

    def settled(self) -> str:
        """The address, once everything is started and the log-ins are told."""
        url = self.ready()
        assert wait_until(lambda: "Ctrl-C stops it" in self.says(), PATIENCE, pause=0.1), self.says()
        return url

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def end(self, number: signal.Signals = signal.SIGINT) -> int:
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(40)


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    window = Window(tmp_path_factory.mktemp("state"))
    yield window
    if window.process and window.process.poll() is None:
        window.end()
    outer = window.state / "database-folder"
    if outer.exists():
        shutil.rmtree(outer.read_text().strip(), ignore_errors=True)


def test_it_prints_an_address_that_answers_and_the_log_ins(window):
    url = window.demo("--port", str(free_port())).ready()
    with urllib.request.urlopen(url) as answer:  # noqa: S310
        assert answer.status == 200
        assert "/accounts/login/" in answer.url
    window.settled()


def test_a_second_one_in_the_same_folder_says_where_the_first_is(window):
    url = window.ready()
    second = window.run("demo")
    assert second.returncode == 1
    assert f"already running at {url}" in second.stderr


def test_a_wanted_port_that_is_taken_is_named(tmp_path, window):
    port = window.ready().rpartition(":")[2]
    other = Window(tmp_path).run("demo", "--port", port)
    assert other.returncode == 1
    assert f"Port {port} is taken" in other.stdout


def test_the_data_of_a_running_demo_cannot_be_reset(window):
    window.ready()
    assert window.run("reset").returncode == 1
    assert (window.state / "demo").exists()


def test_a_shell_command_works_beside_it(window):
    window.ready()
    answer = window.run("shell", "showmigrations", "pipeline")
    assert answer.returncode == 0, answer.stderr
    assert "[X] 0001" in answer.stdout


def test_ctrl_c_stops_everything(window):
    window.settled()
    pids = [window.pid(name) for name in ("postgresql", "valkey", "web", "worker", "beat")]
    assert window.end() == 0
    assert [pid for pid in pids if started_at(pid)] == []


def test_a_killed_demo_starts_again_with_its_data(window):
    window.demo("--port", str(free_port())).settled()
    pids = [window.pid(name) for name in ("postgresql", "valkey", "web", "worker", "beat")]
    window.end(signal.SIGKILL)
    window.demo("--port", str(free_port())).ready()
    assert "Migrating" not in window.says()
    assert "Loading" not in window.says()
    assert [pid for pid in pids if started_at(pid)] == []


def test_a_service_that_dies_stops_the_others_and_is_named(window):
    window.settled()
    os.kill(window.pid("worker"), signal.SIGKILL)
    assert wait_until(window.ended, 60)
    assert window.process.returncode == 1
    assert "worker ended" in window.says()
    assert left_running(window.state / "demo") == []


@pytest.mark.long
def test_the_log_in_page_answers_within_eight_seconds_of_a_later_start(window):
    window.demo("--port", str(free_port())).ready()
    taken = []
    for _ in range(5):
        window.end()
        start = time.monotonic()
        window.demo("--port", str(free_port())).ready()
        taken.append(time.monotonic() - start)
    assert statistics.median(taken) < 8
