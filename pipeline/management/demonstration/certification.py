"""The rounds of the demonstration: quotas of counties, the round of next spring, a firm moved to it, a list sent."""

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import recommendation
from pipeline.acts import round as rounds
from pipeline.models import Application, Case, Division, ProvinceList, Round, User

WHY = "专项审计报告要到次年三月出具，与企业商定改报下一批。"
QUOTAS = {"330112": 2, "330108": 12}  # of the first so few that what is too many is seen


def hold(everybody: Mapping[str, User], *, on: date) -> None:
    """Nothing where a list went out already."""
    chen, zhou = everybody["chen"], everybody["zhou"]
    with acting(chen), transaction.atomic():
        if ProvinceList.objects.exists():
            return
        spring = _next_spring(chen, on)
        current = Application.objects.open().filter(stage="recommended").select_related("round").first()
        counties = Division.objects.counties().filter(code__in=QUOTAS, during__contains=on)
        for each in {spring, *([current.round] if current else [])}:
            rounds.set_quotas(each, {county: QUOTAS[county.code] for county in counties}, by=chen, on=on)
        ready = Case.objects.filter(stage="ready").order_by("pk").first()
        if ready is not None:
            rounds.place(Case.objects.filter(pk=ready.pk), spring, why=WHY, by=chen, on=on)
        drawn = recommendation.draw(current.round, by=chen, on=on) if current else None
    if drawn is not None:
        with acting(zhou), transaction.atomic():
            recommendation.send(drawn, document=f"杭科高〔{on.year}〕18 号", by=zhou, on=on)


def _next_spring(officer: User, on: date) -> Round:
    year = on.year + 1
    days = {
        "opens_on": date(year, 3, 1),
        "county_date": date(year, 5, 15),
        "city_date": date(year, 5, 31),
        "province_date": date(year, 6, 15),
    }
    return rounds.open(name=f"{year} 年第一批", by=officer, **days)
