"""Fixtures for all tests. Databases come from tests/services.py, whole running products from tests/live.py."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from config.embedded import catalogues
from config.embedded.browser import browser as chromium
from tests import services
from tests.cast import Cast, Story, city
from tests.live import Complaints, House, launched_browser, lodged, running_house
from tests.settled import on_record, settle, told


def pytest_sessionstart() -> None:
    catalogues.compile_changed()


def pytest_sessionfinish() -> None:
    services.stop_server()


@pytest.fixture
def django_db_setup(request: pytest.FixtureRequest, django_db_blocker: Any) -> None:
    """In place of pytest-django's: its test database would be made by the role that must not be able to make one.
    A test that asks for the cast is sent where it is on record.
    """
    with django_db_blocker.unblock():
        settle(with_cast="cast" in request.fixturenames)


@pytest.fixture(scope="module")
def fresh_database(django_db_blocker: Any) -> Iterator[str]:
    """A database of this module's own whose writes are committed; its name. Nothing is rolled back between its tests.

    Append-only tables cannot be emptied, so `django_db(transaction=True)` is not to be had: this is.
    """
    before = services.current_database()
    name = services.server().clone("fresh")
    with django_db_blocker.unblock():
        services.point_django_at(name)
        yield name
        services.point_django_at(before)
    services.server().drop(name)


@pytest.fixture
def as_owner(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as the role that owns the tables, to the database the test works on; each statement commits."""
    with services.server().connect("owner", services.current_database()) as connection:
        yield connection


@pytest.fixture
def as_web(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as the role the product works as, past Django: no scope is declared."""
    with services.server().connect("web", services.current_database()) as connection:
        yield connection


@pytest.fixture(scope="session")
def standing_house() -> Iterator[House]:
    """The processes of the whole product, started once."""
    with running_house(services.server().clone("house")) as house:
        yield house


@pytest.fixture(scope="module")
def house(standing_house: House, django_db_blocker: Any) -> Iterator[House]:
    """The whole product running on a database of this module's own, which the test's own Django works on too. Its
    processes have served other modules: whoever stops one takes `own_house`.
    """
    with django_db_blocker.unblock(), lodged(standing_house):
        yield standing_house


@pytest.fixture(scope="module")
def own_house(fresh_database: str) -> Iterator[House]:
    """The same with processes of this module's own, which may be killed and started again."""
    with running_house(fresh_database) as house:
        yield house


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """One real Chromium for the session."""
    if chromium() is None:
        pytest.skip("no Chromium found")
    with launched_browser() as browser:
        yield browser


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test when a page it opened had anything to complain about."""
    complaints = Complaints()
    yield complaints
    assert not complaints.found, "\n".join(complaints.found)


@pytest.fixture
def new_context(chrome: Browser, complaints: Complaints) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser with a session of its own, for each person of a story; takes Playwright's options."""
    opened: list[BrowserContext] = []

    def open_context(**options: Any) -> BrowserContext:
        context = chrome.new_context(**{"locale": "zh-CN", "viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(15_000)
        context.on("page", complaints.watch)
        opened.append(context)
        return context

    yield open_context
    for context in opened:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """One page of one person."""
    return new_context().new_page()


@pytest.fixture
def cast(db: None) -> Cast:
    """The city and its people."""
    return on_record() or city()


@pytest.fixture
def story(cast: Cast) -> Iterator[Story]:
    """Qinghe's case, carried forward as far as a test wants it."""
    with told(cast) as story:
        yield story
