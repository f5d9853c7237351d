"""The database server of the tests, loaded as a pytest plugin before Django's settings are.

Each pytest process that touches the database has a server of its own: a copy of a seed cluster that is migrated once
for a state of the migrations and kept. So any number of runs go on beside each other, and tests without a database
start none.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg
from django.db import connection
from psycopg import sql

from config.embedded.places import BASE_DIR, database_root
from config.embedded.postgres import FORGETFUL, Postgres
from config.embedded.processes import left_running, note_pid
from config.postgres.provision import provision

PRISTINE = "pristine"  # migrated and never written to: what every test database is cloned from
SMALL = {
    "shared_buffers": "32MB",
    "max_connections": "60",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}

os.environ.update(
    {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "for tests only, long enough to please the system checks of the framework",
        "DATABASE_URL": f"postgres://web:none-yet@127.0.0.1:1/{PRISTINE}",  # replaced when the server is there
        "BROKER_URL": "",
        "SCANNER_URL": "structure:",
        "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
        "STATIC_ROOT": str(BASE_DIR / "pipeline/static"),  # each Client of a test reads it; what is collected is long
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # a browser driven by the test keeps an event loop in this thread
    }
)


def seed_key() -> str:
    """Changes whenever the seed would come out differently."""
    sources = [BASE_DIR / "requirements.lock", BASE_DIR / "config/postgres/provision.sql", Path(__file__)]
    sources += sorted(file for end in ("py", "sql") for file in (BASE_DIR / "pipeline/migrations").glob(f"**/*.{end}"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def tests_root() -> Path:
    folder = database_root() / "tests"
    folder.mkdir(exist_ok=True)
    return folder


@contextmanager
def locked(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def manage(*arguments: str, address: str, **environment: str) -> str:
    """Run manage.py as the role that `address` names; what it printed. Raises with its output where it fails."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env={**os.environ, "DATABASE_URL": address, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"manage.py {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        )
    return done.stdout


def build_seed(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    server = Postgres(folder, settings=FORGETFUL | SMALL)
    try:
        server.start()
        provision(server.url("postgres", "postgres"), PRISTINE, server.passwords(), owner_may_create=True)
        if any((BASE_DIR / "pipeline/migrations").glob("0*.py")):
            manage("migrate", "--verbosity", "0", address=server.url("owner", PRISTINE), STATEMENT_TIMEOUT_MS="0")
    finally:
        server.stop()
    (folder / "whole").touch()


def copy_of_seed() -> Path:
    """A folder with a migrated cluster for this process alone."""
    root = tests_root()
    with locked(root / "lock"):
        sweep(root)
        seed = root / f"seed-{seed_key()}"
        if not (seed / "whole").exists():
            build_seed(seed)
        os.utime(seed)
        folder = Path(tempfile.mkdtemp(prefix="run-", dir=root))
        folder.chmod(0o755)
        subprocess.run(["cp", "-a", f"{seed}/.", str(folder)], check=True)  # keeps the owner, which shutil does not
        note_pid(folder / "user.pid", os.getpid())
    return folder


def sweep(root: Path) -> None:
    """Remove what killed runs left, and all seeds but the two used last."""
    for folder in root.glob("run-*"):
        if not left_running(folder):
            Postgres(folder).end_predecessor()
            shutil.rmtree(folder, ignore_errors=True)
    for folder in sorted(root.glob("seed-*"), key=lambda seed: seed.stat().st_mtime)[:-2]:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Server:
    """The running server and its databases."""

    postgres: Postgres
    made: int = field(default=0)

    def clone(self, prefix: str, template: str = PRISTINE) -> str:
        """A new database with everything migrated, or a copy of another one; its name."""
        self.made += 1
        name = f"{prefix}_{self.made}"
        self._copy(name, template)
        return name

    def replace(self, name: str, template: str = PRISTINE) -> None:
        """The same anew, in place of a database whose connections are ended."""
        self.drop(name)
        self._copy(name, template)

    def _copy(self, name: str, template: str) -> None:
        with self.postgres.connect("postgres", "postgres") as superuser:
            form = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
            superuser.execute(sql.SQL(form).format(sql.Identifier(name), sql.Identifier(template)))
        provision(self.postgres.url("postgres", name), name, self.postgres.passwords(), owner_may_create=True)

    def drop(self, name: str) -> None:
        with self.postgres.connect("postgres", "postgres") as superuser:
            superuser.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def connect(self, role: str, database: str) -> psycopg.Connection:
        return self.postgres.connect(role, database)

    def url(self, role: str, database: str) -> str:
        return self.postgres.url(role, database)


@cache
def server() -> Server:
    """The server of this process, started when it is first asked for and ended with the process."""
    folder = copy_of_seed()
    postgres = Postgres(folder, settings=FORGETFUL | SMALL)
    postgres.start()
    return Server(postgres)


def stop_server() -> None:
    if server.cache_info().currsize:
        postgres = server().postgres
        postgres.stop()
        shutil.rmtree(postgres.folder, ignore_errors=True)
        server.cache_clear()


def point_django_at(database: str, on: Server | None = None) -> None:
    """Let Django's connection of this process work on `database` as role web, on a server other than its own too."""
    connection.close()
    there = on or server()
    place = {"NAME": database, "USER": "web", "PASSWORD": there.postgres.passwords()["web"], "HOST": "127.0.0.1"}
    connection.settings_dict.update({**place, "PORT": str(there.postgres.port)})
    os.environ["DATABASE_URL"] = there.url("web", database)


def current_database() -> str:
    return str(connection.settings_dict["NAME"])
