"""Acts on many that can be taken back: what is noted while they are done, and how each case is put as it was before.

What somebody touched since is left as it stands, and the reason is told.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import assignment, coaching, tag
from pipeline.acts.bulk_kinds import KINDS
from pipeline.acts.conditions import ConditionUnmet, demand
from pipeline.models import Appointment, Assignment, Bulk, BulkRow, Case, Tagging, User

WINDOW = timedelta(minutes=10)
Noted = dict[int, dict[str, Any]]  # by the key of the case
Said = Mapping[str, Any]


@dataclass(frozen=True)
class Inverse:
    """`before` and `after` note what taking the act back needs; `undo` says which cases are left, and why."""

    before: Callable[[Collection[int], Said, User], Noted]
    after: Callable[[Collection[int], Said, User], Noted]
    undo: Callable[[Sequence[BulkRow], Said, User, date], dict[int, str]]


def may_be_taken_back(bulk: Bulk, by: User) -> bool:
    """By who did it, within the window, while it has not been."""
    mine = bulk.by_id == by.pk and bulk.kind in INVERSES and bulk.state == Bulk.DONE
    return mine and _within(bulk).exists() and bulk.rows.filter(state=BulkRow.DONE).exists()


@transaction.atomic
def take_back(bulk: Bulk, *, by: User) -> int:
    """Let what was done be undone, once; of how many cases."""
    access.require(by, KINDS[bulk.kind].act)
    demand(bulk.kind in INVERSES, "", _("This act cannot be taken back."))
    demand(bulk.by_id == by.pk, "", _("Who did it takes it back."))
    rows = bulk.rows.filter(state=BulkRow.DONE).count()
    ours = _within(bulk).filter(by=by)
    late = _("It was taken back already, or more than %(n)s minutes have passed.") % {"n": WINDOW.seconds // 60}
    demand(bool(rows and ours.update(state=Bulk.UNDOING, rows_total=rows, rows_done=0, worked_at=None)), "", late)
    return rows


def _within(bulk: Bulk) -> Any:
    return Bulk.objects.filter(pk=bulk.pk, state=Bulk.DONE, worked_at__gt=Now() - WINDOW)


def taken_back(bulk: Bulk, rows: Sequence[BulkRow], by: User) -> dict[int, str]:
    """Undo a part of it; which cases are left as they are, and why."""
    return INVERSES[bulk.kind].undo(rows, KINDS[bulk.kind].read(bulk.said), by, bulk.day)


def _hands(keys: Collection[int], said: Said, by: User) -> Noted:
    held = Case.objects.filter(pk__in=keys).values_list("pk", "officer")
    return {key: {"officer": officer} for key, officer in held}


def _given(keys: Collection[int], said: Said, by: User) -> Noted:
    return {key: {"assignment": newest} for key, newest in _newest(keys).items()}


def _newest(keys: Collection[int]) -> dict[int, int]:
    last = Assignment.objects.filter(case__in=keys).order_by("case", "-pk").distinct("case")
    return dict(last.values_list("case", "pk"))


def _give_back(rows: Sequence[BulkRow], said: Said, by: User, on: date) -> dict[int, str]:
    """Each case goes into the hands it was in, or into nobody's."""
    newest, left = _newest([row.case_id for row in rows]), {}
    versions = dict(Case.objects.filter(pk__in=[row.case_id for row in rows]).values_list("pk", "version"))
    by_officer: dict[int | None, list[int]] = defaultdict(list)
    for row in rows:
        former = row.before.get("officer")
        if former == said["officer"].pk:
            left[row.case_id] = _("It was in these hands before.")
        elif newest.get(row.case_id) != row.before.get("assignment") or versions.get(row.case_id) != row.version:
            left[row.case_id] = _("It was moved on or given into other hands since.")
        else:
            by_officer[former].append(row.case_id)
    for former, keys in by_officer.items():
        left |= _tried(keys, partial(_hand, keys, former, by, on))
    return left


def _hand(keys: Sequence[int], former: int | None, by: User, on: date) -> None:
    officer = User.objects.filter(pk=former).first() if former is not None else None
    assignment.give_back(Case.objects.filter(pk__in=keys), officer, by=by, on=on)


def _tried(keys: Sequence[int], act: Callable[[], Any]) -> dict[int, str]:
    try:
        with transaction.atomic():
            act()
    except ConditionUnmet as unmet:
        return dict.fromkeys(keys, " ".join(each.says for each in unmet.missing))
    return {}


def _borne(keys: Collection[int], said: Said, by: User) -> Noted:
    borne = Tagging.objects.filter(case__in=keys, tag__name=said["name"].strip(), office=by.office)
    return {key: {"bore": tagging} for key, tagging in borne.values_list("case", "pk")}


def _borne_now(keys: Collection[int], said: Said, by: User) -> Noted:
    return {key: {"bears": noted["bore"]} for key, noted in _borne(keys, said, by).items()}


def _untag(rows: Sequence[BulkRow], said: Said, by: User, on: date) -> dict[int, str]:
    now, left, free = _borne([row.case_id for row in rows], said, by), {}, []
    for row in rows:
        if "bore" in row.before:
            left[row.case_id] = _("It bore the tag before.")
        elif now.get(row.case_id, {}).get("bore") != row.before.get("bears"):
            left[row.case_id] = _("Somebody took the tag off since.")
        else:
            free.append(row.case_id)
    if free:
        left |= _tried(free, lambda: tag.take(Case.objects.filter(pk__in=free), said["name"].strip(), by=by))
    return left


def _retag(rows: Sequence[BulkRow], said: Said, by: User, on: date) -> dict[int, str]:
    now, left, free = _borne([row.case_id for row in rows], said, by), {}, []
    for row in rows:
        if "bore" not in row.before:
            left[row.case_id] = _("It did not bear the tag before.")
        elif row.case_id in now:
            left[row.case_id] = _("Somebody put the tag on again since.")
        else:
            free.append(row.case_id)
    if free:
        left |= _tried(free, lambda: tag.put(Case.objects.filter(pk__in=free), said["name"], by=by))
    return left


def _appointed(keys: Collection[int], said: Said, by: User) -> Noted:
    firms = dict(Case.objects.filter(pk__in=keys).values_list("firm", "pk"))
    made = Appointment.objects.filter(firm__in=firms, coach=said["coach"]).order_by("pk").values_list("firm", "pk")
    return {firms[firm]: {"appointment": appointment} for firm, appointment in made}


def _dismiss(rows: Sequence[BulkRow], said: Said, by: User, on: date) -> dict[int, str]:
    """Only where the firm has not consented yet: what it consented to is no longer the office's alone."""
    noted = {row.before.get("appointment"): row.case_id for row in rows}
    standing = Appointment.objects.filter(pk__in=[key for key in noted if key], consented_on=None)
    free = list(standing.values_list("pk", flat=True))
    left = {row.case_id: _("The firm has consented since, or the coach was changed.") for row in rows}
    for key in free:
        del left[noted[key]]
    if free:
        left |= _tried([noted[key] for key in free], lambda: coaching.dismiss(standing, by=by))
    return left


def _nothing(keys: Collection[int], said: Said, by: User) -> Noted:
    return {}


INVERSES: dict[str, Inverse] = {
    "assign": Inverse(_hands, _given, _give_back),
    "tag": Inverse(_borne, _borne_now, _untag),
    "untag": Inverse(_borne, _nothing, _retag),
    "appoint": Inverse(_nothing, _appointed, _dismiss),
}
