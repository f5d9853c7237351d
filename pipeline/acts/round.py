"""Calls for applications: opened, moved to other days, shared out to counties, recalled before each of their days."""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Application, Case, Division, MoveRefused, Placement, Quota, Round, RoundReminder, Seat, User
from pipeline.models.case import CaseQuerySet
from pipeline.models.people import TODAY
from pipeline.models.round import ApplicationQuerySet
from pipeline.models.round_plan import (
    CITY,
    COUNTY,
    DEADLINES,
    FIRM,
    coming,
    planned_in,
    reminder_due,
    with_forecast,
)

DAYS = ("opens_on", "county_date", "city_date", "province_date")
# whose step a day of a round is -> where the dossiers stand that it concerns
WAITING = {
    FIRM: ("draft",),
    COUNTY: ("county_review", "county_returned"),
    CITY: ("city_review", "city_returned", "recommended"),
}


@transaction.atomic
def open(*, name: str, opens_on: date, county_date: date, city_date: date, province_date: date, by: Actor) -> Round:
    """Announce a round with the three dates by which a dossier must have come so far."""
    access.require(by, "round.open")
    return Round.objects.create(
        name=name,
        year=province_date.year,
        opens_on=opens_on,
        county_date=county_date,
        city_date=city_date,
        province_date=province_date,
    )


@transaction.atomic
def change(round: Round, days: Mapping[str, date], *, why: str, by: Actor, on: date, version: int) -> None:
    """Move a round to other days, with the reason. Dossiers under way are due by the new ones; firms that have begun
    one are told, and recalled anew.
    """
    access.require(by, "round.change")
    demand(bool(why.strip()), "why", _("Say why the days are moved: the firms read it."))
    _demand_order(days)
    demand(days["province_date"] >= on, "province_date", _("This day is past."))
    changed = Round.objects.filter(pk=round.pk, version=version)
    if not changed.update(version=F("version") + 1, year=days["province_date"].year, **days):
        raise MoveRefused("round.change", {round.name: ("", round.version)})
    under_way = Application.objects.open().filter(round=round.pk)
    begun = under_way.filter(stage="draft")
    begun.update(due_on=days["county_date"])
    Case.objects.filter(stage="ready", due_on=round.county_date).update(due_on=days["county_date"])
    under_way.filter(stage="county_review", due_on__gt=days["city_date"]).update(due_on=days["city_date"])
    under_way.filter(stage="city_review", due_on__gt=days["province_date"]).update(due_on=days["province_date"])
    _tell_firms(begun, "round.change", days["county_date"], round=round.name, note=why.strip())


@transaction.atomic
def set_quotas(round: Round, quotas: Mapping[Division, int | None], *, by: Actor, on: date) -> int:
    """Say how many firms are expected of each county; None for no number. How many were changed."""
    access.require(by, "round.set_quotas")
    known = {each.division_id: each.firms for each in Quota.objects.filter(round=round)}
    changed = {division: firms for division, firms in quotas.items() if known.get(division.pk) != firms}
    demand(all(firms is None or firms >= 0 for firms in changed.values()), "", _("A quota is a number from 0 on."))
    Quota.objects.filter(round=round, division__in=changed).delete()
    Quota.objects.bulk_create(
        Quota(round=round, division=division, firms=firms, by_id=by.pk, set_on=on)
        for division, firms in changed.items()
        if firms is not None
    )
    return len(changed)


@transaction.atomic
def place(cases: CaseQuerySet, round: Round, *, why: str, by: Actor, on: date) -> list[Placement]:
    """Move firms that are on their way into a round other than their forecast says, with the reason."""
    access.require(by, "round.place", cases)
    demand(bool(why.strip()), "why", _("Say why the firm is moved."))
    demand(round.county_date >= on, "round", _("The date of this round for counties is past."))
    rows = list(cases.select_for_update().order_by("pk"))
    _demand_on_their_way(rows)
    Placement.objects.filter(case__in=rows, ended_on=None).update(ended_on=on)
    return Placement.objects.bulk_create(
        Placement(firm_id=case.firm_id, case=case, round=round, why=why.strip(), by_id=by.pk, on=on) for case in rows
    )


