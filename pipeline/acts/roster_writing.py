"""What the rows of a roster say is put on record, a chunk at a time, by statements over the whole chunk.

A chunk lies in two tables of its transaction: `coming` has a line for each row, with what is on record of its firm, and
`coming_year` one for each year a row tells of. What the record says by now decides, not what it said when the file was
read.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, LiteralString

from django.db import connection
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import firm as firms_act
from pipeline.acts.conditions import demand
from pipeline.acts.roster_record import ASK_CITY, BEYOND, MERGED, READ_AGAIN
from pipeline.models import Division, Firm, Import, MergedRecord, User
from pipeline.models.spelling import initials, pinyin_key
from pipeline.outside.roster.columns import YEAR_COLUMNS
from pipeline.outside.roster.faults import Fault, Place

FIGURES = tuple(column.key for column in YEAR_COLUMNS)
AS_HELD = ("id", "uscc", "name", "registered_on", "field", "industry", "class_one", "class_two")

# Each state is walked along its index: asked for both at once, all rows that are left would be sorted for each chunk.
COMING: LiteralString = """create temporary table coming on commit drop as
    select r.id as row_id, r.number, coalesce(t.stays, r.uscc) as uscc, r.sheet, r.line, said.*,
        r.record -> 'years' as years, t.gone is not null and not 'merged' = any(r.kinds) as merged_since,
        d.id as division_id, f.id is null as fresh, false as changed, f.id as firm_id,
        f.name as held_name, f.registered_on as held_registered_on, f.field as held_field,
        f.industry as held_industry, f.class_one as held_class_one, f.class_two as held_class_two,
        m.division_id is null as without_county, coalesce(k.name, '') as held_contact,
        coalesce(k.phone, '') as held_phone,
        jsonb_build_object('roster', %s::text, 'day', %s::text, 'sheet', r.sheet, 'line', r.line) as origin
    from (select id from (
            (select id, number from pipeline_importrow where roster_id = %s and state = 'new' and number > %s
                order by number limit %s)
            union all
            (select id, number from pipeline_importrow where roster_id = %s and state = 'changed' and number > %s
                order by number limit %s)) either order by number limit %s) next
    join pipeline_importrow r using (id)
    cross join lateral jsonb_to_record(r.record) as said(name text, county text, registered_on date, field text,
        industry text, contact text, phone text, class_one int, class_two int)
    left join unnest(%s::text[], %s::text[]) t(gone, stays) on t.gone = r.uscc
    left join ({held}) f on f.uscc = coalesce(t.stays, r.uscc)
    left join lateral (select id from pipeline_division
        where code = said.county and level = 'county' and counted order by id desc limit 1) d on true
    left join pipeline_firmmove m on m.firm_id = f.id and upper_inf(m.during)
    left join lateral (select name, phone from pipeline_contact where firm_id = f.id order by id desc limit 1) k on true
