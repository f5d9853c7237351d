"""A spreadsheet of firms on its way in: received, read by a job, confirmed by a person, committed by a job."""

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import batched
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.roster_record import ASK_CITY, BEYOND, Held, Writing, codes_taken, held_values
from pipeline.models import Division, Field, Import, ImportRow, Industry, MoveRefused, Office, User
from pipeline.outside import sheets, storage
from pipeline.outside.roster.cells import Places
from pipeline.outside.roster.changes import changes, doubts
from pipeline.outside.roster.columns import squeezed
from pipeline.outside.roster.faults import ASKED_KINDS, KINDS, Fault, Place, twice
from pipeline.outside.roster.pages import RefusedRow, marked_copy, template
from pipeline.outside.roster.rows import Roster, RosterRow
from pipeline.outside.sheets import SheetRefused
from pipeline.rules.labels import Label

STAGED_AT_ONCE = 1_000
COMMITTED_AT_ONCE = 1_000  # 5,000 is the most a chunk may hold
GIVEN_BACK_AT_ONCE = 5_000

NOT_READ = Label(
    "读取时出错，没有导入任何内容；情况已记录。请把数据复制到一个新的工作簿再传，或联系系统管理员。",
    "Reading failed and nothing was imported; it has been logged. Copy the data into a new workbook, or ask your "
    "administrator.",
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
    """Give a roster up before it is confirmed. Nothing of it goes in."""
    access.require(by, "roster.cancel")
    _step(roster, version, [Import.RECEIVED, Import.READING, Import.READ], Import.CANCELLED, act="roster.cancel")


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
    rows = Import.objects.filter(pk=roster.pk, version=version, state__in=sources)
    if not rows.update(state=target, version=F("version") + 1, **also):
        raise MoveRefused(act, {roster.name: (roster.state, roster.version)})


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
        _refuse(roster, refused.says)
    except Exception:
        _refuse(roster, NOT_READ)
        raise


@transaction.atomic
def _claim(key: int) -> Import | None:
    waiting = Import.objects.waiting().filter(pk=key, state__in=[Import.RECEIVED, Import.READING])
    if not waiting.update(state=Import.READING, worked_at=Now(), rows_done=0, version=F("version") + 1):
        return None
    ImportRow.objects.filter(roster=key).delete()
    return Import.objects.select_related("office").get(pk=key)


@transaction.atomic
def _refuse(roster: Import, says: Label) -> None:
    Import.objects.filter(pk=roster.pk, state=Import.READING).update(
        state=Import.REFUSED, problem=says.to_json(), version=F("version") + 1
    )


class Reading:
    """One going through a file. Rows are staged in chunks, each whole; every chunk says how far it is."""

    def __init__(self, roster: Import, by: User) -> None:
        self.roster = roster
        self.by = by
        self.height = 0
        with transaction.atomic():
            self.reach = by.reach(access.OFFICE)
            self.places = places(roster.office.division)
            counties = Division.objects.counties().filter(pk__in=self.reach.counties)
            self.own_counties = set(counties.values_list("code", flat=True))
            self.county_names = {code: name for name, code in self.places.counties.items()}

    def run(self, path: Path) -> None:
        book = Roster(self._counted(path), places=self.places, day=self.roster.day)
        done = 0
        for chunk in batched(book.rows(), STAGED_AT_ONCE):
            if not self._stage(chunk, done):
                return  # cancelled, or taken over by another worker
            done += len(chunk)
        self._finish(book, done)

    def _counted(self, path: Path) -> Iterator[sheets.Sheet]:
        for sheet in sheets.read(path, name=self.roster.name):
            self.height += 0 if sheet.hidden else sheet.height
            yield sheet

    @transaction.atomic
    def _stage(self, chunk: tuple[RosterRow, ...], done: int) -> bool:
        far = {"rows_done": done + len(chunk), "rows_total": max(self.height, done + len(chunk)), "worked_at": Now()}
        ours = Import.objects.filter(pk=self.roster.pk, state=Import.READING, version=self.roster.version)
        if not ours.update(**far):
            return False
        known = held_values([row.values.code for row in chunk], self.reach)
        hidden = self._hidden([row.values.code for row in chunk if row.values.code not in known])
        for row in chunk:
            self._keep_within(row, row.values.code in hidden)
        ImportRow.objects.bulk_create(
            self._staged(row, number, known) for number, row in enumerate(chunk, start=done + 1)
        )
        return True

    def _hidden(self, codes: list[str]) -> set[str]:
        """Codes of firms that are on record but not within the officer's reach."""
        return set() if self.reach.everything else codes_taken([code for code in codes if code])

    def _keep_within(self, row: RosterRow, hidden: bool) -> None:
        """A county brings its own firms only; a row that names no county is its own."""
        if self.reach.everything:
            return
        if (
            row.values.county is None
            and len(self.own_counties) == 1
            and "county" not in {fault.kind for fault in row.faults}
        ):
            row.values.county = next(iter(self.own_counties))
        if hidden or (row.values.county is not None and row.values.county not in self.own_counties):
            row.faults.append(Fault("beyond", row.place_of("code"), BEYOND, ASK_CITY))

    def _staged(self, row: RosterRow, number: int, known: Mapping[str, "Held"]) -> ImportRow:
        held = known.get(row.values.code)
        if held is not None:
            row.faults += doubts(row, held.values, county_names=self.county_names)
        found = changes(row.values, held.values) if held is not None else []
        going_in = "new" if held is None else "changed" if found else "unchanged"
        return ImportRow(
            roster=self.roster,
            office=self.roster.office,
            number=number,
            sheet=row.place.sheet[:60],
            line=row.number,
            uscc=row.values.code,
            name=row.values.name,
            state="refused" if row.refused else going_in,
            asks=not row.refused and bool(row.faults),
            kinds=sorted({fault.kind for fault in row.faults}),
            cells=[sheets.cell_to_json(cell) for cell in row.cells],
            record=row.values.to_json(),
            changes=[] if row.refused else [change.to_json() for change in found],
            faults=[fault.to_json() for fault in row.faults],
        )

    @transaction.atomic
    def _finish(self, book: Roster, done: int) -> None:
        refuse_repeated(self.roster, book.repeated)
        Import.objects.filter(pk=self.roster.pk, state=Import.READING, version=self.roster.version).update(
            state=Import.READ, columns=understood(book), rows_done=done, rows_total=done, version=F("version") + 1
        )


def refuse_repeated(roster: Import, repeated: Iterable[list[Place]]) -> None:
    """Refuse every row of a firm that stands in more than one; each names the others."""
    for found in repeated:
        for place in found:
            row = ImportRow.objects.get(roster=roster, sheet=place.sheet[:60], line=place.row)
            fault = twice(place, [other for other in found if other != place])
            row.state, row.asks, row.changes = "refused", False, []
            row.faults, row.kinds = [*row.faults, fault.to_json()], sorted({*row.kinds, fault.kind})
            row.save(update_fields=["state", "asks", "changes", "faults", "kinds"])


def understood(book: Roster) -> dict[str, Any]:
    """What each column of the file was taken for, as the preview shows it."""
    heads = [
        {
            "name": head.sheet,
            "row": head.row,
            "texts": head.texts,
            "found": [
                {"key": found.column.key, "at": found.at, "year": found.year, "factor": str(found.factor)}
                for found in head.found
            ],
            "unknown": list(head.unknown),
        }
        for head in book.heads
    ]
    return {"sheets": heads, "skipped": book.skipped, "ignored": [str(place) for place in book.ignored[:50]]}


def places(division: Division) -> Places:
    """The lists that cells are looked up in, for the city an office belongs to."""
    city = division if division.level == Division.CITY else division.parent or division
    tree = list(Division.objects.filter(parent=city, level=Division.COUNTY).select_related("successor"))
    return Places(
        city=city.name,
        counties={county.name: county.code for county in tree if county.counted},
        former={county.name: county.successor.name for county in tree if county.successor},
        fields={squeezed(field.name): field.code for field in Field.objects.order_by("-code")},
        industries=frozenset(Industry.objects.filter(level__gt=1).values_list("code", flat=True)),
    )


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


def kind_label(kind: str) -> Label:
    """What a kind of fault is called."""
    return KINDS[kind]


def only_asks(kind: str) -> bool:
    """Whether such a fault is a question that keeps no row out."""
    return kind in ASKED_KINDS


# ------------------------------------------------------------------------------------------ committing


def commit(key: int, *, by: User, on: date) -> None:
    """Write the confirmed rows, chunk by chunk, each whole. A call after a crash goes on where the last one ended."""
    while _commit_chunk(key, by=by, on=on):
        pass


@transaction.atomic
def _commit_chunk(key: int, *, by: User, on: date) -> bool:
    """One chunk; false when none was left. Two workers take turns, for each holds the roster while it writes."""
    roster = Import.objects.select_for_update(of=("self",)).filter(pk=key, state=Import.CONFIRMED).first()
    if roster is None:
        return False
    access.require(by, "roster.confirm")
    waiting = roster.rows.filter(state__in=["new", "changed"], committed_on=None).order_by("number")
    rows = list(waiting[:COMMITTED_AT_ONCE])
    if rows:
        Writing(roster, by, on).write(rows)
    state = Import.CONFIRMED if rows else Import.COMMITTED
    Import.objects.filter(pk=key).update(
        state=state,
        rows_done=F("rows_done") + len(rows),
        worked_at=Now(),
        version=F("version") + int(not rows),
    )
    return bool(rows)
