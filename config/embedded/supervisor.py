"""`./dev demo`: one process that starts the whole product in order, watches it, and stops it in order."""

import fcntl
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import IO
from urllib.parse import urlsplit

from config.embedded import assets
from config.embedded.places import BASE_DIR, STATE, CannotStart, database_root
from config.embedded.postgres import Postgres
from config.embedded.processes import Child, command_line, end_left_running, free_port, port_taken
from config.embedded.stack import Stack
from config.embedded.stamps import Stamps, hash_of
from config.embedded.valkey import Valkey
from config.postgres.provision import SCRIPT, provision

DATABASE = "miaopu"
USUAL_PORT = 8000
STOP_ORDER = ("beat", "web", "worker", "valkey", "postgresql")
LEAST_FREE = 500_000_000  # bytes
LONGEST_LOG = 10_000_000  # bytes
FOLDER = STATE / "demo"
RUNNING = FOLDER / "running.json"


class StopAsked(Exception):
    """Ctrl-C, or TERM or HUP from outside."""


def say(line: str) -> None:
    print(line, flush=True)


@dataclass
class Demo:
    port: int | None = None
    stoppers: dict[str, Callable[[], None]] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    asked_to_stop: bool = False

    def run(self) -> int:
        """Until it is stopped; the exit status."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        lock = only_one()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        try:
            self.start()
            self.watch()
        except StopAsked:
            say("Stopping …")
            return 0
        except CannotStart as reason:
            say(f"{reason}")
            return 1
        finally:
            self.stop()
            lock.close()
        return 0

    def start(self) -> None:
        require_space()
        drop_long_logs()
        for name in end_left_running(FOLDER):
            say(f"Ended {name}, left running by an earlier demo that was killed.")
        assets.prepare(say)
        stack = self.start_services(chosen_port(self.port))
        self.prepare_database(stack)
        stack.extra |= {"STATIC_ROOT": str(assets.collect(say)), **assets.PRODUCTION_FILES}
        self.load_city(stack)
        stack.wait_for_web(self.start_process(stack.web))  # first and alone: the person waits for it
        note_running(stack)
        say(f"\n  苗圃 Miaopu is ready at {stack.url}\n")
        self.start_process(stack.worker)
        self.start_process(stack.beat)
        tell_logins(stack)
        say("Ctrl-C stops it; the data stays. ./dev reset starts afresh.")

    def start_services(self, port: int) -> Stack:
        postgres = Postgres(database_root() / "demo", pid_folder=FOLDER)
        if not postgres.exists():
            stamps().forget()
        self.stoppers["postgresql"] = postgres.stop
        postgres.start()
        valkey = Valkey(FOLDER / "valkey", pid_folder=FOLDER)
        self.stoppers["valkey"] = valkey.stop
        valkey.start()
        self.children += [child for child in (postgres.child, valkey.child) if child]
        return Stack(FOLDER, postgres, DATABASE, valkey.url, port, demo=True, pid_folder=FOLDER)

    def prepare_database(self, stack: Stack) -> None:
        """Roles and tables, each only when what they are made from has changed."""
        server = stack.postgres
        key = hash_of([SCRIPT])
        if not stamps().fits("provision", key):
            provision(server.url("postgres", "postgres"), DATABASE, server.passwords(), owner_may_create=True)
            stamps().set("provision", key)
        key = hash_of([BASE_DIR / "requirements.lock", *(BASE_DIR / "pipeline/migrations").glob("**/*.py")])
        if not stamps().fits("migrate", key):
            say("Migrating the database …")
            stack.run_command("migrate", "--verbosity", "0", role="owner", STATEMENT_TIMEOUT_MS="0")
            stamps().set("migrate", key)

    def load_city(self, stack: Stack) -> None:
        if stamps().fits("demonstrate", "loaded"):
            return
        if not can_demonstrate():
            say("The demonstration city is not part of this checkout; the database stays empty.")
            return
        say("Loading the demonstration city …")
        stack.run_command("demonstrate", STATEMENT_TIMEOUT_MS="0")
        stamps().set("demonstrate", "loaded")

    def start_process(self, start: Callable[[], Child]) -> Child:
        child = start()
        self.children.append(child)
        self.stoppers[child.name] = child.stop
        return child

    def ask_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        """Interrupt what is under way. Python drops an exception raised inside a finalizer, so it is noted as well."""
        self.asked_to_stop = True
        raise StopAsked

    def watch(self) -> None:
        while not self.asked_to_stop:
            for child in self.children:
                child.require_alive()
            time.sleep(0.5)
        raise StopAsked

    def stop(self) -> None:
        """Whoever gives work stops before whoever does it."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: say("Already stopping; a running job gets some seconds to end."))
        for name in STOP_ORDER:
            if stop := self.stoppers.pop(name, None):
                stop()
        RUNNING.unlink(missing_ok=True)


def stamps() -> Stamps:
    return Stamps(FOLDER / "stamps.json")


def only_one() -> IO[str]:
    """Hold this folder's demo; the lock goes with the process, however it ends."""
    handle = (FOLDER / "lock").open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(already_running()) from None
    return handle


@dataclass(frozen=True)
class Running:
    """What a running demo tells others about itself."""

    pid: int
    port: int
    database_port: int
    broker_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def note_running(stack: Stack) -> None:
    broker_port = int(urlsplit(stack.broker_url).port or 0)
    RUNNING.write_text(json.dumps(asdict(Running(os.getpid(), stack.port, stack.postgres.port, broker_port))))


def running() -> Running | None:
    """This folder's demo, if it is up."""
    if not RUNNING.exists():
        return None
    answer = Running(**json.loads(RUNNING.read_text()))
    return answer if "config.embedded" in command_line(answer.pid) else None


def already_running() -> str:
    if (other := running()) is None:
        return "Another ./dev is just starting, stopping or using this folder's demo. Wait for it, or use its window."
    return (
        f"A demo of this folder is already running at {other.url} (process {other.pid}). "
        f"Use it, or stop it with Ctrl-C in its window or: kill {other.pid}"
    )


def require_space() -> None:
    free = shutil.disk_usage(STATE).free
    if free < LEAST_FREE:
        raise CannotStart(f"Only {free // 1_000_000} MB are free on the disk of {STATE}. Free 500 MB, then try again.")


def drop_long_logs() -> None:
    """Logs tell of the last starts; nobody rotates them on a laptop."""
    for log in FOLDER.glob("*.log"):
        if log.stat().st_size > LONGEST_LOG:
            log.unlink()


def chosen_port(wanted: int | None) -> int:
    if wanted is not None and port_taken(wanted):
        raise CannotStart(f"Port {wanted} is taken by another program. Choose another with --port, or leave it out.")
    if wanted is not None:
        return wanted
    if not port_taken(USUAL_PORT):
        return USUAL_PORT
    port = free_port()
    say(f"Port {USUAL_PORT} is taken by another program; using {port}.")
    return port


def can_demonstrate() -> bool:
    return (BASE_DIR / "pipeline/management/commands/demonstrate.py").exists()


def tell_logins(stack: Stack) -> None:
    if can_demonstrate():
        sys.stdout.write(stack.run_command("demonstrate", "--logins"))
        sys.stdout.flush()
