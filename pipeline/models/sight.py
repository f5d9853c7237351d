"""Who can see a firm, and by what right: the answer of `visible_to` read from the firm's side."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from pipeline import access
from pipeline.access import Actor
from pipeline.models.firm import Appointment, Firm, FirmMove, Mandate
from pipeline.models.people import LEADERS, TODAY, Office, Seat, User

CITY, COUNTY, FORMER, LEADER, OWN, COACH, AGENCY, BANK = (
    "city", "county", "former", "leader", "own", "coach", "agency", "bank",
)  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """One right to see the firm. `people` are empty where the reader may not know who sits there; `until` is the last
    day where one is set; of a firm that moved away, the last day whose rows the county still reads.
    """

    right: str
    place: str = ""
    people: tuple[tuple[User, str], ...] = ()  # each with the kind of their seat
    until: date | None = None
    parts: tuple[str, ...] = ()


def sights(firm: Firm, actor: Actor) -> list[Sight]:
    """Every right to see the firm today, as far as the actor may know of it. Five statements."""
    knows_all = actor.reach(access.OFFICE).everything
    offices = _offices(firm, knows_all=knows_all)
    return [*offices, *_own_people(firm), *_coaches(firm), *_mandates(firm, knows_all=knows_all)]


def _offices(firm: Firm, *, knows_all: bool) -> Iterator[Sight]:
    moves = list(FirmMove.objects.filter(firm=firm, division__isnull=False).order_by("during"))
    here = {move.division_id for move in moves if move.during.upper is None}
    left = {move.division_id: move.during.upper for move in moves if move.during.upper is not None}
    places = Q(level=Office.CITY) | Q(level=Office.COUNTY, division__in=here | set(left))
    offices = Office.objects.filter(places, closed_on=None).order_by("level", "division__code", "pk")
    kinds = sorted(access.OFFICE | LEADERS)
    seats = Seat.objects.filter(office__in=offices, kind__in=kinds, during__contains=TODAY, user__is_active=True)
    seated: dict[int | None, list[Seat]] = {}
    for seat in seats.select_related("user").order_by("user__name", "pk"):
        seated.setdefault(seat.office_id, []).append(seat)
    for office in offices:
        of_city = office.level == Office.CITY
        works, right, until = access.CITY if of_city else access.COUNTY, CITY if of_city else COUNTY, None
        is_here = of_city or office.division_id in here
        if not is_here:
            right, until = FORMER, date.fromordinal(left[office.division_id].toordinal() - 1)
        held = seated.get(office.pk, [])
        found = [Sight(right, office.name, _named(held, works), until)]
        if is_here:
            found.append(Sight(LEADER, office.name, _named(held, LEADERS)))
        yield from (each for each in found if each.people or not knows_all)


def _own_people(firm: Firm) -> Iterator[Sight]:
    seats = Seat.objects.filter(firm=firm, during__contains=TODAY, user__is_active=True)
    held = list(seats.select_related("user").order_by("pk"))
    if held:
        yield Sight(OWN, firm.name, _named(held, access.FIRM))


def _coaches(firm: Firm) -> Iterator[Sight]:
    holds = _holds("coach")
    for each in Appointment.objects.current().filter(firm=firm, coach__in=holds).select_related("coach").order_by("pk"):
        yield Sight(COACH, "", ((each.coach, "coach"),), _last(each.during.upper))


def _mandates(firm: Firm, *, knows_all: bool) -> Iterator[Sight]:
    """A county does not see the seats of agencies: it is told of all whom the firm lets in."""
    let_in = Mandate.objects.current().filter(firm=firm)
    if knows_all:
        sits = Q(kind=Mandate.AGENCY, agent__in=_holds("agency")) | Q(kind=Mandate.BANK, agent__in=_holds("bank"))
        let_in = let_in.filter(sits)
    for each in let_in.select_related("agent").order_by("pk"):
        right = AGENCY if each.kind == Mandate.AGENCY else BANK
        yield Sight(right, "", ((each.agent, each.kind),), _last(each.during.upper), tuple(each.parts))


def _named(seats: list[Seat], kinds: frozenset[str]) -> tuple[tuple[User, str], ...]:
    """Each person once a kind of seat."""
    return tuple({(seat.user_id, seat.kind): (seat.user, seat.kind) for seat in seats if seat.kind in kinds}.values())


def _holds(kind: str) -> Any:
    seats = Seat.objects.filter(kind=kind, during__contains=TODAY, user__is_active=True)
    return seats.values("user")


def _last(upper: date | None) -> date | None:
    return date.fromordinal(upper.toordinal() - 1) if upper else None
