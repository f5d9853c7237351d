"""Django's own command, in a tenth of its time.

After each step Django makes the classes of all models anew that lead to the one that changed, and here almost every
model leads to the firm. A step in SQL asks for the class of its own model only, so only that one is made anew. Where a
step runs Python, Django first makes all of them: the state says that it was put off.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with one_model_a_step():
            super().handle(*args, **options)


@contextmanager
def one_model_a_step() -> Iterator[None]:
    kept = {name: getattr(ProjectState, name) for name in ("add_model", "add_field", "reload_model")}
    reload_whole = kept["reload_model"]

    def reload_model(state: Any, app_label: str, model_name: str, delay: bool = False) -> None:
        if not delay and not vars(state).get("adding"):
            reload_whole(state, app_label, model_name)
        elif "apps" in vars(state):  # else nothing is made yet
            state.is_delayed = True
            state._reload({(app_label, model_name)})

    changed = {"reload_model": reload_model, **{name: _adding(kept[name]) for name in ("add_model", "add_field")}}
    try:
        for name, method in changed.items():
            setattr(ProjectState, name, method)
        yield
    finally:
        for name, method in kept.items():
            setattr(ProjectState, name, method)


def _adding(change: Callable[..., None]) -> Callable[..., None]:
    """Nothing refers yet to what is new, so nothing else is to be made anew for it."""

    def add(state: Any, *args: Any, **options: Any) -> None:
        state.adding = True
        try:
            change(state, *args, **options)
        finally:
            state.adding = False

    return add
