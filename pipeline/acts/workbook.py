"""The firm's record as a workbook: given out, taken back, compared, and written where the firm said so."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO

from django.core import signing
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import figures as figures_acts
from pipeline.acts import firm as firm_acts
from pipeline.acts import ledger as ledger_acts
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import (
    AccountBook,
    Contact,
    FinancialYear,
    Firm,
    IntellectualProperty,
    MoveRefused,
    RdProject,
    User,
    Workbook,
)
from pipeline.models.workbook import APPLIED, DROPPED, READ
from pipeline.outside import sheets, storage
from pipeline.outside.firm_book.comparing import Difference, differences
from pipeline.outside.firm_book.lines import FIGURES, FIRM, PARTS, PROJECT_FIELDS, RIGHT_FIELDS, STAFF, line_of, name_of
from pipeline.outside.firm_book.reading import FirmBook, Returned, Written, read_book, taken
from pipeline.outside.firm_book.writing import About, Values, firm_book, marked_copy
from pipeline.outside.roster.faults import Fault, Place
from pipeline.outside.sheets import SheetRefused

SALT = "firm-book"
YEARLY = tuple(line.key for line in (*FIGURES, *STAFF))
# which act writes a part of the record, by the first word of its keys
WRITTEN_BY = {
    "figures": "figures.enter",
    "firm": "firm.amend",
    "contact": "firm.set_contact",
    "property": "firm.record_property",
    "project": "ledger.write_project",
}


# ---------------------------------------------------------------------------------------------- given out


def given_out(firm: Firm, years: Iterable[int], *, on: date) -> bytes:
    """The workbook of a firm's record, pre-filled. What it says travels along, signed, in its hidden sheet."""
    asked = list(years)
    values = held_values(firm, asked)
    stamp = signing.dumps(
        {"firm": firm.uscc, "on": on.isoformat(), "years": asked, "values": values}, salt=SALT, compress=True
    )
    return firm_book(About(firm.name, firm.uscc, asked, stamp), values)


def held_values(firm: Firm, years: Iterable[int]) -> dict[str, str | None]:
    """The record as cells, each under its key. Five statements."""
    held = Firm.objects.get(pk=firm.pk)
    contact = Contact.objects.filter(firm=firm).order_by("pk").first()
    values: dict[str, str | None] = {}
    for line in FIRM:
        page, _dot, name = line.key.partition(".")
        values[line.key] = _normal(getattr(held if page == "firm" else contact, name, None))
    rows = {row.year: row for row in FinancialYear.objects.filter(firm=firm, year__in=list(years))}
    for year in years:
        values |= {f"figures.{year}.{name}": _figure(name, getattr(rows.get(year), name, None)) for name in YEARLY}
    for right in IntellectualProperty.objects.filter(firm=firm).order_by("kind", "number"):
        for line in RIGHT_FIELDS:
            values[f"property.{right.number}.{line.key}"] = _normal(getattr(right, line.key))
    for project in RdProject.objects.filter(firm=firm).order_by("code"):
        for line in PROJECT_FIELDS:
            held_as = getattr(project, line.key)
            values[f"project.{project.code}.{line.key}"] = (
                f"{held_as:.2f}" if isinstance(held_as, Decimal) else _normal(held_as)
            )
    return values


