"""Where a case stands as the desk shows it: the open application in its place, whose turn, how long, why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.models import Application, Case
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.stages import Due, Stage
from pipeline.templatetags.look import language


@dataclass(frozen=True)
class Standing:
    """`row` is what moves: the open application of a case in certification, else the case itself."""

    case: Case
    row: Case | Application
    turn: str
    mine: bool
    due: Due
    due_says: str

    @property
    def place(self) -> Stage:
        return self.row.place


def standing_of(case: Any, application: Application | None, actor: Actor, today: date) -> Standing:
    """`case` carries its county's name (`with_county`). What was proposed of it (`with_proposal`) waits for a head."""
    row = application or case
    proposed = getattr(case, "proposed_act", None)
    mine = access.may(actor, proposed) if proposed else row.place.turn in access.turns(actor)
    others = _("the head of the city office") if proposed else turn_words(row.place, case.county_name)
    turn = _("me") if mine else others
    return Standing(case, row, turn, mine, row.due(today, calendar_in_force()), due_words(row))


def open_dossier(case: Case) -> Application | None:
    """The open one of the applications that were fetched with the case."""
    return next((each for each in case.applications.all() if each.ended_on is None), None)


def turn_words(place: Stage, county: str | None) -> str:
    words = {
        "county": county or _("the county"),
        "city": _("the city"),
        "firm": _("the firm"),
        "coach": _("the coach"),
        "agency": _("the agency"),
        "nobody": "—",
    }
    return words[place.turn]


def due_words(row: Case | Application) -> str:
    """How the due day was reckoned, in words; what a paused clock has left."""
    parts = []
    if row.clock_from is not None and row.place.clock != "none":
        said = {"stage": row.place.label(language()), "day": row.clock_from}
        parts.append(_("It came to “%(stage)s” on %(day)s.") % said)
    if row.place.clock == "paused" and row.clock_left is not None:
        parts.append(_("The review stands still; %(left)s working days are left of it.") % {"left": row.clock_left})
    if row.clock_from is not None and row.clock_days is not None:
        parts += [
            _resumed(row, row.clock_days),
            calendar_in_force().add(row.clock_from, row.clock_days).says(language()),
        ]
    return sentences(parts)


def _resumed(row: Case | Application, days: int) -> str:
    """That a clock goes on after a pause with less than its whole term."""
    if row.place.clock != "runs" or row.clock_from is None:
        return ""
    book = row.pool_book(row.clock_from) if isinstance(row, Case) else book_in_force(POOL, row.clock_from)
    term = int(book.number(row.place.term))
    said = {"days": days, "term": term}
    return (
        _("It was paused for corrections: %(days)s of its %(term)s working days were left.") % said
        if days < term
        else ""
    )


def sentences(parts: Iterable[str]) -> str:
    """Sentences in a row: a space parts them in English, nothing in Chinese."""
    return (" " if language() == "en" else "").join(part for part in parts if part)


def phrases(parts: Iterable[str]) -> str:
    return (", " if language() == "en" else "，").join(part for part in parts if part)
