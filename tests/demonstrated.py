"""The demonstration city, loaded once in a process: tests look at it, or have a house on a copy of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from tests import services


@dataclass(frozen=True)
class Demonstrated:
    """Its database, the folder of its documents, and what was printed when it was loaded."""

    database: str
    documents: Path
    printed: str


@cache
def demonstrated() -> Demonstrated:
    """Leaves Django where it stood."""
    name = services.server().clone("demonstrated")
    folder = services.server().postgres.folder / "demonstrated"
    with standing_in(name, folder):
        return Demonstrated(name, folder, load())


def load(*arguments: str) -> str:
    """What manage.py demonstrate prints."""
    printed = StringIO()
    call_command("demonstrate", *arguments, stdout=printed)
    return printed.getvalue()


@contextmanager
def standing_in(database: str, documents: Path) -> Iterator[None]:
    """Django works there for the block."""
    before = services.current_database()
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": documents}}
    services.point_django_at(database)
    try:
        with override_settings(STORAGES=settings.STORAGES | {"documents": disk}):
            yield
    finally:
        services.point_django_at(before)
