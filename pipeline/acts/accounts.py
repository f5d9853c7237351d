"""A year from the firm's own books: read, its rows mapped to figures once, and the figures taken over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts import figures as figures_acts
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.workbook import on_disk
from pipeline.models import AccountBook, AccountMapping, FinancialYear, Firm, MoveRefused, User
from pipeline.models.figures import IMPORTED
from pipeline.models.workbook import APPLIED, DROPPED, READ
from pipeline.outside import sheets, storage
from pipeline.outside.account_book import FIGURES, Books, Kind, Row, read_books, total, usual
from pipeline.outside.roster.faults import Place
from pipeline.outside.sheets import SheetRefused


@dataclass(frozen=True)
class Offered:
    """A figure as the books give it and as it is on record, in yuan."""

    name: str
    counted: Decimal | None
    held: Decimal | None

    @property
    def differs(self) -> bool:
        return self.counted is not None and self.held is not None and self.counted != self.held


@transaction.atomic
def receive(firm: Firm, content: BinaryIO, *, year: int, name: str, by: User, on: date) -> AccountBook:
    """Take the books of a closed year in and read them; nothing of them is written."""
    access.require(by, "accounts.receive", Firm.objects.filter(pk=firm.pk))
    demand(year < on.year, "year", _("%(year)s is not over yet.") % {"year": year})
    with on_disk(content) as path:
        try:
            books = read_books(sheets.read(path, name=name, limits=sheets.FIRM_BOOK))
        except SheetRefused as refused:
            raise ConditionUnmet([Missing("file", refused.says.in_language(get_language() or ""))]) from None
        size = path.stat().st_size
    return AccountBook.objects.create(
        firm=firm, by=by, name=storage.plain_name(name), sha256=storage.keep(content), size=size, day=on, year=year,
        kind=books.kind, layout=books.layout, content=_kept(books),
    )  # fmt: skip


def _kept(books: Books) -> dict[str, Any]:
    rows = []
    for row in books.rows:
        sides = {side: str(amount) for side, amount in row.sides.items()}
        rows.append([row.key, row.code, row.name, row.place.sheet, row.place.row, sides])
    return {"rows": rows, "faults": [fault.to_json() for fault in books.faults]}


def _kind(book: AccountBook) -> Kind:
    """The row's own kind, which a constraint of the table holds to the two there are."""
    return cast(Kind, book.kind)


def figures_of(book: AccountBook) -> tuple[str, ...]:
    """The figures that rows of such a file can make up."""
    return FIGURES[_kind(book)]


def rows_of(book: AccountBook) -> list[Row]:
    return [
        Row(key, code, name, Place(sheet, number), {side: Decimal(amount) for side, amount in sides.items()})
        for key, code, name, sheet, number, sides in book.content["rows"]
    ]


def mapping_of(book: AccountBook) -> AccountMapping | None:
    """What the firm said of this layout, if it did."""
    return AccountMapping.objects.filter(firm=book.firm_id, layout=book.layout).first()


def mapped(book: AccountBook, mapping: AccountMapping | None) -> dict[str, list[str]]:
    """The keys of the rows behind each figure: as the firm said; a row it has not seen yet, as it usually counts."""
    said = mapping.rows if mapping else {"figures": {}, "known": []}
    figures: dict[str, list[str]] = {name: [] for name in figures_of(book)}
    for row in rows_of(book):
        known = row.key in said["known"]
        for name, keys in figures.items():
            if row.key in said["figures"].get(name, []) if known else name in usual(row):
                keys.append(row.key)
    return figures


@transaction.atomic
def map_rows(book: AccountBook, figures: Mapping[str, Iterable[str]], *, version: int | None, by: User) -> None:
    """Remember which rows make up which figures, for every file of this layout."""
    access.require(by, "accounts.map_rows", AccountBook.objects.filter(pk=book.pk))
    keys = {row.key for row in rows_of(book)}
    kept = {name: sorted(set(figures.get(name, [])) & keys) for name in figures_of(book)}
    held = AccountMapping.objects.filter(firm=book.firm_id, layout=book.layout)
    row = held.first()
    if row is None:
        rows = {"figures": kept, "known": sorted(keys)}
        AccountMapping.objects.create(firm_id=book.firm_id, layout=book.layout, rows=rows, by=by)
        return
    others = set(row.rows["known"]) - keys  # rows of another year's file
    for name, before in row.rows["figures"].items():
        kept[name] = sorted({*kept.get(name, []), *(set(before) & others)})
    rows = {"figures": kept, "known": sorted(others | keys)}
    if not held.filter(version=version or 0).update(rows=rows, by=by, version=F("version") + 1):
        raise MoveRefused("accounts.map_rows", {book.name: ("changed", row.version)})


def offered(book: AccountBook, mapping: AccountMapping | None) -> list[Offered]:
    """Every figure that has rows, beside what is on record."""
    rows = {row.key: row for row in rows_of(book)}
    held = FinancialYear.objects.filter(firm=book.firm_id, year=book.year).first()
    counted = {
        name: total(_kind(book), name, [rows[key] for key in keys]) for name, keys in mapped(book, mapping).items()
    }
    return [Offered(name, amount, getattr(held, name, None)) for name, amount in counted.items() if amount is not None]


@transaction.atomic
def apply(book: AccountBook, take: Mapping[str, tuple[str, str]], *, version: int, by: User, on: date) -> int:
    """Write the figures that were chosen; how many. `take` gives for each the counted and the held figure a person saw:
    where either is another now, nothing is written.
    """
    access.require(by, "accounts.apply", AccountBook.objects.filter(pk=book.pk))
    Firm.objects.select_for_update().filter(pk=book.firm_id).first()
    now = {each.name: each for each in offered(book, mapping_of(book))}
    for name, (counted, held) in take.items():
        same = name in now and (str(now[name].counted), _told(now[name].held)) == (counted, held)
        demand(same, name, _("The record or the mapping was changed while you looked. Look again."))
    row = FinancialYear.objects.filter(firm=book.firm_id, year=book.year).first()
    if take:
        figures_acts.enter(
            book.firm, book.year, {name: now[name].counted for name in take}, version=row.version if row else None,
            by=by, on=on, source=(_("imported from %(name)s") % {"name": book.name})[:100], kind=IMPORTED,
        )  # fmt: skip
    _step(book, APPLIED, version, act="accounts.apply")
    return len(take)


def _told(held: Decimal | None) -> str:
    return "" if held is None else str(held)


@transaction.atomic
def drop(book: AccountBook, *, version: int, by: User) -> None:
    """Give the file up; nothing of it is written."""
    access.require(by, "accounts.drop", AccountBook.objects.filter(pk=book.pk))
    _step(book, DROPPED, version, act="accounts.drop")


def _step(book: AccountBook, state: str, version: int, *, act: str) -> None:
    ours = AccountBook.objects.filter(pk=book.pk, state=READ, version=version)
    if not ours.update(state=state, version=F("version") + 1):
        raise MoveRefused(act, {book.name: ("changed", version)})
