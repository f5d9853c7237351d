"""`./dev shell`: a Django shell, or any other command of manage.py, on the demonstration's database."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from config.embedded.places import BASE_DIR, CannotStart, database_root
from config.embedded.postgres import Postgres
from config.embedded.stack import Stack
from config.embedded.supervisor import DATABASE, FOLDER, only_one, running
from config.embedded.valkey import Valkey


def shell(arguments: Sequence[str], *, role: str) -> int:
    """Work beside a running demo, or start its database and broker for as long as this lasts."""
    with services() as stack:
        command = [sys.executable, "manage.py", *(arguments or ["shell"])]
        environment = stack.environment("shell", role)
        return subprocess.run(command, cwd=BASE_DIR, env=environment, check=False).returncode


@contextmanager
def services() -> Iterator[Stack]:
    postgres, valkey = Postgres(database_root() / "demo"), Valkey(FOLDER / "valkey")
    if not postgres.exists():
        raise CannotStart("There is no demonstration database yet. Run ./dev demo first.")
    if other := running():
        postgres.port, valkey.port = other.database_port, other.broker_port
        yield Stack(FOLDER, postgres, DATABASE, valkey.url, other.port, demo=True)
        return
    lock = only_one()
    try:
        postgres.start()
        valkey.start()
        yield Stack(FOLDER, postgres, DATABASE, valkey.url, int(os.environ.get("PORT", "8000")), demo=True)
    finally:
        valkey.stop()
        postgres.stop()
        lock.close()
