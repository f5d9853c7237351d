"""A whole running product for tests, and a browser to look at it: real processes on a database of the module's own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from redis import Redis

from config.embedded import assets
from config.embedded.browser import browser as chromium
from config.embedded.places import is_root
from config.embedded.processes import Child, free_port, wait_until
from config.embedded.stack import POOL, Stack
from config.embedded.valkey import Valkey
from tests import services

PATIENCE = 30.0  # seconds

QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-gpu",
    "--lang=zh-CN",
]


@dataclass
class House:
    """Web server, worker and (when asked for) beat on one database. Its environment may be changed with `restart`."""

    stack: Stack
    valkey: Valkey
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.stack.url

    @property
    def database(self) -> str:
        return self.stack.database

    def database_url(self, role: str = "web") -> str:
        return self.stack.postgres.url(role, self.stack.database)

    def run_command(self, *arguments: str, role: str = "web", **environment: str) -> str:
        """What manage.py printed."""
        return self.stack.run_command(*arguments, role=role, **environment)

    def start(self, *, beat: bool = False) -> None:
        self.children = {"worker": self.stack.worker(), "web": self.stack.web()}
        if beat:
            self.children["beat"] = self.stack.beat()
        self.stack.wait_for_web(self.children["web"])

    def restart(self, *, beat: bool = False, **environment: str) -> None:
        """With other environment variables, as after a change of settings or of the clock."""
        self.stop()
        self.stack.extra.update(environment)
        self.start(beat=beat)

    def renew(self) -> None:
        """Another database in place of this one's, under its name, once the worker has done what it was told."""
        assert wait_until(lambda: not self.waiting(), PATIENCE), "the worker has not come to an end"
        services.server().replace(self.database)
        if not all(child.alive() for child in self.children.values()):
            self.restart()
        for _connection in range(2 * POOL):  # those that ended with the old database go as they are asked for
            assert wait_until(lambda: self.stack.answers("/health/ready"), PATIENCE), self.log("web")

    def waiting(self) -> int:
        """Messages that nobody has worked off."""
        with Redis.from_url(self.valkey.url) as broker:
            return int(broker.llen("celery")) + int(broker.hlen("unacked"))

    def stop(self) -> None:
        for child in reversed(self.children.values()):
            child.stop()
        self.children = {}

    def log(self, process: str) -> str:
        return (self.stack.folder / f"{process}.log").read_text(errors="replace")


@contextmanager
def running_house(database: str, *, beat: bool = False, **environment: str) -> Iterator[House]:
    """Start everything on `database`, one of `services.server()`'s; stop everything, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="house-", dir=services.tests_root()))
    valkey = Valkey(folder / "valkey")
    valkey.start()
    files = {"STATIC_ROOT": str(assets.collect(print)), **assets.PRODUCTION_FILES}
    extra = {**files, "MAIL_URL": f"file://{folder / 'mail'}", **environment}
    postgres = services.server().postgres
    house = House(Stack(folder, postgres, database, valkey.url, free_port(), extra=extra), valkey)
    try:
        house.start(beat=beat)
        yield house
    finally:
        house.stop()
        valkey.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def lodged(house: House) -> Iterator[None]:
    """Django works for the block on the new database that the house is given."""
    before = services.current_database()
    house.renew()
    services.point_django_at(house.database)
    yield
    services.point_django_at(before)


@contextmanager
def launched_browser() -> Iterator[Browser]:
    arguments = [*QUIET, "--no-sandbox"] if is_root() else QUIET
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield browser
        browser.close()


@dataclass
class Complaints:
    """What a page said went wrong: errors on the console, in scripts, and breaches of the content security policy."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self.from_console)
        page.on("pageerror", lambda error: self.found.append(f"script error: {error}"))
        page.on("requestfailed", lambda request: self.from_request(request))
        page.on("response", self.from_response)

    def from_console(self, message: Any) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.found.append(f"console: {message.text} ({message.location.get('url')})")

    def from_request(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # a navigation or a download ends what was still under way
            self.found.append(f"failed: {request.method} {request.url} {request.failure}")

    def from_response(self, response: Any) -> None:
        if response.status >= 500:
            self.found.append(f"{response.status}: {response.url}")

    def expect(self, part: str) -> None:
        """A complaint that the test provokes on purpose: it must be there, and is forgotten."""
        matching = [line for line in self.found if part in line]
        assert matching, f"no complaint with {part!r} among {self.found}"
        self.found = [line for line in self.found if part not in line]
