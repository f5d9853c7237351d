"""`./dev test`, `long` and `bench`: make what tests need, say what will run, become pytest."""

import os
import sys
from collections.abc import Sequence

from config.embedded import assets
from config.embedded.browser import browser
from config.embedded.places import BASE_DIR, CannotStart

PARALLEL = [
    "-n",
    "auto",
    "--dist",
    "loadfile",
]  # one file in one process: its module's database and stack are made once


def test(arguments: Sequence[str]) -> int:
    marks = ["not long"]
    if browser() is None and os.environ.get("CI"):
        raise CannotStart("No Chromium found, and in CI the browser tests must run. Install the package chromium.")
    if browser() is None:
        say("No Chromium found: browser tests are left out (set CHROMIUM, or install the package chromium).")
        marks.append("not browser")
    prepare()
    return become_pytest(" and ".join(marks), PARALLEL, arguments)


def long(arguments: Sequence[str]) -> int:
    prepare()
    return become_pytest("long", [], arguments)


def bench(arguments: Sequence[str]) -> int:
    """Benchmarks start their own database where they want one; --json output must stay alone on standard output."""
    command = [sys.executable, "-m", "tests.benchmarks", *arguments]
    os.chdir(BASE_DIR)
    os.execv(command[0], command)


def prepare() -> None:
    assets.prepare(say)
    assets.collect(say)


def become_pytest(marks: str, options: Sequence[str], arguments: Sequence[str]) -> int:
    say(f"Plan: pytest -m '{marks}' {' '.join([*options, *arguments])}".rstrip())
    say("Each pytest process starts a PostgreSQL of its own, from a seed that is migrated once and kept.")
    command = [sys.executable, "-m", "pytest", "-m", marks, *options, *arguments]
    os.environ.setdefault("PYTHONHASHSEED", "0")  # processes must collect the same tests in the same order
    os.chdir(BASE_DIR)
    os.execv(command[0], command)


def say(line: str) -> None:
    print(line, flush=True)
