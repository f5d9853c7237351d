"""Child processes that do not outlive the one that started them, and the traces of those that did."""

import contextlib
import ctypes
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.embedded.places import NOBODY, CannotStart, is_root

DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)


class ChildDied(CannotStart):
    """A service ended by itself; the message carries the end of its log."""


@dataclass
class Child:
    """One service: its process leads a session of its own, so the terminal's Ctrl-C does not reach it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    pid_file: Path | None = field(default=None)

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self, patience: float = 20) -> None:
        """Ask, wait `patience` seconds, then end the whole group."""
        if self.alive():
            self.process.send_signal(self.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(patience)
        end_group(self.process.pid)
        self.process.wait()
        if self.pid_file:
            self.pid_file.unlink(missing_ok=True)

    def tail(self, lines: int = 15) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def require_alive(self) -> None:
        if not self.alive():
            raise ChildDied(
                f"{self.name} ended (status {self.process.returncode}). The end of {self.log}:\n{self.tail()}"
            )


def launch(
    name: str,
    arguments: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    folder: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    as_nobody: bool = False,
    pid_folder: Path | None = None,
) -> Child:
    """Start a service. `as_nobody` steps down from root; without root it changes nothing."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(argument) for argument in arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=dying_with_parent(stop_signal),
            **(stepping_down() if as_nobody else {}),
        )
    pid_file = note_pid(pid_folder / f"{name}.pid", process.pid) if pid_folder else None
    return Child(name, process, log, stop_signal, pid_file)


def dying_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Linux ends the child when its parent is killed; elsewhere the pid files let the next start do so."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(DEATH_SIGNAL, int(stop_signal))  # runs after setuid, so that it stays armed


def stepping_down() -> dict[str, Any]:
    """Arguments of subprocess that run as `nobody` when we are root."""
    if not is_root():
        return {}
    account = pwd.getpwnam(NOBODY)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def give_to_nobody(paths: Iterable[Path]) -> None:
    if is_root():
        account = pwd.getpwnam(NOBODY)
        for path in paths:
            os.chown(path, account.pw_uid, account.pw_gid)


def end_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def started_at(pid: int) -> str | None:
    """A text that tells this process from a later one with the same number; None once it has ended."""
    if sys.platform == "linux":
        try:
            columns = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if columns[0] == "Z" else columns[19]
    return told_by_ps("lstart", pid) or None


def command_line(pid: int) -> str:
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        except OSError:
            return ""
    return told_by_ps("args", pid)


def told_by_ps(column: str, pid: int) -> str:
    answer = subprocess.run(["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def note_pid(file: Path, pid: int) -> Path:
    file.write_text(f"{pid} {started_at(pid) or ''}\n")
    return file


def left_running(pid_folder: Path) -> list[tuple[str, int]]:
    """Services of an earlier run that was killed, by the names and numbers it noted."""
    found = []
    for file in sorted(pid_folder.glob("*.pid")):
        number, _, start = file.read_text().strip().partition(" ")
        if number.isdigit() and start and started_at(int(number)) == start:
            found.append((file.stem, int(number)))
        else:
            file.unlink(missing_ok=True)
    return found


def end_left_running(pid_folder: Path, patience: float = 10) -> list[str]:
    """End what an earlier run left behind; the names of what was ended."""
    found = left_running(pid_folder)
    for name, pid in found:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT if name == "postgresql" else signal.SIGTERM)
    wait_until(lambda: not left_running(pid_folder), patience)
    for _, pid in left_running(pid_folder):
        end_group(pid)
    return [name for name, _ in found]


def wait_until(answer: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    end = time.monotonic() + seconds
    while not answer():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def port_taken(port: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False
