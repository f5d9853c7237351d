"""Two books tried on an office's firms: asked for by a person, reckoned at once or by a job, kept as it came out."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from io import BytesIO
from time import perf_counter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.pool_part import pool_in_parts
from pipeline.models import Firm, Trial, User
from pipeline.models.firm import FirmQuerySet
from pipeline.models.in_force import book_in_force
from pipeline.models.trial import DONE, FAILED, RUNNING, WAITING
from pipeline.outside import storage
from pipeline.rules import Book, Label, books
from pipeline.rules.columns.laboratory import Comparison, compare, figures_asked, joined
from pipeline.rules.shelf.revision import as_written, differences, revised

AT_ONCE = 120_000  # as many firms are tried within the request; more by a job
PART = 25_000  # as many are judged at a time, for the memory it takes
GIVEN_UP = Label("已放弃。", "Given up.")
NOT_DONE = Label(
    "测算时出错，没有结果；情况已记录。请再试一次，或联系系统管理员。",
    "The trial failed and has no result; it has been logged. Try again, or ask your administrator.",
)


@dataclass(frozen=True)
class Side:
    """One of the two books of a trial: what was in force on the day, with other values.

    It is kept whole: `editions` is what the bureau had published of the carried book by then, so that a later edition
    changes no trial.
    """

    book: str
    day: date
    editions: Mapping[str, Any]
    changes: Mapping[str, Any]
    name: str = ""  # of the scheme it was taken from

    @property
    def in_force(self) -> Book:
        return revised(books(self.book, self.day), self.editions)

    @property
    def supposed(self) -> Book:
        return revised(self.in_force, self.changes)

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "day": self.day.isoformat()}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Side":
        return cls(**{**kept, "day": date.fromisoformat(kept["day"])})


def side(book: str, day: date, changes: Mapping[str, Any] | None = None, name: str = "") -> Side:
    """The book in force on the day with these changes; raises BookRefused where they cannot be, NoValue before it."""
    editions = differences(books(book, day), book_in_force(book, day))
    written = {each.rule: as_written(each.after) for each in editions if each.after is not None}
    made = Side(book, day, written, dict(changes or {}), name)
    revised(made.in_force, made.changes)
    return made


def pool(by: User) -> FirmQuerySet:
    """The firms that a person's office tries books on."""
    return Firm.objects.within(by.reach(access.OFFICE)).here()


@transaction.atomic
def ask(*, before: Side, after: Side, by: User) -> Trial:
    """A trial that waits to be run."""
    access.require(by, "trial.ask")
    office = by.office
    if office is None:
        raise ConditionUnmet([Missing("", _("Only a city or county office tries books on its firms."))])
    firms = pool(by).count()
    demand(firms > 0, "", _("No firm is on record here: there is nothing to try a book on."))
    sides = {"before": before.to_json(), "after": after.to_json()}
    return Trial.objects.create(office=office, by=by, firms_total=firms, **sides)


@transaction.atomic
def again(trial: Trial, *, by: User) -> None:
    """Once more, after it broke off."""
    access.require(by, "trial.ask")
    fresh = {"state": WAITING, "worked_at": None, "problem": None, "firms_done": 0}
    ours = Trial.objects.filter(pk=trial.pk, by=by, state=FAILED)
    demand(bool(ours.update(**fresh)), "", _("There is nothing of yours here to take up again."))


@transaction.atomic
def cancel(trial: Trial, *, by: User) -> None:
    """Give it up: whatever comes of it is not kept."""
    access.require(by, "trial.ask")
    ours = Trial.objects.filter(pk=trial.pk, by=by, state__in=[WAITING, RUNNING])
    demand(bool(ours.update(state=FAILED, problem=GIVEN_UP.to_json())), "", _("This is finished or given up already."))


def read_ahead(day: date, *, by: User) -> None:
    """Read the pool's figures of the day, so that the first question of many finds them kept."""
    access.require(by, "trial.ask")
    if by.office is not None:
        parts = pool_in_parts(pool(by), day, office=by.office.pk, size=PART)
        while _next_figures(parts) is not None:
            pass


@transaction.atomic
def _next_figures(parts: Iterator[Any]) -> Any:
    return next(parts, None)


def run(key: int, *, by: User) -> None:
    """Run a trial that waits. A second call while the first one works does nothing."""
    trial = Trial.objects.claim(key, by, firms_done=0)
    if trial is None:
        return
    access.require(by, "trial.ask")
    try:
        _run(trial, by)
    except Exception:
        Trial.objects.tell(trial, state=FAILED, problem=NOT_DONE.to_json())
        raise


def _run(trial: Trial, by: User) -> None:
    began = perf_counter()
    _opened.cache_clear()  # the memory of what was looked at last is needed now
    found = joined(_parts(trial, by))
    kept = storage.keep(BytesIO(found.to_bytes()))
    took = round((perf_counter() - began) * 1000)
    Trial.objects.tell(trial, state=DONE, kept=kept, outcome=outcome(found), milliseconds=took, firms_done=found.total)


def _parts(trial: Trial, by: User) -> Iterator[Comparison]:
    """The pool part by part; after each it is on record how far the work is."""
    before, after = (Side.from_json(each) for each in (trial.before, trial.after))
    books_of, done = (before.supposed, after.supposed), 0
    asked = figures_asked(*books_of)
    figures = partial(pool_in_parts, pool(by), office=trial.office_id, size=PART, only=asked)
    frames, laters = figures(before.day), None if before.day == after.day else figures(after.day)
    while (part := _next(frames, laters, *books_of)) is not None:
        done += part.total
        Trial.objects.tell(trial, firms_done=done)
        yield part


@transaction.atomic
def _next(frames: Iterator[Any], laters: Iterator[Any] | None, before: Book, after: Book) -> Comparison | None:
    """The next part of the pool by both books; nothing where there is none left."""
    frame = next(frames, None)
    later = next(laters, None) if laters is not None else None
    return None if frame is None else compare(frame, before, after, later=later)


def outcome(found: Comparison) -> dict[str, Any]:
    """The head of the answer, for lists of trials."""
    rule = about(found)
    whole = found.summed(rule)
    return {"rule": rule, **{name: getattr(whole, name) for name in ("firms", "before", "after", "gained", "dropped")}}


def about(found: Comparison) -> str | None:
    """The rule an answer is about: the one that moved most firms, or else the first whose number was changed."""
    moved = {rule: moves(found, rule) for rule in found.rules}
    most = max(moved, key=lambda rule: moved[rule], default=None)
    if most is not None and moved[most]:
        return most
    differing = {each.rule for each in differences(found.before, found.after)}
    return next((rule for rule in found.rules if rule in differing), None)


def moves(found: Comparison, rule: str | None) -> int:
    """How many firms' verdict is another one."""
    return sum(count for (one, two), count in found.crossed(rule).items() if one != two)


def comparison(trial: Trial) -> Comparison:
    """What came of a trial that is done."""
    return _opened(trial.kept, json.dumps(trial.before), json.dumps(trial.after))


@lru_cache(maxsize=1)
def _opened(kept: str, before: str, after: str) -> Comparison:
    """A comparison stays in memory, as its page and its lists are opened one after the other."""
    books_of = (Side.from_json(json.loads(each)).supposed for each in (before, after))
    return Comparison.from_bytes(storage.fetch(kept).read(), *books_of)
