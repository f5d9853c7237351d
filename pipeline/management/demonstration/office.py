"""How the offices of the demonstration city work: rules of assignment, somebody away, a signature lent, calls made."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import assignment, call, deputy, escalation, routing
from pipeline.management.demonstration.cast import Cast
from pipeline.models import Call, Case, Firm, Office, User

CALLS = (
    ("财务说审计报告本周出，出后马上补正。", 3, 0),
    ("已提醒补正期限，企业说材料在盖章。", 2, 1),
    ("问了年报，企业说下月初填。", 10, 7),
)


def work(cast: Cast, *, on: date) -> None:
    """Once: a house in which calls are on record has been told already."""
    with acting(cast["chen"]), transaction.atomic():
        if Call.objects.exists():
            return
    _rules(cast)
    with acting(INTAKE), transaction.atomic():
        assignment.route(Case.objects.to_route(), by=INTAKE, on=on)
        escalation.climb(Case.objects.all(), by=INTAKE, on=on)
    _deputies(cast, on)
    _calls(cast, on)


def _rules(cast: Cast) -> None:
    """The city gives electronics to one officer and the rest by load; each county has one officer."""
    with acting(cast["zhou"]), transaction.atomic():
        head = fresh(cast["zhou"])
        bureau = Office.objects.get(level=Office.CITY)
        routing.add(bureau, by=head, stage="city_review", field="10", officer=cast["chen"], most=40)
        routing.add(bureau, by=head)
    for head in cast.heads.values():
        with acting(head), transaction.atomic():
            known = fresh(head)
            if known.office is not None:
                routing.add(known.office, by=known)


def _deputies(cast: Cast, on: date) -> None:
    fang, zhou, chen = (fresh(cast[name]) for name in ("fang", "zhou", "chen"))
    with acting(fang), transaction.atomic():
        deputy.note_absence(
            fang, chen, first=on - timedelta(days=1), last=on + timedelta(days=5), by=fang, on=on, note="外出培训"
        )
    with acting(zhou), transaction.atomic():
        first = on + timedelta(days=14)
        deputy.give_signature(chen, first=first, last=first + timedelta(days=6), by=zhou, on=on, note="休假")


def _calls(cast: Cast, on: date) -> None:
    with acting(cast["chen"]), transaction.atomic():
        waiting = Case.objects.open().filter(stage__in=["county_returned", "city_returned", "coaching"]).order_by("pk")
        firms = list(Firm.objects.filter(case__in=waiting).order_by("case__stage", "pk")[: len(CALLS)])
    for firm, (says, promised, again) in zip(firms, CALLS, strict=False):
        days = {"promised_on": on + timedelta(days=promised), "next_on": on + timedelta(days=again)}
        _note(cast["chen"], firm, says, on=on, **days)


def _note(by: User, firm: Firm, says: str, **days: Any) -> None:
    with acting(by), transaction.atomic():
        call.note(Firm.objects.filter(pk=firm.pk), says=says, by=by, **days)


def fresh(user: User) -> User:
    """The person with their seats as they are."""
    with acting(user), transaction.atomic():
        known = User.objects.get(pk=user.pk)
        known.seat_kinds  # noqa: B018  # remembered while it can be seen
    return known
