"""A roster on its way from its file to rows that wait for a person's look."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import batched
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from pipeline import access
from pipeline.access import Reach
from pipeline.acts.roster_record import ASK_CITY, BEYOND, Held, codes_taken, held_values
from pipeline.models import Division, Field, Import, ImportRow, Industry, MergedRecord, Office, User
from pipeline.outside import sheets
from pipeline.outside.roster.cells import Places
from pipeline.outside.roster.changes import changes, doubts
from pipeline.outside.roster.columns import squeezed
from pipeline.outside.roster.faults import Fault, Place, merged, twice
from pipeline.outside.roster.rows import Roster, RosterRow

STAGED_AT_ONCE = 2_000
COLUMNS = "number, sheet, line, uscc, name, state, asks, kinds, cells, record, changes, faults"
# COPY does not go into a table with row policies: it fills a table of the transaction, which the insert reads.
STAGED = f"create temporary table staged on commit drop as select {COLUMNS} from pipeline_importrow with no data"  # noqa: S608  # ours
KEPT = f"insert into pipeline_importrow (roster_id, office_id, {COLUMNS}) select %s, %s, {COLUMNS} from staged"  # noqa: S608  # ours
TWICE = """update pipeline_importrow r set state = 'refused', asks = false, changes = '[]',
    faults = r.faults || told.fault::jsonb,
    kinds = (select array_agg(distinct kind order by kind) from unnest(r.kinds || '{twice}'::varchar[]) kind)
    from unnest(%s::text[], %s::int[], %s::text[]) told(sheet, line, fault)
    where r.roster_id = %s and r.sheet = told.sheet and r.line = told.line"""
encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Reading:
    """One going through a file. Rows are staged in chunks, each whole; every chunk says how far it is. What was staged
    before is passed over.
    """

    def __init__(self, roster: Import, by: User) -> None:
        self.roster = roster
        self.by = by
        self.height = 0
        with transaction.atomic():
            self.reach = _reach(roster, by)
            self.places = places(roster.office.division)
            counties = Division.objects.counties().filter(pk__in=self.reach.counties)
            self.own_counties = set(counties.values_list("code", flat=True))
            self.staying = MergedRecord.objects.staying()
            self.county_names = {code: name for name, code in self.places.counties.items()}

    def run(self, path: Path) -> None:
        book = Roster(self._counted(path), places=self.places, day=self.roster.day)
        done = self.roster.rows_done
        for chunk in batched(book.rows(after=done), STAGED_AT_ONCE):
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
        known = held_values([self._code(row) for row in chunk], self.reach)
        hidden = self._hidden([self._code(row) for row in chunk if self._code(row) not in known])
        with connection.cursor() as cursor:
            cursor.execute(STAGED)
            with cursor.copy(f"copy staged ({COLUMNS}) from stdin") as stream:
                for number, row in enumerate(chunk, start=done + 1):
                    self._keep_within(row, self._code(row) in hidden)
                    stream.write_row(self._staged(row, number, known))
            cursor.execute(KEPT, [self.roster.pk, self.roster.office_id])
            cursor.execute("drop table staged")
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

    def _code(self, row: RosterRow) -> str:
        """Under which code the firm of a row is on record: of a merged record, that of the one which stays."""
        return self.staying.get(row.values.code, row.values.code)

    def _staged(self, row: RosterRow, number: int, known: Mapping[str, Held]) -> tuple[Any, ...]:
        """The row in the order of COLUMNS."""
        held = known.get(self._code(row))
        if held is not None:
            if row.values.code in self.staying:
                row.faults.append(merged(row.place_of("code"), held.firm.name, held.firm.uscc))
                row.values.name = held.values.name
            row.faults += doubts(row, held.values, county_names=self.county_names)
        found = changes(row.values, held.values) if held is not None else []
        going_in = "new" if held is None else "changed" if found else "unchanged"
        refused = row.refused
        return (
            number,
            row.head.sheet[:60],
            row.number,
            row.values.code,
            row.values.name,
            "refused" if refused else going_in,
            not refused and bool(row.faults),
            sorted({fault.kind for fault in row.faults}),
            encoded([sheets.cell_to_json(cell) for cell in row.cells]),
            encoded(row.values.to_json()),
            "[]" if refused else encoded([change.to_json() for change in found]),
            encoded([fault.to_json() for fault in row.faults]),
        )

    @transaction.atomic
    def _finish(self, book: Roster, done: int) -> None:
        refuse_repeated(self.roster, [*book.repeated, *self._met_again()])
        Import.objects.filter(pk=self.roster.pk, state=Import.READING, version=self.roster.version).update(
            state=Import.READ, columns=understood(book), rows_done=done, rows_total=done, version=F("version") + 1
        )

    def _met_again(self) -> list[list[Place]]:
        """Where a firm stands under the code of a merged record and under another besides."""
        codes = {*self.staying, *self.staying.values()}
        rows = self.roster.rows.filter(uscc__in=codes).order_by("number") if codes else ImportRow.objects.none()
        found: dict[str, dict[str, list[Place]]] = defaultdict(lambda: defaultdict(list))
        for code, sheet, line in rows.values_list("uscc", "sheet", "line"):
            found[self.staying.get(code, code)][code].append(Place(sheet, line))
        return [[place for some in each.values() for place in some] for each in found.values() if len(each) > 1]


def refuse_repeated(roster: Import, repeated: Iterable[list[Place]]) -> None:
    """Refuse every row of a firm that stands in more than one; each names the others."""
    faults = (twice(place, [each for each in found if each != place]) for found in repeated for place in found)
    with connection.cursor() as cursor:
        for some in batched(faults, STAGED_AT_ONCE):
            sheets_of, lines = [each.place.sheet[:60] for each in some], [each.place.row for each in some]
            cursor.execute(TWICE, [sheets_of, lines, [encoded(each.to_json()) for each in some], roster.pk])


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


def _reach(roster: Import, by: User) -> Reach:
    """What the city reads for a county the county looks at: nothing of another's firms is told in it."""
    reach, office = by.reach(access.OFFICE), roster.office
    of_county = reach.everything and office.level == Office.COUNTY
    return Reach(counties=frozenset([office.division_id])) if of_county else reach
