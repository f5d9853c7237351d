"""The certifying agency's lists: taken in, matched with the record, and put on record line by line."""

from collections.abc import Iterable, Sequence
from datetime import date
from hashlib import sha256
from json import dumps
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import application, certificate
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.result_matching import REASONS, Found, found_for, found_of
from pipeline.acts.roster import on_disk
from pipeline.models import Application, Firm, MoveRefused, Result, ResultList, Round, User
from pipeline.outside import sheets
from pipeline.outside.result_list import ResultLine, pasted_sheet, read_list
from pipeline.outside.sheets import SheetRefused
from pipeline.rules.labels import Label

PART = 20  # lines put on record in one transaction
MOST_LINES = 20_000
NO_MOVE = Label("申报的环节已经变化，请重新核对", "the application has moved on in the meantime: look at it again")


@transaction.atomic
def take_in(
    *,
    kind: str,
    day: date,
    round: Round | None,
    by: User,
    on: date,
    content: Any = None,
    name: str = "",
    text: str = "",
) -> ResultList:
    """Read a list from a file or a pasted block and match its lines with the record; nothing is put on record yet.

    The same content taken in again is the list that is there, unchanged. Raises ConditionUnmet.
    """
    access.require(by, "result.take_in")
    office = by.office
    demand(office is not None, "file", _("Only an office takes in a list."))
    demand(kind in (ResultList.PUBLICITY, ResultList.CERTIFIED, ResultList.REFUSED), "kind", _("Choose what it lists."))
    demand(day <= on, "day", _("This day is still to come."))
    lines = lines_of(content, name, text, on)
    demand(bool(lines), "file" if content else "rows", _("There is no line below the head."))
    demand(len(lines) <= MOST_LINES, "file", _("At most %(n)s lines.") % {"n": MOST_LINES})
    about = {"round": round, "day": day, "file": name[:200], "by": by, "taken_on": on}
    told, new = ResultList.objects.get_or_create(office=office, kind=kind, digest=_digest(lines), defaults=about)
    if new:
        rows = enumerate(zip(lines, found_of(told, lines), strict=True), start=1)
        Result.objects.bulk_create(_row(told, position, line, found) for position, (line, found) in rows)
    return told


@transaction.atomic
def confirm(told: ResultList, *, by: User) -> int:
    """Let the lines that are sure be put on record by a job; how many. A second time changes nothing."""
    access.require(by, "result.confirm")
    ours = ResultList.objects.filter(pk=told.pk, state=ResultList.READ)
    ours.update(state=ResultList.CONFIRMED, confirmed_by=by.pk, worked_at=None)
    return told.rows.filter(state=Result.SURE).count()


def work(key: int, *, by: User, on: date) -> None:
    """Put the sure lines of a confirmed list on record, part by part; what is refused is told, the rest goes on."""
    while _part(key, by, on):
        pass


@transaction.atomic
def settle(row: Result, *, firm: Firm | None, by: User, on: date, rules: Sequence[str] = ()) -> Result:
    """Say which firm a line is of, and for a refusal which conditions it names. Of a confirmed list it is put on record
    at once, of another with the rest.
    """
    access.require(by, "result.settle", Firm.objects.filter(pk=firm.pk) if firm else None)
    held = Result.objects.select_for_update(of=("self",)).select_related("result_list").get(pk=row.pk)
    demand(held.state in Result.WAITING, "firm", _("Somebody has settled it already. Look at it again."))
    if firm is None:
        raise ConditionUnmet([Missing("firm", _("Choose the firm that the line is of."))])
    demand(all(rule in REASONS for rule in rules), "rules", _("Choose the conditions from the list."))
    held.rules = list(rules) or held.rules
    found = found_for(held.result_list, held, firm)
    if found.state not in (Result.SURE, Result.KNOWN) and found.why is not None:
        raise ConditionUnmet([Missing("firm", found.why.in_language(get_language() or ""))])
    _keep(held, found)
    held.settled_by, held.settled_on = by, on
    if held.result_list.state != ResultList.READ and held.state == Result.SURE:
        _record(held, by, on)
        held.state = Result.RECORDED
    held.save()
    return held


