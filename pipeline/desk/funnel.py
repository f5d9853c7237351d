"""The funnel: how many firms stand where, by county; every number opens the list behind it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Reach
from pipeline.acts.listings.behind import (
    CERTIFIED,
    FIRMS,
    FUNNEL_FIRMS,
    HOMELESS,
    OPEN,
    POOL,
    STAGES,
    overseen,
    title_of,
)
from pipeline.desk.listed import list_page, opened
from pipeline.models import Case, Division, Firm, Gap, User
from pipeline.models.keyset import counted
from pipeline.request import StaffRequest
from pipeline.rules.condition import TITLES

SMALLEST_SHOWN = 5
POOL_STAGES = ("coaching", "ready", "in_certification")
BY_THE_TABLE = ("county", "stage")  # other conditions would take small groups apart
COLUMNS = [FIRMS, *STAGES, OPEN, CERTIFIED]
CITY = ""  # the row of the table that is no county
Place = tuple[str, str]  # row (a county's code) and column


@dataclass(frozen=True)
class Cell:
    """A number with the list behind it.

    `kind` is shown, small (fewer than five) or withheld, because it would tell a small one.
    """

    count: int
    url: str
    kind: str = "shown"


@dataclass(frozen=True)
class Line:
    """A county, or the city as a whole."""

    name: str
    cells: list[Cell]
    total: Cell


def funnel(request: StaffRequest) -> HttpResponse:
    reach = overseen(request.user)
    counties = _counties(reach, request.today)
    numbers, pool = _count(reach, request.today, counties)
    hidden = kept_back(numbers) if _sees_no_small_groups(request.user) else {}
    lines = [_line(code, name, numbers, hidden) for code, name in _names(counties, numbers)]
    city = _line(CITY, _("All"), numbers, hidden)
    return render(
        request,
        "desk/funnel/funnel.html",
        {
            "columns": [title_of(column) for column in COLUMNS],
            "lines": lines,
            "city": city,
            "steps": list(zip([title_of(column) for column in STAGES], city.cells[1 : 1 + len(STAGES)], strict=True)),
            "widest": max((cell.count for cell in city.cells[1 : 1 + len(STAGES)] if cell.kind == "shown"), default=0),
            "longest": max((line.total.count for line in lines if line.total.kind == "shown"), default=0),
            "pool": _pool(pool, hides=_sees_no_small_groups(request.user)),
            "gaps": _gaps(request.user),
        },
    )


def funnel_firms(request: StaffRequest) -> HttpResponse:
    """The firms behind one number of the funnel. A leader narrows them as the table does, and in no other way."""
    hides = _sees_no_small_groups(request.user)
    only = BY_THE_TABLE if hides else None
    found = opened(request, FUNNEL_FIRMS, only=only)
    total = counted({"all": FUNNEL_FIRMS.narrowed(found.asked, found.asker)})["all"] if hides else 0
    withheld = 0 < total < SMALLEST_SHOWN
    more = {
        "title": title_of(found.asked.conditions.get("stage", FIRMS)),
        "section": "desk:funnel",
        "withheld": withheld,
        "staff": not hides,
        **({"rows": []} if withheld else {}),
    }
    return list_page(request, found, "desk/funnel/firms.html", more)


def _sees_no_small_groups(user: User) -> bool:
    """A leader's account, which is shown aggregates; one that also works in an office is not hidden anything."""
    return not user.seat_kinds & access.OFFICE


def _counties(reach: Reach, day: date) -> list[Division]:
    counties = Division.objects.counties().filter(during__contains=day).order_by("code")
    return list(counties if reach.everything else counties.filter(pk__in=reach.counties))


def _names(counties: Iterable[Division], numbers: Mapping[Place, int]) -> list[tuple[str, str]]:
    named = [(county.code, county.name) for county in counties]
    homeless = any(numbers.get((HOMELESS, column)) for column in COLUMNS)
    return [*named, (HOMELESS, _("County to be assigned"))] if homeless else named


def _count(reach: Reach, day: date, counties: Sequence[Division]) -> tuple[dict[Place, int], int]:
    """Every number of the table, with its sums, and the firms of the pool. Two statements."""
    codes = {county.pk: county.code for county in counties}
    numbers: dict[Place, int] = defaultdict(int)
    pool = 0
    for found in Case.objects.within(reach).funnel():
        _add(numbers, codes.get(found["county_id"], HOMELESS), (found["stage"], OPEN), found["firms"])
        pool += found["pool"] if found["stage"] in POOL_STAGES else 0
    for belonging in Firm.objects.within(reach).here().by_county(day.year):
        _add(numbers, codes.get(belonging["division_id"], HOMELESS), (FIRMS,), belonging["firms"])
        _add(numbers, codes.get(belonging["division_id"], HOMELESS), (CERTIFIED,), belonging["certified"])
    rows = [*codes.values(), HOMELESS, CITY]
    return {(row, column): numbers[row, column] for row in rows for column in COLUMNS}, pool


def _add(numbers: dict[Place, int], row: str, columns: Sequence[str], firms: int) -> None:
    for column in columns:
        numbers[row, column] += firms
        numbers[CITY, column] += firms


def kept_back(numbers: Mapping[Place, int]) -> dict[Place, str]:
    """Numbers not to be shown: groups of fewer than five, and what would let them be reckoned from a sum.

    A row's stages add up to its open cases and a column's counties to the city; where a single number of such a sum is
    missing it could be found by subtraction, so another one is withheld with it.
    """
    hidden = {place: "small" for place, count in numbers.items() if 0 < count < SMALLEST_SHOWN}
    rows = dict.fromkeys(row for row, _column in numbers)
    sums = [[(row, column) for row in rows] for column in COLUMNS]
    sums += [[(row, column) for column in (*STAGES, OPEN)] for row in rows]
    while lone := next((each for each in sums if sum(place in hidden for place in each) == 1), None):
        others = [place for place in lone if place not in hidden]
        hidden[min(others, key=lambda place: (not numbers[place], numbers[place]))] = "withheld"
    return hidden


def _line(row: str, name: str, numbers: Mapping[Place, int], hidden: Mapping[Place, str]) -> Line:
    cells = [Cell(numbers[row, column], _list(row, column), hidden.get((row, column), "shown")) for column in COLUMNS]
    return Line(name, cells, cells[COLUMNS.index(OPEN)])


def _list(row: str, column: str) -> str:
    return f"{reverse('desk:funnel_firms')}?{urlencode({'county': row, 'stage': column})}"


def _pool(count: int, *, hides: bool) -> Cell:
    return Cell(count, _list(CITY, POOL), "small" if hides and 0 < count < SMALLEST_SHOWN else "shown")


def _gaps(user: User) -> list[dict[str, Any]]:
    """How many firms are short of each condition; not for a leader, to whom firms' figures are closed."""
    if _sees_no_small_groups(user):
        return []
    found = list(Gap.objects.within(user.reach(access.OFFICE)).by_rule())
    return [{"rule": each["rule"], "title": TITLES[each["rule"]], "firms": each["firms"]} for each in found]
