"""The change lists of Django's admin over the tables of our lists, in the benchmark only, with the count they make.

They are asked for their rows and not drawn, which spares them time.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.db import models
from django.test import RequestFactory

from pipeline.models import Application, Case, Certificate, Obligation
from tests.benchmarks import kept_city
from tests.benchmarks.comparison import Benchmark
from tests.benchmarks.comparison_of_many import Pair, Worst
from tests.benchmarks.lists import FIRMS, LISTS, Listing, by_the_page, seconds
from tests.benchmarks.watching import at_work, watched

SHOWN: dict[str, tuple[type[models.Model], list[str]]] = {
    "all cases, city": (Case, ["number", "stage", "due_on", "firm", "officer"]),
    "applications": (Application, ["case", "firm", "round", "stage", "due_on"]),
    "certificates": (Certificate, ["number", "firm", "issued_on", "valid"]),
    "obligations": (Obligation, ["kind", "year", "due_on", "firm", "certificate"]),
}


class Everything(ModelAdmin):  # type: ignore[type-arg]
    """Who may look is settled by the row policies."""

    list_per_page = 50

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return True

    has_add_permission = has_change_permission = has_delete_permission = has_view_permission


def change_list(listing: Listing, model: type[models.Model], columns: list[str]) -> float:
    """Seconds in SQL for the counts and the rows of the first page."""
    admin = type("Shown", (Everything,), {"list_display": columns, "list_select_related": True})(model, AdminSite())
    with at_work(listing.who) as person:
        request: Any = RequestFactory().get("/")
        request.user = person
        with watched() as watch:
            found = admin.get_changelist_instance(request)
            shown = [[str(getattr(row, column)) for column in columns] for row in found.result_list]
    if not shown:
        raise AssertionError(f"the change list of {model.__name__} is empty")
    return watch.seconds


def against_admin(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    kept_city.stand_on(firms)
    return {
        name: Pair(partial(seconds, by_the_page, LISTS[name]), partial(change_list, LISTS[name], *told))
        for name, told in SHOWN.items()
    }, ()


BENCHMARKS: tuple[Benchmark, ...] = (
    Worst(
        "lists.vs_admin",
        0.125,
        FIRMS,
        "time in SQL of a list against the change list of Django's admin over the same table, with its default count",
        against_admin,
    ),
)
