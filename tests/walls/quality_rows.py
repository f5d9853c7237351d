"""What a job found odd in a firm, a merge that was taken back, and what the registry tells an office."""

from datetime import date
from typing import Any

from pipeline import models


def quality_rows(own: dict[str, Any], number: int, day: date, author: dict[str, Any]) -> None:
    key, found = f"{number:040}", {"found_on": day, "sides": "0" * 40}
    models.Trait.objects.create(**own, kind="same_phone", key=key, shown="139****1234")
    models.Looked.objects.create(**own, versions=key)
    models.Hit.objects.create(**own, kind="off_by_unit", about="2025.sales.2024", **found)
    undone = {"undone_on": day, "undone_by_id": author["by_id"], "undone_why": "两家"}
    other = models.Firm.objects.exclude(pk=own["firm_id"]).earliest("pk")
    models.MergedRecord.objects.create(**own, into=other, why="同一家", on=day, **undone, **author)


def registry_row(office: int, by: int, day: date) -> None:
    told: dict[str, Any] = {"file": "变更.xlsx", "line": 2, "uscc": "91330100MA2CFYQ001", "kind": "renamed"}
    models.RegistryEvent.objects.create(office_id=office, by_id=by, day=day, **told)
