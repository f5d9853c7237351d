"""Public lists that a city needs before the first firm: its divisions, the industries and the fields of technology."""

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from pipeline.models import Division, Field, Industry
from pipeline.rules.codes.divisions import former_divisions, todays_divisions
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.codes.industries import carried_industries


class NoSuchCity(Exception):
    """The list of divisions has no city of that code."""


@transaction.atomic
def load(city: str) -> Division:
    """Everything for one city. Nothing that is there already is changed. Raises NoSuchCity."""
    Field.objects.bulk_create(
        [Field(code=code, level=(len(code) + 1) // 2, name=name) for code, name in carried_fields().items()],
        ignore_conflicts=True,
    )
    Industry.objects.bulk_create(
        [Industry(code=each.code, level=each.level, name=each.name) for each in carried_industries().values()],
        ignore_conflicts=True,
    )
    return load_divisions(city)


def load_divisions(city: str) -> Division:
    mine = todays_divisions().get(city)
    if mine is None or mine.level == "county":
        raise NoSuchCity(city)
    top, _ = Division.objects.get_or_create(
        code=city, defaults={"name": mine.name, "level": Division.CITY, "during": DateRange(None, None)}
    )
    shared = city.rstrip("0")
    for county in todays_divisions().values():
        if county.level == "county" and county.code.startswith(shared) and not county.zone:
            Division.objects.get_or_create(
                code=county.code,
                name=county.name,
                defaults={"level": Division.COUNTY, "parent": top, "during": DateRange(None, None)},
            )
    load_former(top, shared)
    return top


def load_former(top: Division, shared: str) -> None:
    """Counties that are no more, for old codes and for telling what they are called now."""
    now = {division.code: division for division in Division.objects.counties().filter(parent=top)}
    for former in former_divisions():
        if former.level == "county" and former.code.startswith(shared) and former.successor in now:
            Division.objects.get_or_create(
                code=former.code,
                name=former.name,
                defaults={
                    "level": Division.COUNTY,
                    "parent": top,
                    "counted": False,
                    "during": DateRange(former.since, former.until),
                    "successor": now[former.successor],
                },
            )
