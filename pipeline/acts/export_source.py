"""Where a file's rows come from: the list of cases, or any other list of the desk."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, OrderBy, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.acts import export_sheet
from pipeline.acts.listings import LISTS
from pipeline.acts.listings.listing import Asked, Asker, Listing
from pipeline.models import User
from pipeline.models.case_list import PERSONAL, cases
from pipeline.models.case_list import Asked as AskedOfCases
from pipeline.models.listing import QUEUE
from pipeline.outside.sheet_writer import Heading
from pipeline.outside.table_writer import Value

ORDERS: dict[str, tuple[str | OrderBy, ...]] = {
    "due": (F("deadline").asc(nulls_last=True), "pk"),
    "firm": ("firm__pinyin", "pk"),
    "county": ("county_name", "pk"),
    "opened": ("opened_on", "pk"),
}
AnyAsked = Asked | AskedOfCases
Kept = Mapping[str, Any]  # what an address asked for, as an export keeps it


@dataclass(frozen=True)
class Source:
    """`rows` are those of who asks, on a day, in the order of the list; `lines` are they as a file has them, of some
    keys; `kept_back` are columns that are on the screen alone.
    """

    title: str | Promise
    rows: Callable[[Kept, User, date], QuerySet[Any]]
    headings: Callable[[Sequence[str]], list[Heading]]
    lines: Callable[[Kept, Sequence[int], Sequence[str], User, date], list[list[Value]]]
    personal: Collection[str]
    kept_back: Collection[str] = frozenset()


def source_of(listing: str) -> Source:
    return CASES if listing == QUEUE else _listed(LISTS[listing])


def _cases(kept: Kept, by: User, day: date) -> QuerySet[Any]:
    asked = AskedOfCases.from_json(kept)
    found = cases(asked, by, day)
    return (found.with_county() if asked.sort == "county" else found).order_by(*ORDERS[asked.sort])


def _lines_of_cases(kept: Kept, keys: Sequence[int], columns: Sequence[str], by: User, day: date) -> list[list[Value]]:
    return [export_sheet.cells(case, columns, day) for case in export_sheet.fetched(keys, columns, by)]


CASES = Source(
    gettext_lazy("Cases"), _cases, export_sheet.headings, _lines_of_cases, PERSONAL, export_sheet.ON_SCREEN_ONLY
)


def _listed(listing: Listing) -> Source:
    def rows(kept: Kept, by: User, day: date) -> QuerySet[Any]:
        return listing.in_order(Asked.from_json(kept), Asker(by, day))

    def headings(columns: Sequence[str]) -> list[Heading]:
        chosen = [listing.columns[name] for name in columns]
        return [Heading(_("Firm"), 36), *(Heading(str(each.label), each.width, each.form) for each in chosen)]

    def lines(kept: Kept, keys: Sequence[int], columns: Sequence[str], by: User, day: date) -> list[list[Value]]:
        chosen = [listing.columns[name].cell for name in columns]
        found = listing.drawn(Asked.from_json(kept), keys, Asker(by, day))
        return [[listing.firm(row), *(cell(row) for cell in chosen)] for row in found]

    return Source(listing.title, rows, headings, lines, listing.personal)
