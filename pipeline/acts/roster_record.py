"""Firms on record beside the rows of a roster, and how what rows say is put on record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F

from pipeline import access
from pipeline.access import Reach
from pipeline.acts import firm as firms_act
from pipeline.models import Contact, Division, FinancialYear, Firm, Import, ImportRow, User
from pipeline.outside.roster.changes import changes
from pipeline.outside.roster.columns import YEAR_COLUMNS
from pipeline.outside.roster.faults import Fault, Place
from pipeline.outside.roster.rows import Values
from pipeline.rules.labels import Label

OWN = ("name", "registered_on", "field", "industry", "class_one", "class_two")
FIGURES = tuple(column.key for column in YEAR_COLUMNS)
BEYOND = Label("这家企业不在本单位办理范围内", "this firm is not within your office's range")
ASK_CITY = Label("请删去这一行，或与市局联系。", "Delete the row, or ask the city office.")


@dataclass(slots=True)
class Held:
    """A firm on record and what is known of it, in the words of a roster."""

    firm: Firm
    values: Values


def held_values(codes: Iterable[str], reach: Reach) -> dict[str, Held]:
    """What is on record of firms within reach, by credit code; not of those that moved away, whose past may only be
    read. Four statements for any number of firms.
    """
    firms = Firm.objects.within(reach).filter(uscc__in=[code for code in codes if code]).with_county()
    held = {firm.pk: Held(firm, _values(firm)) for firm in firms}
    codes_of = dict(Division.objects.values_list("pk", "code"))
    for each in held.values():
        each.values.county = codes_of.get(each.firm.county_id)  # type: ignore[attr-defined]  # annotated by with_county
    for contact in Contact.objects.filter(firm__in=held).order_by("pk"):
        values = held[contact.firm_id].values
        values.contact, values.phone = contact.name or None, contact.phone or None
    for year in FinancialYear.objects.filter(firm__in=held):
        figures = {key: getattr(year, key) for key in FIGURES}
        held[year.firm_id].values.years[year.year] = {key: value for key, value in figures.items() if value is not None}
    return {each.firm.uscc: each for each in held.values()}


def _values(firm: Firm) -> Values:
    values = Values(code=firm.uscc)
    for key in OWN:
        value = getattr(firm, key)
        setattr(values, key, None if value == "" else value)
    return values


def codes_taken(codes: list[str]) -> set[str]:
    """Which of these codes any county holds; nothing else is told of firms out of reach."""
    if not codes:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("select code from unnest(%s::text[]) as code where mp_code_taken(code)", [codes])
        return {code for (code,) in cursor.fetchall()}


class Writing:
    """Puts what rows say on record. What the record says by now decides, not what it said when the file was read."""

    def __init__(self, roster: Import, by: User, on: date) -> None:
        self.roster = roster
        self.by = by
        self.on = on
        self.lines: dict[str, ImportRow] = {}  # of the rows being written, by credit code
        self.divisions = {division.code: division for division in Division.objects.counties()}

    def write(self, rows: list[ImportRow]) -> None:
        held = held_values((row.uscc for row in rows), self.by.reach(access.OFFICE))
        gone = codes_taken([row.uscc for row in rows if row.uscc not in held])
        self._refuse([row for row in rows if row.uscc in gone])
        ours = [row for row in rows if row.uscc not in gone]
        self.lines = {row.uscc: row for row in ours}
        self._put([Values.from_json(row.record) for row in ours], held)
        ImportRow.objects.filter(pk__in=[row.pk for row in ours]).update(committed_on=self.on)

    def _refuse(self, rows: list[ImportRow]) -> None:
        """Firms that left the officer's reach since the file was read."""
        for row in rows:
            fault = Fault("beyond", Place(row.sheet, row.line), BEYOND, ASK_CITY)
            row.state, row.changes, row.kinds, row.faults = "refused", [], ["beyond"], [fault.to_json()]
        ImportRow.objects.bulk_update(rows, ["state", "changes", "kinds", "faults"])

    def _put(self, said: list[Values], held: dict[str, Held]) -> None:
        fresh = [values for values in said if values.code not in held]
        known = [(held[values.code], values) for values in said if values.code in held]
        self._amend([(each, values) for each, values in known if changes(values, each.values)])
        new = [
            Held(firm, self._as_registered(values)) for firm, values in zip(self._register(fresh), fresh, strict=True)
        ]
        pairs = [
            (each, values) for each, values in [*known, *zip(new, fresh, strict=True)] if changes(values, each.values)
        ]
        self._contacts(pairs)
        self._figures(pairs)

    def _register(self, fresh: list[Values]) -> list[Firm]:
        records = [
            {
                "uscc": values.code,
                "division": self.divisions[values.county] if values.county else None,
                "resident": True,  # GB 32100 codes are given to bodies registered in the mainland only
                **{key: value for key in OWN if (value := getattr(values, key)) is not None},
            }
            for values in fresh
        ]
        return firms_act.register(records, by=self.by, on=self.on) if records else []

    def _as_registered(self, values: Values) -> Values:
        return Values(code=values.code, county=values.county, **{key: getattr(values, key) for key in OWN})

    def _amend(self, pairs: list[tuple[Held, Values]]) -> None:
        for held, values in pairs:
            if values.name != held.firm.name:
                firms_act.rename(held.firm, values.name, by=self.by, on=self.on)
            if values.county and held.values.county is None:
                mine = Firm.objects.filter(pk=held.firm.pk)
                firms_act.assign_county(mine, self.divisions[values.county], by=self.by, on=self.on)
            for key in OWN:
                if key != "name" and (value := getattr(values, key)) is not None:
                    setattr(held.firm, key, value)
        access.require(self.by, "firm.amend")
        Firm.objects.bulk_update([held.firm for held, _values in pairs], [key for key in OWN if key != "name"])
        keys = [held.firm.pk for held, _values in pairs]
        Firm.objects.filter(pk__in=keys).update(version=F("version") + 1, diagnosis_due=True)

    def _contacts(self, pairs: list[tuple[Held, Values]]) -> None:
        """A firm's contact is the one told last; a phone alone goes to the contact on record."""
        told = []
        for held, values in pairs:
            name = values.contact or held.values.contact or ""
            phone = values.phone or (held.values.phone if name == held.values.contact else None) or ""
            if (name, phone) != (held.values.contact or "", held.values.phone or ""):
                told.append(Contact(firm=held.firm, name=name, phone=phone))
        others = Contact.objects.filter(firm__in=[contact.firm for contact in told])
        others.exclude(name__in=[contact.name for contact in told if contact.name]).delete()
        Contact.objects.bulk_create(
            told, update_conflicts=True, unique_fields=["firm", "name"], update_fields=["phone"]
        )

    def _figures(self, pairs: list[tuple[Held, Values]]) -> None:
        """Only what a row says and the record does not; the other figures of a year stay."""
        fresh, kept = [], []
        rows = {
            (row.firm_id, row.year): row
            for row in FinancialYear.objects.filter(firm__in=[held.firm.pk for held, _v in pairs])
        }
        for held, values in pairs:
            for year, figures in values.years.items():
                row = rows.get((held.firm.pk, year))
                origin = self._origin(values.code)
                if row is None:
                    own = {"source": self.source, "sources": dict.fromkeys(figures, origin)}
                    fresh.append(FinancialYear(firm=held.firm, year=year, **own, **figures))
                elif new := differing(row, figures):
                    row.sources = {**row.sources, **dict.fromkeys(new, origin)}
                    for key, figure in new.items():
                        setattr(row, key, figure)
                    row.version, row.source = row.version + 1, self.source
                    kept.append(row)
        FinancialYear.objects.bulk_create(fresh)
        FinancialYear.objects.bulk_update(kept, [*FIGURES, "version", "source", "sources"], batch_size=500)

    def _origin(self, code: str) -> dict[str, Any]:
        """Where in the roster a figure stands, as a year keeps it."""
        row = self.lines[code]
        day = self.roster.day.isoformat()
        return {"roster": self.roster.name[:80], "day": day, "sheet": row.sheet, "line": row.line}

    @property
    def source(self) -> str:
        return f"{self.roster.name[:80]} {self.roster.day:%Y-%m-%d}"


def differing(row: FinancialYear, figures: Mapping[str, Decimal]) -> dict[str, Decimal]:
    return {key: figure for key, figure in figures.items() if getattr(row, key) != figure}