def _normal(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value not in (None, "") else None


def _figure(name: str, value: Decimal | None) -> str | None:
    if value is None:
        return None
    return f"{value:.2f}" if line_of(f"figures.2000.{name}").form == "money" else f"{value.normalize():f}"


# --------------------------------------------------------------------------------------------- taken back


@transaction.atomic
def receive(firm: Firm, content: BinaryIO, *, name: str, by: User, on: date) -> Workbook:
    """Take a workbook back and read it; nothing of it is written. A file that cannot be relied on is refused."""
    access.require(by, "workbook.receive", Firm.objects.filter(pk=firm.pk))
    with on_disk(content) as path:
        returned = read_whole(path, name)
        stamp = stamp_of(returned, firm)
        book = read_book(returned, stamp["values"], day=on)
        size = path.stat().st_size
    kept = {
        "base": stamp["values"],
        "on": stamp["on"],
        "cells": {key: [cell.value, cell.place.sheet, cell.place.row, cell.place.column]
                  for key, cell in _asked(book, stamp["years"]).items()},
        "faults": [fault.to_json() for fault in book.faults],
        "unknown": book.unknown[:50],
    }  # fmt: skip
    sha256 = storage.keep(content)
    plain = storage.plain_name(name)
    return Workbook.objects.create(firm=firm, by=by, name=plain, sha256=sha256, size=size, day=on, content=kept)


@contextmanager
def on_disk(content: Any) -> Iterator[Path]:
    """The bytes of a stream as a file of their own for as long as the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book"
        content.seek(0)
        with path.open("wb") as file:
            shutil.copyfileobj(content, file)
        yield path


def read_whole(path: Path, name: str) -> Returned:
    try:
        demand(
            not name.lower().endswith((".xls", ".ods", ".csv", ".et")),
            "file",
            _("Save the workbook as .xlsx in your spreadsheet program and upload that."),
        )
        return taken(sheets.read(path, name=name, limits=sheets.FIRM_BOOK, whole=True))
    except SheetRefused as refused:
        raise ConditionUnmet([Missing("file", refused.says.in_language(get_language() or ""))]) from None


def stamp_of(returned: Returned, firm: Firm) -> dict[str, Any]:
    """What the hidden sheet says, if this house wrote it for this firm; else ConditionUnmet."""
    demand(
        bool(returned.stamp),
        "file",
        _("This is not a workbook downloaded here, or its hidden sheet is gone. Download it again and fill in that."),
    )
    try:
        stamp: dict[str, Any] = signing.loads(returned.stamp, salt=SALT)
    except signing.BadSignature:
        says = _("The hidden sheet of this workbook was changed. Download the workbook again and fill in that.")
        raise ConditionUnmet([Missing("file", says)]) from None
    demand(stamp["firm"] == firm.uscc, "file", _("This workbook belongs to another firm."))
    return stamp


def _asked(book: FirmBook, years: list[int]) -> dict[str, Written]:
    """The cells of the years that were given out; others are named among what means nothing."""
    asked, strange = {}, set()
    for key, cell in book.cells.items():
        year = key.split(".")[1] if key.startswith("figures.") else ""
        if year and int(year) not in years:
            strange.add(f"{cell.place.sheet}!{year}")
        else:
            asked[key] = cell
    book.unknown += sorted(strange)
    return asked


def marked(book: Workbook, *, language: str) -> bytes:
    """The firm's own file with the cells at fault marked; it can be put right and uploaded."""
    with storage.fetch(book.sha256) as content, on_disk(content) as path:
        returned = read_whole(path, book.name)
    return marked_copy(returned.own, faults_of(book), stamp=returned.stamp, language=language)


def faults_of(book: Workbook | AccountBook) -> list[Fault]:
    """What is wrong with cells of a file."""
    return [Fault.from_json(fault) for fault in book.content["faults"]]


# ------------------------------------------------------------------------------------ compared and written


def years_of(book: Workbook) -> list[int]:
    return sorted({int(key.split(".")[1]) for key in book.content["base"] if key.startswith("figures.")})


def compared(book: Workbook) -> list[Difference]:
    """What the file changes, against the record as it is now, in the order of the file."""
    cells = {
        key: Written(value, Place(sheet, row, column))
        for key, (value, sheet, row, column) in book.content["cells"].items()
    }
    return list(differences(book.content["base"], held_values(book.firm, years_of(book)), cells))


def digest(found: Iterable[Difference]) -> str:
    """What was on record in the cells that a person was shown."""
    told = json.dumps([[each.key, each.now, each.theirs] for each in found], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def may_write(actor: Actor, key: str) -> bool:
    return access.may(actor, WRITTEN_BY[key.partition(".")[0]])


@transaction.atomic
def apply(book: Workbook, take: Mapping[str, bool], *, seen: str, version: int, by: User, on: date) -> int:
    """Write what the firm takes over; how many cells. `take` says of each difference whether the file counts, `seen`
    is the digest of what the person was shown: what changed since then is shown again, never overwritten.
    """
    access.require(by, "workbook.apply", Workbook.objects.filter(pk=book.pk))
    Firm.objects.select_for_update().filter(pk=book.firm_id).first()
    found = [each for each in compared(book) if may_write(by, each.key)]
    demand(digest(found) == seen, "seen", _("The record was changed while you looked. Look at the differences again."))
    undecided = [each for each in found if each.kind == "conflict" and each.key not in take]
    if undecided:
        raise ConditionUnmet([Missing(each.key, _("Say which of the two counts.")) for each in undecided])
    chosen = {each.key: each.theirs for each in found if take.get(each.key, each.kind == "change")}
    _refuse_contradictions(held_values(book.firm, years_of(book)) | chosen, chosen)
    _write(book, chosen, by=by, on=on)
    _step(book, APPLIED, version, act="workbook.apply")
    return len(chosen)


@transaction.atomic
def drop(book: Workbook, *, version: int, by: User) -> None:
    """Give the file up; nothing of it is written."""
    access.require(by, "workbook.drop", Workbook.objects.filter(pk=book.pk))
    _step(book, DROPPED, version, act="workbook.drop")


def _step(book: Workbook, state: str, version: int, *, act: str) -> None:
    ours = Workbook.objects.filter(pk=book.pk, state=READ, version=version)
    if not ours.update(state=state, version=F("version") + 1):
        raise MoveRefused(act, {book.name: ("changed", version)})


def _refuse_contradictions(after: Values, chosen: Values) -> None:
    """A part above its whole, a new right of which too little is said: everything at once."""
    wrong = []
    for key in chosen:
        page, _dot, rest = key.partition(".")
        if page == "property" and not (after.get(_sibling(key, "kind")) and after.get(_sibling(key, "acquired_by"))):
            wrong.append(Missing(key, _("A right needs its kind and how it was acquired.")))
        if page == "project":
            wrong += _project_doubts(key, after)
        if page == "contact" and not (after.get("contact.name") and after.get("contact.phone")):
            wrong.append(Missing(key, _("A contact needs a name and a telephone number.")))
        year = rest.partition(".")[0]
        for part, whole in PARTS.items() if page == "figures" else ():
            of, limit = after.get(f"figures.{year}.{part}"), after.get(f"figures.{year}.{whole}")
            if rest.endswith((f".{part}", f".{whole}")) and of and limit and Decimal(of) > Decimal(limit):
                larger = {"part": name_of(f"figures.{year}.{part}"), "whole": name_of(f"figures.{year}.{whole}")}
                wrong.append(Missing(key, _("%(part)s would be larger than %(whole)s.") % larger))
    if wrong:
        raise ConditionUnmet(wrong)


def _project_doubts(key: str, after: Values) -> list[Missing]:
    told = {name: after.get(_sibling(key, name)) for name in ("title", "kind", "stage", "starts_on", "ends_on")}
    if not (told["title"] and told["kind"] and told["stage"]):
        return [Missing(key, _("A project needs its name, its form and its stage."))]
    if told["starts_on"] and told["ends_on"] and told["ends_on"] < told["starts_on"]:
        return [Missing(key, _("A project cannot end before it starts."))]
    return []


def _sibling(key: str, field: str) -> str:
    return f"{key.rpartition('.')[0]}.{field}"


def _write(book: Workbook, chosen: Values, *, by: User, on: date) -> None:
    parts: dict[str, dict[str, dict[str, str | None]]] = {page: {} for page in WRITTEN_BY}
    for key, value in chosen.items():
        page, _dot, rest = key.partition(".")
        thing, _dot, name = rest.rpartition(".")
        parts[page].setdefault(thing, {})[name] = value
    for year, told in parts["figures"].items():
        _write_year(book, int(year), told, by=by, on=on)
    for told in parts["firm"].values():
        firm = Firm.objects.get(pk=book.firm_id)
        changes = {name: _kept(f"firm.{name}", value) for name, value in told.items()}
        firm_acts.amend(firm, changes, version=firm.version, by=by, on=on)
    held = held_values(book.firm, [])
    for told in parts["contact"].values():
        named = {name: told.get(name, held[f"contact.{name}"]) or "" for name in ("name", "phone", "email")}
        firm_acts.set_contact(book.firm, **named, by=by)
    for number, told in parts["property"].items():
        right = {line.key: held.get(f"property.{number}.{line.key}") for line in RIGHT_FIELDS} | told
        values = {name: _kept(f"property.{number}.{name}", value) for name, value in right.items()}
        firm_acts.record_property(book.firm, {"number": number, **values}, by=by)
    for code, told in parts["project"].items():
        values = {name: _kept(f"project.{code}.{name}", value) for name, value in told.items()}
        held_project = RdProject.objects.filter(firm=book.firm, code=code).first()
        version = held_project.version if held_project else None
        ledger_acts.write_project(book.firm, {"code": code, **values}, version=version, by=by)


def _write_year(book: Workbook, year: int, told: Mapping[str, str | None], *, by: User, on: date) -> None:
    row = FinancialYear.objects.filter(firm=book.firm, year=year).first()
    amounts = {name: None if value is None else Decimal(value) for name, value in told.items()}
    source = _("workbook %(name)s") % {"name": book.name}
    version = row.version if row else None
    figures_acts.enter(book.firm, year, amounts, version=version, by=by, on=on, source=source[:100])


def _kept(key: str, value: str | None) -> Any:
    """A value as the column of the record takes it."""
    form = line_of(key).form
    if form == "yes_no":
        return None if value is None else value == "yes"
    if form == "money":
        return None if value is None else Decimal(value)
    if form == "day":
        return None if value is None else date.fromisoformat(value)
    return value or ""
