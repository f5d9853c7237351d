"""A database of the product's own for benchmarks, worked on as role web."""

from __future__ import annotations

from tests import services


def fresh() -> None:
    """Django's connection works on a new, empty database from here on."""
    services.point_django_at(services.server().clone("bench"))


def stop() -> None:
    services.stop_server()
