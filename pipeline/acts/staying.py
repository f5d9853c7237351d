"""Staying in the pool: warnings before a term ends, its extension, the yearly update of the record."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from psycopg.types.range import DateRange

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice, progress, proposal
from pipeline.acts.case import PROPOSED, Versions
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import AnnualUpdate, Case, MoveRefused, Proposal
from pipeline.models.book import POOL
from pipeline.models.case import CaseQuerySet
from pipeline.models.in_force import book_in_force
from pipeline.models.staying import AnnualUpdateQuerySet, to_warn
from pipeline.rules.law.staying import REMIND_BEFORE, extended, update_due

EXTEND = "case.extend_term"
ASKED_BEFORE = 90  # days before an update is due, firms are asked for it


@transaction.atomic
def warn(cases: CaseQuerySet, *, by: Actor, on: date) -> int:
    """Tell firms and counties that a term is ending: half a year, three months and one month before; each once."""
    access.require(by, "term.warn", cases)
    told = 0
    for count, due in to_warn(cases, on).items():
        rows = list(due.select_related("firm").order_by("pk"))
        Case.objects.filter(pk__in=[case.pk for case in rows]).update(term_warnings=count)
        lasts = {case.pk: last_day(case) for case in rows}
        for side in notice.WORDS["term.warn"].to:
            notice.write(rows, to=side, kind="term.warn", dues=lasts)
        told += len(rows)
    return told


@transaction.atomic
def extend_term(cases: CaseQuerySet, *, by: Actor, on: date, note: str, versions: Versions = None) -> int:
    """Lengthen terms by the months of the pool book, once each, as an officer proposed. How many."""
    access.require(by, EXTEND, cases)
    demand(bool(note.strip()), "note", _("Give the firm the reasons."))
    progress.must_stand(cases, EXTEND, PROPOSED[EXTEND])
    rows = list(cases.select_related("firm").order_by("pk"))
    ends = {case.pk: _extended(case, on) for case in rows}
    proposals = Proposal.objects.filter(case__in=ends, act=EXTEND)
    proposal.decide(proposals, rows=len(rows), by=by, on=on)
    for case in rows:
        seen = case.version if versions is None else versions.get(case.pk, -1)
        term = DateRange(case.term.lower, ends[case.pk])
        found = Case.objects.filter(pk=case.pk, version=seen)
        if not found.update(term=term, term_warnings=0, version=seen + 1):
            raise MoveRefused(EXTEND, {str(case.pk): (case.stage, case.version)})
    lasts = {key: end - timedelta(days=1) for key, end in ends.items()}
    notice.write(rows, to=notice.FIRM, kind=EXTEND, dues=lasts, note=note.strip())
    return len(rows)


@transaction.atomic
def ask_updates(cases: CaseQuerySet, *, by: Actor, on: date) -> int:
    """Ask the firms of the pool to confirm their record of the year, once; who came in this year is asked the next."""
    access.require(by, "update.ask", cases)
    due = update_due(book_in_force(POOL, on), on.year)
    if not due - timedelta(days=ASKED_BEFORE) <= on <= due:
        return 0
    asked = AnnualUpdate.objects.filter(case=OuterRef("pk"), year=on.year)
    pool = cases.in_pool().filter(term__startswith__lt=date(on.year, 1, 1)).exclude(Exists(asked))
    rows = list(pool.select_related("firm").order_by("pk"))
    AnnualUpdate.objects.bulk_create(
        [AnnualUpdate(firm_id=case.firm_id, case=case, year=on.year, due_on=due) for case in rows],
        ignore_conflicts=True,
    )
    notice.write(rows, to=notice.FIRM, kind="update.ask", dues={case.pk: due for case in rows})
    return len(rows)


@transaction.atomic
def remind_of_updates(updates: AnnualUpdateQuerySet, *, by: Actor, on: date) -> int:
    """Remind firms whose update is not confirmed as its day comes near and passes; each time once."""
    access.require(by, "update.remind", updates)
    waiting = updates.open().in_pool().filter(year=on.year)
    due = [update.pk for update in waiting if _points(update, on) > update.reminders]
    return _remind(AnnualUpdate.objects.filter(pk__in=due), on)


@transaction.atomic
def remind_now(updates: AnnualUpdateQuerySet, *, by: Actor, on: date) -> int:
    """An officer reminds chosen firms; at most once a day. How many are told."""
    access.require(by, "update.call_in", updates)
    return _remind(updates.open().in_pool().exclude(reminded_on=on), on)


@transaction.atomic
def confirm_update(updates: AnnualUpdateQuerySet, *, by: Actor, on: date, says: str = "") -> AnnualUpdate:
    """The firm says that its record is right as it stands, or what changed; after the day it counts as late, not as
    missed.
    """
    access.require(by, "update.confirm", updates)
    changed = updates.open().in_pool().update(confirmed_on=on, by_id=by.pk, says=says.strip())
    demand(bool(changed), "update", _("This update is confirmed already, or the firm has left the pool."))
    return updates.get()


def last_day(case: Case) -> date | None:
    """The last day of the term, as it is shown."""
    return case.term.upper - timedelta(days=1) if case.term and case.term.upper else None


def _extended(case: Case, on: date) -> date:
    term: Any = case.term
    end = extended((term.lower, term.upper), case.pool_book(on)) if term else None
    if end is None:
        says = _("The pool book lets no term be extended, or this one was extended already.")
        raise ConditionUnmet([Missing("term", says)])
    return end


def _points(update: AnnualUpdate, on: date) -> int:
    """How many of the days on which a firm is reminded have come."""
    return sum(on >= update.due_on - timedelta(days=days) for days in REMIND_BEFORE)


def _remind(updates: AnnualUpdateQuerySet, on: date) -> int:
    rows = list(updates.select_related("case__firm").order_by("pk"))
    passed: dict[int, list[int]] = defaultdict(list)
    for update in rows:
        passed[max(_points(update, on), update.reminders)].append(update.pk)
    for count, keys in passed.items():
        AnnualUpdate.objects.filter(pk__in=keys).update(reminders=count, reminded_on=on)
    dues: dict[int, date | None] = {update.case_id: update.due_on for update in rows}
    notice.write([update.case for update in rows], to=notice.FIRM, kind="update.remind", dues=dues)
    return len(rows)
