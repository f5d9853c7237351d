"""`./dev doctor`: what this machine and this checkout lack, in sentences."""

import importlib.metadata
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.embedded.browser import browser
from config.embedded.places import STATE, SURVIVING, CannotStart, is_root, outer_folder
from config.embedded.postgres import binaries
from config.embedded.processes import left_running, port_taken
from config.embedded.supervisor import FOLDER, LEAST_FREE, USUAL_PORT, running


@dataclass(frozen=True)
class Answer:
    """`fine` None is a remark: nothing is wrong, but one may want to know."""

    fine: bool | None
    sentence: str

    def __str__(self) -> str:
        return f"{ {True: 'ok  ', False: 'BAD ', None: 'note'}[self.fine] } {self.sentence}"


def doctor() -> int:
    """Print every answer; 1 when something needs doing."""
    answers = [answer for question in QUESTIONS for answer in question()]
    for answer in answers:
        print(answer)
    return 1 if any(answer.fine is False for answer in answers) else 0


def python() -> Iterator[Answer]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    right = (3, 12) <= sys.version_info[:2] < (3, 16)
    yield Answer(
        right, f"Python {version}" + ("" if right else ": 3.12 to 3.15 is needed. Delete .venv and run ./dev again.")
    )


def lock() -> Iterator[Answer]:
    django = importlib.metadata.version("django")
    right = django.startswith("6.1.")
    yield Answer(right, f"Django {django}" + ("" if right else ": 6.1 is needed. Delete .venv and run ./dev again."))


def disk() -> Iterator[Answer]:
    for folder in {STATE.parent, outer_folder().parent if is_root() else STATE.parent}:
        free = shutil.disk_usage(folder).free
        right = free >= LEAST_FREE
        yield Answer(right, f"{free // 1_000_000} MB free at {folder}" + ("" if right else ": free at least 500 MB."))


def postgres() -> Iterator[Answer]:
    try:
        yield Answer(True, f"PostgreSQL's programs: {binaries()}")
    except CannotStart as reason:
        yield Answer(False, str(reason))


def ports() -> Iterator[Answer]:
    if (demo := running()) and demo.port == USUAL_PORT:
        return
    if port_taken(USUAL_PORT):
        yield Answer(None, f"Port {USUAL_PORT} is taken by another program; ./dev demo will choose another one.")
    else:
        yield Answer(True, f"Port {USUAL_PORT} is free.")


def demo_state() -> Iterator[Answer]:
    if demo := running():
        yield Answer(True, f"The demo is running at {demo.url} (process {demo.pid}).")
    elif left := left_running(FOLDER):
        names = ", ".join(f"{name} ({pid})" for name, pid in left)
        yield Answer(None, f"A killed demo left these running, the next ./dev demo ends them: {names}.")
    else:
        yield Answer(True, "No demo is running, and nothing of an earlier one is.")


def chromium() -> Iterator[Answer]:
    found = browser()
    yield Answer(True if found else None, f"Browser for tests: {found}" if found else NO_BROWSER)


def office() -> Iterator[Answer]:
    found = shutil.which("soffice")
    yield Answer(True if found else None, f"LibreOffice for ./dev long: {found}" if found else NO_OFFICE)


def abandoned() -> Iterator[Answer]:
    for folder in SURVIVING.glob("miaopu-*"):
        mark = folder / "state-folder"
        if mark.exists() and not Path(mark.read_text().strip()).exists():
            yield Answer(None, f"{folder} belongs to a .state folder that is gone. To free its space: rm -r {folder}")


NO_BROWSER = "No Chromium found: ./dev test leaves browser tests out. Set CHROMIUM, or install the package chromium."
NO_OFFICE = "No LibreOffice found: ./dev long saves no workbook again. Install the package libreoffice-calc."
QUESTIONS = (python, lock, disk, postgres, ports, demo_state, chromium, office, abandoned)