@transaction.atomic
def take_back(cases: CaseQuerySet, *, by: Actor, on: date) -> int:
    """Let firms go by their forecast again. How many had been moved."""
    access.require(by, "round.take_back", cases)
    return Placement.objects.filter(case__in=cases.values("pk"), ended_on=None).update(ended_on=on)


@transaction.atomic
def remind(rounds: Iterable[Round], *, by: Actor, on: date) -> int:
    """Tell who is concerned that a day of a round comes near: firms of the county's day, counties of the city's, the
    city of the province's; 30, 14, 7, 3 and 1 days before, each once. How many were told.
    """
    access.require(by, "round.remind")
    found = list(rounds)
    told = 0
    for each in found:
        for level, name in DEADLINES.items():
            day: date = getattr(each, name)
            days = reminder_due(day, on)
            if days is not None and each.opens_on <= on:
                told += _remind_once(each, level, day, days, found, on)
    return told


def _remind_once(round: Round, level: str, day: date, days: int, rounds: list[Round], on: date) -> int:
    kept, new = RoundReminder.objects.get_or_create(
        round=round, level=level, day=day, days=days, defaults={"sent_on": on, "told": 0}
    )
    if not new:
        return 0
    waiting = Application.objects.open().filter(round=round, stage__in=WAITING[level])
    told = _tell_offices(round, level, waiting, day)
    if level == FIRM:
        told += _tell_firms(waiting, "round.remind", day, round=round.name)
        told += _tell_planned(round, rounds, day, on)
    else:
        returned = waiting.filter(stage__in=["county_returned", "city_returned"])
        told += _tell_firms(returned, "round.remind_returned", day, round=round.name)
    RoundReminder.objects.filter(pk=kept.pk).update(told=told)
    return told


def _tell_firms(applications: ApplicationQuerySet, kind: str, day: date, **words: str) -> int:
    rows = [each.case for each in applications.select_related("case__firm").order_by("pk")]
    notice.write(rows, to=notice.FIRM, kind=kind, dues=dict.fromkeys((case.pk for case in rows), day), **words)
    return len(rows)


def _tell_planned(round: Round, rounds: list[Round], day: date, on: date) -> int:
    """Firms that belong to the round and have not begun a dossier."""
    ahead = coming(rounds, on)
    chosen = with_forecast(Case.objects.all(), on).filter(planned_in(round, ahead)).order_by("pk")
    rows = list(chosen.select_related("firm").defer("firm__search"))
    dues = dict.fromkeys((case.pk for case in rows), day)
    notice.write(rows, to=notice.FIRM, kind="round.remind_planned", dues=dues, round=round.name)
    return len(rows)


def _tell_offices(round: Round, level: str, waiting: ApplicationQuerySet, day: date) -> int:
    """Each person of a county how many of its dossiers wait, in one message; the city of all, where any do."""
    counts = dict(waiting.order_by().values_list("county").annotate(count=Count("pk")))
    words = {"round": round.name, "due": day.isoformat()}
    if level == CITY:
        if counts:
            notice.tell_city(kind="round.remind_city", count=sum(counts.values()), **words)
        return len(counts) and 1
    kind = "round.remind_drafts" if level == FIRM else "round.remind_county"
    told = 0
    for county, count in counts.items():
        people = User.objects.filter(pk__in=_officers(county), is_active=True).order_by("pk")
        for person in people:
            notice.tell_alone(person, kind=kind, count=count, **words)
            told += 1
    return told


def _officers(county: int | None) -> list[int]:
    seats = Seat.objects.filter(kind__in=access.COUNTY, office__division=county, during__contains=TODAY)
    return list(seats.values_list("user", flat=True).distinct())


def _demand_order(days: Mapping[str, date]) -> None:
    wrong = [later for earlier, later in pairwise(DAYS) if days[later] < days[earlier]]
    if wrong:
        raise ConditionUnmet([Missing(name, _("This day lies before the one above it.")) for name in wrong])


def _demand_on_their_way(cases: list[Case]) -> None:
    astray = {case.number: (case.stage, case.version) for case in cases if case.stage not in ("coaching", "ready")}
    if astray or not cases:
        raise MoveRefused("round.place", astray)
