"""The yearly notice on public holidays: taken in by one person, compared with the document by another."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from config.postgres.scope import forget
from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Application, Case, MoveRefused, YearNotice
from pipeline.models.calendar import YearNoticeQuerySet
from pipeline.models.in_force import CHANGES, calendar_in_force
from pipeline.rules.workdays import NoticeDay

LONGEST = 100


@transaction.atomic
def propose(*, year: int, document: str, days: Sequence[NoticeDay], by: Actor, on: date) -> YearNotice:
    """Take in a year's notice. It counts once somebody else has compared it with the document."""
    access.require(by, "calendar.propose")
    demand(bool(document.strip()), "document", _("Name the document: its number or address."))
    demand(len(document.strip()) <= LONGEST, "document", _("At most %(n)s characters.") % {"n": LONGEST})
    demand(bool(days), "text", _("There is no day in it."))
    kept = [
        {"day": each.day.isoformat(), "name": each.name.zh, "name_en": each.name.en, "off": each.off} for each in days
    ]
    try:
        with transaction.atomic():
            return YearNotice.objects.create(
                year=year, document=document.strip(), days=kept, proposed_by_id=by.pk, proposed_on=on
            )
    except IntegrityError:
        says = _("A notice for %(year)s waits to be compared already: confirm it or drop it first.") % {"year": year}
        raise ConditionUnmet([Missing("text", says)]) from None


@transaction.atomic
def confirm(notices: YearNoticeQuerySet, *, by: Actor, on: date) -> int:
    """Sign as the second person: the days count from now on, and what was due by the old ones is reckoned anew.

    How many due days changed.
    """
    access.require(by, "calendar.confirm")
    taken = notices.get()
    demand(
        taken.proposed_by_id != by.pk, "notice", _("Nobody confirms what they took in: a second person compares it.")
    )
    if not notices.open().update(confirmed_by_id=by.pk, confirmed_on=on, confirmed_at=Now()):
        raise MoveRefused("calendar.confirm", {str(taken.year): ("confirmed", 0)})
    forget(CHANGES)
    return recount()


@transaction.atomic
def drop(notices: YearNoticeQuerySet, *, by: Actor, on: date) -> None:
    """Take a notice out that nobody has confirmed."""
    access.require(by, "calendar.drop")
    if not notices.open().update(dropped_on=on):
        raise MoveRefused("calendar.drop", {})


def recount() -> int:
    """Reckon the due days of running clocks by the calendar in force. The trail tells of each that changed."""
    return _recount(Case.objects.open(), None) + _recount(Application.objects.open(), "round")


def _recount(rows: Any, limited_by: str | None) -> int:
    """A county's check of an application never lasts beyond the round's date for the city, the city's never beyond the
    province's: a day that a round cut short stays as it is.
    """
    calendar = calendar_in_force()
    running = rows.filter(clock_from__isnull=False, clock_days__isnull=False, due_on__isnull=False)
    changed = 0
    for start, days, due_on in running.order_by().values_list("clock_from", "clock_days", "due_on").distinct():
        due = calendar.add(start, days).due
        if due == due_on:
            continue
        alike = running.filter(clock_from=start, clock_days=days, due_on=due_on)
        if limited_by:
            alike = alike.exclude(round__city_date=due_on).exclude(round__province_date=due_on)
            alike = alike.exclude(round__city_date__lt=due)
        changed += alike.update(due_on=due)
    return changed
