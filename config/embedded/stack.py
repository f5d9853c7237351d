"""The product's own processes, as the demonstration and the tests start them: web server, worker, beat and commands."""

import os
import secrets
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.places import BASE_DIR, CannotStart
from config.embedded.postgres import Postgres, write_private
from config.embedded.processes import Child, launch, wait_until

FIRST_PAGE = "/"  # leads whoever is not signed in to the log-in page
POOL = 4  # the web server's threads and the connections they share


@dataclass
class Stack:
    """Where the processes of one product run: a database, a broker, a folder for logs and documents."""

    folder: Path
    postgres: Postgres
    database: str
    broker_url: str
    port: int
    demo: bool = False
    pid_folder: Path | None = None
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self, process: str, role: str = "web") -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.postgres.url(role, self.database),
            "BROKER_URL": self.broker_url,
            "STORAGE_URL": f"file://{self.folder / 'documents'}",
            "SCANNER_URL": "structure:",
            "SECRET_KEY": secret_key(self.folder),
            "SITE_URL": self.url,
            "DEMO": "true" if self.demo else "false",
            "PROCESS": process,
            "PYTHONUNBUFFERED": "1",
            **self.extra,
        }

    def web(self) -> Child:
        place = ["--host", "127.0.0.1", "--port", str(self.port)]
        shape = ["--workers", "1", "--blocking-threads", str(POOL), "--http", "1", "--no-ws"]
        command = ["-m", "granian", "--interface", "wsgi", *place, *shape, "config.wsgi:application"]
        return self.start("web", command, DATABASE_POOL=str(POOL))

    def worker(self) -> Child:
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        command = [
            "-m",
            "celery",
            "-A",
            "config.celery:app",
            "worker",
            "--concurrency",
            "2",
            "--loglevel",
            "INFO",
            *quiet,
        ]
        return self.start("worker", command)

    def beat(self) -> Child:
        schedule = ["--schedule", str(self.folder / "beat-schedule"), "--pidfile", ""]
        return self.start("beat", ["-m", "celery", "-A", "config.celery:app", "beat", "--loglevel", "INFO", *schedule])

    def start(self, name: str, command: Sequence[str], **environment: str) -> Child:
        return launch(
            name,
            [sys.executable, *command],
            log=self.folder / f"{name}.log",
            environment=self.environment(name) | environment,
            folder=BASE_DIR,
            pid_folder=self.pid_folder,
        )

    def run_command(self, *arguments: str, role: str = "web", **environment: str) -> str:
        """Run manage.py to its end; what it printed. Raises with its last lines where it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env=self.environment("command", role) | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            end = "\n".join((done.stdout + done.stderr).splitlines()[-25:])
            raise CannotStart(f"manage.py {' '.join(arguments)} failed:\n{end}")
        return done.stdout

    def answers(self, path: str = FIRST_PAGE) -> bool:
        try:
            with urllib.request.urlopen(self.url + path, timeout=5) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def wait_for_web(self, web: Child, seconds: float = 60) -> None:
        if not wait_until(lambda: self.answers() or not web.alive(), seconds, pause=0.1) or not web.alive():
            raise CannotStart(f"The web server does not answer at {self.url}. The end of {web.log}:\n{web.tail(30)}")


def secret_key(folder: Path) -> str:
    """Made up once and kept, so that a restart signs nobody out."""
    file = folder / "secret-key"
    if not file.exists():
        write_private(file, secrets.token_urlsafe(48))
    return file.read_text()
