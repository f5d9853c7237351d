"""The lists the desk opens on: open cases by what they want of the person. Conditions over cases `with_dossier`."""

from collections.abc import Callable, Collection
from datetime import date
from typing import Literal, get_args

from django.db.models import Exists, OuterRef, Q, QuerySet

from pipeline import access
from pipeline.access import Actor
from pipeline.models.book import POOL
from pipeline.models.firm import FirmMove
from pipeline.models.in_force import book_in_force
from pipeline.models.moving import SOON_WITHIN
from pipeline.models.people import TODAY, Hands, Seat, User
from pipeline.models.review import Proposal
from pipeline.models.routing import RoutingRule
from pipeline.rules.workdays import Calendar
from pipeline.stages import APPLICATION_STAGES, CASE_STAGES, Stage

View = Literal["mine", "office", "unassigned", "fresh", "soon", "over", "waiting", "stuck", "proposed", "all"]
VIEWS: tuple[View, ...] = get_args(View)
Half = Literal["case", "application"]  # the cases without an open application, and those with one
FRESH_FOR, GROUPED_WITHIN = 3, 5  # working days: newly come in, the middle group of the list
DECIDED = ("case.publish", "case.remove", "case.extend_term", "application.recommend")
WAITS_FOR_FIRM = ("draft", "county_returned", "city_returned", "supplement")


def views(actor: Actor, today: date, calendar: Calendar, half: Half | None = None) -> dict[View, Q]:
    """The conditions of each view, on all cases or on one half of them."""
    is_open, turn, unheld = Q(closed_on=None), turn_of(actor, half), ~held_in_office(actor)
    last = calendar.add(today, SOON_WITHIN).due
    return {
        "mine": is_open & (held_by(actor) | turn & unheld),
        "office": is_open & turn,
        "unassigned": is_open & turn & unheld,
        "fresh": is_open & turn & _came_since(calendar.add(today, -FRESH_FOR).due, half),
        "soon": is_open & Q(deadline__gte=today, deadline__lte=last),
        "over": is_open & Q(deadline__lt=today),
        "waiting": is_open & waits_for_firm(half),
        "stuck": is_open & stuck(today, calendar, half),
        "proposed": is_open & to_decide(actor),
        "all": is_open,
    }


def ways_into(view: View, actor: Actor, today: date, calendar: Calendar, half: Half) -> list[Q]:
    """A view of one half as conditions of which a case meets one at most, so that each is found by an index."""
    found = views(actor, today, calendar, half)
    if view != "mine":
        return [found[view]]
    return [Q(closed_on=None) & held_by(actor), found["unassigned"] & ~held_by(actor)]


def by_deadline(today: date, calendar: Calendar) -> dict[str, Q]:
    """The groups of the list, in the order of the day."""
    last = calendar.add(today, GROUPED_WITHIN).due
    return {
        "over": Q(deadline__lt=today),
        "today": Q(deadline=today),
        "soon": Q(deadline__gt=today, deadline__lte=last),
        "later": Q(deadline__gt=last) | Q(deadline__isnull=True),
    }


def turn_of(actor: Actor, half: Half | None = None) -> Q:
    """Cases that wait for one of the person's seats."""
    mine = access.turns(actor)
    return _at(lambda name, place: place.turn in mine, half)


def held_by(actor: Actor) -> Q:
    """Cases in the person's hands, and in those of colleagues away today for whom the person stands in."""
    return Q(officer__in=[actor.pk, *_hands(actor).stood_in])


def held_in_office(actor: Actor) -> Q:
    """Cases in the hands of somebody who sits in one of the person's offices today."""
    return Q(officer__in=_hands(actor).sitting)


def _hands(actor: Actor) -> Hands:
    """Read before the cases are asked for: with the seats within, each of many conditions would be planned with their
    policies.
    """
    return actor.hands if isinstance(actor, User) else Hands([], [])


def colleagues(offices: list[int]) -> QuerySet[Seat]:
    """The seats of those who work cases in these offices today."""
    return Seat.objects.filter(office__in=offices, kind__in=access.OFFICE, during__contains=TODAY, user__is_active=True)


def heads_of(firms: Collection[int]) -> dict[int, list[User]]:
    """Who heads the county office of each of these firms today; a firm whose county nobody heads is left out."""
    moves = FirmMove.objects.filter(firm__in=firms, during__upper_inf=True, division__isnull=False)
    where = dict(moves.values_list("firm", "division"))
    seats = Seat.objects.filter(kind="county_head", during__contains=TODAY, user__is_active=True)
    by_county: dict[int, list[User]] = {}
    for seat in seats.filter(office__division__in=set(where.values())).select_related("user", "office").order_by("pk"):
        if seat.office is not None:
            by_county.setdefault(seat.office.division_id, []).append(seat.user)
    return {firm: by_county[county] for firm, county in where.items() if county in by_county}


def nobodys() -> Q:
    """Cases at an office that has rules, held by nobody who sits there today; wants `with_county`."""
    holder = Seat.objects.filter(user=OuterRef("officer"), kind__in=access.OFFICE, during__contains=TODAY)
    rules = RoutingRule.objects.order_by()
    here = {"office__level": "county", "office__division": OuterRef("county_id")}
    city = Exists(rules.filter(office__level="city")) & ~Exists(holder.filter(office__level="city"))
    county = Exists(rules.filter(**here)) & ~Exists(holder.filter(**here))
    at_city = _at(lambda name, place: place.turn == "city")
    return at_city & Q(city) | _at(lambda name, place: place.turn == "county") & Q(county)


def waits_for_firm(half: Half | None = None) -> Q:
    """Cases in which the firm has something to fill in or to correct."""
    return _at(lambda name, place: name in WAITS_FOR_FIRM, half)


def stuck(today: date, calendar: Calendar, half: Half | None = None) -> Q:
    """Cases nobody moved for the working days the pool book gives, after their day had passed."""
    limit = calendar.add(today, -int(book_in_force(POOL, today).number("stuck_workdays"))).due
    return Q(deadline__lte=limit) & _at(lambda name, place: place.clock != "none", half)


def to_decide(actor: Actor) -> Q:
    """Cases of which a colleague has proposed what the person may decide."""
    return Q(Exists(_proposed_to(actor)))


def _proposed_to(actor: Actor) -> QuerySet[Proposal]:
    mine = Proposal.objects.filter(case=OuterRef("pk"), act__in=_decisive(actor), decided_on=None)
    return mine.exclude(proposed_by=actor.pk)


def _decisive(actor: Actor) -> list[str]:
    return [act for act in DECIDED if access.may(actor, act)]


def _came_since(day: date, half: Half | None) -> Q:
    came: dict[Half, Q] = {"case": Q(clock_from__gte=day), "application": Q(dossier_from__gte=day)}
    return came[half] if half else came["application"] | Q(dossier_stage=None) & came["case"]


def _at(fits: Callable[[str, Stage], bool], half: Half | None = None) -> Q:
    """Cases that stand at such a stage, or whose application does while they are in certification."""
    of_case, of_dossier = (
        [name for name, place in table.items() if fits(name, place)] for table in (CASE_STAGES, APPLICATION_STAGES)
    )
    if half == "application":  # each of these stands in certification
        return Q(dossier_stage__in=of_dossier) | Q(stage__in=[name for name in of_case if name == "in_certification"])
    at_dossier = Q(stage="in_certification", dossier_stage__in=of_dossier)
    return Q(stage__in=of_case) | at_dossier if half is None else Q(stage__in=of_case)
