"""Windows in which firms apply for the pool: calling them, and what they let a firm do on a day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import announcement
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Case, Firm, User, Window
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force
from pipeline.models.intake import coming_window, open_window
from pipeline.rules.law.staying import may_enter_from

type Handed = tuple[int | None, bool]  # the key of the window, and whether it came late


@transaction.atomic
def open(
    *,
    name: str,
    opens_on: date,
    closes_on: date,
    county_date: date,
    by: User,
    on: date,
    announce: str = "",
) -> Window:
    """Call a window; with a text to `announce` firms find it on their first page until it closes."""
    access.require(by, "window.open")
    demand(closes_on >= on, "closes_on", _("This day is past."))
    said = None
    if announce.strip():
        said = announcement.publish(
            kind="news", title=name, text=announce.strip(), seats=sorted(access.FIRM), since=on, until=closes_on, by=by
        )
    return Window.objects.create(
        name=name,
        year=opens_on.year,
        opens_on=opens_on,
        closes_on=closes_on,
        county_date=county_date,
        announcement=said,
        by=by,
    )


@transaction.atomic
def prolong(window: Window, *, closes_on: date, county_date: date, by: User, on: date) -> None:
    """Let a window close later. Drafts that were begun in it have until then."""
    access.require(by, "window.prolong")
    demand(closes_on > window.closes_on, "closes_on", _("A window is only made longer: choose a later day."))
    demand(closes_on >= on, "closes_on", _("This day is past."))
    demand(county_date >= closes_on, "county_date", _("The county's day lies before the last day for firms."))
    Window.objects.filter(pk=window.pk).update(closes_on=closes_on, county_date=county_date)
    Case.objects.filter(window=window.pk, stage="draft").update(due_on=closes_on)


def demand_open(on: date) -> Window | None:
    """The window in which a firm begins on that day; None where the city has called none. Raises ConditionUnmet."""
    windows = Window.objects.called()
    window = open_window(windows, on)
    demand(window is not None or not windows, "window", _closed(windows, on))
    return window


def invited_into(on: date) -> Window | None:
    """The window an invitation is for: the one that is open, else the next to open."""
    windows = Window.objects.called()
    return open_window(windows, on) or coming_window(windows, on)


def draft_of(window: Window | None) -> dict[str, Any]:
    """What a draft begun in a window notes: which it is, and until when it is handed in."""
    return {"window": window, "due_on": window.closes_on} if window is not None else {}


def handed_in(cases: Iterable[Case], on: date) -> Mapping[Handed, list[int]]:
    """By window and lateness the drafts, all of which may be handed in on that day. Raises ConditionUnmet."""
    windows = {each.pk: each for each in Window.objects.called()}
    found: dict[Handed, list[int]] = defaultdict(list)
    for case in cases:
        found[_handed(case, windows, on)].append(case.pk)
    return found


def _handed(case: Case, windows: Mapping[int, Window], on: date) -> Handed:
    own = windows.get(case.window_id or 0)
    if own is None or on > own.county_date:
        own = open_window(windows.values(), on)
    if not windows:
        return None, False
    if own is None or on < own.opens_on:
        raise ConditionUnmet([Missing("window", _closed(windows.values(), on))])
    return own.pk, on > own.closes_on


def _closed(windows: Iterable[Window], on: date) -> str:
    coming = coming_window(windows, on)
    if coming is None:
        return _("No intake is open, and the next one is not announced yet. What is filled in stays.")
    said = {"name": coming.name, "day": coming.opens_on}
    return _("No intake is open today. The next one, “%(name)s”, opens on %(day)s. What is filled in stays.") % said


def demand_return(firm: Firm, on: date) -> None:
    """Refuse a firm that the pool book lets in again only later, or never; with the day from which. Raises
    ConditionUnmet.
    """
    last = Case.objects.filter(firm=firm, stage="closed", kind=Case.POOL).order_by("-closed_on", "-pk").first()
    if last is None or last.closed_on is None:
        return
    again = may_enter_from(last.reason, last.closed_on, book_in_force(POOL, on))
    demand(again is not None, "case", _("The pool book does not let this firm enter again."))
    demand(
        again is None or on >= again,
        "case",
        _("Its last case was closed on %(left)s: the firm may apply again from %(day)s.")
        % {"left": last.closed_on, "day": again},
    )
