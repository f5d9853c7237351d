from collections.abc import Iterator
from typing import Any

import pytest

from tests.walls.world import World, build


@pytest.fixture(scope="module")
def world(fresh_database: str, django_db_blocker: Any) -> Iterator[World]:
    """The city of tests/walls/world.py, committed, with Django working on it as role web."""
    with django_db_blocker.unblock():
        yield build()
