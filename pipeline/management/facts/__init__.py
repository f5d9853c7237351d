"""Public lists that a city needs before the first firm: its divisions, the industries and the fields of technology."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from pipeline.models import Division, Field, Industry
from pipeline.rules.fields import carried_fields

FOLDER = Path(__file__).parent


class NoSuchCity(Exception):
    """The list of divisions has no city of that code."""


def lines(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@transaction.atomic
def load(city: str) -> Division:
    """Everything for one city. Nothing that is there already is changed. Raises NoSuchCity."""
    Field.objects.bulk_create(
        [Field(code=code, level=(len(code) + 1) // 2, name=name) for code, name in carried_fields().items()],
        ignore_conflicts=True,
    )
    Industry.objects.bulk_create(
        [Industry(code=line["code"], level=int(line["level"]), name=line["name"]) for line in lines("industries.csv")],
        ignore_conflicts=True,
    )
    return load_divisions(city)


def load_divisions(city: str) -> Division:
    mine = next((line for line in lines("divisions.csv") if line["code"] == city and line["level"] != "county"), None)
    if mine is None:
        raise NoSuchCity(city)
    top, _ = Division.objects.get_or_create(
        code=city, defaults={"name": mine["name"], "level": Division.CITY, "during": DateRange(None, None)}
    )
    shared = city.rstrip("0")
    for line in lines("divisions.csv"):
        if line["level"] == "county" and line["code"].startswith(shared) and not line["zone"]:
            Division.objects.get_or_create(
                code=line["code"],
                name=line["name"],
                defaults={"level": Division.COUNTY, "parent": top, "during": DateRange(None, None)},
            )
    load_former(top, shared)
    return top


def load_former(top: Division, shared: str) -> None:
    """Counties that are no more, for old codes and for telling what they are called now."""
    now = {division.code: division for division in Division.objects.counties().filter(parent=top)}
    for line in lines("former_divisions.csv"):
        if line["code"].startswith(shared):
            Division.objects.get_or_create(
                code=line["code"],
                name=line["name"],
                defaults={
                    "level": Division.COUNTY,
                    "parent": top,
                    "counted": False,
                    "during": DateRange(None, date.fromisoformat(line["until"])),
                    "successor": now[line["successor"]],
                },
            )
