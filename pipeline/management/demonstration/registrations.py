"""The year's registrations as technology SMEs in the demonstration city, one at each step of the way."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import sme
from pipeline.management.demonstration.cast import Cast
from pipeline.management.demonstration.office import fresh
from pipeline.models import Firm, Seat, SmeRegistration, User
from pipeline.rules.law.sme_year import evaluation_year

SEEN = "现场查看研发场所和设备，抽查三名科技人员的社保和工时，与填报一致。"
SHOWN = 6


def register(cast: Cast, *, on: date) -> None:
    """Once, and only after the year's evaluation has opened: one of each step up to the number."""
    window = evaluation_year(on.year)
    day = min(on, window.closes_on or on)
    with acting(cast["chen"]), transaction.atomic():
        if SmeRegistration.objects.exists() or (window.opens_on and on < window.opens_on):
            return
        seats = Seat.objects.filter(kind="firm_owner", firm__isnull=False).select_related("user", "firm")
        owners = {seat.firm: seat.user for seat in seats.order_by("-firm")[:SHOWN] if seat.firm}
    rows = [_hand_in(firm, owner, day) for firm, owner in owners.items()]
    if len(rows) < SHOWN:
        return
    chen = cast["chen"]
    for each in rows[1:]:
        _do(sme.check, each, chen, day, outcome="visit", says="首次参加评价，安排现场核查。")
    for each in rows[2:]:
        _do(sme.visit, each, chen, day, visited_on=day, outcome="pass", says=SEEN)
    _publish(chen, [each.pk for each in rows[3:]], day)
    later = day + timedelta(days=21)
    if later <= on:
        _list(chen, rows[4:], later)


def _hand_in(firm: Firm, owner: User, day: date) -> SmeRegistration:
    with acting(owner), transaction.atomic():
        one = sme.choose(firm, route="points", why="", by=fresh(owner), on=day, version=None)
    _do(sme.hand_in, one, owner, day)
    return one


def _publish(chen: User, keys: list[int], day: date) -> None:
    with acting(chen), transaction.atomic():
        sme.publish(SmeRegistration.objects.filter(pk__in=keys), by=fresh(chen), on=day)


def _list(chen: User, rows: list[SmeRegistration], day: date) -> None:
    for n, each in enumerate(rows, start=12345):
        _do(sme.record, each, chen, day, number=f"{day.year}330110080{n:05}", listed_on=day)


def _do(act: Callable[..., Any], one: SmeRegistration, by: User, day: date, **said: Any) -> None:
    with acting(by), transaction.atomic():
        rows = SmeRegistration.objects.filter(pk=one.pk)
        act(rows, by=fresh(by), on=day, version=rows.get().version, **said)
