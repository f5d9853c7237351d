"""A spreadsheet of firms on its way in: received, read by a job, confirmed by a person, committed by a job."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.roster_reading import Reading, places
from pipeline.acts.roster_writing import Writing
from pipeline.models import Import, MoveRefused, Office, User
from pipeline.models.roster import ImportQuerySet
from pipeline.outside import sheets, storage
from pipeline.outside.roster.faults import ASKED_KINDS, KINDS, Fault
from pipeline.outside.roster.pages import RefusedRow, marked_copy, template
from pipeline.outside.sheet_writer import Heading
from pipeline.outside.sheets import SheetRefused
from pipeline.outside.table_writer import CsvTable
from pipeline.rules.labels import Label

COMMITTED_AT_ONCE = 1_000  # 5,000 is the most a chunk may hold
GIVEN_BACK_AT_ONCE = 5_000

RESULT_HEAD = (
    Label("工作表", "Sheet"), Label("行", "Row"), Label("单元格", "Cell"), Label("统一社会信用代码", "Credit code"),
    Label("企业名称", "Firm"), Label("结果", "What becomes of it"), Label("问题类别", "Kind of problem"),
    Label("问题", "Problem"), Label("怎么办", "What to do"),
)  # fmt: skip
OUTCOMES = {  # by the state of a row, and whether the writing has passed it
    ("new", False): Label("新企业，尚未导入", "a new firm, not brought in yet"),
    ("new", True): Label("新企业，已导入", "a new firm, brought in"),
    ("changed", False): Label("有改动，尚未导入", "changes, not brought in yet"),
    ("changed", True): Label("有改动，已导入", "changes, brought in"),
    **dict.fromkeys([("unchanged", False), ("unchanged", True)], Label("与库中相同", "as on record")),
    **dict.fromkeys([("refused", False), ("refused", True)], Label("没有导入", "kept out")),
}
NOT_READ = Label(
    "读取时出错，没有导入任何内容；情况已记录。可以重试；再出错时请把数据复制到一个新的工作簿再传，或联系系统管理员。",
    "Reading failed and nothing was imported; it has been logged. Try again; if it fails once more, copy the data into "
    "a new workbook or ask your administrator.",
)
NOT_WRITTEN = Label(
    "导入了 {done} 行后出错，这些行已保留；情况已记录。可以重试，会从断处接着导入；再出错时请联系系统管理员。",
    "It broke off after {done} rows, which are on record and stay; it has been logged. Try again and it goes on from "
    "there; if it fails once more, ask your administrator.",
)
NOT_ALLOWED = Label(
    "确认导入的人已没有导入名册的权限，导入了 {done} 行后停下。请由现任经办人点“重试”，会从断处接着导入。",
    "Who confirmed it may not bring rosters in any more; it stopped after {done} rows. An officer of today tries it "
    "again, and it goes on from there.",
)


# ------------------------------------------------------------------------------------------ in and out


@transaction.atomic
def receive(content: BinaryIO, *, name: str, by: User, on: date) -> Import:
    """Take a file in. What can be seen from outside (kind, size, password, macros, bombs) is refused at once."""
    access.require(by, "roster.receive")
    office = by.office
    if office is None:
        raise ConditionUnmet([Missing("file", _("Only a city or county office can bring in a roster."))])
    try:
        with on_disk(content) as path:
            sheets.examine(path, name=name)
            size = path.stat().st_size
    except SheetRefused as refused:
        raise ConditionUnmet([Missing("file", refused.says.in_language(get_language() or ""))]) from None
    sha256 = storage.keep(content)
    return Import.objects.create(office=office, by=by, name=storage.plain_name(name), sha256=sha256, size=size, day=on)


@contextmanager
def on_disk(content: Any) -> Iterator[Path]:
    """The bytes of a stream as a file of their own for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster"
        content.seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        yield path


@transaction.atomic
def cancel(roster: Import, *, version: int, by: Actor) -> None:
    """Give a roster up. What is on record by then stays, nothing more of it goes in."""
    access.require(by, "roster.cancel")
    sources = [Import.RECEIVED, Import.READING, Import.READ, Import.CONFIRMED, Import.FAILED]
    begun = {"state": Import.STOPPED, "version": F("version") + 1}
    if not _at(roster, version, sources).filter(committed_to__gt=0).update(**begun):
        _step(roster, version, sources, Import.CANCELLED, act="roster.cancel", problem=None)


@transaction.atomic
def again(roster: Import, *, version: int, by: Actor) -> None:
    """Take up one that broke off or was stopped: the writing goes on where it ended, the reading begins anew."""
    access.require(by, "roster.again")
    stood = [Import.FAILED, Import.STOPPED]
    fresh: dict[str, Any] = {"worked_at": None, "problem": None}
    if roster.confirmed_by_id is not None:
        _step(roster, version, stood, Import.CONFIRMED, act="roster.again", **fresh, confirmed_by_id=by.pk)
        return
    _step(roster, version, stood, Import.RECEIVED, act="roster.again", **fresh, rows_done=0)
    roster.rows.all().delete()


@transaction.atomic
def confirm(roster: Import, *, version: int, by: Actor, on: date) -> int:
    """Let the rows that are new or changed go in, as the person saw them at `version`; how many there are."""
    access.require(by, "roster.confirm")
    count = roster.rows.filter(state__in=["new", "changed"]).count()
    demand(count > 0, "rows", _("There is nothing to bring in: every row is refused or as it is on record."))
    going_in = {"rows_total": count, "rows_done": 0, "worked_at": None, "confirmed_by_id": by.pk}
    _step(roster, version, [Import.READ], Import.CONFIRMED, act="roster.confirm", **going_in)
    return count


