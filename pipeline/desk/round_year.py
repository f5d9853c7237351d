"""The calendar of a year: months as columns, each round as a bar of three parts, each part opening its list."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.models import Round

MONTH, ROW, TOP = 80, 44, 26  # units of the picture: width of a month, height of a round, height of the head
WIDTH = 12 * MONTH
# part of a round -> the list it opens, whose step it is, from which of its days to which
PARTS = (
    ("firm", "draft", gettext_lazy("firms hand in"), "opens_on", "county_date"),
    ("county", "county", gettext_lazy("counties check"), "county_date", "city_date"),
    ("city", "city", gettext_lazy("the city recommends"), "city_date", "province_date"),
)
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Part:
    """`x` and `width` place it; `count` is how many dossiers stand there."""

    tone: str
    x: float
    width: float
    middle: float
    count: int
    url: str
    says: str


@dataclass(frozen=True)
class Line:
    round: Round
    y: int
    parts: list[Part]

    @property
    def name_at(self) -> float:
        return self.parts[0].x if self.parts and not self.late else WIDTH

    @property
    def late(self) -> bool:
        """Whether the name would leave the picture if it began where the round does."""
        return bool(self.parts) and self.parts[0].x > WIDTH - 2 * MONTH


@dataclass(frozen=True)
class Year:
    """`today` is None where the day lies in another year."""

    year: int
    months: list[tuple[int, int, int]]  # number, where it begins, its middle
    lines: list[Line]
    height: int
    today: float | None


def year_of(year: int, rounds: Sequence[Round], counts: Mapping[int, Counts], today: date) -> Year:
    """`counts` says of each round how many dossiers stand at each of its lists."""
    here = sorted(
        (each for each in rounds if each.opens_on.year <= year <= each.province_date.year),
        key=lambda each: (each.opens_on, each.pk),
    )
    lines = [
        Line(each, TOP + at * ROW, list(_parts(each, year, counts.get(each.pk, {})))) for at, each in enumerate(here)
    ]
    months = [(month, (month - 1) * MONTH, (month - 1) * MONTH + MONTH // 2) for month in range(1, 13)]
    return Year(year, months, lines, TOP + max(len(lines), 1) * ROW, _place(today) if today.year == year else None)


def _parts(one: Round, year: int, counts: Counts) -> Iterator[Part]:
    for tone, listing, says, first, last in PARTS:
        begins, ends = getattr(one, first), getattr(one, last) + timedelta(days=1)
        if tone != "firm":
            begins += timedelta(days=1)
        x, upto = _within(begins, year), _within(ends, year)
        if upto <= x:
            continue
        said = {"round": one.name, "step": says, "first": getattr(one, first), "last": getattr(one, last)}
        count = counts.get(listing, 0)
        words = _("%(round)s: %(step)s, %(first)s – %(last)s") % said
        url = f"{reverse('desk:round', args=[one.pk])}?list={listing}"
        yield Part(tone, x, round(upto - x, 1), round((x + upto) / 2, 1), count, url, words)


def _within(day: date, year: int) -> float:
    """Where a day begins in the picture, at most its edges."""
    if day.year != year:
        return 0.0 if day.year < year else float(WIDTH)
    return _place(day)


def _place(day: date) -> float:
    share = (day.day - 1) / monthrange(day.year, day.month)[1]
    return round((day.month - 1 + share) * MONTH, 1)
