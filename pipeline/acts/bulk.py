"""One act on many cases: which ones is frozen, what it would do is rehearsed by the act itself, it is done in parts.

A rehearsal does the act and takes it back; the run does the same and keeps it. Where the act refuses some of a part, it
is tried on either half, until only what it refuses is left out. Each part is one transaction, and a row that was done
is never done again: after a worker died, the next one goes on where the last part ended.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import Count, F, Model, Q
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import bulk_undo
from pipeline.acts.bulk_kinds import KINDS, Kind
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Bulk, BulkRow, Case, MoveRefused, Notice, User
from pipeline.models.case import CaseQuerySet
from pipeline.outside.sheet_writer import Heading
from pipeline.outside.table_writer import CsvTable

PART = 1_000
AT_ONCE = 300  # as many are rehearsed and done within the request; more by a job
MOST = 100_000
LONGEST_REASON = 400
WAITING: dict[str, dict[str, Any]] = {
    Bulk.ASKED: {"state": BulkRow.OPEN, "effect": {}},
    Bulk.CONFIRMED: {"state": BulkRow.OPEN},
    Bulk.UNDOING: {"state": BulkRow.DONE},
}


@dataclass(frozen=True)
class Outcome:
    """What becomes of one case, or would: its state in the bulk, why not, and where it stands then."""

    state: str
    why: str = ""
    effect: Mapping[str, Any] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)  # what taking it back needs


@transaction.atomic
def ask(
    cases: CaseQuerySet, *, kind: str, said: Mapping[str, Any], query: str, language: str, by: User, on: date
) -> Bulk:
    """Freeze which cases an act is to be done to. `said` is what the act asks besides them."""
    access.require(by, KINDS[kind].act, cases)
    if by.office is None:
        raise ConditionUnmet([Missing("", _("Only people of an office act on many cases."))])
    kept = {name: _kept(value) for name, value in said.items()}
    own = {"office": by.office, "by": by, "day": on, "language": language, "query": query[:1000]}
    bulk = Bulk.objects.create(kind=kind, said=kept, **own)
    rows = bulk.freeze(cases)
    demand(rows > 0, "", _("No case was chosen."))
    demand(rows <= MOST, "", _("At most %(n)s cases at a time: narrow the list first.") % {"n": f"{MOST:,}"})
    Bulk.objects.filter(pk=bulk.pk).update(rows_total=rows)
    return Bulk.objects.get(pk=bulk.pk)


@transaction.atomic
def confirm(bulk: Bulk, *, by: User, on: date) -> int:
    """Let the act be done as it was rehearsed, and on that day; to how many. A second time changes nothing."""
    access.require(by, KINDS[bulk.kind].act)
    demand(bulk.by_id == by.pk, "", _("Who rehearsed an act carries it out."))
    old = _("This was rehearsed on %(day)s: days have changed since, rehearse it again.") % {"day": bulk.day}
    demand(bulk.day == on, "", old)
    rows = bulk.rows.filter(state=BulkRow.OPEN).count()
    demand(rows > 0, "", _("There is nothing to do: the act is not possible for any of these cases."))
    ours = Bulk.objects.filter(pk=bulk.pk, state=Bulk.REHEARSED)
    ours.update(state=Bulk.CONFIRMED, rows_total=rows, rows_done=0, worked_at=None)
    return rows


@transaction.atomic
def cancel(bulk: Bulk, *, by: User) -> None:
    """Stop: what is done stays done, nothing more is."""
    access.require(by, KINDS[bulk.kind].act)
    ours = Bulk.objects.filter(pk=bulk.pk, by=by, state__in=[Bulk.ASKED, Bulk.REHEARSED, Bulk.CONFIRMED, Bulk.FAILED])
    demand(bool(ours.update(state=Bulk.CANCELLED)), "", _("This is finished or given up already."))


@transaction.atomic
def again(bulk: Bulk, *, by: User) -> None:
    """Go on after it broke off."""
    access.require(by, KINDS[bulk.kind].act)
    rehearsed = bulk.rows.filter(~Q(effect={}) | ~Q(state=BulkRow.OPEN)).count() == bulk.rows.count()
    state = Bulk.CONFIRMED if rehearsed else Bulk.ASKED
    ours = Bulk.objects.filter(pk=bulk.pk, by=by, state=Bulk.FAILED)
    demand(bool(ours.update(state=state, worked_at=None)), "", _("There is nothing of yours here to take up again."))


def work(key: int, *, by: User) -> None:
    """Rehearse what was asked for, do what was confirmed, or take back what was done, part by part."""
    try:
        while _part(key, by):
            pass
    except Exception:
        with transaction.atomic():
            Bulk.objects.filter(pk=key, state__in=[Bulk.ASKED, Bulk.CONFIRMED]).update(state=Bulk.FAILED)
            Bulk.objects.filter(pk=key, state=Bulk.UNDOING).update(state=Bulk.DONE)  # the rest may be taken back still
        raise


@transaction.atomic
def _part(key: int, by: User) -> bool:
    """One part; false when none was left. Two workers take turns, for each holds the bulk while it works."""
    under_way = [Bulk.ASKED, Bulk.CONFIRMED, Bulk.UNDOING]
    own = Bulk.objects.filter(pk=key, by=by, state__in=under_way)  # nobody acts in another's name
    at_work = own.select_for_update(of=("self",))
    bulk = at_work.first()
    if bulk is None:
        return False
    rows = list(bulk.rows.filter(**WAITING[bulk.state]).order_by("case")[:PART])
    if rows and bulk.state == Bulk.UNDOING:
        _keep_undone(rows, _undone(bulk, rows, by))
    elif rows:
        rehearsal = bulk.state == Bulk.ASKED
        _keep(rows, _rehearsed(bulk, rows, by) if rehearsal else _carried_out(bulk, rows, by), rehearsal=rehearsal)
    finished = {Bulk.ASKED: Bulk.REHEARSED, Bulk.CONFIRMED: Bulk.DONE, Bulk.UNDOING: Bulk.UNDONE}[bulk.state]
    done = F("rows_done") + len(rows)
    Bulk.objects.filter(pk=key).update(state=bulk.state if rows else finished, rows_done=done, worked_at=Now())
    return bool(rows)


def _rehearsed(bulk: Bulk, rows: Sequence[BulkRow], by: User) -> dict[int, Outcome]:
    """What the act does to these rows; it is taken back before anybody else can see it."""
    with transaction.atomic():
        found = _carried_out(bulk, rows, by)
        transaction.set_rollback(True)
    return found


def _carried_out(bulk: Bulk, rows: Sequence[BulkRow], by: User) -> dict[int, Outcome]:
    kind, now = KINDS[bulk.kind], _as_they_stand(rows)
    changed = {row.case_id for row in rows if now.get(row.case_id, ("", 0))[1] != row.version}
    illegal = {row.case_id for row in rows if row.case_id not in changed and now[row.case_id][0] not in kind.legal}
    fit = [row for row in rows if row.case_id not in changed | illegal]
    told = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    said, keys = kind.read(bulk.said), [row.case_id for row in fit]
    inverse = bulk_undo.INVERSES.get(bulk.kind)
    before = inverse.before(keys, said, by) if inverse else {}
    with translation.override(bulk.language):
        refused = _attempt(kind, bulk, fit, by, said)
    effects = _effects([key for key in keys if key not in refused], told)
    after = inverse.after(list(effects), said, by) if inverse else {}
    return {
        **dict.fromkeys(changed, Outcome(BulkRow.CHANGED)),
        **dict.fromkeys(illegal, Outcome(BulkRow.ILLEGAL)),
        **{key: Outcome(BulkRow.REFUSED, why[:LONGEST_REASON]) for key, why in refused.items()},
        **{
            key: Outcome(BulkRow.DONE, effect=effect, before=before.get(key, {}) | after.get(key, {}))
            for key, effect in effects.items()
        },
    }


def _as_they_stand(rows: Sequence[BulkRow]) -> dict[int, tuple[str, int]]:
    """Stage and version of each case, held until the end of the transaction; of one that is out of sight, nothing."""
    held = Case.objects.filter(pk__in=[row.case_id for row in rows]).order_by("pk").select_for_update(of=("self",))
    return {key: (stage, version) for key, stage, version in held.values_list("pk", "stage", "version")}


def _attempt(kind: Kind, bulk: Bulk, rows: Sequence[BulkRow], by: User, said: Mapping[str, Any]) -> dict[int, str]:
    """Do the act to all of these at once; where it is refused, to each half. Which it refuses, and why."""
    if not rows:
        return {}
    versions = {row.case_id: row.version for row in rows}
    try:
        with transaction.atomic():
            kind.do(Case.objects.filter(pk__in=list(versions)), by=by, on=bulk.day, versions=versions, **said)
    except (ConditionUnmet, MoveRefused) as refusal:
        if len(rows) == 1:
            return {rows[0].case_id: _why(refusal)}
        middle = len(rows) // 2
        halves = (rows[:middle], rows[middle:])
        return {key: why for half in halves for key, why in _attempt(kind, bulk, half, by, said).items()}
    return {}


def _why(refusal: Exception) -> str:
    if isinstance(refusal, ConditionUnmet):
        return " ".join(each.says for each in refusal.missing)
    return _("The table of moves does not allow it, or an open entry blocks it.")


def _effects(keys: Sequence[int], told: int) -> dict[int, dict[str, Any]]:
    """Where the cases stand now: stage, due day, officer, and how many are told since the notice `told`."""
    letters = Notice.objects.filter(case__in=keys, pk__gt=told).order_by().values_list("case").annotate(n=Count("pk"))
    sent = dict(letters)
    rows = Case.objects.filter(pk__in=keys).values_list("pk", "stage", "due_on", "officer__name")
    return {
        key: {"stage": stage, "due": due and due.isoformat(), "officer": officer, "told": sent.get(key, 0)}
        for key, stage, due, officer in rows
    }


def _keep(rows: Sequence[BulkRow], outcomes: Mapping[int, Outcome], *, rehearsal: bool) -> None:
    """Write what became of the rows; what a rehearsal could do stays open. Rows alike are written in one statement."""
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for row in rows:
        outcome = outcomes[row.case_id]
        state = BulkRow.OPEN if rehearsal and outcome.state == BulkRow.DONE else outcome.state
        alike[state, outcome.why, tuple(outcome.effect.items())].append(row.pk)
    for (state, why, effect), keys in alike.items():
        BulkRow.objects.filter(pk__in=keys).update(state=state, why=why, effect=dict(effect))
    if not rehearsal:
        _note_before(rows, outcomes)


def _note_before(rows: Sequence[BulkRow], outcomes: Mapping[int, Outcome]) -> None:
    noted = [row for row in rows if outcomes[row.case_id].before]
    for row in noted:
        row.before = dict(outcomes[row.case_id].before)
    BulkRow.objects.bulk_update(noted, ["before"])


def _undone(bulk: Bulk, rows: Sequence[BulkRow], by: User) -> dict[int, str]:
    """Take these back; which are left as they are, and why."""
    _as_they_stand(rows)
    with translation.override(bulk.language):
        return bulk_undo.taken_back(bulk, rows, by)


def _keep_undone(rows: Sequence[BulkRow], left: Mapping[int, str]) -> None:
    alike: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        alike[left.get(row.case_id, "")].append(row.pk)
    for why, keys in alike.items():
        state = BulkRow.KEPT if why else BulkRow.UNDONE
        BulkRow.objects.filter(pk__in=keys).update(state=state, why=why[:LONGEST_REASON])


def result(bulk: Bulk, words: Mapping[str, str]) -> BinaryIO:
    """Who, what became of it, why not: one line a case, as CSV. `words` says the states."""
    head = [_("Case number"), _("Firm"), _("What becomes of it"), _("Why not")]
    table = CsvTable([Heading(text) for text in head])
    rows = bulk.rows.order_by("case").values_list("case__number", "case__firm__name", "state", "why")
    table.add((number, firm, words[state], why) for number, firm, state, why in rows.iterator())
    return table.close()


def _kept(value: Any) -> Any:
    """A value of a form as it is kept: a row by its key, a day as text."""
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value
