"""What hangs on an application of a firm of the walls' city: its place in a round, checks, lists, what was asked."""

from datetime import date
from typing import Any

from pipeline import models


def round_rows(own: dict[str, Any], application: Any, visit: Any, county: int, officer: int, day: date) -> None:
    """Of the firm a row in each table; one quota, one reminder and one list, not sent yet, of all."""
    round_, by = application.round, {"by_id": officer}
    models.Quota.objects.get_or_create(round=round_, division_id=county, defaults={"firms": 9, "set_on": day, **by})
    models.RoundReminder.objects.get_or_create(
        round=round_, level="firm", day=round_.county_date, days=30, defaults={"sent_on": day, "told": 1}
    )
    models.Placement.objects.create(**own, case=application.case, round=round_, why="材料齐", on=day, **by)
    models.CountyCheck.objects.create(
        **own, application=application, visit=visit, findings={}, says="属实", on=day, **by
    )
    models.Supplement.objects.create(
        **own, application=application, asks="补合同", asked_on=day, due_on=day, noted_by_id=officer
    )
    drawn, _made = models.ProvinceList.objects.get_or_create(
        round=round_, number=1, defaults={"drawn_by_id": officer, "drawn_on": day}
    )
    models.Listed.objects.create(**own, application=application, list=drawn, position=own["firm_id"], says={})