@transaction.atomic
def leave(row: Result, *, why: str, by: User, on: date) -> None:
    """Do nothing about a line, and say why."""
    access.require(by, "result.leave")
    demand(bool(why.strip()), "why", _("Say why nothing is to be done."))
    waiting = Result.objects.filter(pk=row.pk, state__in=Result.WAITING)
    left = waiting.update(state=Result.LEFT, note=why.strip()[:300], settled_by=by.pk, settled_on=on)
    demand(bool(left), "why", _("Somebody has settled it already. Look at it again."))


def lines_of(content: Any, name: str, text: str, today: date) -> list[ResultLine]:
    """The lines of a list, from a file or from what was pasted. Raises ConditionUnmet at `file` or `rows`."""
    demand(bool(content) != bool(text.strip()), "rows", _("Choose a file or paste the rows, one of the two."))
    try:
        if not content:
            return list(read_list([pasted_sheet(text)], today=today))
        with on_disk(content) as path:
            return list(read_list(sheets.read(path, name=name), today=today))
    except SheetRefused as refused:
        place = "file" if content else "rows"
        raise ConditionUnmet([Missing(place, refused.says.in_language(get_language() or ""))]) from None


def _digest(lines: Iterable[ResultLine]) -> str:
    """The same firms with the same results in whatever order, file or sheet are one list."""
    said = sorted([each.uscc, each.name, each.number, str(each.issued_on or ""), each.reasons] for each in lines)
    return sha256(dumps(said, ensure_ascii=False).encode()).hexdigest()


def _row(told: ResultList, position: int, line: ResultLine, found: Found) -> Result:
    said = {name: getattr(line, name) for name in ("sheet", "line", "uscc", "name", "number", "issued_on", "reasons")}
    row = Result(result_list=told, office_id=told.office_id, position=position, **said)
    _keep(row, found)
    return row


def _keep(row: Result, found: Found) -> None:
    row.state, row.firm_id, row.cell = found.state, found.firm, found.cell
    row.why = found.why.to_json() if found.why else None
    row.number = found.number or row.number
    row.rules = list(found.rules) or row.rules


@transaction.atomic
def _part(key: int, by: User, on: date) -> bool:
    """One part; false when none was left. Two workers take turns, for each holds the list while it works."""
    own = ResultList.objects.filter(pk=key, confirmed_by=by, state=ResultList.CONFIRMED)
    told = own.select_for_update(of=("self",)).first()
    if told is None:
        return False
    sure = told.rows.filter(state=Result.SURE).select_related("result_list", "firm").order_by("position")
    rows = list(sure.select_for_update(of=("self",))[:PART])
    for row in rows:
        _try(row, by, on)
    left = ResultList.CONFIRMED if rows else ResultList.DONE
    ResultList.objects.filter(pk=key).update(state=left, worked_at=Now())
    return bool(rows)


def _try(row: Result, by: User, on: date) -> None:
    """Put one line on record; what is refused stays with its reason, and nothing of it is done."""
    try:
        with transaction.atomic():
            _record(row, by, on)
    except ConditionUnmet as unmet:
        says = " ".join(each.says for each in unmet.missing)
        row.state, row.why = Result.REFUSED, {"zh": says, "en": says}
    except (MoveRefused, IntegrityError):
        row.state, row.why = Result.REFUSED, NO_MOVE.to_json()
    else:
        row.state = Result.RECORDED
    row.save(update_fields=["state", "why"])


def _record(row: Result, by: User, on: date) -> None:
    told, firm = row.result_list, row.firm
    if firm is None:
        raise MoveRefused("result.settle", {})
    if told.kind == ResultList.CERTIFIED:
        certificate.issue(firm, number=row.number, issued_on=row.issued_on or told.day, by=by, on=on)
        return
    applications = Application.objects.open().filter(firm=firm)
    if told.kind == ResultList.PUBLICITY:
        application.record(applications, to="publicity", by=by, on=told.day)
    else:
        application.record(applications, to="refused", by=by, on=on, note=row.reasons, refusal=row.rules)