def _step(roster: Import, version: int, sources: list[str], target: str, *, act: str, **also: Any) -> None:
    if not _at(roster, version, sources).update(state=target, version=F("version") + 1, **also):
        raise MoveRefused(act, {roster.name: (roster.state, roster.version)})


def _at(roster: Import, version: int, states: list[str]) -> ImportQuerySet:
    return Import.objects.filter(pk=roster.pk, version=version, state__in=states)


# --------------------------------------------------------------------------------------------- reading


def read(key: int, *, by: User, on: date) -> None:
    """Read a roster that was received and stage its rows. A second call while the first one works does nothing."""
    roster = _claim(key)
    if roster is None:
        return
    try:
        with on_disk(storage.fetch(roster.sha256)) as path:
            Reading(roster, by).run(path)
    except SheetRefused as refused:
        _break_off(key, Import.READING, Import.REFUSED, refused.says)
    except OperationalError:
        raise  # the database is away: the sweep takes it up again
    except Exception:
        _break_off(key, Import.READING, Import.FAILED, NOT_READ)
        raise


@transaction.atomic
def _claim(key: int) -> Import | None:
    waiting = Import.objects.waiting().filter(pk=key, state__in=[Import.RECEIVED, Import.READING])
    if not waiting.update(state=Import.READING, worked_at=Now(), version=F("version") + 1):
        return None
    return Import.objects.select_related("office").get(pk=key)


@transaction.atomic
def _break_off(key: int, at_work: str, state: str, says: Label) -> None:
    own = {"state": state, "problem": says.to_json(), "version": F("version") + 1}
    Import.objects.filter(pk=key, state=at_work).update(**own)


# --------------------------------------------------------------------------- given back to the officer


def empty_template(office: Office, *, on: date) -> bytes:
    """The workbook to fill in, for the three years before this one and the counties of the office's city."""
    return template([on.year - 3, on.year - 2, on.year - 1], list(places(office.division).counties))


def marked(roster: Import, *, language: str) -> bytes:
    """The refused rows of a roster as a workbook, marked; at most GIVEN_BACK_AT_ONCE of them."""
    heads = {sheet["name"]: sheet["texts"] for sheet in roster.columns["sheets"]}
    refused = roster.rows.filter(state="refused").order_by("number")[:GIVEN_BACK_AT_ONCE]
    rows = (
        RefusedRow(
            row.sheet,
            heads.get(row.sheet, []),
            row.line,
            [sheets.cell_from_json(cell) for cell in row.cells],
            [Fault.from_json(fault) for fault in row.faults],
        )
        for row in refused
    )
    return marked_copy(rows, language=language)


def uploaded(roster: Import) -> BinaryIO:
    """The file as it came in."""
    return storage.fetch(roster.sha256)


def result(roster: Import, *, language: str) -> BinaryIO:
    """What becomes of each row, as CSV: one line for each thing that is wrong or asked about, one for a row without."""
    table = CsvTable([Heading(text.in_language(language)) for text in RESULT_HEAD])
    rows = roster.rows.order_by("number").values_list("number", "sheet", "line", "uscc", "name", "state", "faults")
    table.add(line for row in rows.iterator() for line in _result_lines(roster, row, language))
    return table.close()


def _result_lines(roster: Import, row: tuple[Any, ...], language: str) -> Iterator[list[str | int]]:
    number, sheet, line, uscc, name, state, faults = row
    outcome = OUTCOMES[state, number <= roster.committed_to].in_language(language)
    for kept in faults or [None]:
        fault = Fault.from_json(kept) if kept else None
        told = (KINDS[fault.kind], fault.says, fault.remedy) if fault else ()
        cell = str(fault.place).rpartition("!")[2] if fault else ""
        yield [sheet, line, cell, uscc, name, outcome, *(label.in_language(language) for label in told)]


def kind_label(kind: str) -> Label:
    """What a kind of fault is called."""
    return KINDS[kind]


def only_asks(kind: str) -> bool:
    """Whether such a fault is a question that keeps no row out."""
    return kind in ASKED_KINDS


# ------------------------------------------------------------------------------------------ committing


def commit(key: int, *, by: User, on: date) -> None:
    """Write the confirmed rows, chunk by chunk, each whole. A call after a crash goes on where the last one ended."""
    try:
        while _commit_chunk(key, by=by, on=on):
            pass
    except OperationalError:
        raise  # the database is away: the sweep takes it up again
    except Exception as error:
        with transaction.atomic():
            done = Import.objects.get(pk=key).rows_done
            says = NOT_ALLOWED if isinstance(error, access.Refused) else NOT_WRITTEN
            _break_off(key, Import.CONFIRMED, Import.FAILED, says.filled(done=done))
        raise


@transaction.atomic
def _commit_chunk(key: int, *, by: User, on: date) -> bool:
    """One chunk; false when none was left. Two workers take turns, for each holds the roster while it writes."""
    roster = Import.objects.select_for_update(of=("self",)).filter(pk=key, state=Import.CONFIRMED).first()
    if roster is None:
        return False
    access.require(by, "roster.confirm")
    rows, last = Writing(roster, by, on).write(COMMITTED_AT_ONCE)
    Import.objects.filter(pk=key).update(
        state=Import.CONFIRMED if rows else Import.COMMITTED,
        rows_done=F("rows_done") + rows,
        committed_to=last if rows else F("committed_to"),
        worked_at=Now(),
        version=F("version") + int(not rows),
    )
    return bool(rows)
