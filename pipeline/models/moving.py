"""Rows with a stage: how they move, and what their clocks say."""

from collections import defaultdict
from datetime import date
from typing import Any, Literal

from django.db import DatabaseError
from django.db.models import F, Q

from pipeline import stages
from pipeline.models.firm import Row
from pipeline.models.placed import PlacedQuerySet
from pipeline.rules.workdays import Calendar
from pipeline.stages import Due, Stage

SOON_WITHIN = 4  # working days: almost over
# SQLSTATEs of the triggers that guard the stages: no such move; an open flag blocks the decision
REFUSALS = ("MP001", "MP003")


class MoveRefused(Exception):
    """The table of moves does not allow it, or somebody moved the row first.

    `current` tells where the rows stand now: number -> (stage, version).
    """

    def __init__(self, move: str, current: dict[str, tuple[str, int]]) -> None:
        super().__init__(f"{move} is refused: {current or 'no such row'}")
        self.move = move
        self.current = current


class MovingQuerySet(PlacedQuerySet[Row]):
    """Rows with a stage. `move` is the only writer of it."""

    table: str

    def move(
        self, name: str, *, to: str | None = None, versions: dict[int, int] | None = None, **also: Any
    ) -> dict[int, str]:
        """Move every row of the queryset or none: {row id: the stage it left}. Raises MoveRefused.

        `versions` holds the version of each row as the person saw it; without it the rows are taken as they are found.
        `also` is written in the same statement.
        """
        move = stages.MOVES[self.table][name]
        target = to or next(iter(move.to))
        sources = [source for source in move.from_ if source]
        found = {
            pk: (stage, version) for pk, stage, version in self.order_by("pk").values_list("pk", "stage", "version")
        }
        seen = Q(pk__in=found) if versions is None else _as_seen(found, versions)
        rows = self.model._default_manager.filter(seen, stage__in=sources)
        try:
            moved = rows.update(stage=target, version=F("version") + 1, **also) if found and target in move.to else 0
        except DatabaseError as error:
            if getattr(error.__cause__, "sqlstate", "") not in REFUSALS:
                raise
            moved = -1
        if moved != len(found) or not found:
            raise MoveRefused(name, {str(pk): now for pk, now in found.items()})
        return {pk: stage for pk, (stage, _) in found.items()}


def _as_seen(found: dict[int, tuple[str, int]], versions: dict[int, int]) -> Q:
    """Rows at the version the person saw: a condition for each version, not for each of many thousand rows."""
    keys: dict[int, list[int]] = defaultdict(list)
    for pk in found:
        keys[versions.get(pk, -1)].append(pk)
    seen = Q(pk__in=[])
    for version, rows in keys.items():
        seen |= Q(pk__in=rows, version=version)
    return seen


def due(place: Stage, due_on: date | None, today: date, calendar: Calendar) -> Due:
    """What a clock says on a day: kind, day and working days left (below 0 when over)."""
    if due_on is None:
        return Due("none")
    left = calendar.between(today, due_on)
    if place.clock == "paused":
        return Due("paused", due_on, left)
    if place.term == "publicity_workdays" and left >= 0:
        return Due("notice", due_on, left)
    kind: Literal["over", "today", "soon", "calm"] = (
        "over" if left < 0 else "today" if left == 0 else "soon" if left <= SOON_WITHIN else "calm"
    )
    return Due(kind, due_on, left)