"""
YEARS: LiteralString = """create temporary table coming_year on commit drop as
    select c.row_id, y.key::int as year, y.value as figures, said.*
    from coming c cross join lateral jsonb_each(c.years) y
    cross join lateral jsonb_to_record(y.value) as said({figures})"""
BEYOND_REACH, MERGED_SINCE = "fresh and mp_code_taken(uscc)", "merged_since"
GONE: LiteralString = """with gone as (delete from coming where {which}
        returning row_id, sheet, line)
    update pipeline_importrow r set state = 'refused', asks = false, changes = '[]', kinds = '{beyond}',
        faults = jsonb_build_array(%s::jsonb || jsonb_build_object('sheet', g.sheet, 'row', g.line))
    from gone g where r.id = g.row_id"""
FOREIGN: LiteralString = """select exists (select from coming
    where fresh and (division_id is null or division_id <> all(%s::bigint[])))"""
CHANGED: LiteralString = """update coming c set changed = true where not fresh and (
    c.name <> c.held_name
    or (c.registered_on is not null and c.registered_on is distinct from c.held_registered_on)
    or c.field <> c.held_field or c.industry <> c.held_industry
    or (c.class_one is not null and c.class_one is distinct from c.held_class_one)
    or (c.class_two is not null and c.class_two is distinct from c.held_class_two)
    or (c.division_id is not null and c.without_county)
    or c.contact <> c.held_contact or c.phone <> c.held_phone
    or exists (select from coming_year y left join pipeline_financialyear p
        on p.firm_id = c.firm_id and p.year = y.year where y.row_id = c.row_id and ({differs})))"""
AMENDED: LiteralString = """update pipeline_firm f set registered_on = coalesce(c.registered_on, f.registered_on),
    field = coalesce(c.field, f.field), industry = coalesce(c.industry, f.industry),
    class_one = coalesce(c.class_one, f.class_one), class_two = coalesce(c.class_two, f.class_two),
    version = f.version + 1, diagnosis_due = true
    from coming c where f.id = c.firm_id and c.changed"""
NUMBERED: LiteralString = """update coming set firm_id = nextval(pg_get_serial_sequence('pipeline_firm', 'id'))
    where fresh"""
PLACED: LiteralString = """insert into pipeline_firmmove (firm_id, division_id, during)
    select firm_id, division_id, daterange(%s, null) from coming where fresh order by number"""
REGISTERED: LiteralString = """insert into pipeline_firm (id, uscc, name, pinyin, initials, resident, registered_on,
        field, industry, class_one, class_two, address, made_up, version, diagnosis_due)
    select c.firm_id, c.uscc, c.name, p.pinyin, p.initials, true, c.registered_on, coalesce(c.field, ''),
        coalesce(c.industry, ''), c.class_one, c.class_two, '', '', 1, true
    from coming c join unnest(%s::bigint[], %s::text[], %s::text[]) p(row_id, pinyin, initials) using (row_id)
    order by c.number"""
CALLED: LiteralString = """create temporary table called on commit drop as
    select * from (select firm_id, held_contact, held_phone, coalesce(contact, held_contact) as name,
            coalesce(phone, case when contact is null or contact = held_contact then held_phone else '' end) as phone
        from coming where (fresh or changed) and (contact is not null or phone is not null)) told
    where (name, phone) <> (held_contact, held_phone)"""
FORGOTTEN: LiteralString = """delete from pipeline_contact k using called t
    where k.firm_id = t.firm_id and k.name <> t.name"""
REMEMBERED: LiteralString = """insert into pipeline_contact (firm_id, name, phone, email)
    select firm_id, name, phone, '' from called
    on conflict (firm_id, name) do update set phone = excluded.phone"""
KEPT: LiteralString = """update pipeline_financialyear p
    set {filled}, version = p.version + 1, source = %s, sources = p.sources || (select
        jsonb_object_agg(k.key, c.origin) from (values {beside}) k(key, new, old)
        where k.new is not null and k.new is distinct from k.old)
    from coming_year y join coming c using (row_id)
    where c.changed and p.firm_id = c.firm_id and p.year = y.year and ({differs})"""
ADDED: LiteralString = """insert into pipeline_financialyear
        (firm_id, year, {figures}, source, sources, estimate, rd_from, staff_from, version)
    select c.firm_id, y.year, {said}, %s,
        (select jsonb_object_agg(told.key, c.origin) from jsonb_object_keys(y.figures) told(key)),
        false, 'declared', 'declared', 1
    from coming_year y join coming c using (row_id)
    where (c.fresh or c.changed) and not exists (select from pipeline_financialyear p
        where p.firm_id = c.firm_id and p.year = y.year)
    order by c.number, y.year"""
WORDS: Mapping[str, str] = {
    "figures": ", ".join(FIGURES),
    "said": ", ".join(f"y.{name}" for name in FIGURES),
    "filled": ", ".join(f"{name} = coalesce(y.{name}, p.{name})" for name in FIGURES),
    "beside": ", ".join(f"('{name}', y.{name}, p.{name})" for name in FIGURES),
    "differs": " or ".join(f"(y.{name} is not null and y.{name} is distinct from p.{name})" for name in FIGURES),
}


class Writing:
    """One chunk on its way to the record, in a transaction of the caller's."""

    def __init__(self, roster: Import, by: User, on: date) -> None:
        self.roster = roster
        self.by = by
        self.on = on
        self.reach = by.reach(access.OFFICE)

    def write(self, most: int) -> tuple[int, int]:
        """Put the next rows on record, `most` of them at once; how many there were and the number of the last."""
        with connection.cursor() as cursor:
            self.cursor = cursor
            found = self._gather(most)
            if found[0]:
                self._refuse_gone()
                self._amend()
                self._register()
                self._call()
                self._figures()
            self._do("drop table coming")
        return found

    def _gather(self, most: int) -> tuple[int, int]:
        held = Firm.objects.within(self.reach).order_by().values(*AS_HELD)
        text, values = held.query.sql_with_params()
        own = [self.roster.name[:80], self.roster.day.isoformat()]
        which = [self.roster.pk, self.roster.committed_to, most]
        staying = MergedRecord.objects.staying()
        self._do(
            COMING.replace("{held}", text), [*own, *which, *which, most, list(staying), list(staying.values()), *values]
        )
        [(rows, last)] = self._ask("select count(*), coalesce(max(number), 0) from coming")
        return rows, last

    def _refuse_gone(self) -> None:
        """Firms that left the officer's reach since the file was read, and records that were merged since."""
        if not self.reach.everything:
            self._refuse(BEYOND_REACH, Fault("beyond", Place("", 0), BEYOND, ASK_CITY))
        self._refuse(MERGED_SINCE, Fault("beyond", Place("", 0), MERGED, READ_AGAIN))
        figures = ", ".join(f"{name} numeric" for name in FIGURES)
        self._do(YEARS.replace("{figures}", figures))
        self._do("analyze coming")
        self._do("analyze coming_year")

    def _refuse(self, which: str, fault: Fault) -> None:
        self._do(GONE.replace("{which}", which), [json.dumps(fault.to_json(), ensure_ascii=False)])

    def _amend(self) -> None:
        self._do(_filled(CHANGED))
        renamed = dict(self._ask("select firm_id, name from coming where changed and name <> held_name"))
        if renamed:
            firms_act.rename_many(renamed, by=self.by, on=self.on)
        placed = self._ask("select division_id, array_agg(firm_id) from coming where changed and without_county"
                           " and division_id is not null group by division_id")  # fmt: skip
        for division, keys in placed:
            county = Division.objects.get(pk=division)
            firms_act.assign_county(Firm.objects.filter(pk__in=keys), county, by=self.by, on=self.on)
        access.require(self.by, "firm.amend")
        self._do(AMENDED)

    def _register(self) -> None:
        """A firm's county is written before the firm itself, as `firm.register` does it."""
        fresh = self._ask("select row_id, name from coming where fresh")
        if not fresh:
            return
        access.require(self.by, "firm.register")
        if not self.reach.everything:
            [(foreign,)] = self._ask(FOREIGN, [list(self.reach.counties)])
            demand(not foreign, "division", _("A county registers firms of its own county only."))
        self._do(NUMBERED)
        self._do(PLACED, [self.on])
        rows, names = zip(*fresh, strict=True)
        spelt = [pinyin_key(name) for name in names], [initials(name) for name in names]
        self._do(REGISTERED, [list(rows), *spelt])

    def _call(self) -> None:
        """A firm's contact is the one told last; a phone alone goes to the contact on record."""
        for statement in (CALLED, FORGOTTEN, REMEMBERED, "drop table called"):
            self._do(statement)

    def _figures(self) -> None:
        """Only what a row says and the record does not; the other figures of a year stay."""
        source = f"{self.roster.name[:80]} {self.roster.day:%Y-%m-%d}"
        self._do(_filled(KEPT), [source])
        self._do(_filled(ADDED), [source])
        self._do("drop table coming_year")

    def _do(self, statement: str, values: Sequence[Any] | None = None) -> None:
        self.cursor.execute(statement, values)

    def _ask(self, statement: str, values: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        self.cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = self.cursor.fetchall()
        return rows


def _filled(statement: str) -> str:
    """A statement with the names of the figures where it has their places."""
    for word, names in WORDS.items():
        statement = statement.replace(f"{{{word}}}", names)
    return statement
