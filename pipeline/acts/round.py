"""Calls for applications."""

from datetime import date

from django.db import transaction

from pipeline import access
from pipeline.access import Actor
from pipeline.models import Round


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
