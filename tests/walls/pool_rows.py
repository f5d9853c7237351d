"""Of a firm of the world what the pool asks of it and decides about it."""

from datetime import date
from typing import Any

from pipeline import models


def pool_rows(own: dict[str, Any], case: Any, county: int, officer: int, day: date) -> None:
    """An objection, an update asked for, a line of an adjustment, a hand-over; one window and one adjustment of all."""
    dates = dict.fromkeys(("opens_on", "closes_on", "county_date"), day)
    models.Window.objects.get_or_create(name="第一批", defaults={"year": day.year, "by_id": officer, **dates})
    adjustment, _made = models.Adjustment.objects.get_or_create(
        year=day.year, defaults={"day": day, "book_version": "1", "drawn_by_id": officer}
    )
    models.Objection.objects.create(
        **own, case=case, about="admission", objector="某人", received_on=day, says="不实", registered_by_id=officer
    )
    mine: dict[str, Any] = {"case": case, "name": "某企业", "about": "removal", "says": "不实"}
    models.OwnObjection.objects.create(**own, **mine, by_id=officer, on=day)
    models.AnnualUpdate.objects.create(**own, case=case, year=day.year, due_on=day)
    models.Leaver.objects.create(**own, case=case, adjustment=adjustment, reason="expired", grounds={})
    models.HandOver.objects.create(**own, case=case, target_id=county)
